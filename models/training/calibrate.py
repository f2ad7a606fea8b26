"""Fits the calibrations from raw scores to probabilities, on validation outfits.

The calibration of outfits compares worn outfits and random parts of them, since requests are rarely whole outfits, with the same outfits
with every item replaced by one that is alike (``models.training.alike``). How likely the categories are a whole outfit is read where that
helps. Where a recipe weighs evidence on the same outfits, each is judged by weights that were fitted without it (cross-fitting): few
outfits, told apart by what was fitted to them, promise too much of others. The calibration of completions compares the worn item with a
random one of its category, given a random part of the outfit's other items.

Shape legend: N items · R outfits · I items per outfit, padded · M rows of a pool.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.bundle import Bundle
from models.compatibility.calibration import UNTOLD, Calibration
from models.encoders.features import FloatArray
from models.evaluation.scorer import ModelScorer
from models.training.alike import Alike, Ints
from models.training.gains import gains
from models.training.run import Run
from models.training.worn import WornOutfits

Unseen = Callable[[Ints], AbstractContextManager[None]]
"""Within it, scores owe nothing to some validation outfits, by their number."""

_LEAST: Final = 20
_SPREAD: Final = 0.3
_FREE: Final = 100.0  # a prior so wide that it says nothing
_MOST: Final = 4_000  # outfits; a few figures are fitted
_MOST_TIMES: Final = 4
_FOLDS: Final = 5
_COUNTED: Final = 2  # that an outfit counts for, however many parts of it are taken
_MORE: Final = 1.0  # standard errors; what is told of it has a narrow prior
_ROUNDING: Final = 1e-5  # of the scores


def random_outfits(rows_RI: Tensor, mask_RI: Tensor, category_N: Tensor, pool_M: Tensor, generator: torch.Generator) -> Tensor:
    """Replace every item of each outfit by a random one of its category from ``pool_M``, if there is any, ``(R, I)``."""
    replaced = rows_RI.clone()
    for category in category_N[rows_RI[mask_RI]].unique():
        members = pool_M[category_N[pool_M] == category]
        if not len(members):
            continue
        where = mask_RI & (category_N[rows_RI] == category)
        replaced[where] = members[torch.randint(len(members), (int(where.sum()),), generator=generator)]
    return replaced


def random_parts(mask_RI: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Draw a part of two or more items of each outfit, as a mask ``(R, I)``, and the place of one of them, ``(R,)``."""
    order_RI = torch.rand(mask_RI.shape, generator=generator).masked_fill(~mask_RI, -1).argsort(dim=1, descending=True)
    size_R = 2 + (torch.rand(len(mask_RI), generator=generator) * (mask_RI.sum(1) - 1)).long()
    part_RI = torch.zeros_like(mask_RI).scatter(1, order_RI, torch.arange(mask_RI.shape[1]) < size_R[:, None])
    return part_RI, order_RI[:, 0]


