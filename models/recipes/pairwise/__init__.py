"""``semi-supervised`` and ``self-adaptive``: recipes that judge an outfit by its pairs."""
