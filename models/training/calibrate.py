"""Turns an outfit's raw score into a probability, fitted on validation outfits against outfits of random items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from torch import Tensor

from models.bundle import Bundle, Calibration
from models.encoders.base import FloatArray
from models.recipes.base import Run
from models.training.worn import WornOutfits

_LEAST = 20


def random_outfits(rows_RI: Tensor, mask_RI: Tensor, category_N: Tensor, pool_M: Tensor, generator: torch.Generator) -> Tensor:
    """Each outfit with every item replaced by a random one of its category from ``pool_M``, if it has any, ``(R, I)``."""
    replaced = rows_RI.clone()
    for category in category_N[rows_RI[mask_RI]].unique():
        members = pool_M[category_N[pool_M] == category]
        if not len(members):
            continue
        where = mask_RI & (category_N[rows_RI] == category)
        replaced[where] = members[torch.randint(len(members), (int(where.sum()),), generator=generator)]
    return replaced


def calibrate(worn_scores: NDArray[np.float32], random_scores: NDArray[np.float32]) -> Calibration:
    """Platt scaling; the identity where there are too few outfits to fit it, or they cannot be told apart."""
    if len(worn_scores) < _LEAST or worn_scores.mean() <= random_scores.mean():
        return Calibration()
    scores = np.concatenate([worn_scores, random_scores])[:, None]
    labels = np.repeat([1, 0], [len(worn_scores), len(random_scores)])
    fitted = LogisticRegression(C=1e4).fit(scores, labels)
    return Calibration(slope=float(fitted.coef_[0, 0]), intercept=float(fitted.intercept_[0]))


def calibrated(bundle: Bundle, run: Run[Any], features_NF: FloatArray, metrics: Mapping[str, float]) -> Bundle:
    """The trained bundle with its metrics, its score made a probability on validation outfits, or training ones where there are none."""
    catalogue = run.dataset.catalogue
    categories, texts = catalogue.categories, catalogue.texts()
    worn, valid = (WornOutfits.of(run.dataset.outfits_of(split), catalogue) for split in ("train", "valid"))
    judged = valid if len(valid) else worn
    calibration = Calibration()
    if len(judged):
        embeddings = bundle.embed(features_NF, categories, texts, list(catalogue.ids))
        pool = torch.from_numpy(np.flatnonzero(worn.times_worn(len(catalogue))))
        category_N = bundle.category_indices(categories)
        other = random_outfits(judged.rows_RI, judged.mask_RI, category_N, pool, torch.Generator().manual_seed(run.seed))
        names = np.array(categories)
        calibration = calibrate(
            *(
                bundle.score(bundle.outfits([embeddings[one] for one in sets], [list(names[one]) for one in sets]))
                for sets in (
                    [row[mask].numpy() for row, mask in zip(rows, judged.mask_RI, strict=True)] for rows in (judged.rows_RI, other)
                )
            )
        )
    return bundle.described(metrics=metrics, calibration=calibration)
