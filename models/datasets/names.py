"""Which names items and categories may have: any that a request to the service can hold."""

from __future__ import annotations

from typing import Final

LONGEST_NAME: Final = 256
"""Longest id or category in characters, in files and in requests."""
_PICTURE: Final = "/image"
_FOLDERS: Final = frozenset({".", ".."})


def name_problem(name: str) -> str | None:
    """Why this cannot be a name; None if it can.

    >>> name_problem("tops"), name_problem(chr(7))
    (None, 'holds characters that cannot be printed')
    """
    if len(name) > LONGEST_NAME:
        return f"is {len(name):,} characters long; use at most {LONGEST_NAME}"
    return None if name.isprintable() else "holds characters that cannot be printed"


def id_problem(name: str) -> str | None:
    """Why this cannot be an item's id; None if it can.

    ``GET /items/{id}`` must find the item: an id is neither ``.`` nor ``..``, and does not end in ``/image``, which names a picture.
    """
    if name in _FOLDERS or name.endswith(_PICTURE):
        return "could not be told from another address below /items/; choose another"
    return name_problem(name)
