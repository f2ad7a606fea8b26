"""Shared parts of trainings: the loop, its schedule, what they read, calibration. Imports no recipe."""