def with_replaced(rows_RI: Tensor, mask_RI: Tensor, alike: Alike, generator: torch.Generator) -> tuple[Ints, Ints]:
    """Worn outfits and parts of them, and each with every item replaced by an alike one: rows of the catalogue, -1 is padding.

    A few outfits are taken several times, each time as another part and with other items in their places.
    """
    times = max(1, min(_MOST_TIMES, _MOST // max(len(rows_RI), 1)))
    masks = [*([mask_RI] * times), *(random_parts(mask_RI, generator)[0] for _ in range(times))]
    worn_RI = rows_RI.repeat(len(masks), 1).where(torch.cat(masks), -1).numpy()
    return worn_RI, alike.replaced(worn_RI)


def calibrate(
    worn_scores: NDArray[np.float32],
    random_scores: NDArray[np.float32],
    sizes: NDArray[np.int64] | None = None,
    whole: NDArray[np.float64] | None = None,
    *,
    outfits: int | None = None,
) -> Calibration:
    """Platt scaling; the identity if there are too few scores to fit it, or worn outfits do not score higher.

    What is told of n outfits is one in n + 2 unsure, either way (the targets of Platt, Advances in Large Margin Classifiers 1999).

    With sizes, slope and intercept are each linear in the logarithm of the size, as far as those of a size do not say otherwise: how they
    change with it has a normal prior of spread 1, how far a size is off that line one of ``_SPREAD``, in log-odds per spread of the scores.
    (A fit of its own for each size has slopes without bound where few outfits happen to be told apart without an error.)

    Args:
        sizes: number of items of each outfit; None: one calibration for all sizes.
        whole: the chance of each that it lacks nothing, which slope and intercept are linear in, too, with a prior of spread 1; None:
            they do not know it.
        outfits: how many there are, each of which counts as a whole outfit and a part of one, and beyond all but a part 1 / (n + 2) of
            whose scores nothing is known; None: each score is of another one, and of all of them something is known.
    """
    if not _separable(worn_scores, random_scores):
        return Calibration()
    count = outfits or len(worn_scores)
    if sizes is None:
        return _platt(worn_scores, random_scores, count)
    from scipy.linalg import LinAlgWarning  # noqa: PLC0415 - seconds that only a training should take
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    scores, spread = np.concatenate([worn_scores, random_scores]).astype(np.float64), float(np.std([*worn_scores, *random_scores]))
    all_sizes = np.arange(2, int(sizes.max()) + 1)

    def told(sizes: NDArray[np.int64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
        lines_R3 = np.stack([np.full(len(sizes), _FREE), np.log(sizes / 2), whole - UNTOLD], axis=1)
        return np.concatenate([lines_R3, _SPREAD * (sizes[:, None] == all_sizes)], axis=1)

    untold = np.full(len(sizes), UNTOLD)
    told_RK = np.tile(told(np.maximum(sizes, 2), untold if whole is None else whole), (2, 1))
    heard_RK = np.concatenate([told_RK, told_RK * (scores / spread)[:, None]], axis=1)
    fitted = LogisticRegression(C=1.0, fit_intercept=False, solver="newton-cholesky")  # few columns, many rows
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LinAlgWarning)  # of scores that are all but the same; it goes on by another solver
        fitted.fit(*_unsure(heard_RK, len(worn_scores), count))
    intercept_K, slope_K = fitted.coef_[0].reshape(2, -1) / [[1.0], [spread]]
    by_size_SK = told(all_sizes, np.full(len(all_sizes), UNTOLD))
    slopes, intercepts = by_size_SK @ slope_K, by_size_SK @ intercept_K
    if slopes.min() <= abs(slope_K[2]) / 2:  # some outfits among which nothing is told apart
        return _platt(worn_scores, random_scores, count) if whole is None else calibrate(worn_scores, random_scores, sizes, outfits=outfits)
    lines = [(int(size), float(slope), float(zero)) for size, slope, zero in zip(all_sizes, slopes, intercepts, strict=True)]
    of_whole, known = (float(slope_K[2]), float(intercept_K[2])), None
    if outfits:
        low, high = np.quantile(scores, [1 / (outfits + 2), 1 - 1 / (outfits + 2)])
        known = float(low), float(high)
    return Calibration(slope=lines[0][1], intercept=lines[0][2], larger=tuple(lines[1:]), whole=of_whole, known=known)


def whole_helps(
    worn_scores: NDArray[np.float32],
    random_scores: NDArray[np.float32],
    sizes: NDArray[np.int64],
    whole: NDArray[np.float64],
    outfits: int,
) -> bool:
    """Whether outfits that a calibration was not fitted to are told better by one that knows ``whole``, in log loss.

    Args:
        outfits: how many there are; row r is of outfit ``r % outfits``.
    """
    outfit_R, gain_R = np.arange(len(sizes)) % outfits, np.zeros(len(sizes))
    part_R = outfit_R % _FOLDS
    for part in range(_FOLDS):
        kept, asked = part_R != part, part_R == part
        for chance, sign in ((None, 1), (whole, -1)):
            told = None if chance is None else chance[kept]
            fitted = calibrate(worn_scores[kept], random_scores[kept], sizes[kept], told, outfits=len(np.unique(outfit_R[kept])))
            worn, other = (fitted.log_odds(scores[asked], sizes[asked], whole[asked]) for scores in (worn_scores, random_scores))
            gain_R[asked] += sign * (np.logaddexp(0, -worn) + np.logaddexp(0, other))
    gain = gain_R.reshape(-1, outfits).mean(0)
    return gains(gain, _MORE)


def _separable(worn_scores: NDArray[np.float32], random_scores: NDArray[np.float32]) -> bool:
    """Whether there are enough scores to fit, they differ by more than sums are rounded, and worn outfits score higher."""
    scores = np.concatenate([worn_scores, random_scores])
    return (
        len(worn_scores) >= _LEAST
        and bool(scores.std() > _ROUNDING * np.abs(scores).max())
        and bool(worn_scores.mean() > random_scores.mean())
    )


def _unsure(heard_RK: NDArray[np.float64], worn: int, outfits: int) -> tuple[NDArray[np.float64], Ints, NDArray[np.float64]]:
    """What is heard of worn outfits and then of others, with labels and weights under which each is the other with chance 1 / (n + 2)."""
    labels_R, doubt = np.repeat([1, 0], [worn, len(heard_RK) - worn]), 1 / (outfits + 2)
    weights = min(1.0, _COUNTED * outfits / worn) * np.repeat([1 - doubt, doubt], len(heard_RK))
    return np.tile(heard_RK, (2, 1)), np.concatenate([labels_R, 1 - labels_R]), weights


def _platt(worn_scores: NDArray[np.float32], random_scores: NDArray[np.float32], outfits: int) -> Calibration:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - likewise

    scores_R1 = np.concatenate([worn_scores, random_scores]).astype(np.float64)[:, None]
    fitted = LogisticRegression(C=1e4).fit(*_unsure(scores_R1, len(worn_scores), outfits))
    return Calibration(slope=float(fitted.coef_[0, 0]), intercept=float(fitted.intercept_[0]))


def calibrated(
    bundle: Bundle, run: Run[Any], features_NF: FloatArray, metrics: Mapping[str, float], unseen: Unseen = lambda _: nullcontext()
) -> Bundle:
    """The trained bundle with its metrics and both calibrations, fitted on validation outfits, or on training outfits without any.

    Args:
        unseen: what scores of validation outfits owe to them; by default nothing.
    """
    catalogue = run.dataset.catalogue
    categories, generator = catalogue.categories, torch.Generator().manual_seed(run.seed)
    worn, valid = (WornOutfits.of(run.dataset.outfits_of(split), catalogue) for split in ("train", "valid"))
    judged = valid if len(valid) else worn
    if not len(judged):
        return replace(bundle, manifest=replace(bundle.manifest, metrics=metrics))
    scorer = ModelScorer(bundle, bundle.embed(features_NF, categories, catalogue.texts(), list(catalogue.ids)), categories)
    category_N = bundle.category_indices(categories)
    alike = Alike(category_N.numpy(), bundle.looks(scorer.embeddings_ND), worn, run.seed)
    some = torch.randperm(len(judged), generator=generator)[:_MOST]
    rows_RI, mask_RI = judged.rows_RI[some], judged.mask_RI[some]
    with run.progress("calibrating probabilities", 0):
        calibration = _of_outfits(scorer, *with_replaced(rows_RI, mask_RI, alike, generator), some.numpy(), unseen)
        completion = _of_items(scorer, rows_RI, mask_RI, category_N, generator)
    return replace(bundle, manifest=replace(bundle.manifest, metrics=metrics, calibration=calibration, completion=completion))


def _of_outfits(scorer: ModelScorer, worn_RI: Ints, other_RI: Ints, outfit_K: Ints, unseen: Unseen) -> Calibration:
    """From worn outfits and others; row r is of the outfit with the number ``outfit_K[r % K]``."""
    part_R = np.arange(len(worn_RI)) % len(outfit_K) % _FOLDS
    scores_2R = np.zeros((2, len(worn_RI)), dtype=np.float32)
    for part in range(min(_FOLDS, len(outfit_K))):
        with unseen(outfit_K[part::_FOLDS]):
            scores_2R[:, part_R == part] = [scorer.outfits(rows_RI[part_R == part]) for rows_RI in (worn_RI, other_RI)]
    (worn_R, other_R), sizes, outfits = scores_2R, (worn_RI >= 0).sum(1), len(outfit_K)
    whole_R = scorer.bundle.whole(scorer.names(worn_RI))
    helps = whole_helps(worn_R, other_R, sizes, whole_R, outfits)
    return calibrate(worn_R, other_R, sizes, whole_R if helps else None, outfits=outfits)


def _of_items(scorer: ModelScorer, rows_RI: Tensor, mask_RI: Tensor, category_N: Tensor, generator: torch.Generator) -> Calibration:
    part_RI, place_R = random_parts(mask_RI, generator)
    answer_RI = torch.zeros_like(mask_RI).scatter(1, place_R[:, None], value=True)
    drawn_RI = random_outfits(rows_RI, answer_RI, category_N, torch.arange(len(category_N)), generator)
    candidates_R2 = torch.stack([rows_RI[answer_RI], drawn_RI[answer_RI]], dim=1)
    asked = candidates_R2[:, 0] != candidates_R2[:, 1]
    context_RI = rows_RI.where(part_RI & ~answer_RI, -1)
    scores_R2 = scorer.candidates(context_RI[asked].numpy(), candidates_R2[asked].numpy())
    return calibrate(scores_R2[:, 0], scores_R2[:, 1], part_RI.sum(1)[asked].numpy())
