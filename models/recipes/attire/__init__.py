"""``attire``, the flagship."""
