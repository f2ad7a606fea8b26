"""A home and its log as one file, taken while they are in use, and put back."""
