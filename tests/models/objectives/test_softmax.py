"""The softmax loss against a slow loop in float64."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import Tensor

from models.objectives.softmax import no_negatives, softmax_within

Q, S, D, C = 9, 20, 6, 3


@dataclass
class Asked:
    """Questions with drawn candidates, some of which are no negatives."""

    queries_QCD: Tensor
    answer_QD: Tensor
    category_Q: Tensor
    drawn_SD: Tensor
    category_S: Tensor
    not_QS: Tensor
    weight_Q: Tensor

    @property
    def own_queries(self) -> Tensor:
        """The query of each answer's slot."""
        return self.queries_QCD[torch.arange(Q), self.category_Q]

    def within(self, query_QD: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Both results of ``softmax_within``."""
        query = self.own_queries if query_QD is None else query_QD
        return softmax_within(query, self.answer_QD, self.category_Q, self.drawn_SD, self.category_S, self.not_QS, self.weight_Q)


@pytest.fixture
def asked() -> Asked:
    """Random questions."""
    torch.manual_seed(0)
    return Asked(
        torch.randn(Q, C, D, requires_grad=True),
        torch.randn(Q, D, requires_grad=True),
        torch.arange(Q) % C,
        torch.randn(S, D, requires_grad=True),
        torch.arange(S) % C,
        torch.rand(Q, S) < 0.2,
        torch.arange(1.0, Q + 1),
    )


def slowly(asked: Asked) -> tuple[float, float]:
    """One question and one candidate at a time: the mean of the losses as they count, and the mean squared log mean exp."""
    queries, answers, drawn = (tensor.detach().double().numpy() for tensor in (asked.queries_QCD, asked.answer_QD, asked.drawn_SD))
    losses, constants = [], []
    for question in range(Q):
        slot = int(asked.category_Q[question])
        own = float(queries[question, slot] @ answers[question])
        total, count = np.exp(own), 1
        for candidate in range(S):
            category = int(asked.category_S[candidate])
            if category != slot:
                continue
            count += 1
            if not asked.not_QS[question, candidate]:
                total += np.exp(queries[question, category] @ drawn[candidate])
        losses.append(float(asked.weight_Q[question]) * (np.log(total) - own))
        constants.append(np.log(total / count) ** 2)
    return float(np.mean(losses)), float(np.mean(constants))


def test_within_a_category(asked: Asked) -> None:
    """Only candidates of the slot's category compete, asked with the slot's query."""
    loss, constant = asked.within()
    assert (loss.item(), constant.item()) == pytest.approx(slowly(asked), abs=1e-5)


def test_a_better_query_costs_less(asked: Asked) -> None:
    """The loss falls as the query moves towards the answer, and rises as it moves away."""
    step = 0.1 * asked.answer_QD.detach()
    better, same, worse = (asked.within(asked.own_queries + sign * step)[0].item() for sign in (1, 0, -1))
    assert better < same < worse


def test_gradients_reach_queries_answers_and_candidates(asked: Asked) -> None:
    """Candidates that are not negatives get no gradient."""
    asked.not_QS[:, 4] = True
    asked.within()[0].backward()
    for tensor in (asked.queries_QCD, asked.answer_QD, asked.drawn_SD):
        assert tensor.grad is not None
        assert tensor.grad.isfinite().all()
        assert tensor.grad.abs().sum() > 0
    assert asked.drawn_SD.grad is not None
    assert not asked.drawn_SD.grad[4].any()


def test_without_any_candidate_the_answer_costs_nothing(asked: Asked) -> None:
    """A category of one item asks no question, and must not turn into NaN."""
    asked.not_QS[:] = True
    loss, _ = asked.within()
    assert loss.item() == pytest.approx(0, abs=1e-6)
    loss.backward()
    assert asked.drawn_SD.grad is None or asked.drawn_SD.grad.isfinite().all()


def test_the_outfits_own_items_are_no_negatives() -> None:
    """Neither the answer nor the context's items are negatives, wherever they were drawn; padding, which holds row 0, does not count."""
    outfits = torch.tensor([[3, 7, 9], [0, 4, 0]])
    mask = torch.tensor([[True, True, True], [True, True, False]])
    drawn = torch.tensor([9, 0, 1, 3, 4])
    assert no_negatives(outfits, mask, drawn, 10).int().tolist() == [[1, 0, 0, 1, 0], [0, 1, 0, 0, 1]]
    padded = torch.tensor([[3, 7, 0]])
    assert not no_negatives(padded, torch.tensor([[True, True, False]]), torch.tensor([0, 1]), 10).any()
