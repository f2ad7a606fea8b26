"""What an outfit counts in training: more where it was bought from places that few look at, less the older it is.

An item bought from place k, counted from 1, stands for as many as would have bought it had all looked: k^η, ten at most. What was bought
without having been shown was found by fewest, and counts ten times. An outfit counts as the mean of its items.

Source: Schnabel, Swaminathan, Singh, Chandak and Joachims, Recommendations as treatments (ICML 2016), section 4.

Shape legend: R outfits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import polars as pl

from app.attribution.credit import PURCHASED, outcomes
from app.ground.windows import Windows
from models.datasets.schema import Outfit
from models.offpolicy.showings import Floats

_MOST: Final = 10.0
_DAY_S: Final = 86_400.0


def places_bought_from(events: pl.LazyFrame, windows: Windows) -> dict[tuple[str, str], int]:
    """(session, item) -> the place, from 0, at which the item was shown and bought from."""
    of_whom = events.filter(pl.col("type") == "impression").select("recommendation_id", "session")
    bought = outcomes(events, windows).filter(pl.col(PURCHASED)).select("recommendation_id", "item", "position")
    rows = bought.join(of_whom, on="recommendation_id").drop_nulls("session").select("session", "item", "position").collect().rows()
    return {(session, item): int(place) for session, item, place in rows}


def weights_of(outfits: Sequence[Outfit], places: Mapping[tuple[str, str], int], eta: float, half_life_days: float) -> Floats:
    """What each outfit counts, ``(R,)``.

    Args:
        outfits: named as the visits that they are from. places: see ``places_bought_from``. eta: how steeply attention falls by place.
        half_life_days: days before the latest outfit at which one counts half; 0: age does not matter.
    """
    latest = max((_at(outfit, 0.0) for outfit in outfits), default=0.0)
    weights = []
    for outfit in outfits:
        session = outfit.id.partition("#")[0]
        own = [_times(places.get((session, item)), eta) for item in outfit.items]
        days = (latest - _at(outfit, latest)) / _DAY_S
        weights.append(float(np.mean(own)) * 0.5 ** (days / half_life_days if half_life_days else 0.0))
    return np.array(weights)


def _times(place: int | None, eta: float) -> float:
    return _MOST if place is None else min(_MOST, (1 + place) ** eta)


def _at(outfit: Outfit, otherwise: float) -> float:
    return outfit.timestamp if isinstance(outfit.timestamp, float) else otherwise


def repeated(outfits: Sequence[Outfit], weights_R: Floats, dice: np.random.Generator) -> list[Outfit]:
    """As many outfits, each as often as it counts, in their order; by systematic sampling, so that none is off by one or more."""
    if not len(weights_R):
        return []
    upto_R = np.cumsum(weights_R) * (len(weights_R) / weights_R.sum())
    times_R = np.diff(np.floor(upto_R + dice.random()), prepend=0.0).astype(np.int64)
    return [outfit for outfit, times in zip(outfits, times_R, strict=True) for _ in range(times)]
