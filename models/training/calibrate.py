"""Fits the calibrations from raw scores to probabilities, on validation outfits.

The calibration of outfits compares worn outfits and random parts of them, since requests are rarely whole outfits, with the same outfits
with every item replaced by one that is alike (``models.training.alike``). The calibration of completions compares the worn item with a
random one of its category, given a random part of the outfit's other items.

Shape legend: N items · R outfits · I items per outfit, padded · M rows of a pool.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.bundle import Bundle
from models.compatibility.calibration import Calibration
from models.encoders.features import FloatArray
from models.evaluation.scorer import ModelScorer
from models.training.alike import Alike, Ints
from models.training.run import Run
from models.training.worn import WornOutfits

_LEAST: Final = 20
_SPREAD: Final = 0.3
_FREE: Final = 100.0  # a prior so wide that it says nothing
_MOST: Final = 4_000  # outfits; a few figures are fitted
_MOST_TIMES: Final = 4


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


def calibrate(worn_scores: NDArray[np.float32], random_scores: NDArray[np.float32], sizes: NDArray[np.int64] | None = None) -> Calibration:
    """Platt scaling; the identity if there are too few scores to fit it, or worn outfits do not score higher.

    With sizes, slope and intercept are each linear in the logarithm of the size, as far as those of a size do not say otherwise: how they
    change with it has a normal prior of spread 1, how far a size is off that line one of ``_SPREAD``, in log-odds per spread of the scores.
    (A fit of its own for each size has slopes without bound where few outfits happen to be told apart without an error.)

    Args:
        sizes: number of items of each outfit; None: one calibration for all sizes.
    """
    if not _separable(worn_scores, random_scores):
        return Calibration()
    if sizes is None:
        return _platt(worn_scores, random_scores)
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - seconds that only a training should take

    scores, spread = np.concatenate([worn_scores, random_scores]).astype(np.float64), float(np.std([*worn_scores, *random_scores]))
    labels = np.repeat([1, 0], [len(worn_scores), len(random_scores)])
    all_sizes = np.arange(2, int(sizes.max()) + 1)

    def told(scores: NDArray[np.float64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
        of_all_R2 = np.stack([np.full(len(sizes), _FREE), np.log(sizes / 2)], axis=1)
        lines_RK = np.concatenate([of_all_R2, _SPREAD * (sizes[:, None] == all_sizes)], axis=1)
        return np.concatenate([lines_RK, lines_RK * (scores / spread)[:, None]], axis=1)

    fitted = LogisticRegression(C=1.0, fit_intercept=False, max_iter=10_000).fit(told(scores, np.tile(np.maximum(sizes, 2), 2)), labels)
    at_0, at_1 = (told(np.full(len(all_sizes), value), all_sizes) @ fitted.coef_[0] for value in (0.0, 1.0))
    if (at_1 <= at_0).any():  # some size in which nothing is told apart
        return _platt(worn_scores, random_scores)
    lines = [(int(size), float(one - zero), float(zero)) for size, zero, one in zip(all_sizes, at_0, at_1, strict=True)]
    return Calibration(slope=lines[0][1], intercept=lines[0][2], larger=tuple(lines[1:]))


def _separable(worn_scores: NDArray[np.float32], random_scores: NDArray[np.float32]) -> bool:
    """Whether there are enough scores to fit, and worn outfits score higher."""
    return len(worn_scores) >= _LEAST and bool(worn_scores.mean() > random_scores.mean())


def _platt(worn_scores: NDArray[np.float32], random_scores: NDArray[np.float32]) -> Calibration:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - likewise

    labels = np.repeat([1, 0], [len(worn_scores), len(random_scores)])
    fitted = LogisticRegression(C=1e4).fit(np.concatenate([worn_scores, random_scores])[:, None], labels)
    return Calibration(slope=float(fitted.coef_[0, 0]), intercept=float(fitted.intercept_[0]))


def calibrated(bundle: Bundle, run: Run[Any], features_NF: FloatArray, metrics: Mapping[str, float]) -> Bundle:
    """The trained bundle with its metrics and both calibrations, fitted on validation outfits, or on training outfits without any."""
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
    calibration = _of_outfits(scorer, rows_RI, mask_RI, alike, generator)
    completion = _of_items(scorer, rows_RI, mask_RI, category_N, generator)
    return replace(bundle, manifest=replace(bundle.manifest, metrics=metrics, calibration=calibration, completion=completion))


def _of_outfits(scorer: ModelScorer, rows_RI: Tensor, mask_RI: Tensor, alike: Alike, generator: torch.Generator) -> Calibration:
    worn_RI, other_RI = with_replaced(rows_RI, mask_RI, alike, generator)
    return calibrate(scorer.outfits(worn_RI), scorer.outfits(other_RI), (worn_RI >= 0).sum(1))


def _of_items(scorer: ModelScorer, rows_RI: Tensor, mask_RI: Tensor, category_N: Tensor, generator: torch.Generator) -> Calibration:
    part_RI, place_R = random_parts(mask_RI, generator)
    answer_RI = torch.zeros_like(mask_RI).scatter(1, place_R[:, None], value=True)
    drawn_RI = random_outfits(rows_RI, answer_RI, category_N, torch.arange(len(category_N)), generator)
    candidates_R2 = torch.stack([rows_RI[answer_RI], drawn_RI[answer_RI]], dim=1)
    asked = candidates_R2[:, 0] != candidates_R2[:, 1]
    context_RI = rows_RI.where(part_RI & ~answer_RI, -1)
    scores_R2 = scorer.candidates(context_RI[asked].numpy(), candidates_R2[asked].numpy())
    return calibrate(scores_R2[:, 0], scores_R2[:, 1], part_RI.sum(1)[asked].numpy())
