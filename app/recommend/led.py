"""The order of what words find by where they lead: what is worn for an occasion first, and most as they say first.

Shape legend: n rows found.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from app.recommend.similar import to_be_had
from app.recommend.steering import Steering
from app.release.release import Release
from app.words.forms import fold
from app.words.suited import Suited
from app.words.titles import pattern
from app.words.vocabulary import vocabulary_of
from index.backends.base import IntArray
from models.datasets.ages import CLOTHES
from models.datasets.audience import Audience


def led(release: Release, asked: Steering, among: IntArray, most: int) -> IntArray:
    """The rows of some that are most as words lead, of each product in stock one.

    What suits an occasion that they name stands before the rest, clothes and shoes before what is worn with them, and of what suits each
    kind in turn; what is for children comes last, unless they are asked for: then first. What contradicts the occasion is left out, where
    that leaves something.
    """
    rows = among[to_be_had(release, among)]
    if asked.direction is not None:
        rows = rows[np.argsort(-asked.direction.likeness(release, rows), kind="stable")]
    if asked.suited is not None:
        rows = rows[~asked.suited.never_N[rows]] if not asked.suited.never_N[rows].all() else rows
        rows = rows[_in_turn(release, asked, asked.suited, rows)]
    return rows[release.traits.leading(rows)][:most]


def _in_turn(release: Release, asked: Steering, suited: Suited, rows: IntArray) -> IntArray:
    """The order, ``(n,)``, of rows that are in that of where words lead; of those of one rank first what a title calls so."""
    traits, suits_n = release.traits, suited.suits_N[rows]
    titles = vocabulary_of(release.snapshot, traits).rows.titles.of(rows)
    said = "|".join(pattern(fold(word)) for word in suited.said)
    said_n = np.asarray(pc.match_substring_regex(titles, said, ignore_case=True))
    clad_n = traits.mask(lambda labels: labels.role in CLOTHES or labels.role == "footwear")[rows]
    child_n = traits.mask(lambda labels: (whom := Audience.of_label(labels.audience or "")) is not None and "adult" not in whom.ages)[rows]
    for_child = any("adult" not in whom.ages for whom in asked.wishes.people)
    kinds = np.unique(np.asarray(release.snapshot.items.column("category").take(pa.array(rows))).astype(str), return_inverse=True)[1]
    rank_n = 4 * (child_n != for_child) + 2 * ~suits_n + ~clad_n
    nth_n, seen = np.zeros(len(rows), dtype=np.int64), Counter[tuple[int, int]]()
    for at, key in enumerate(zip(rank_n.tolist(), kinds.tolist(), strict=True)):
        nth_n[at] = seen[key]
        seen[key] += 1
    return np.lexsort((np.where(suits_n, nth_n, 0), ~said_n, rank_n))
