"""A release at work: a bundle and its snapshot, loaded, checked and warmed."""
