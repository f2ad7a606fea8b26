"""Was the encoder trained on what it is measured on? What its training could read, and what the features themselves betray.

An encoder finds the titles of pictures it was trained on more easily than those of others. If the held-out items had been among them, they
would stand where the training items stand, and not where the validation items do.

Shape legend: N items · F features.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from splits import Shop, part
from views import Looker, thumbnails

from models.datasets.schema import Catalogue
from models.encoders.base import FloatArray
from models.evaluation.bootstrap import intervals
from models.evaluation.metrics import answer_ranks, mean

_ROOM: Final = 128
_ALIKE: Final = 0.02  # root mean square of a thumbnail's pixels, of 1: photographs of one product in another size or colour profile


def held_out(shop: Shop, looker: Looker) -> dict[str, Any]:
    """Sizes of the splits, what of the held-out items is alike in training, and how often a picture finds its own title among 128."""
    catalogues = {"train": part(shop.train, np.arange(min(len(shop.train), len(shop.test)))), "valid": shop.valid, "test": shop.test}
    own = {name: finds_its_title(looker, catalogue) for name, catalogue in catalogues.items()}
    spread = {name: intervals({"": mean(values)}, len(values))[""] for name, values in own.items()}
    train_titles = {(title or "").lower() for title in shop.train.titles}
    return {
        "items": {"train, of them looked at": len(shop.train), "valid": len(shop.valid), "test": len(shop.test)},
        "test_titles_in_train": float(np.mean([(title or "").lower() in train_titles for title in shop.test.titles])),
        "test_pictures_almost_in_train": float((nearest(thumbnails(shop.test), thumbnails(shop.train)) < _ALIKE).mean()),
        "finds_its_title": {name: {"value": float(values.mean()), "ci95": spread[name]} for name, values in own.items()},
    }


def finds_its_title(looker: Looker, catalogue: Catalogue, rooms: int = 40) -> FloatArray:
    """How often each item's picture is nearest to its own title, or one of the same words, among 128 random items; ``(N,)``, 0 to 1."""
    features = looker.features(catalogue)
    likeness = looker.block(features, "image") @ looker.block(features, "text").T
    titles = np.unique([" ".join(sorted((title or "").lower().split())) for title in catalogue.titles], return_inverse=True)[1]
    rng = np.random.default_rng(0)
    won, tried = np.zeros(len(catalogue)), np.zeros(len(catalogue))
    for _ in range(rooms):
        order = rng.permutation(len(catalogue))
        for room in np.array_split(order, max(1, len(order) // _ROOM)):
            scores = likeness[np.ix_(room, room)]
            same = (titles[room][:, None] == titles[room][None]) & ~np.eye(len(room), dtype=bool)
            won[room] += answer_ranks(scores, np.arange(len(room)), ~same) == 1
            tried[room] += 1
    return np.asarray(won / tried, dtype=np.float32)


def nearest(asked_NF: FloatArray, kept_NF: FloatArray) -> FloatArray:
    """Root mean square difference of each asked row to the nearest kept one, ``(N,)``."""
    length_N, length_M = (asked_NF**2).sum(1), (kept_NF**2).sum(1)
    squared = np.concatenate(
        [(length_N[at : at + 256, None] + length_M - 2 * asked_NF[at : at + 256] @ kept_NF.T).min(1) for at in range(0, len(asked_NF), 256)]
    )
    return np.asarray(np.sqrt(np.maximum(squared, 0) / asked_NF.shape[1]), dtype=np.float32)
