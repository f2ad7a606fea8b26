"""A shopper's taste of now: what they looked at, put in the bag and bought lately moves what is suggested to them.

Items lie along the directions in which those of one category differ most, by their looks. Say a shopper takes an item that lies at x with
the chance that anybody does times exp(θ·x). Given n items whose sum is Σx and a Gaussian prior on θ of variance 1/λ, the likeliest θ is
about Σx / (n + λ), as the axes are whitened; θ·x are log-odds that are added to the model's. So little that was seen moves little.

Shape legend: N rows · M candidates · D size of looks · K axes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np

from app.recommend.products import as_items
from app.recommend.rank import in_scores, unit
from app.recommend.stages import stage
from app.release.release import Release
from index.backends.base import FloatArray, IntArray
from models.bundle import Bundle

_COUNTS: Final[Mapping[str, float]] = {"view": 1.0, "add_to_cart": 3.0, "purchase": 3.0}
_AXES: Final = 8
_DOUBT: Final = 64.0  # λ: with so many views θ is half of what they say
_LEARNED_FROM: Final = 4_096


@dataclass(frozen=True, eq=False, slots=True)
class Axes:
    """Where items lie beside the others of their category, in units of standard deviations.

    Attributes:
        mean_D: of each category; of a category that there was none of, nothing is taken off.
    """

    mean_D: Mapping[str, FloatArray]
    axes_DK: FloatArray

    @classmethod
    def of(cls, release: Release) -> Axes:
        """The axes of a catalogue, from a few thousand of its items, evenly taken."""
        rows = release.snapshot.rows
        rows = rows[:: max(1, len(rows) // _LEARNED_FROM)]
        looks_ND, names_N = _looks(release, rows), np.array([release.category_of(row) for row in rows.tolist()])
        mean_D = {str(name): looks_ND[names_N == name].mean(0) for name in np.unique(names_N)}
        looks_ND = looks_ND - np.stack([mean_D[name] for name in names_N])
        _, lengths_K, axes_KD = np.linalg.svd(looks_ND, full_matrices=False)
        known = lengths_K[:_AXES] > 1e-6 * lengths_K[0]
        spread_K = lengths_K[:_AXES][known] / np.sqrt(len(rows))
        return cls(mean_D, np.asarray(axes_KD[:_AXES][known].T / spread_K, dtype=np.float32))

    def place(self, release: Release, rows_M: IntArray) -> FloatArray:
        """Where rows lie, ``(M, K)``."""
        none_D = np.zeros(len(self.axes_DK), dtype=np.float32)
        means_MD = np.stack([self.mean_D.get(release.category_of(row), none_D) for row in rows_M.tolist()])
        return np.asarray((_looks(release, rows_M) - means_MD) @ self.axes_DK)


@dataclass(frozen=True, eq=False, slots=True)
class Taste:
    """Where a shopper leans.

    Attributes:
        items: what tells it, newest first. size: of the outfits that candidates complete. strength: what it counts, 1 as it was told.
    """

    items: tuple[str, ...]
    axes: Axes
    theta_K: FloatArray
    size: int
    strength: float

    def pull(self, release: Release, rows_M: IntArray, scores_M: FloatArray) -> FloatArray:  # noqa: ARG002 - log-odds, whatever the scores
        """What it adds to the score of each candidate, ``(M,)``."""
        with stage("search"):
            return in_scores(release, self.strength * (self.axes.place(release, rows_M) @ self.theta_K), self.size)


def taste_of(release: Release, lately: Sequence[tuple[str, str]], worn: Sequence[str], strength: float) -> Taste | None:
    """The taste that items tell; None where none of them is in the catalogue, or it is not to count.

    Args:
        lately: items, or products, and what was done with them. worn: ids of the outfit, which the model asks already.
    """
    row_of = release.snapshot.row_of
    named = as_items(release, [item for item, _ in lately])
    told = (
        [
            (item, _COUNTS[kind])
            for item, (_, kind) in zip(named, lately, strict=True)
            if item in row_of and item not in worn and kind in _COUNTS
        ]
        if strength
        else []
    )
    if not told:
        return None
    axes = _axes_of(release)
    count_M = np.array([count for _, count in told], dtype=np.float32)
    theta_K = count_M @ axes.place(release, np.array([row_of[item] for item, _ in told])) / (count_M.sum() + _DOUBT)
    return Taste(tuple(item for item, _ in told), axes, theta_K, len(worn) + 1, strength)


_AXES_OF: WeakKeyDictionary[Bundle, Axes] = WeakKeyDictionary()


def _axes_of(release: Release) -> Axes:
    """The axes by a bundle's looks, made when they are first asked for; what changes in the catalogue later moves them little."""
    bundle = release.bundle.common
    found = _AXES_OF.get(bundle)
    if found is None:
        found = _AXES_OF[bundle] = Axes.of(release)
    return found


def _looks(release: Release, rows_M: IntArray) -> FloatArray:
    return unit(release.bundle.looks(release.snapshot.embeddings(rows_M)))
