"""One session of a synthetic shopper: what is asked of the service, what is bought, and the events that the shop sees."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np

from app.simulate.world import World

K: Final = 10
FINDS: Final = 0.35  # chance that a shopper finds the wanted item where it was not looked at
_SETTLES: Final = 1.0  # a shown item is bought though it is wanted less by up to so much in log-odds
_RETURNS: Final = 0.03
_CLICKS: Final = 0.3  # chance that an item that is looked at is viewed, where shoppers are biased by place
_VIEWED: Final = 3.0  # about how many of the shown items are viewed
NOISE: Final = {"random": 0.35, "bot": 0.2, "stock_up": 0.25, "returned": 0.2}

Suggest = Callable[[dict[str, Any]], Awaitable[tuple[str, list[str]]]]
"""Asks the service; gives the recommendation's id and the suggested items, best first."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One slot that the service was asked to fill: rows worn, the row that the shopper wanted, and what was shown and bought."""

    worn: tuple[int, ...]
    category: str
    wanted: int
    shopper: int
    shown: tuple[int, ...]
    bought: int | None


@dataclass(slots=True)
class Shopping:
    """A session so far.

    Attributes:
        asked: the slots that the service was asked to fill. basket: rows bought, returned ones among them.
    """

    session: str
    user: str | None
    asked: list[Asked] = field(default_factory=list)
    basket: list[int] = field(default_factory=list)
    _done: list[dict[str, Any]] = field(default_factory=list)

    def do(self, kind: str, item: str, recommendation_id: str | None = None, **said: Any) -> None:  # noqa: ANN401 - what JSON holds
        """Record an event of the shopper, with what else it says."""
        event = {"type": kind, "item": item, "session": self.session, "user": self.user, "recommendation_id": recommendation_id, **said}
        self._done.append({name: value for name, value in event.items() if value is not None})

    def events(self, *, ended: datetime, pause_s: float) -> list[dict[str, Any]]:
        """The session's events as POST /events takes them, ``pause_s`` seconds apart, the last at ``ended``."""
        count = len(self._done)
        return [
            {**event, "id": f"{self.session}-{place}", "timestamp": (ended - timedelta(seconds=pause_s * (count - 1 - place))).isoformat()}
            for place, event in enumerate(self._done)
        ]


async def shop(
    world: World, name: str, suggest: Suggest, dice: np.random.Generator, *, bias: float = 0.0, finds: float = FINDS
) -> Shopping:
    """One session: a shopper starts with one item, asks slot by slot what goes with it, and buys what pleases.

    Args:
        bias: the item at place k, from 1, is looked at with chance ``k ** -bias``; 0: all are.
        finds: chance that the wanted item is found where it was not looked at.
    """
    shopper = int(dice.integers(len(world.taste)))
    seen = world.seen_by(shopper)
    outfit, slots = world.outfit(seen, dice)
    order = dice.permutation(len(slots))
    shopping = Shopping(name, f"u{shopper:05d}")
    worn = [int(outfit[order[0]])]
    _buy(shopping, world, worn[0], None)
    for slot in order[1:]:
        category, rows = slots[slot], world.rows_of[slots[slot]]
        question = {"items": [world.ids[row] for row in worn], "slots": [{"category": category}], "k": K}
        recommendation_id, ids = await suggest({**question, "session": shopping.session, "user": shopping.user})
        shown = [world.row_of[item] for item in ids if item in world.row_of]
        wants_M = world.longing(seen, worn, category, dice)
        wanted, likes = int(rows[wants_M.argmax()]), dict(zip(rows.tolist(), wants_M.tolist(), strict=True))
        looked = shown if not bias else [row for place, row in enumerate(shown) if dice.random() < (1 + place) ** -bias]
        bought = _choice(looked, wanted, likes, finds, dice)
        for row in dict.fromkeys([*(_clicked(looked, dice) if bias else _viewed(shown, dice)), *([] if bought is None else [bought])]):
            shopping.do("view", world.ids[row], recommendation_id if row in shown else None)
        if bought is not None:
            _buy(shopping, world, bought, recommendation_id if bought in shown else None)
            worn.append(bought)
        shopping.asked.append(Asked(tuple(worn[: len(worn) - (bought is not None)]), category, wanted, shopper, tuple(shown), bought))
    for row in shopping.basket:
        if dice.random() < _RETURNS:
            shopping.do("return", world.ids[row])
    return shopping


def _choice(looked: Sequence[int], wanted: int, likes: dict[int, float], finds: float, dice: np.random.Generator) -> int | None:
    if wanted in looked or dice.random() < finds:
        return wanted
    best = max((row for row in looked if row in likes), key=lambda row: likes[row], default=None)
    return best if best is not None and likes[best] >= likes[wanted] - _SETTLES else None


def _viewed(shown: Sequence[int], dice: np.random.Generator) -> list[int]:
    return [row for place, row in enumerate(shown) if dice.random() < _VIEWED / (_VIEWED + 1 + place)]


def _clicked(looked: Sequence[int], dice: np.random.Generator) -> list[int]:
    return [row for row in looked if dice.random() < _CLICKS]


def _buy(shopping: Shopping, world: World, row: int, recommendation_id: str | None) -> None:
    for kind in ("view", "add_to_cart"):
        shopping.do(kind, world.ids[row], recommendation_id)
    shopping.do("purchase", world.ids[row], recommendation_id, **world.paid_N[row])
    shopping.basket.append(row)


def noise(world: World, name: str, dice: np.random.Generator) -> tuple[Shopping, float]:
    """A session that teaches nothing (gifts, a bot, a stock-up, or all returned), and the seconds between two of its events."""
    kind = str(dice.choice(list(NOISE), p=list(NOISE.values())))
    shopping = Shopping(name, None)
    counts = {"random": int(dice.integers(2, 6)), "bot": 4, "stock_up": int(dice.integers(10, 16)), "returned": int(dice.integers(2, 6))}
    if kind == "bot":
        for row in dice.integers(len(world.ids), size=250):
            shopping.do("view", world.ids[int(row)])
    for row in dice.choice(len(world.ids), counts[kind], replace=False):
        _buy(shopping, world, int(row), None)
    if kind == "returned":
        for row in shopping.basket:
            shopping.do("return", world.ids[row])
    return shopping, 0.2 if kind == "bot" else 15.0
