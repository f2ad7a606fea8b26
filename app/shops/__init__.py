"""Several shops in one installation: a home, a log and settings for each, resolved by host or key, served and learned from side by side."""
