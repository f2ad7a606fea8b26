"""What is best worn with what is for an occasion, or as smart as it is, where no outfits say it: shirts and trousers with a tie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

import numpy as np

from app.release.release import Release
from app.release.traits import Traits
from index.backends.base import BoolArray, IntArray
from index.selection import Condition
from models.datasets.audience import RATHER
from models.datasets.labels import PieceLabels
from models.datasets.occasion import (
    BEACH,
    BY_ITSELF,
    CASUAL,
    DRESS,
    EVENING,
    EVERYDAY,
    FESTIVE,
    LOUNGE,
    NIGHT,
    SMART,
    SMART_CASUAL,
    SNOW,
    SPORT,
)
from models.datasets.traditions import TRADITIONS

_FIRM: Final = frozenset({DRESS, EVENING, FESTIVE, SPORT, SNOW})
"""What is asked for whatever outfits were learned from."""
_HEELS: Final = "heels"
"""Shoes to go out in, which are worn by day, too."""
_DRESSED_UP: Final = frozenset({DRESS, FESTIVE, _HEELS})
_APT: Final[Mapping[str | None, Sequence[Collection[str | None]]]] = {
    None: [{_HEELS, SMART, SMART_CASUAL, CASUAL, EVERYDAY, None}],
    DRESS: [{*_DRESSED_UP, SMART}],
    FESTIVE: [{*_DRESSED_UP, SMART, None}, _DRESSED_UP],
    EVENING: [{*_DRESSED_UP, EVENING, SMART}, {EVENING}],
    SMART: [{DRESS, _HEELS, SMART, SMART_CASUAL, None}],
    CASUAL: [{SMART_CASUAL, CASUAL, EVERYDAY, LOUNGE, None}],
    LOUNGE: [{CASUAL, LOUNGE, SPORT, None}],
    EVERYDAY: [{_HEELS, SMART, SMART_CASUAL, CASUAL, None}],
    SPORT: [{CASUAL, LOUNGE, SPORT}, {SPORT}],
    BEACH: [{CASUAL, BEACH}, {BEACH}],
    **{occasion: [{occasion}] for occasion in (SNOW, NIGHT, *TRADITIONS)},
}
"""The occasions of what goes with one, and of these the best."""


def apt(release: Release, said: Collection[str | None], worn: Sequence[PieceLabels] = (), *, learned: bool) -> Iterator[BoolArray]:
    """The rows that go best with pieces for these occasions, ``(N,)`` each: one after the other, as far as anything is left.

    Args:
        worn: pieces of which their names may say the season.
    """
    traits, own = release.traits, BY_ITSELF.intersection(said)
    if not learned:
        yield from (in_season_L[traits.label_N] for in_season_L in _in_season(traits, worn))
    yield traits.mask(lambda labels: labels.occasion in own or labels.occasion not in BY_ITSELF)
    said = [one for one in said if not learned or one in _FIRM] or ([] if learned else [None])
    yield from (apt_L[traits.label_N] for apt_L in _best_with(traits, said))


def aptest(release: Release, worn: Sequence[PieceLabels], beside: Sequence[PieceLabels] = ()) -> tuple[Condition, ...]:
    """What goes best with worn pieces and others beside them, as dressed up as they are; none where outfits tell it.

    Orders do not: a suit is bought with sneakers, and what is asked for whatever was learned (``_FIRM``) is, here too.

    Returns:
        Conditions, what matters most first.
    """
    slots = release.bundle.slots
    if slots.conflicts.counted and not slots.of_orders:
        return ()
    said = [*(_said(worn) or [None]), *_said(beside)]
    said = [one for one in said if one in _FIRM] if slots.conflicts.counted else said
    traits = release.traits
    each = [*_best_with(traits, said), *(() if slots.conflicts.counted else _in_season(traits, (*worn, *beside)))]
    return tuple(traits.among(apt_L) for apt_L in each if not apt_L.all())


def _in_season(traits: Traits, worn: Sequence[PieceLabels]) -> Iterator[BoolArray]:
    """Which labels are not of another season than pieces are for, or rather for, ``(L,)``; none where they are for none, or for both."""
    told = {name for name, rather in RATHER.items() for labels in worn if labels.season in {name, rather}}
    if other := frozenset(label for name, rather in RATHER.items() if told and name not in told for label in (name, rather)):
        yield traits.once(traits.labels, other, lambda labels: labels.season not in other)


def _is_among(occasions: Collection[str | None], labels: PieceLabels) -> bool:
    return (_HEELS if labels.occasion == FESTIVE and labels.role == "footwear" else labels.occasion) in occasions


def _said(pieces: Sequence[PieceLabels]) -> list[str | None]:
    return [labels.occasion for labels in pieces if labels.occasion]


def _best_with(traits: Traits, said: Iterable[str | None]) -> Iterator[BoolArray]:
    """Which labels go best with pieces for some occasions, ``(L,)`` each and fewer each time.

    Beside None what is plain comes first, then what is worn by itself.
    """
    for occasion in sorted({*said}, key=lambda one: (one is not None, one not in BY_ITSELF, one or "")):
        for among in _APT.get(occasion, ()):
            yield traits.once(traits.labels, frozenset(among), partial(_is_among, among))


def preferring(wanted_N: BoolArray, *conditions: BoolArray) -> BoolArray:
    """Rows that meet conditions, but for those that would leave none."""
    for one_N in conditions:
        wanted_N = wanted_N & one_N if (wanted_N & one_N).any() else wanted_N
    return wanted_N


def mostly(release: Release, rows: IntArray) -> str | None:
    """The occasion that most of some rows are for."""
    occasions = Counter[str | None]()
    for labels, count in zip(release.traits.labels, np.bincount(release.traits.label_N[rows]).tolist(), strict=False):
        occasions[labels.occasion] += count
    return occasions.most_common(1)[0][0]
