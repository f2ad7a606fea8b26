"""Was the encoder trained on what it is measured on? What its training could read, and what the features themselves betray.

An encoder finds the titles of pictures it was trained on more easily than those of others. If the held-out items had been among them, they
would stand where the training items stand, and not where the validation items do.

Shape legend: N items · F features.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from retrieval import centred_cosines, cosines, found, keys
from splits import Shop, part
from views import IMAGE, THUMBNAIL, Looker, thumbnails
from word_recall import in_order, rarest_third, said_words, told, word_metrics

from models.datasets.schema import Catalogue
from models.encoders.features import FloatArray
from models.encoders.load import SHIPPED_DIRECTORY
from models.encoders.words import read_vocabulary
from models.evaluation.bootstrap import intervals
from models.evaluation.metrics import answer_ranks, mean

_ROOM: Final = 128
_ALIKE: Final = 0.02  # root mean square of a thumbnail's pixels, of 1: photographs of one product in another size or colour profile


def held_out(shop: Shop, looker: Looker) -> dict[str, Any]:
    """How large the splits are, what of the held-out items stands in training too, and what the encoder makes of what does not."""
    catalogues = {"train": part(shop.train, np.arange(min(len(shop.train), len(shop.test)))), "valid": shop.valid, "test": shop.test}
    own = {name: finds_its_title(looker, catalogue) for name, catalogue in catalogues.items()}
    spread = {name: intervals({"": mean(values)}, len(values))[""] for name, values in own.items()}
    titles = {(title or "").lower() for title in shop.trained.titles}
    titled_N = np.array([(title or "").lower() in titles for title in shop.test.titles])
    small_NF = thumbnails(shop.test)
    pictured_N = nearest(small_NF, thumbnails(shop.trained)) < _ALIKE
    chosen = {
        "all": np.ones_like(titled_N),
        "title in train": titled_N,
        "title not in train": ~titled_N,
        "neither title nor picture in train": ~titled_N & ~pictured_N,
    }
    return {
        "items": {"train": len(shop.trained), "valid": len(shop.valid), "test": len(shop.test)},
        "test_titles_in_train": float(titled_N.mean()),
        "test_pictures_almost_in_train": float(pictured_N.mean()),
        "test_items": measured(shop, looker, small_NF, chosen),
        "finds_its_title": {name: {"value": float(values.mean()), "ci95": spread[name]} for name, values in own.items()},
    }


def measured(shop: Shop, looker: Looker, thumbnails_NF: FloatArray, chosen: Mapping[str, NDArray[np.bool_]]) -> dict[str, Any]:
    """What the page says of all held-out items, over some of them: each is still compared with all others."""
    image_ND, key_N = looker.block(looker.features(shop.test), "image"), keys(shop.test)
    asked_N = np.bincount(key_N)[key_N] > 1
    hits = {IMAGE: found(cosines(image_ND), key_N), THUMBNAIL: found(centred_cosines(thumbnails_NF), key_N)}
    vocabulary = tuple(read_vocabulary(SHIPPED_DIRECTORY))
    rare_K = rarest_third(said_words(shop.train, vocabulary).counts)
    words_NL = said_words(shop.test, vocabulary).words_NL
    logits_NK = in_order(vocabulary, looker.shipped).logits(image_ND)
    figures = {}
    for name, mine_N in chosen.items():
        hit = {f"hit_at_10, {way}": mean(one["hit_at_10"][mine_N[asked_N]]) for way, one in hits.items()}
        words = {f"word_{name}": metric for name, metric in word_metrics(logits_NK[mine_N], words_NL[mine_N], rare_K).items()}
        queries, worded = int(mine_N[asked_N].sum()), int((words_NL[mine_N] >= 0).any(1).sum())
        figures[name] = {"items": int(mine_N.sum()), "queries": queries, **told(hit, queries), **told(words, worded)}
    return figures


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
