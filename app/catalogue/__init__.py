"""The catalogue: imported from a dataset directory, published with a bundle, and changed through the log."""
