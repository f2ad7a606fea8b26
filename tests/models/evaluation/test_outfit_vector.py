"""The claim of ``outfit-vector``: outfits separate by how many items were replaced."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.datasets.schema import Dataset
from models.evaluation.metrics import Floats, Ints
from models.evaluation.outfit_vector import Separation, plot, separation

FOUND = Separation({0: np.array([0.9, 0.6, 0.7]), 1: np.array([0.5, 0.65, 0.2]), 2: np.array([0.1, 0.3, 0.2])})


class Noted:
    """Notes the outfits that it scores, by the mean of their rows."""

    def __init__(self) -> None:
        self.asked: list[Ints] = []

    def candidates(self, context_BI: Ints, candidates_BM: Ints) -> Floats:
        raise NotImplementedError

    def outfits(self, items_BI: Ints) -> Floats:
        self.asked.append(items_BI)
        return np.asarray(items_BI.mean(1))


def test_outfits_are_replaced_item_by_item(dataset: Dataset) -> None:
    """The grades are: as worn, one item replaced by another outfit's item of that slot, one more replaced."""
    scorer, shop = Noted(), dataset.catalogue
    found = separation(scorer, dataset.outfits_of("test"), shop, seed=1)
    names, (worn, once, twice) = np.array(shop.categories), scorer.asked
    assert worn.tolist() == [[shop.row_of[item] for item in outfit.items] for outfit in dataset.outfits_of("test")]
    assert ((worn != once).sum(1) == 1).all()
    assert ((worn != twice).sum(1) == 2).all()
    assert ((once == twice) | (once == worn)).all()
    assert (names[twice] == names[worn]).all()
    assert set(twice.ravel()) <= set(worn.ravel())
    assert (found.scores[2] == twice.mean(1)).all()


def test_neighbours_are_compared_by_auc_and_outfit_by_outfit() -> None:
    """AUC counts all pairs of outfits, ``above`` each outfit with its own version."""
    figures = {name: metric.value for name, metric in FOUND.neighbours().items()}
    assert figures["auc_0_1"] == pytest.approx(8 / 9)
    assert figures["above_0_1"] == pytest.approx(2 / 3)
    assert figures["auc_1_2"] == pytest.approx(np.mean([1, 1, 1, 1, 1, 1, 1, 0, 0.5]))


def test_precision_and_recall_follow_the_threshold() -> None:
    """Equal to counts at each threshold; recall falls as the threshold rises."""
    thresholds, precision, recall = FOUND.over_threshold(5)
    everything = np.concatenate(list(FOUND.scores.values()))
    for threshold, precise, seen in zip(thresholds, precision, recall, strict=True):
        assert seen == pytest.approx((FOUND.scores[0] >= threshold).mean())
        assert precise == pytest.approx((FOUND.scores[0] >= threshold).sum() / (everything >= threshold).sum())
    assert (np.diff(recall) <= 0).all()
    assert (precision[0], recall[0]) == (pytest.approx(1 / 3), 1.0)


def test_the_claim_is_plotted(tmp_path: Path) -> None:
    """Two plots, each for light and dark pages."""
    stems = plot(tmp_path / "plots", FOUND)
    assert sorted(path.name for path in (tmp_path / "plots").iterdir()) == sorted(
        f"{stem}{theme}.png" for stem in stems for theme in ("", "-dark")
    )
