"""How much each member and each term of the memory counts: regressions on questions that are made of validation outfits.

Every item of a validation outfit is asked for, given the others, three times among three wrong ones of its category: any; alike ones
(``models.training.alike``); and alike ones that were never worn with an item of the question. (The last is how published questions are
often made, and what a shop asks when it wants something new.) A fourth question, the item among many of its category, says what
popularity is worth where all are candidates; a fifth, whether a whole outfit is a worn one or has had every item replaced by an alike one;
a sixth, the item among those of all categories, what the category is worth.

Shape legend: N items · Q questions · I items worn, padded · M candidates, the right one first · J weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cached_property, partial
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from models.compatibility.base import ItemInputs, OutfitBatch
from models.compatibility.ensemble import Ensemble
from models.progress import Advance, unmoved
from models.training.alike import Alike, Ints
from models.training.calibrate import Unseen, with_replaced
from models.training.gains import gains
from models.training.worn import WornOutfits

_WRONG, _MANY_WRONG, _MANY = 3, 30, 100
_MOST: Final = 4_000  # questions of each kind
_LEAST: Final = 50
_LEAST_COLD: Final = 30
_SUPPOSED: Final = 0.5
_SUPPOSED_DOUBT: Final = 0.5  # k of the memory's terms that count then
_ANY_SHARE: Final = 0.25
"""How much an outfit counts whose items are of any category."""
_RANGE: Final = (0.005, 0.995)
"""Of the evidence that bends."""
_FOLDS: Final = 5
_PENALTY: Final = 0.01
_AT_ONCE: Final = 256
_ROUNDING: Final = 1e-5
"""What varies by less, in scores and terms of some units, varies by how sums were rounded."""


@torch.no_grad()
def weigh(model: Ensemble, inputs: ItemInputs, train: WornOutfits, valid: WornOutfits, seed: int, advance: Advance = unmoved) -> Unseen:
    """Set the weights, the popularity and the probes of an ensemble of trained members; too few questions leave what is supposed.

    Returns:
        How the model judges outfits as if it had not been weighed on some of ``valid``.
    """
    weighing = Weighing(model, inputs, train, seed, advance)
    weighing.set_probes()
    context_QI, answer_Q, weight_Q = weighing.blanks(valid)
    asked = [question for question in weighing.questions(context_QI, answer_Q) if len(question[0]) >= _LEAST]
    if not asked:
        weighing.suppose()
        return lambda _: nullcontext()
    weights_J = _regression([(weighing.heard(context_KI, candidates_KM), weight_Q[kept_K]) for context_KI, candidates_KM, kept_K in asked])
    members = len(model.sizes)
    model.member_weight.copy_(weights_J[:members])
    model.term_weight.copy_(weights_J[members:])
    weighing.set_slots(context_QI, answer_Q, weight_Q)
    weighing.set_judge(valid)
    weighing.set_popularity(context_QI, answer_Q, weight_Q)
    return weighing.judged_without


class Weighing:
    """What the questions are made of, and put to.

    Args:
        inputs: of all N items. train: the outfits that were learned from. advance: told how many questions were put.
    """

    def __init__(self, model: Ensemble, inputs: ItemInputs, train: WornOutfits, seed: int, advance: Advance = unmoved) -> None:
        self.model, self.inputs, self.train, self.advance = model, inputs, train, advance
        self.rng, self.generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
        self.times_N = train.chosen(len(inputs))
        self.category_N: Ints = inputs.category_N.numpy()
        self.embedded_ND = model.embed_in_parts(inputs)
        self.seed = seed

    @cached_property
    def alike(self) -> Alike:
        """What could have been worn in an item's place."""
        return Alike(self.category_N, self.embedded_ND[:, : self.model.looks].numpy(), self.train, self.seed)

    def set_probes(self) -> None:
        """Keep some worn items of each category: what an item is told against."""
        worn_M = np.flatnonzero(self.times_N)
        for category in np.unique(self.category_N[worn_M]):
            rows = self.rng.permutation(worn_M[self.category_N[worn_M] == category])[: self.model.probes.shape[1]]
            self.model.probes[category, : len(rows)] = self.embedded_ND[rows, : self.model.looks]
            self.model.probed[category, : len(rows)] = True

    def suppose(self) -> None:
        """What memory and popularity are worth where nothing tells: about what shops of a few hundred outfits are told.

        Members count equally.
        """
        if memory := self.model.memory:
            supposed = dict.fromkeys(((level, level, _SUPPOSED_DOUBT) for level in memory.shared), _SUPPOSED / len(memory.shared))
            for place, term in enumerate(memory.terms):
                self.model.term_weight[place] = supposed.get(term, 0.0)
            self.model.judge_weight[2 : 2 + len(self.model.term_weight)] = self.model.term_weight
        self._set_popularity(_SUPPOSED)

    def set_judge(self, valid: WornOutfits) -> None:
        """Weigh the evidence of outfits and parts of them, worn ones against the same with every item replaced by an alike one.

        A few have every item replaced by any, of whatever category: what such categories say is evidence, too. How evidence bends is heard
        where outfits that the weights were not fitted to say clearly that it helps.
        """
        worn_RI, other_RI = with_replaced(valid.rows_RI, valid.mask_RI, self.alike, self.generator)
        any_RI = np.where(worn_RI >= 0, self.rng.choice(worn_RI[worn_RI >= 0], worn_RI.shape), -1)
        evidence = torch.cat([self._evidence(torch.from_numpy(rows)) for rows in (worn_RI, other_RI, any_RI)])
        judging = Judging(len(valid), len(worn_RI))
        heard = evidence
        if bends := self.model.bends:
            means = evidence[:, : bends.evidence]
            bends.range_2E.copy_(means.quantile(torch.tensor(_RANGE), dim=0))
            bent = bends(evidence)
            heard = bent if judging.clearly_better(bent, means) else means
        self._judge = partial(judging.weights, heard)
        self._set_judge(self._judge())

    def _set_judge(self, weights_J: Tensor) -> None:
        self.model.judge_weight.zero_()[: len(weights_J)] = weights_J

    @contextmanager
    def judged_without(self, outfits_K: Ints) -> Iterator[None]:
        """Within it, the evidence of outfits is weighed as it would be without these ones of ``set_judge``'s."""
        weights_J = self.model.judge_weight.clone()
        self._set_judge(self._judge(outfits_K))
        try:
            yield
        finally:
            self._set_judge(weights_J)

    def set_slots(self, context_QI: Ints, answer_Q: Ints, weight_Q: Tensor) -> None:
        """What it is worth that an item is of a category that is missing: the item worn is asked for among any of the answers.

        (Among what training outfits wore, one that they did not wear would be known by that.)
        """
        other_QM = self.rng.choice(answer_Q, (len(answer_Q), _WRONG))
        parts = []
        for context, rows in self._chunks(context_QI, np.concatenate([answer_Q[:, None], other_QM], axis=1)):
            asked = context, *self._vectors(rows)
            parts.append(torch.cat([self.model.rank(*asked)[..., None], self.model.between_told(*asked)], dim=-1))
        score, *told = _regression([(torch.cat(parts), weight_Q)]).tolist()
        if told:
            self.model.slot_weight.copy_(torch.tensor(told).reshape(self.model.slot_weight.shape) / max(score, 1e-3))

    def set_popularity(self, context_QI: Ints, answer_Q: Ints, weight_Q: Tensor) -> None:
        """What having been worn often, or never, is worth among all items of a category, in units of the score."""
        context_QI, answer_Q, weight_Q = context_QI[: _MOST // 4], answer_Q[: _MOST // 4], weight_Q[: _MOST // 4]
        members = {category: np.flatnonzero(self.category_N == category) for category in np.unique(self.category_N[answer_Q])}
        others_QM = np.stack([self.rng.choice(members[self.category_N[answer]], _MANY) for answer in answer_Q])
        candidates_QM = np.concatenate([answer_Q[:, None], others_QM], axis=1)
        chunks = self._chunks(context_QI, candidates_QM)
        scores_QM = torch.cat([self.model.rank(context, *self._vectors(rows)) for context, rows in chunks])
        times_QM = self.times_N[candidates_QM]
        cold_N = self._cold
        told_QMJ = torch.stack([scores_QM, times_QM.clamp(min=1).float().log(), cold_N[candidates_QM].float()], dim=-1)
        tells_of_cold = int(cold_N[answer_Q].sum()) >= _LEAST_COLD
        weights_J = _regression([(told_QMJ if tells_of_cold else told_QMJ[..., :2], weight_Q)])
        weights_J = weights_J / weights_J[0].clamp(min=1e-3)
        self._set_popularity(float(weights_J[1]), float(weights_J[2]) if tells_of_cold else None)

    @property
    def _cold(self) -> Tensor:
        """Which items were never worn, but for what came back: it was there, and was not kept; ``(N,)``."""
        return (self.times_N == 0) & (self.inputs.residual_N == 0)

    def _set_popularity(self, worth: float, of_cold: float | None = None) -> None:
        """What having been worn so often is worth; where nothing tells, nothing is held against what could not be worn."""
        value_N = worth * self.times_N.clamp(min=1).float().log()
        self.model.popularity[self.inputs.residual_N[~self._cold]] = value_N[~self._cold]
        self.model.popularity[0] = value_N[~self._cold].mean() if of_cold is None else of_cold

    def blanks(self, outfits: WornOutfits) -> tuple[Ints, Ints, Tensor]:
        """Some items of outfits with the others, ``(Q, I)`` padded with -1 and ``(Q,)``, and what each counts; all where there are few."""
        rows_RI: Ints = np.where(outfits.mask_RI.numpy(), outfits.rows_RI.numpy(), -1)
        outfit_Q, place_Q = np.nonzero(rows_RI >= 0)
        chosen = self.rng.permutation(len(outfit_Q))[:_MOST]
        context_QI, question = rows_RI[outfit_Q[chosen]].copy(), (np.arange(len(chosen)), place_Q[chosen])
        answer_Q = context_QI[question]
        context_QI[question] = -1
        return context_QI, answer_Q, outfits.weight_RI[outfit_Q[chosen], place_Q[chosen]]

    def questions(self, context_QI: Ints, answer_Q: Ints) -> Iterator[tuple[Ints, Ints, list[int]]]:
        """For each kind of question those that have enough wrong ones: what is worn, the candidates, the right one first, and which."""
        beside: dict[int, set[int]] = {}
        for rows, mask in zip(self.train.rows_RI.numpy(), self.train.mask_RI.numpy(), strict=True):
            for row in rows[mask].tolist():
                beside.setdefault(row, set()).update(rows[mask].tolist())
        worn = [{*context[context >= 0].tolist(), int(answer)} for context, answer in zip(context_QI, answer_Q, strict=True)]
        seen_together = [items.union(*(beside.get(item, set()) for item in items)) for items in worn]
        alike, least = self.alike, int(np.bincount(self.category_N)[self.category_N[answer_Q]].min(initial=_MANY)) - 20
        kinds = (
            (alike.any_of_category, worn, min(max(least, _WRONG), _MANY_WRONG)),
            (alike.drawn, worn, _WRONG),
            (alike.drawn, seen_together, _WRONG),
        )
        for draw, banned_Q, count in kinds:
            wrong = [draw(int(answer), banned, count) for answer, banned in zip(answer_Q, banned_Q, strict=True)]
            kept = [place for place, rows in enumerate(wrong) if len(rows) == count]
            candidates = [np.concatenate([[answer_Q[place]], wrong[place]]) for place in kept]
            yield context_QI[kept], np.array(candidates, dtype=np.int64).reshape(-1, count + 1), kept

    def right(self, context_QI: Ints, candidates_QM: Ints) -> NDArray[np.float64]:
        """1 for each question whose right candidate, the first, scores highest, else 0, ``(Q,)``."""
        scores = [self.model.rank(context, *self._vectors(rows)) for context, rows in self._chunks(context_QI, candidates_QM)]
        return np.asarray(torch.cat(scores).argmax(1) == 0, dtype=np.float64)

    def heard(self, context_QI: Ints, candidates_QM: Ints) -> Tensor:
        """What each member and each term says of each candidate, ``(Q, M, J)``."""
        parts = []
        for context, rows in self._chunks(context_QI, candidates_QM):
            vectors_BMD, category_BM = self._vectors(rows)
            queries = self.model.member_queries(context, category_BM[:, 0], weighed=False)
            looks = vectors_BMD[..., : self.model.looks].split(self.model.sizes, dim=-1)
            said = [torch.einsum("bd,bmd->bm", query_BD, own_BMD) for query_BD, own_BMD in zip(queries, looks, strict=True)]
            terms = [self.model.terms(context, vectors_BMD, category_BM)] if self.model.memory else []
            parts.append(torch.cat([torch.stack(said, dim=-1), *terms], dim=-1))
        return torch.cat(parts)

    def _evidence(self, rows_RI: Tensor) -> Tensor:
        return torch.cat([self.model.evidence(self._outfits(rows_BI)) for rows_BI in rows_RI.split(_AT_ONCE)])

    def _chunks(self, context_QI: Ints, candidates_QM: Ints) -> Iterator[tuple[OutfitBatch, Ints]]:
        for at in range(0, len(context_QI), _AT_ONCE):
            yield self._outfits(torch.from_numpy(context_QI[at : at + _AT_ONCE])), candidates_QM[at : at + _AT_ONCE]
            self.advance(len(context_QI[at : at + _AT_ONCE]))

    def _outfits(self, rows_BI: Tensor) -> OutfitBatch:
        known_BI = rows_BI.clamp(min=0)
        return OutfitBatch(self.embedded_ND[known_BI], self.inputs.category_N[known_BI], rows_BI >= 0)

    def _vectors(self, rows_BM: Ints) -> tuple[Tensor, Tensor]:
        return self.embedded_ND[rows_BM], self.inputs.category_N[rows_BM]


class Judging:
    """Regressions of worn outfits against others, row by row: worn ones, the same with alike items, the same with any.

    Args:
        outfits: how many there are. rows: of each kind; row r is of outfit ``r % outfits``.
    """

    def __init__(self, outfits: int, rows: int) -> None:
        self._outfit_R = np.tile(np.arange(rows) % outfits, 3)
        self._worn_R, self._counted_R = np.repeat([1, 0, 0], rows), np.repeat([1.0, 1.0, _ANY_SHARE], rows)

    def weights(self, heard_RJ: Tensor, without_K: Sequence[int] | Ints = ()) -> Tensor:
        """Of what is heard, but for these outfits, ``(J,)``."""
        kept_R = ~np.isin(self._outfit_R, without_K)
        return torch.from_numpy(self._fitted(heard_RJ.double().numpy(), kept_R)[:-1]).float()

    def clearly_better(self, first_RJ: Tensor, second_RJ: Tensor) -> bool:
        """Whether outfits that no weight was fitted to are told apart better by the first, in log loss."""
        losses_2R = [self._held_out(heard_RJ.double().numpy()) for heard_RJ in (first_RJ, second_RJ)]
        return gains(np.bincount(self._outfit_R, (losses_2R[1] - losses_2R[0]) * self._counted_R))

    def _held_out(self, heard_RJ: NDArray[np.float64]) -> NDArray[np.float64]:
        loss_R = np.zeros(len(heard_RJ))
        for fold in range(_FOLDS):
            asked_R = self._outfit_R % _FOLDS == fold
            weights = self._fitted(heard_RJ, ~asked_R)
            odds_R = heard_RJ[asked_R] @ weights[:-1] + weights[-1]
            loss_R[asked_R] = np.logaddexp(0, np.where(self._worn_R[asked_R], -odds_R, odds_R))
        return loss_R

    def _fitted(self, heard_RJ: NDArray[np.float64], kept_R: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Weights, and then the intercept."""
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - seconds that only a training should take

        spread_J = _spread(torch.from_numpy(heard_RJ[kept_R])).numpy()
        fitted = LogisticRegression(C=1.0, max_iter=1_000, solver="newton-cholesky")  # few columns, many rows
        fitted.fit(heard_RJ[kept_R] / spread_J, self._worn_R[kept_R], self._counted_R[kept_R])
        return np.append(fitted.coef_[0] / spread_J, fitted.intercept_[0])


def _regression(heard: Sequence[tuple[Tensor, Tensor]]) -> Tensor:
    """Weights under which the right candidate, the first, wins the softmax of its question; small ones are preferred, ``(J,)``.

    Args:
        heard: questions of one kind each, ``(Q, M, J)``, and what each counts, ``(Q,)``.
    """
    wrong = [(heard_QMJ[:, 1:] - heard_QMJ[:, :1]).double() for heard_QMJ, _ in heard]
    spread_J = _spread(torch.cat([part_QMJ[:, :_WRONG].flatten(0, 1) for part_QMJ in wrong]))
    wrong = [part_QMJ / spread_J for part_QMJ in wrong]
    count = sum(map(len, wrong))
    weights_J = torch.zeros(len(spread_J), dtype=torch.double, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights_J], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimiser.zero_grad()
        losses = [
            (F.pad(part_QMJ @ weights_J, (1, 0)).logsumexp(1) * weight_Q).sum()
            for part_QMJ, (_, weight_Q) in zip(wrong, heard, strict=True)
        ]
        value = torch.stack(losses).sum() / count + _PENALTY * weights_J.square().sum()
        value.backward()
        return value

    with torch.enable_grad():
        optimiser.step(loss)
    return (weights_J.detach() / spread_J).float()


def _spread(told_NJ: Tensor) -> Tensor:
    """The standard deviation of what is told, ``(J,)``; without end where that is always the same, so that it counts nothing."""
    spread_J = told_NJ.std(0, correction=0)
    return spread_J.masked_fill(spread_J < _ROUNDING, torch.inf)
