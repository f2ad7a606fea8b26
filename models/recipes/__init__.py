"""Recipes: training procedures by name, each made of objectives, a model and a schedule. ``train`` runs one."""
