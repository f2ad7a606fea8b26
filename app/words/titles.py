"""The titles of a served catalogue as words are looked for in them: without accents, and with what a shop hangs on a variant's as words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from weakref import WeakKeyDictionary

import pyarrow as pa
import pyarrow.compute as pc

from app.words.forms import SHORTEST_FIRST, folded, spellings
from app.words.texts import LETTERS, SPACED, Part, Texts
from index.delta import Overlay
from index.segment import Segment
from index.snapshot import Snapshot
from models.datasets.colours import ENGLISH as COLOURS

_TITLE, _ID = "title", "id"
_SIZE: Final = r"\d[\w./]*|X{0,4}[SML]|[2-6]X[SL]"
_VARIANT: Final = rf"-((?:{_SIZE})(?:-|$)|(?i:{'|'.join(sorted([*COLOURS.split(), 'off'], key=len, reverse=True))})(?: [^-]*)?$)"
"""What parts the size and the colour of a variant from the title of its product: *Track Jacket-M-Black*."""
_PARTS: WeakKeyDictionary[Snapshot | Segment, tuple[Part, Part]] = WeakKeyDictionary()


def titles_of(snapshot: Snapshot | Overlay) -> Texts:
    """Of all rows; empty where there is none."""
    return Texts([titles for titles, _ in _parts_of(snapshot)])


def ids_of(snapshot: Snapshot | Overlay) -> Texts:
    """Of all rows."""
    return Texts([ids for _, ids in _parts_of(snapshot)])


def _parts_of(snapshot: Snapshot | Overlay) -> Iterator[tuple[Part, Part]]:
    """Titles and ids of each part, read once: of a million the accents take a second and a half, and every change makes an overlay."""
    parts: tuple[Snapshot | Segment, ...] = (snapshot.base, *snapshot.segments) if isinstance(snapshot, Overlay) else (snapshot,)
    for part in parts:
        if part not in _PARTS:
            titles = apart(folded(pc.fill_null(part.items.column(_TITLE), "")))
            _PARTS[part] = Part(titles, SPACED), Part(part.items.column(_ID), LETTERS)
        yield _PARTS[part]


def apart(titles: pa.ChunkedArray) -> pa.ChunkedArray:
    """Titles with a space before the size and the colour that a hyphen joins to them; other hyphens stay.

    >>> apart(pa.chunked_array([["Track Jacket-M-Black", "Silk Tie-Off White", "T-Shirt", "Slip-On", "Loafers-9.5-Tan"]])).to_pylist()
    ['Track Jacket M Black', 'Silk Tie Off White', 'T-Shirt', 'Slip-On', 'Loafers 9.5 Tan']
    >>> apart(pa.chunked_array([["Shorts 2-in-1"]])).to_pylist()
    ['Shorts 2-in-1']
    """
    for _ in ("size", "colour"):
        titles = pc.replace_substring_regex(titles, _VARIANT, r" \1")
    return pc.replace_substring_regex(titles, r"(\d-in) (\d)", r"\1-\2")


def pattern(value: str, *, joined: bool = False) -> str:
    """A title that has these words, whole, in any form; joined, apart, hyphenated, or with a stroke between.

    A hyphen ends no word: a t-shirt is no shirt.

    Args:
        joined: whether another word may be joined before them by a hyphen.
    """
    words = r"[\s'\x{2019}/-]*".join(f"(?:{'|'.join(map(re.escape, sorted(spellings(part))))})" for part in value.split("-"))
    before = rf"(?:\p{{L}}{{{SHORTEST_FIRST},}}-)?" if joined else ""
    return rf"(?:^|[^\p{{L}}\p{{N}}-]){before}(?:{words})(?:$|[^\p{{L}}\p{{N}}-])"


def written(value: str) -> list[frozenset[str]]:
    """How titles may write each of the words that ``pattern`` finds."""
    return [spellings(part) for part in re.split(r"[-\s]", value)]
