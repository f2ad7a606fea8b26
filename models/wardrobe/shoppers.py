"""Shoppers with tastes, and the sessions in which they buy.

A shopper is drawn given the outfit: p(shopper | outfit) ∝ exp(taste · the outfit's taste vector). By Bayes p(outfit | shopper) ∝
p(outfit) · p(shopper | outfit), so each shopper's outfits lean to their taste, while all outfits together still follow the rule alone.
The oracle therefore stays exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np

from models.wardrobe.catalogue import item_id
from models.wardrobe.questions import WornOutfit
from models.wardrobe.rule import Array, IntArray, Latents

_START: Final = datetime(2026, 1, 1, tzinfo=UTC)
_NOISE_SHARE: Final = 0.15


def tastes(shoppers: int, strength: float, rng: np.random.Generator) -> Array:
    """The taste of each shopper, ``(shoppers, 6)``, in log-odds per unit of ``Latents.taste_vectors``."""
    return rng.normal(0, strength, (shoppers, 6))


def who_bought(latents: Latents, taste: Array, outfits: Sequence[IntArray], rng: np.random.Generator) -> list[str]:
    """Draw the shopper of each outfit."""
    vectors = latents.taste_vectors()
    shown = np.stack([vectors[rows].sum(0) for rows in outfits])
    leaning = shown @ taste.T + rng.gumbel(size=(len(outfits), len(taste)))
    return [f"u{shopper:05d}" for shopper in leaning.argmax(1)]


def sessions(outfits: Sequence[WornOutfit], rows_of: Mapping[str, IntArray], rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """One session per training outfit, and noise: views of substitutes, carts, purchases of part of an outfit, returns.

    Yields:
        Records of ``sessions.jsonl``, by time.
    """
    when = _START
    for number, outfit in enumerate(outfit for outfit in outfits if outfit.split == "train"):
        when += timedelta(seconds=float(rng.exponential(600)))
        if rng.random() < _NOISE_SHARE:
            yield _session(f"n{number:06d}", None, when, _noise(rows_of, rng))
        yield _session(f"s{number:06d}", outfit.user, when, _shopping(outfit, rows_of, rng))


def _shopping(outfit: WornOutfit, rows_of: Mapping[str, IntArray], rng: np.random.Generator) -> list[tuple[str, int]]:
    bought = outfit.rows[rng.random(len(outfit.rows)) < 0.8]  # noqa: PLR2004 - people own the rest, or buy it elsewhere
    events: list[tuple[str, int]] = []
    for row, slot in zip(outfit.rows, outfit.slots, strict=True):
        events += [("view", int(other)) for other in rng.choice(rows_of[slot], rng.integers(0, 3))]
        events += [("view", int(row))]
        events += [("add_to_cart", int(row)), ("purchase", int(row))] if row in bought else []
    events += [("return", int(row)) for row in bought if rng.random() < 0.03]  # noqa: PLR2004 - now and then
    return events


def _noise(rows_of: Mapping[str, IntArray], rng: np.random.Generator) -> list[tuple[str, int]]:
    everything = np.concatenate(list(rows_of.values()))
    rows = rng.choice(everything, rng.integers(2, 8))
    return [(("view", "add_to_cart", "purchase")[rng.integers(3)], int(row)) for row in rows]


def _session(name: str, user: str | None, when: datetime, events: Sequence[tuple[str, int]]) -> dict[str, Any]:
    record: dict[str, Any] = {"session": name, "user": user, "timestamp": when.isoformat(timespec="seconds")}
    return record | {"events": [{"type": kind, "item": item_id(row)} for kind, row in events]}
