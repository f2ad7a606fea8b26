"""Dataset directories: what they hold, reading them, and the public layouts that convert to them."""
