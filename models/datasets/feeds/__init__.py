"""Feeds as shops have them: recognised, and read as drafts of items with the line each came from."""
