"""Measures taste: a model ranks an outfit that a shopper wore among outfits that they did not wear.

As in LPAE and Kim et al. (2021) [S]: AUC and NDCG at 1 : 10. Half of the others are *hard*: other shoppers wore them, so only taste
decides. The other half are random items of the same categories. A cold shopper is first folded in from one or a few of their outfits.
[S] stated by the paper.

Shape legend: Q questions · M outfits of a question, the shopper's own first · R outfits, each once · I items per outfit,
padded with -1 · D size of an outfit's vector.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from models.bundle import Bundle
from models.compatibility.base import OutfitBatch
from models.compatibility.personal import PersonalModel
from models.datasets.schema import Catalogue, Outfit
from models.encoders.features import FloatArray
from models.evaluation.metrics import Bools, Floats, Ints, Metric, answer_ranks, discounted_gain, mean
from models.evaluation.scorer import ModelScorer
from models.evaluation.tasks import padded_rows

OTHERS: Final = 10


@dataclass(frozen=True)
class PersonalQuestions:
    """Which of M outfits did the shopper wear? The right answer is the first.

    Attributes:
        shoppers: whose question it is, Q.
        rows_QMI: rows of the catalogue.
        hard_M: True where an outfit is another shopper's.
    """

    shoppers: tuple[str, ...]
    rows_QMI: Ints
    hard_M: Bools

    def __len__(self) -> int:
        return len(self.shoppers)

    def one_replaced(self, seed: int) -> PersonalQuestions:
        """The same questions, but each of the others is the shopper's outfit with one random item replaced."""
        known_QI = self.rows_QMI[:, 0] >= 0
        order_QI = np.random.default_rng(seed).random(known_QI.shape) * known_QI
        replaced_Q1I = (order_QI == order_QI.max(1, keepdims=True))[:, None]
        return replace(self, rows_QMI=np.where(replaced_Q1I, self.rows_QMI, self.rows_QMI[:, :1]))


def ask(outfits: Sequence[Outfit], catalogue: Catalogue, *, others: int = OTHERS, hard: float = 0.5, seed: int = 0) -> PersonalQuestions:
    """One question per outfit that has a shopper and two known items.

    Args:
        outfits: of one split; the other shoppers' are drawn from them.
        others: how many are asked against each.
        hard: share of the others that another shopper wore; the rest are random items of the same categories.
    """
    rng = np.random.default_rng(seed)
    asked = [outfit for outfit in outfits if outfit.user is not None and sum(item in catalogue.row_of for item in outfit.items) > 1]
    rows_QI = padded_rows([outfit.items for outfit in asked], catalogue.row_of)
    shoppers = np.array([outfit.user for outfit in asked], dtype=object)
    hard_count = round(hard * others) if len(set(shoppers)) > 1 else 0
    rows_QMI = np.repeat(rows_QI[:, None], others + 1, axis=1)
    for question, shopper in enumerate(shoppers):
        foreign = np.flatnonzero(shoppers != shopper)
        rows_QMI[question, 1 : hard_count + 1] = rows_QI[rng.choice(foreign, hard_count, replace=len(foreign) < hard_count)]
    names = np.asarray(catalogue.categories, dtype=object)
    for category in sorted(set(names[rows_QI[rows_QI >= 0]])):  # a set's own order differs between processes
        members, random = np.flatnonzero(names == category), rows_QMI[:, hard_count + 1 :]
        where = (random >= 0) & (names[random] == category)
        random[where] = rng.choice(members, int(where.sum()))
    return PersonalQuestions(tuple(shoppers), rows_QMI, np.arange(1, others + 1) <= hard_count)


