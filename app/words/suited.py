"""Which rows suit the occasions that words name, and which contradict them.

Shape legend: N rows of all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from app.release.traits import Traits
from app.words.abroad import COMPOUNDING
from app.words.forms import WORD, fold, one_form
from app.words.lexicon import worn_as
from app.words.named import CATEGORY, SUBCATEGORY
from app.words.titles import pattern
from app.words.vocabulary import Vocabulary
from app.words.worn_for import CASUAL_CODES, PLAYED, WORN, Wear
from index.backends.base import BoolArray
from index.delta import Overlay
from index.snapshot import Snapshot
from models.compatibility.conflicts import Conflicts

_CODE: Final = re.compile(rf"\b(?:{'|'.join(CASUAL_CODES)})\b".replace(" ", "[ -]"), re.IGNORECASE)
_HIDDEN: Final = frozenset({"innerwear", "sleepwear", "swimwear"})
"""What is worn beneath, to bed or to swim."""


@dataclass(frozen=True, eq=False, slots=True)
class Suited:
    """What suits occasions, and what contradicts them, ``(N,)``.

    Attributes:
        said: the words of the occasions.
    """

    said: tuple[str, ...]
    suits_N: BoolArray
    never_N: BoolArray


def suited(vocabulary: Vocabulary, snapshot: Snapshot | Overlay, traits: Traits, phrases: Sequence[str]) -> Suited | None:
    """What suits the occasions that phrases name; what any of them calls for contradicts none. None where they name none."""
    text = " ".join(phrases)
    codes = [found[0] for found in _CODE.finditer(text)]
    words = [word for word in WORD.findall(_CODE.sub(" ", text)) if _wear_of(word)]
    said = [*(word for code in codes for word in WORD.findall(code)), *words]
    of_codes = (CASUAL_CODES[code.lower().replace("-", " ")] for code in codes)
    wears = dict.fromkeys([*of_codes, *(wear for word in words if (wear := _wear_of(word)))])
    if not wears:
        return None
    found = [vocabulary.worn_for(wear, lambda wear=wear: _masks(vocabulary, snapshot, traits, wear)) for wear in wears]  # type: ignore[misc]
    suits_N, never_N = (np.logical_or.reduce([masks[at] for masks in found]) for at in (0, 1))
    return Suited(tuple(dict.fromkeys(said)), suits_N, never_N & ~suits_N)


def _wear_of(word: str) -> Wear | None:
    return WORN.get(one_form(word)) or PLAYED.get(one_form(word))


def _masks(vocabulary: Vocabulary, snapshot: Snapshot | Overlay, traits: Traits, wear: Wear) -> tuple[BoolArray, BoolArray]:
    """What suits, and what contradicts: by what the finest of a row's categories is called that says either, else by its title."""
    suits, never = (_patterns(vocabulary, garments) for garments in (wear.suits, wear.never))
    suits_N, never_N, told_N = (np.zeros(snapshot.items.num_rows, dtype=np.bool_) for _ in range(3))
    for field in (SUBCATEGORY, CATEGORY, None):
        texts = vocabulary.rows.titles.all if field is None else _folded(snapshot.items.column(field))
        against_N, for_N = (_called(texts, traits, some) for some in (never, suits))
        never_N |= ~told_N & against_N
        suits_N |= ~told_N & for_N & ~against_N
        told_N |= against_N | for_N
    hidden_N = traits.mask(lambda labels: labels.role in _HIDDEN)
    suits_N |= ~never_N & traits.mask(lambda labels: labels.occasion in wear.suits_labels)
    never_N |= traits.mask(lambda labels: labels.occasion in wear.never_labels) | (hidden_N & ~suits_N)
    if wear.sport is not None:
        suits_N |= traits.mask(lambda labels: labels.sport == wear.sport)
        never_N |= traits.mask(lambda labels: Conflicts().between(labels.sport, wear.sport))
        never_N &= ~suits_N
    return suits_N & ~never_N, never_N


def _folded(names: pa.ChunkedArray) -> pa.ChunkedArray:
    """Names without accents; each is read once."""
    of = {name: fold(name) for name in names.unique().to_pylist() if name}
    return pa.chunked_array([[of.get(name, "") for name in names.to_pylist()]], pa.string())


def _called(texts: pa.ChunkedArray, traits: Traits, patterns: Mapping[str | None, str]) -> BoolArray:
    """Of which rows a text has the name of a garment that is worn as they are, ``(N,)``: a short dress is no shorts."""
    found = np.zeros(len(texts), dtype=np.bool_)
    for role, one in patterns.items():
        rows = np.flatnonzero(traits.mask(lambda labels, role=role: role in {None, labels.role}))  # type: ignore[misc]
        found[rows] |= np.asarray(pc.match_substring_regex(texts.take(pa.array(rows)), one, ignore_case=True))
    return found


def _patterns(vocabulary: Vocabulary, garments: Sequence[str]) -> Mapping[str | None, str]:
    """What each is worn as -> the names of some garments; where compounds are written in one, also what they end in."""
    names: dict[str | None, set[str]] = {}
    for garment in garments:
        names.setdefault(worn_as(garment.replace("-", "")), set()).update(vocabulary.called_here(garment))
    joined = bool(vocabulary.languages & COMPOUNDING)
    return {role: "|".join(pattern(name, joined=joined) for name in sorted(some)) for role, some in names.items()}
