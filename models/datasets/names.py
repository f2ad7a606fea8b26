"""What an item or a category may be called: whatever a request to the service can name."""

from __future__ import annotations

from typing import Final

LONGEST_NAME: Final = 256
"""Characters of an id or a category, in files and requests alike."""
_PICTURE: Final = "/image"
_FOLDERS: Final = frozenset({".", ".."})


def name_problem(name: str) -> str | None:
    """Why nothing may be called this; None where it may.

    >>> name_problem("tops"), name_problem(chr(7))
    (None, 'holds characters that cannot be printed')
    """
    if len(name) > LONGEST_NAME:
        return f"is {len(name):,} characters long; use at most {LONGEST_NAME}"
    return None if name.isprintable() else "holds characters that cannot be printed"


def id_problem(name: str) -> str | None:
    """Why no item may be called this; None where it may.

    ``GET /items/{id}`` has to find it, so it is neither a folder nor what the picture of another item is asked for by.
    """
    if name in _FOLDERS or name.endswith(_PICTURE):
        return "could not be told from another address below /items/; choose another"
    return name_problem(name)
