"""Which rows suit the occasions that words name, and which contradict them.

Shape legend: N rows of all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
from app.words.worn_for import PLAYED, TOGETHER, WORN, Wear
from index.backends.base import BoolArray
from index.delta import Overlay
from index.snapshot import Snapshot
from models.compatibility.conflicts import Conflicts
from models.datasets.audience import Audience
from models.datasets.kin import KIN
from models.datasets.labels import PieceLabels

_LONGEST: Final = 4
"""Words that say something together."""
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
    told = _told(WORD.findall(" ".join(phrases)))
    if not told:
        return None
    wears = dict.fromkeys(wear for _, wear in told)
    found = [vocabulary.worn_for(wear, lambda wear=wear: _masks(vocabulary, snapshot, traits, wear)) for wear in wears]  # type: ignore[misc]
    suits_N, never_N = (np.logical_or.reduce([masks[at] for masks in found]) for at in (0, 1))
    never_N &= ~suits_N
    if rites := {rite for wear in wears if not wear.suits for rite in wear.rites} or {rite for wear in wears for rite in wear.rites}:
        mine_N, others_N = _of_rites(traits, rites)
        suits_N, never_N = (suits_N | mine_N) & ~others_N, (never_N & ~mine_N) | others_N
    return Suited(tuple(dict.fromkeys(word for words, _ in told for word in words)), suits_N, never_N)


def _told(words: Sequence[str]) -> list[tuple[Sequence[str], Wear]]:
    """The words that say what is worn, the most that say it together, and that."""
    found, at = list[tuple[Sequence[str], Wear]](), 0
    while at < len(words):
        runs = [words[at:end] for end in range(min(at + _LONGEST, len(words)), at, -1)]
        said = next(((run, wear) for run in runs if (wear := _wear_of("".join(map(one_form, run))))), None)
        found += [said] if said else []
        at += len(said[0]) if said else 1
    return found


def _wear_of(key: str) -> Wear | None:
    return TOGETHER.get(key) or WORN.get(key) or PLAYED.get(key)


def _of_rites(traits: Traits, rites: Collection[str]) -> tuple[BoolArray, BoolArray]:
    """What is for one of some parts at a rite, ``(N,)``, and what is for others alone."""
    between = Conflicts().between
    people = [Audience(whom.genders) for rite in rites if (whom := Audience.of_label(KIN.get(rite, "")))]

    def for_others(labels: PieceLabels) -> bool:
        whom = Audience.of_label(labels.audience or "")
        of_others = labels.rite not in rites and any(between(labels.rite, rite) for rite in rites)
        return of_others or (whom is not None and len(people) == len(rites) and not any((whom & one).possible for one in people))

    return traits.mask(lambda labels: labels.rite in rites), traits.mask(for_others)


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
