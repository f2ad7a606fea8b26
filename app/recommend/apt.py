"""What is best worn with what is for an occasion, or as smart as it is, where no outfits say it: shirts and trousers with a tie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from app.release.release import Release
from index.backends.base import BoolArray, IntArray
from models.datasets.occasion import BEACH, BY_ITSELF, CASUAL, DRESS, EVENING, EVERYDAY, NIGHT, SMART, SMART_CASUAL, SNOW, SPORT
from models.datasets.traditions import TRADITIONS

_FIRM: Final = frozenset({DRESS, EVENING, SPORT, SNOW})
"""What is asked for whatever outfits were learned from."""
_APT: Final[Mapping[str, Sequence[Collection[str | None]]]] = {
    DRESS: [{DRESS, SMART}],
    EVENING: [{DRESS, EVENING, SMART}, {EVENING}],
    SMART: [{DRESS, SMART, SMART_CASUAL, None}],
    CASUAL: [{SMART_CASUAL, CASUAL, EVERYDAY, None}],
    EVERYDAY: [{SMART, SMART_CASUAL, CASUAL, None}],
    SPORT: [{CASUAL, SPORT}, {SPORT}],
    BEACH: [{CASUAL, BEACH}, {BEACH}],
    **{occasion: [{occasion}] for occasion in (SNOW, NIGHT, *TRADITIONS)},
}
"""The occasions of what goes with one, and of these the best."""


def apt(release: Release, said: Collection[str | None], *, learned: bool) -> Iterator[BoolArray]:
    """The rows that go best with pieces for these occasions, ``(N,)`` each: one after the other, as far as anything is left."""
    own = BY_ITSELF.intersection(said)
    yield release.traits.mask(lambda labels: labels.occasion in own or labels.occasion not in BY_ITSELF)
    for occasion in sorted({one for one in said if one and (not learned or one in _FIRM)}, key=lambda one: (one not in own, one)):
        for among in _APT.get(occasion, ()):
            yield release.traits.mask(lambda labels, among=among: labels.occasion in among)  # type: ignore[misc]


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
