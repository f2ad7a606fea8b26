"""Encoders, compatibility models, objectives, recipes, training and evaluation. Imports neither ``app`` nor ``index``."""
