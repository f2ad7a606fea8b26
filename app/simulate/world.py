"""The truth about a synthetic wardrobe, which the service never sees: its rule, its latents, and how shoppers choose.

Shape legend: N items · B contexts · M candidates.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from models.errors import InputError
from models.wardrobe.garments import TEMPLATES
from models.wardrobe.rule import Array, IntArray, Latents, Rule, Score, sample_outfits
from models.wardrobe.shoppers import tastes

_SWEEPS: Final = 6
_SAID: Final = ("price", "sale_price", "currency")


@dataclass(frozen=True)
class World:
    """A wardrobe with its truth.

    Attributes:
        ids: item ids, by row. category_N: the category of each row.
        taste: taste vector of each shopper, ``(shoppers, 6)``.
        paid_N: what events say of the price of each row; nothing where the wardrobe does not say it.
    """

    ids: Sequence[str]
    category_N: Sequence[str]
    score: Score
    taste: Array
    paid_N: Sequence[Mapping[str, Any]]

    @classmethod
    def read(cls, wardrobe: Path, *, shoppers: int, seed: int) -> World:
        """Read a wardrobe that ``attire generate`` wrote.

        Raises:
            InputError: the directory is no synthetic wardrobe.
        """
        try:
            rule = Rule(**json.loads((wardrobe / "oracle.json").read_text())["rule"])
            latents = pq.read_table(wardrobe / "latents.parquet")
            items = pq.ParquetFile(wardrobe / "items.parquet").read(["id", "category", *_SAID])  # those that are there
        except (OSError, KeyError, TypeError, ValueError, pa.ArrowException) as error:
            msg = "not a synthetic wardrobe with oracle.json and latents.parquet; give --wardrobe what `attire generate` wrote"
            raise InputError(msg, path=wardrobe) from error
        columns = {name: latents.column(name).to_numpy() for name in latents.column_names if name != "id"}
        taste = tastes(shoppers, rule.taste, np.random.default_rng([seed, 10]))
        score = Score(rule, Latents(**columns))
        said = {name: items[name].to_pylist() for name in items.column_names}
        nothing = [None] * items.num_rows
        prices = zip(said.get("sale_price", nothing), said.get("price", nothing), said.get("currency", nothing), strict=True)
        paid_N = [_paid(sale if sale is not None else price, currency) for sale, price, currency in prices]
        return cls(said["id"], said["category"], score, taste, paid_N)

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """Item id -> row."""
        return {item: row for row, item in enumerate(self.ids)}

    @cached_property
    def rows_of(self) -> Mapping[str, IntArray]:
        """Category -> rows."""
        names = np.array(self.category_N)
        return {str(name): np.flatnonzero(names == name) for name in np.unique(names)}

    @cached_property
    def shows(self) -> Array:
        """The vector of each item that taste is multiplied with, ``(N, 6)``."""
        return self.score.latents.taste_vectors()

    def seen_by(self, shopper: int) -> Score:
        """The rule, tilted by one shopper's taste."""
        leaning_N = self.shows @ self.taste[shopper]
        return Score(self.score.rule, replace(self.score.latents, popularity=self.score.latents.popularity + leaning_N))

    def moved(self, cycle: int, trend: float, seed: int) -> World:
        """The world as it is in a cycle, counted from 1: with a trend what is popular has walked on at random since the first.

        Args:
            trend: standard deviation of an item's step from cycle to cycle, in log-odds.
        """
        if not trend or cycle <= 1:
            return self
        steps_N = np.random.default_rng([seed, 40]).normal(0, trend, (cycle - 1, len(self.ids))).sum(0)
        latents = self.score.latents
        return replace(self, score=Score(self.score.rule, replace(latents, popularity=latents.popularity + steps_N)))

    def outfit(self, seen: Score, dice: np.random.Generator) -> tuple[IntArray, tuple[str, ...]]:
        """Draw the outfit that a shopper has in mind: its rows, and the slot of each."""
        shares = np.array([share for _, share in TEMPLATES])
        slots = TEMPLATES[int(dice.choice(len(TEMPLATES), p=shares / shares.sum()))][0]
        return sample_outfits(seen, [self.rows_of[slot] for slot in slots], 1, _SWEEPS, dice)[0], slots

    def longing(self, seen: Score, worn: Sequence[int], category: str, dice: np.random.Generator) -> Array:
        """How much each item of a category is wanted beside what is worn, ``(M,)``; the argmax is a draw from p(item | worn, taste)."""
        rows = self.rows_of[category]
        return np.asarray(seen.conditional(np.array([worn]), rows)[0] + dice.gumbel(size=len(rows)))


def _paid(price: float | None, currency: str | None) -> dict[str, Any]:
    return {name: value for name, value in (("price", price), ("currency", currency)) if value is not None}
