"""Per-category vector indexes, filters and snapshots on disk. Knows arrays, not torch modules; imports neither ``app`` nor ``models``."""
