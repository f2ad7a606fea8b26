"""What keeps a replica current while it serves: swaps, replayed changes, shadow answers, its figures."""
