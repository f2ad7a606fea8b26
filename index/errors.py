"""Errors of the index; their messages are one line meant for a person."""

from __future__ import annotations


class VectorIndexError(Exception):
    """Root of the index's errors."""


class SnapshotError(VectorIndexError):
    """A snapshot that is incomplete, corrupted, or made for another bundle: refused by name."""


class VectorError(VectorIndexError, ValueError):
    """Vectors that an index can neither hold nor search with: a wrong size, NaN, an infinity."""
