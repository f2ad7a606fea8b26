"""Explored answers of the log as arrays: what was considered, how likely each was shown, what was shown and what came of it.

Shape legend: U lists, one slot of one answer each · M items considered, padded · K places, padded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.attribution.credit import ADDED, CLICKED, KINDS, PURCHASED, RETURNED, outcomes
from app.attribution.products import NO_PRODUCTS, Products
from app.ground.windows import Windows
from models.errors import InputError
from models.offpolicy.lists import Lists
from models.offpolicy.reward import Reward
from models.offpolicy.showings import Floats, Ints

_MOST: Final = 50_000  # answers, the latest ones
NO_EXPLORATION: Final = (
    "no answer of this log was explored, and what was never tried cannot be told; serve with ATTIRE_EXPLORATION__SHARE=0.02 for a while"
)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Logged:
    """U lists.

    Attributes:
        worn: rows of what was worn. user: who asked; None where that is not known.
        rows_UM: rows of what was considered; -1 for what the catalogue has no more, and beyond its number.
        score_UM: what the release that served said of each. bent_UM: what rules and words add to that.
        fixed_U: how many of the first keep their places.
    """

    lists: Lists
    worn: Sequence[tuple[int, ...]]
    users: Sequence[str | None]
    rows_UM: Ints
    score_UM: Floats
    bent_UM: Floats
    fixed_U: Ints


def logged(events: pl.LazyFrame, windows: Windows, row_of: Mapping[str, int], reward: Reward, products: Products = NO_PRODUCTS) -> Logged:
    """The explored lists of the latest 50,000 answers that were explored.

    Left out are those of candidates that whoever asked chose, of photos, of asked-for diversity, and of what is no more in the catalogue.

    Raises:
        InputError: no answer was explored.
    """
    shown = events.filter((pl.col("type") == "impression") & pl.col("data").str.contains('"exploration":', literal=True))
    answers = shown.select("recommendation_id", "session", "user", "data").tail(_MOST).collect()
    found = list(_lists(answers.rows(), row_of))
    if not found:
        raise InputError(NO_EXPLORATION)
    return _packed(found, _came_of(events, windows, reward, products), row_of)


@dataclass(frozen=True, slots=True)
class _List:
    answer: str
    number: int
    who: str
    user: str | None
    worn: tuple[int, ...]
    said: Mapping[str, Any]


def _lists(answers: Iterable[tuple[str, str | None, str | None, str]], row_of: Mapping[str, int]) -> Iterable[_List]:
    for answer, session, user, data in answers:
        said = json.loads(data)
        asked, items = said.get("asked", {}), said.get("items", ())
        if not items or any(asked.get(name) for name in ("candidates", "photos", "diversity")) or not all(item in row_of for item in items):
            continue
        worn, who = tuple(row_of[item] for item in items), user or session or answer
        for number, slot in enumerate(said.get("slots", ())):
            if "chances" in slot and slot["items"]:
                yield _List(answer, number, who, user, worn, slot)


def _came_of(events: pl.LazyFrame, windows: Windows, reward: Reward, products: Products) -> dict[tuple[str, int, int], tuple[float, float]]:
    """(answer, slot, place) -> what came of it, but for what was returned, and that it was looked into; without what came to nothing."""
    earned = pl.col(KINDS[reward]) & ~pl.col(RETURNED) if reward == "purchase" else pl.col(KINDS[reward])
    acted = outcomes(events, windows, products).filter(pl.col(CLICKED) | pl.col(ADDED) | pl.col(PURCHASED))
    rows = acted.select("recommendation_id", "slot", "position", earned.cast(pl.Float64)).collect().rows()
    return {(answer, int(slot), int(place)): (worth, 1.0) for answer, slot, place, worth in rows}


def _packed(found: Sequence[_List], came_of: Mapping[tuple[str, int, int], tuple[float, float]], row_of: Mapping[str, int]) -> Logged:
    count, most, places = len(found), max(len(one.said["candidates"]) for one in found), max(len(one.said["items"]) for one in found)
    rows_UM = np.full((count, most), -1)
    chance_UM, score_UM, bent_UM = np.zeros((3, count, most))
    shown_UK, reward_UK, acted_UK = np.full((count, places), -1), np.zeros((count, places)), np.zeros((count, places))
    for number, one in enumerate(found):
        said, width = one.said, len(one.said["candidates"])
        rows_UM[number, :width] = [row_of.get(item, -1) for item in said["candidates"]]
        chance_UM[number, :width] = said["chances"]
        score_UM[number, :width] = said["scores"]
        bent_UM[number, :width] = said.get("bent", 0.0)
        place_of = {item: place for place, item in enumerate(said["candidates"])}
        for place, item in enumerate(said["items"]):
            shown_UK[number, place] = place_of[item]
            reward_UK[number, place], acted_UK[number, place] = came_of.get((one.answer, one.number, place), (0.0, 0.0))
    return Logged(
        lists=Lists(
            places_U=_ints(len(one.said["items"]) for one in found),
            open_U=_ints(one.said["open"] for one in found),
            chance_UM=chance_UM,
            shown_UK=shown_UK,
            reward_UK=reward_UK,
            acted_UK=acted_UK,
            cluster_U=np.unique([one.who for one in found], return_inverse=True)[1].astype(np.int64),
        ),
        worn=[one.worn for one in found],
        users=[one.user for one in found],
        rows_UM=rows_UM,
        score_UM=score_UM,
        bent_UM=bent_UM,
        fixed_U=_ints(one.said.get("fixed", 0) for one in found),
    )


def _ints(values: Iterable[int]) -> NDArray[np.int64]:
    return np.array(list(values), dtype=np.int64)