def answer(
    questions: PersonalQuestions,
    bundle: Bundle,
    embeddings_ND: FloatArray,
    categories: Sequence[str],
    known: Callable[[str], Bundle | None] | None = None,
) -> Floats:
    """Scores ``(Q, M)``.

    Args:
        embeddings_ND, categories: of the catalogue.
        known: the bundle with a shopper's taste, as ``bundle.for_shopper`` (the default) and ``fold_in`` make it; where it gives None,
            and from a bundle that is not personal, the common answer counts.
    """
    if not len(questions):
        return np.zeros(questions.rows_QMI.shape[:2])
    flat_NI = questions.rows_QMI.reshape(-1, questions.rows_QMI.shape[2])
    rows_RI, place_N = np.unique(flat_NI, axis=0, return_inverse=True)
    scorer, place_QM = ModelScorer(bundle, embeddings_ND, categories), place_N.reshape(questions.rows_QMI.shape[:2])
    if not isinstance(bundle.model, PersonalModel):
        return scorer.outfits(rows_RI)[place_QM]
    known = known or bundle.for_shopper
    served = {shopper: (known(shopper) or bundle).model for shopper in set(questions.shoppers)}
    with torch.inference_mode():  # an outfit's vector is the same for all of them
        vectors_RD = torch.cat([bundle.model.outfits(outfits) for outfits in scorer.batches(rows_RI)])
        tastes_QD = torch.stack([served[shopper].taste for shopper in questions.shoppers])  # type: ignore[misc]
        return torch.stack([(vectors_RD[place_Q] * tastes_QD).sum(1) for place_Q in place_QM.T], dim=1).cpu().numpy()


def metrics(scores_QM: Floats, hard_M: Bools) -> dict[str, Metric]:
    """``auc`` and ``ndcg`` over all the others, and AUC against the hard and the random ones. In NDCG ties count against the model."""
    won_QM = (scores_QM[:, :1] > scores_QM[:, 1:]) + 0.5 * (scores_QM[:, :1] == scores_QM[:, 1:])
    ranks_Q = answer_ranks(scores_QM, np.zeros(len(scores_QM), dtype=np.int64))
    parts = {"auc_hard": hard_M, "auc_random": ~hard_M}
    return {
        "auc": mean(won_QM.mean(1)),
        "ndcg": mean(discounted_gain(ranks_Q)),
        **{name: mean(won_QM[:, which].mean(1)) for name, which in parts.items() if which.any()},
    }


def fold_in_each(
    bundle: Bundle, histories: Mapping[str, Sequence[Outfit]], count: int, catalogue: Catalogue, embeddings_ND: FloatArray
) -> dict[str, Bundle]:
    """Each cold shopper's bundle, folded in from their first ``count`` outfits; shoppers who have fewer are left out.

    Args:
        histories: shopper -> their outfits, the ones that are not asked about.
    """
    names, found = np.asarray(catalogue.categories, dtype=object), {}
    for shopper, outfits in histories.items():
        served = bundle.fold_in(batch_of(bundle, outfits[:count], catalogue.row_of, names, embeddings_ND))
        if len(outfits) >= count and served is not None:
            found[shopper] = served
    return found


def batch_of(
    bundle: Bundle, outfits: Sequence[Outfit], row_of: Mapping[str, int], names_N: NDArray[np.object_], embeddings_ND: FloatArray
) -> OutfitBatch:
    """Outfits as the bundle's model reads them, without the items that the catalogue does not have.

    Args:
        row_of, names_N, embeddings_ND: the rows of the catalogue, their categories and what the bundle embeds them as.
    """
    sets = [[row_of[item] for item in outfit.items if item in row_of] for outfit in outfits]
    return bundle.outfits([embeddings_ND[rows] for rows in sets], [list(names_N[rows]) for rows in sets])


def histories(outfits: Sequence[Outfit]) -> dict[str, list[Outfit]]:
    """Shopper -> the outfits they wore, in order."""
    found: defaultdict[str, list[Outfit]] = defaultdict(list)
    for outfit in outfits:
        if outfit.user is not None:
            found[outfit.user].append(outfit)
    return dict(found)
