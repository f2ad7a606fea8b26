"""What trainings have in common: the loop, its schedule, what they read, calibration. It knows no recipe."""
