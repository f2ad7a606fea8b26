"""Vector search, one file per engine."""
