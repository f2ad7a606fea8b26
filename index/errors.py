"""Errors of the index; their messages are one line meant for a person."""

from __future__ import annotations


class VectorIndexError(Exception):
    """Root of the index's errors."""


class SnapshotError(VectorIndexError):
    """A snapshot that is incomplete, corrupted, or made for another bundle: refused by name."""


class VectorError(VectorIndexError, ValueError):
    """Vectors an index cannot hold or be asked with: a wrong size, NaN, repeated ids."""
