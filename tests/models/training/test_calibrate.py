"""From scores to probabilities."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from models.compatibility.calibration import Calibration
from models.training.calibrate import _of_outfits, calibrate, random_outfits, random_parts, whole_helps


def test_scores_that_are_log_odds_keep_their_meaning() -> None:
    """Where score s means sigmoid(s), the fit is slope 1 and intercept 0."""
    rng = np.random.default_rng(0)
    scores = rng.normal(0, 2, 40_000).astype(np.float32)
    worn = rng.random(len(scores)) < 1 / (1 + np.exp(-scores))
    fitted = calibrate(scores[worn], scores[~worn])
    assert abs(fitted.slope - 1) < 0.05
    assert abs(fitted.intercept) < 0.05


def test_too_little_or_too_strange_is_left_as_it_is() -> None:
    """Few outfits, or random ones that score higher."""
    low, high = np.zeros(50, dtype=np.float32), np.ones(50, dtype=np.float32)
    assert calibrate(high[:5], low[:5]) == Calibration()
    assert calibrate(low, high) == Calibration()
    one = np.float32(21.84)  # sums that were rounded differ by a few last digits
    worn, other = ((one + np.spacing(one) * (np.arange(96) % most)).astype(np.float32) for most in (6, 4))
    assert worn.mean() > other.mean()
    assert calibrate(worn, other, np.full(96, 2)) == Calibration()


def slopes(fitted: Calibration) -> dict[int, float]:
    """Slope by number of items."""
    return {2: fitted.slope, **{size: slope for size, slope, _ in fitted.larger}}


def test_larger_outfits_are_judged_by_their_own_scale() -> None:
    """Scores of six items that mean three times as much; a size that hardly occurs goes on as the others do."""
    rng = np.random.default_rng(0)
    sizes = rng.choice([2, 3, 6, 9], 40_000, p=[0.5, 0.2998, 0.2, 0.0002])
    meaning = np.where(sizes < 6, 1.0, 3.0)
    scores = rng.normal(0, 1, (2, 40_000)).astype(np.float32)
    swapped = rng.random(40_000) > 1 / (1 + np.exp(-meaning * (scores[0] - scores[1])))
    slope = slopes(calibrate(np.where(swapped, scores[::-1], scores)[0], np.where(swapped, scores[::-1], scores)[1], sizes))
    assert list(slope) == list(range(2, 10))
    assert slope[6] > 1.5 * slope[2]
    assert abs(slope[3] - slope[2]) < 0.15
    assert slope[6] < slope[9] < 2 * slope[6]


def whole_and_parts(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores of worn outfits of three, of others, and whether they are whole: then log-odds are 2 (score - 1), else the score itself."""
    rng = np.random.default_rng(0)
    whole = rng.integers(0, 2, count).astype(float)
    worn, other = (rng.normal(of_part + shift * whole, 1.0).astype(np.float32) for of_part, shift in ((0.5, 1.5), (-0.5, 0.5)))
    return worn, other, whole


def test_what_lacks_something_is_judged_by_its_own_scale() -> None:
    """Scores of whole outfits that mean more, and from another level on, than those of parts of as many items."""
    worn, other, whole = whole_and_parts(20_000)
    sizes = np.full(len(whole), 3)
    fitted, blind = calibrate(worn, other, sizes, whole), calibrate(worn, other, sizes)
    assert fitted.log_odds([0.0, 1.0], 3, 0.0) == pytest.approx([0.0, 1.0], abs=0.1)
    assert fitted.log_odds([1.0, 2.0], 3, 1.0) == pytest.approx([0.0, 2.0], abs=0.1)
    assert blind.log_odds(0.5, 3, 1.0) == blind.log_odds(0.5, 3)


def test_what_tells_nothing_is_not_read() -> None:
    """Whether outfits are whole helps; the same said of other ones does not."""
    worn, other, whole = whole_and_parts(1_000)
    assert whole_helps(worn, other, np.full(1_000, 3), whole, 500)
    assert not whole_helps(worn, other, np.full(1_000, 3), whole[::-1], 500)


def test_a_few_outfits_told_apart_without_an_error_are_no_certainty() -> None:
    """Fifty of seven items, every worn one above every other: alone they would have a slope without bound."""
    rng = np.random.default_rng(0)
    sizes = np.repeat([3, 4, 7], [2_000, 2_000, 50])
    worn, other = (rng.normal(mean, 1.0, len(sizes)).astype(np.float32) for mean in (1.0, 0.0))
    worn[-50:], other[-50:] = rng.uniform(1.0, 2.0, 50), rng.uniform(-1.0, 0.5, 50)
    slope = slopes(calibrate(worn, other, sizes))
    assert slope[3] < slope[7] < 4 * slope[3]


