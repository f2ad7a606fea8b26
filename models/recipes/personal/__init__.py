"""``personal``: a model that knows shoppers by their taste."""
