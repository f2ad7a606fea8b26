"""Compatibility models: features of a partial outfit -> a query vector for a slot, and a score for a whole outfit."""
