"""Items that could have been worn in an item's place: of its category, as often worn, and of its part of the catalogue.

A worn outfit is told from others by what goes together only where nothing else tells them apart. Popularity would; so would the season of a
catalogue, where the items of one year were never worn with those of another. Such parts show in the graph of who was worn with whom: it
nearly falls apart, and the singular vectors of its normalised incidence whose values are near 1 say which item lies where (spectral
co-clustering: Dhillon, KDD 2001). Of the items of a category that are as popular, the nearest third are alike. Where no singular value but
the first is near 1, as where all items are worn with all others, all of them are; likewise where most outfits share no item with others.

Shape legend: N items · R outfits · I items per outfit, padded · K coordinates · Q questions · D size of what an item looks like.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from models.training.popularity import popularity_buckets
from models.training.worn import WornOutfits

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

_COORDINATES: Final = 8
_FALLS_APART: Final = 0.95
_LEAST_PART: Final = 0.01  # of the outfits; less is no part of a catalogue, but outfits that share no item with any other
_PASSES: Final = 30  # values near 1 lie close together
_LEAST_OUTFITS: Final = 1_000  # in fewer, parts cannot be told from chance
_LOOK_ALIKES: Final = 10
_NEAREST: Final = 1 / 3
_LEAST: Final = 5
_MOST: Final = 1_000


class Alike:
    """See the module's docstring.

    Args:
        category_N: of each item. looks_ND: what tells where an item lies that no outfit wears: where those lie that look like it.
        worn: the training outfits.
    """

    def __init__(self, category_N: Ints, looks_ND: Floats, worn: WornOutfits, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.category_N = category_N
        self.code_N: Ints = category_N * 8 + popularity_buckets(torch.from_numpy(worn.times_worn(len(category_N)))).numpy()
        self.place_NK = _places(category_N, looks_ND, worn)
        self._of_code, self._of_category = (
            {code: np.flatnonzero(codes == code) for code in np.unique(codes)} for codes in (self.code_N, category_N)
        )

    def drawn(self, row: int, banned: Collection[int], count: int) -> Ints:
        """Up to ``count`` different items that are alike to one, none of them banned."""
        popular = self._others(self._of_code[self.code_N[row]], banned)
        if not self.place_NK.shape[1]:
            return popular[:count]
        distance = np.square(self.place_NK[popular] - self.place_NK[row]).sum(1)
        nearest = np.argsort(distance, kind="stable")[: max(_LEAST, round(_NEAREST * len(popular)))]
        chosen: Ints = popular[self.rng.permutation(nearest)[:count]]
        return chosen

    def any_of_category(self, row: int, banned: Collection[int], count: int) -> Ints:
        """Up to ``count`` different items of its category, none of them banned."""
        return self._others(self._of_category[self.category_N[row]], banned)[:count]

    def replaced(self, rows_RI: Ints) -> Ints:
        """Each outfit with every item replaced by one that is alike, else by any of its category, else left, ``(R, I)``; -1 is padding."""
        replaced_RI = rows_RI.copy()
        for own_I, other_I in zip(rows_RI, replaced_RI, strict=True):
            banned = {*own_I.tolist()}
            for place in np.flatnonzero(own_I >= 0):
                row = int(own_I[place])
                found = next((rows for draw in (self.drawn, self.any_of_category) if len(rows := draw(row, banned, 1))), [row])
                other_I[place] = found[0]
                banned.add(int(found[0]))
        return replaced_RI

    def _others(self, pool: Ints, banned: Collection[int]) -> Ints:
        some = self.rng.choice(pool, _MOST, replace=False) if len(pool) > _MOST else self.rng.permutation(pool)
        return some[[row not in banned for row in some.tolist()]]


def _places(category_N: Ints, looks_ND: Floats, worn: WornOutfits) -> Floats:
    """Where each item lies, ``(N, K)``, each coordinate with a spread of 1 over the worn ones; K is 0 where nothing falls apart."""
    times_N = worn.times_worn(len(category_N))
    if len(worn) < _LEAST_OUTFITS:
        return np.zeros((len(category_N), 0), dtype=np.float32)
    from scipy.sparse import block_array, csr_matrix, diags  # noqa: PLC0415 - seconds that only a training should take
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415
    from sklearn.utils.extmath import randomized_svd  # noqa: PLC0415

    size_R, row_W = worn.mask_RI.sum(1).numpy(), worn.rows_RI[worn.mask_RI].numpy()
    outfit_W = np.repeat(np.arange(len(size_R)), size_R)
    weight_N = 1 / np.sqrt(np.maximum(times_N, 1))
    incidence_RN = diags(1 / np.sqrt(size_R)) @ csr_matrix((weight_N[row_W], (outfit_W, row_W)), (len(size_R), len(times_N)))
    part_R = connected_components(block_array([[None, incidence_RN], [incidence_RN.T, None]]), directed=False)[1][: len(worn)]
    outfits_R = np.bincount(part_R)[part_R]
    incidence_RN = incidence_RN[outfits_R >= max(_LEAST_PART * len(worn), 2)]
    if incidence_RN.shape[0] < max(_LEAST_OUTFITS, len(worn) / 2):
        return np.zeros((len(category_N), 0), dtype=np.float32)
    times_N = np.asarray((incidence_RN > 0).sum(0)).ravel()  # what only the small parts have is placed by its looks
    _, value_K, vector_KN = randomized_svd(incidence_RN, _COORDINATES + 1, n_iter=_PASSES, random_state=0)
    chosen = [number for number in np.argsort(-value_K)[1:] if value_K[number] > _FALLS_APART]
    far_NK = vector_KN[chosen].T * weight_N[:, None]
    far_NK = np.sign(far_NK) * np.sqrt(np.abs(far_NK))  # the smallest parts lie farthest out
    place_NK: Floats = (far_NK / np.maximum(far_NK[times_N > 0].std(0), 1e-12)).astype(np.float32)
    unit_ND = looks_ND / np.maximum(np.linalg.norm(looks_ND, axis=1, keepdims=True), 1e-12)
    for category in np.unique(category_N) if chosen else ():
        own = category_N == category
        known, cold = np.flatnonzero(own & (times_N > 0)), np.flatnonzero(own & (times_N == 0))
        for rows in _chunks(cold, len(known)):
            nearest = np.argsort(-(unit_ND[rows] @ unit_ND[known].T), axis=1)[:, :_LOOK_ALIKES]
            place_NK[rows] = place_NK[known[nearest]].mean(1)
    return place_NK


def _chunks(rows: Ints, beside: int, cells: int = 4_000_000) -> Iterable[Ints]:
    """The rows in parts, each of which fits a matrix with ``beside`` columns; none where there are no columns."""
    return (rows[at : at + cells // beside + 1] for at in range(0, len(rows), cells // beside + 1)) if beside else ()
