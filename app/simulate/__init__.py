"""Synthetic shoppers of the wardrobe against a service: they see what it suggests, buy by the hidden rule and their taste, and err."""
