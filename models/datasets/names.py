"""Which names items and categories may have: any that a request to the service can hold."""

from __future__ import annotations

import unicodedata
from typing import Final

LONGEST_NAME: Final = 256
"""Longest id or category in characters, in files and in requests."""
_PICTURE: Final = "/image"
_FOLDERS: Final = frozenset({".", ".."})
_CONTROL: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})  # control characters, halves of characters, separators of lines and paragraphs


def name_problem(name: str) -> str | None:
    """Why this cannot be a name; None if it can: letters, joiners, blanks and emoji of every script are fine.

    >>> name_problem("tops"), name_problem(chr(7))
    (None, 'holds control characters, which cannot be printed; take them out')
    """
    if len(name) > LONGEST_NAME:
        return f"is {len(name):,} characters long; use at most {LONGEST_NAME}"
    return "holds control characters, which cannot be printed; take them out" if has_control(name) else None


def has_control(text: str) -> bool:
    """Whether a text holds what an archive in UTF-8 or a line of a log cannot."""
    return not text.isprintable() and any(unicodedata.category(sign) in _CONTROL for sign in text)


def spelling_of(category: str) -> str:
    """What spellings of one category have in common: all but case and blanks.

    >>> spelling_of(" Summer  Shoes") == spelling_of("summer shoes")
    True
    """
    return unicodedata.normalize("NFC", " ".join(category.split())).casefold()


def folder_problem(name: str) -> str | None:
    """Why this cannot be the last part of an address; None if it can. No client sends a folder there: it asks for the one before.

    >>> folder_problem("a/.."), folder_problem("..")
    (None, 'means another address to whoever asks for it; choose another')
    """
    return "means another address to whoever asks for it; choose another" if name in _FOLDERS else None


def id_problem(name: str) -> str | None:
    """Why this cannot be an item's id; None if it can.

    ``GET /items/{id}`` must find the item: an id is neither ``.`` nor ``..``, and does not end in ``/image``, which names a picture.
    """
    if folder_problem(name) or name.endswith(_PICTURE):
        return "could not be told from another address below /items/; choose another"
    return name_problem(name)
