"""Measures the claim of ``outfit-vector``: an outfit scores above its versions with one and with two items replaced.

Works for any model that scores outfits. [V] read in the authors' code.

Shape legend: B outfits · I items per outfit, padded with -1 · T thresholds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from models.datasets.schema import Catalogue, Outfit
from models.evaluation.metrics import Floats, Metric, auc, mean
from models.evaluation.plots import Draw, Palette, save
from models.evaluation.scorer import Scorer
from models.evaluation.tasks import padded_rows

GRADES: Final = (0, 1, 2)
_BINS: Final = 40


@dataclass(frozen=True)
class Separation:
    """Scores of the same B outfits with 0, 1, 2… items replaced."""

    scores: Mapping[int, Floats]

    def neighbours(self) -> dict[str, Metric]:
        """Compare neighbouring grades: AUC over all outfits, and the share of outfits above their own more replaced version."""
        found: dict[str, Metric] = {}
        grades = sorted(self.scores)
        for less, more in pairwise(grades):
            both = np.concatenate([self.scores[less], self.scores[more]])
            labels = np.repeat([1, 0], [len(self.scores[less]), len(self.scores[more])])
            found[f"auc_{less}_{more}"] = auc(both, labels)
            found[f"above_{less}_{more}"] = mean((self.scores[less] > self.scores[more]).astype(np.float64))
        return found

    def over_threshold(self, thresholds: int = 101) -> tuple[Floats, Floats, Floats]:
        """Thresholds ``(T,)`` over the range of scores, and precision and recall of "as worn" for scores at or above each.

        Precision is against all replaced versions together; NaN where nothing is above the threshold.
        """
        worn_B = self.scores[0]
        others = np.concatenate([scores for grade, scores in self.scores.items() if grade])
        threshold_T = np.linspace(min(worn_B.min(), others.min()), max(worn_B.max(), others.max()), thresholds)
        right_T = (worn_B[:, None] >= threshold_T).sum(0)
        wrong_T = (others[:, None] >= threshold_T).sum(0)
        above_T = right_T + wrong_T
        precision_T = np.divide(right_T, above_T, out=np.full(thresholds, np.nan), where=above_T > 0)
        return threshold_T, precision_T, right_T / len(worn_B)


def separation(scorer: Scorer, outfits: Sequence[Outfit], catalogue: Catalogue, *, seed: int = 0) -> Separation:
    """Score outfits of three known items or more as worn, and with one and two items replaced by the same slot of another outfit [V]."""
    rng = np.random.default_rng(seed)
    known = [[item for item in outfit.items if item in catalogue.row_of] for outfit in outfits]
    rows_BI = padded_rows([items for items in known if len(items) > max(GRADES)], catalogue.row_of)
    grades: dict[int, NDArray[np.int64]] = {0: rows_BI}
    order_BI = np.where(rows_BI >= 0, rng.random(rows_BI.shape), 2.0).argsort(1)
    names = np.asarray(catalogue.categories, dtype=object)
    worn_of = {category: rows_BI[(rows_BI >= 0) & (names[rows_BI] == category)] for category in set(names[rows_BI[rows_BI >= 0]])}
    for grade in GRADES[1:]:
        rows_BI = rows_BI.copy()
        for row, place in enumerate(order_BI[:, grade - 1]):
            others = worn_of[names[rows_BI[row, place]]]
            different = others[others != rows_BI[row, place]]
            if len(different):
                rows_BI[row, place] = rng.choice(different)
        grades[grade] = rows_BI
    return Separation({grade: np.asarray(scorer.outfits(rows)) for grade, rows in grades.items()})


def plot(directory: Path, found: Separation) -> list[str]:
    """Write the two plots of the claim, each for light and dark pages; returns their stems."""
    directory.mkdir(parents=True, exist_ok=True)
    return [save(directory, "similarity-by-replaced", _distributions(found)), save(directory, "over-threshold", _over_threshold(found))]


def _distributions(found: Separation) -> Draw:
    edges = np.histogram_bin_edges(np.concatenate(list(found.scores.values())), _BINS).tolist()

    def draw(axes: Axes, palette: Palette) -> None:
        colours = (palette.worn, palette.model, palette.replaced)
        for grade, colour in zip(found.scores, colours, strict=False):
            name = f"{grade} replaced" if grade else "as worn"
            axes.hist(found.scores[grade], bins=edges, density=True, histtype="stepfilled", alpha=0.25, color=colour, label=name)
            axes.hist(found.scores[grade], bins=edges, density=True, histtype="step", linewidth=1.4, color=colour)
        axes.set(xlabel="similarity", ylabel="density", yticks=[])

    return draw


def _over_threshold(found: Separation) -> Draw:
    threshold_T, precision_T, recall_T = found.over_threshold()

    def draw(axes: Axes, palette: Palette) -> None:
        axes.plot(threshold_T, precision_T, color=palette.model, linewidth=2.0, label="precision")
        axes.plot(threshold_T, recall_T, color=palette.worn, linewidth=2.0, label="recall")
        axes.set(xlabel="threshold of the similarity", ylim=(0, 1.02))

    return draw
