"""Recipes: one training procedure per file, made of objectives, a model and a schedule."""
