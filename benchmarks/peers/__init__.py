"""Filtered search beside that of other engines: ``python -m benchmarks.peers``."""
