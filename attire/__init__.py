"""Attire from Python: ``attire.client`` asks a service that runs somewhere; nothing here loads a model."""
