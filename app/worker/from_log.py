"""What a bundle would have earned, had it answered what the log has: it ranks what was considered, and explored answers tell the rest.

A bundle ranks the items that were considered for each list, which is what the release that served retrieved, filtered and let the rules
have; what another release would retrieve beside them cannot be told by this log. Pinned and promoted items keep their places.

Shape legend: U lists · M items considered, padded · K places, padded · N items · F features.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import numpy as np

from app.home.runs import FromLog
from app.worker.logged import Logged
from models.bundle import Bundle
from models.datasets.schema import Catalogue
from models.encoders.features import FloatArray
from models.offpolicy.examination import ASSUMED, Steepness
from models.offpolicy.reward import Reward
from models.offpolicy.showings import Floats, Ints

_AT_ONCE: Final = 256


def judged(
    found: Logged, current: Bundle, candidate: Bundle, catalogue: Catalogue, features_NF: FloatArray, reward: Reward, eta: float | None
) -> FromLog:
    """What both would have earned per list.

    Args:
        features_NF: of the catalogue, by row.
        eta: how steeply attention falls by place; None: as the log tells, else 1.
    """
    told = found.lists.steepness() if eta is None else None
    steep = told or Steepness(ASSUMED if eta is None else eta)
    theirs, ours = (found.lists.estimated(ranked(found, bundle, catalogue, features_NF), steep) for bundle in (current, candidate))
    return FromLog(reward=reward, examination=steep.eta, told=told is not None, given=eta is not None, current=theirs, candidate=ours)


def ranked(found: Logged, bundle: Bundle, catalogue: Catalogue, features_NF: FloatArray) -> Ints:
    """Which of the considered items the bundle would show at each place, ``(U, K)``; -1 where none is left."""
    embeddings_ND = bundle.embed(features_NF, catalogue.categories, catalogue.texts(), catalogue.ids)
    names = np.asarray(catalogue.categories, dtype=object)
    score_UM: Floats = np.full(found.rows_UM.shape, -np.inf)
    for asked, places in _by_shopper(found, bundle):
        for some in (places[first : first + _AT_ONCE] for first in range(0, len(places), _AT_ONCE)):
            worn = [list(found.worn[place]) for place in some]
            context = asked.outfits([embeddings_ND[rows] for rows in worn], [[str(names[row]) for row in rows] for rows in worn])
            rows_BM = np.maximum(found.rows_UM[some], 0)
            kinds = [[str(names[row]) for row in row_M] for row_M in rows_BM.tolist()]
            candidates_BMD: FloatArray = np.take(embeddings_ND, rows_BM, axis=0)
            own_BM = asked.rank(context, candidates_BMD, kinds, among_all=True)
            score_UM[some] = own_BM + found.bent_UM[some]
    score_UM[found.rows_UM < 0] = -np.inf
    fixed_UM = np.arange(score_UM.shape[1])[None] < found.fixed_U[:, None]
    score_UM[fixed_UM & (found.rows_UM >= 0)] = np.inf
    order_UM = np.argsort(-score_UM, axis=1, kind="stable")[:, : found.lists.shown_UK.shape[1]]
    there_UK = np.take_along_axis(score_UM, order_UM, 1) > -np.inf
    within_UK = np.arange(order_UM.shape[1])[None] < found.lists.places_U[:, None]
    return np.where(there_UK & within_UK, order_UM, -1).astype(np.int64)


def _by_shopper(found: Logged, bundle: Bundle) -> Iterator[tuple[Bundle, Ints]]:
    """The bundle as it answers some lists, by their shopper where it knows them."""
    places: dict[str | None, list[int]] = defaultdict(list)
    for place, user in enumerate(found.users):
        places[user if bundle.personal else None].append(place)
    for user, of_them in places.items():
        own = bundle.for_shopper(user) if user is not None else None
        yield own or bundle, np.array(of_them, dtype=np.int64)
