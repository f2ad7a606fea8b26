"""``semi-supervised`` and ``self-adaptive``: recipes that score an outfit by its pairs."""
