"""Experiments: which variant answers whom, where that is kept, and what came of it."""