def test_a_part_has_two_items_or_more_and_only_worn_ones() -> None:
    """Every size up to the whole comes up; the item that is asked for is one of them."""
    mask = torch.tensor([[True, True, True, True, False], [True, True, False, False, False]]).repeat(200, 1)
    part, place = random_parts(mask, torch.Generator().manual_seed(0))
    assert not (part & ~mask).any()
    assert set(part[::2].sum(1).tolist()) == {2, 3, 4}
    assert set(part[1::2].sum(1).tolist()) == {2}
    assert part.gather(1, place[:, None]).all()
    assert set(place[::2].tolist()) == {0, 1, 2, 3}


def test_random_outfits_are_of_the_same_categories() -> None:
    """Every item is replaced by one of the pool; where the pool has none of its category, it stays; padding stays."""
    category = torch.tensor([0, 0, 0, 1, 1, 2])
    rows, mask = torch.tensor([[0, 3], [5, 0]]).repeat(50, 1), torch.tensor([[True, True], [True, False]]).repeat(50, 1)
    drawn = random_outfits(rows, mask, category, torch.tensor([1, 2, 4]), torch.Generator().manual_seed(0))
    assert set(drawn[::2, 0].tolist()) == {1, 2}
    assert set(drawn[::2, 1].tolist()) == {4}
    assert drawn[1::2].tolist() == rows[1::2].tolist()


def test_scores_that_are_all_but_the_same_are_calibrated_without_a_word() -> None:
    """As those of a model that fell together are: by some of them the first solver fails."""
    for seed in range(8):
        rng = np.random.default_rng(seed)
        worn, random = (np.float32(0.36 + more + 5e-6 * rng.standard_normal(128)) for more in (2.5e-6, 0.0))
        fitted = calibrate(worn, random, rng.integers(2, 5, 128))
        assert np.isfinite(fitted.log_odds(worn, np.full(128, 3))).all()


def test_many_parts_of_few_outfits_make_nothing_more_certain() -> None:
    """Forty outfits that are told apart without an error, each sixteen times: one in 42 is unsure, beyond what was seen, too."""
    rng = np.random.default_rng(0)
    worn, other = rng.uniform(1, 2, 40).astype(np.float32), rng.uniform(-2, -1, 40).astype(np.float32)
    few, many = (calibrate(np.tile(worn, times), np.tile(other, times), np.full(40 * times, 3), outfits=40) for times in (2, 16))
    likely = many.probability([1.5, 2.0, 100.0], 3)
    np.testing.assert_allclose(few.probability([1.5, 2.0, 100.0], 3), likely, atol=0.005)
    assert likely[0] == pytest.approx(1 - 1 / 42, abs=0.01)
    assert likely[1] == pytest.approx(likely[2], abs=0.002)
    assert likely[2] < calibrate(np.tile(worn, 16), np.tile(other, 16), np.full(640, 3)).probability(100.0, 3)


def test_what_was_fitted_to_outfits_is_not_believed_of_them() -> None:
    """The weights find each outfit that they were fitted to, and of others nothing: then nothing is likely, or unlikely."""
    rows_RI, seen = np.tile(np.arange(60)[:, None], (1, 3)), set(range(60))

    class Scorer:
        """Knows what is worn by the items of the outfits that were seen; others at random."""

        bundle = SimpleNamespace(whole=lambda names: np.full(len(names), 0.5))
        rng = np.random.default_rng(0)

        def outfits(self, rows_RI: np.ndarray) -> np.ndarray:
            told = np.isin(rows_RI[:, 0] % 100, list(seen))
            return np.where(told, np.where(rows_RI[:, 0] < 100, 2.0, -2.0), 0) + self.rng.normal(0, 1, len(rows_RI))

        @contextmanager
        def without(self, outfits: np.ndarray) -> Iterator[None]:
            seen.difference_update(outfits.tolist())
            yield
            seen.update(outfits.tolist())

        def names(self, rows_RI: np.ndarray) -> list[tuple[()]]:
            return [()] * len(rows_RI)

    scorer = Scorer()
    fitted, held = (
        _of_outfits(scorer, rows_RI, rows_RI + 100, np.arange(60), unseen)  # type: ignore[arg-type]
        for unseen in (lambda _: nullcontext(), scorer.without)
    )
    assert _of_outfits(scorer, rows_RI[:8], rows_RI[:8] + 100, np.arange(2), scorer.without) == Calibration()  # type: ignore[arg-type]
    assert fitted.probability(2.0, 3) > 0.9
    assert held == Calibration() or 0.3 < held.probability(2.0, 3) < 0.7
