"""The losses on unlabelled items."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.objectives.semi_supervised import Unlabelled, pseudo_labelled, self_supervised

T, U, D, C, MARGIN = 6, 20, 5, 3, 0.4


def vectors(*shape: int, seed: int = 0) -> Tensor:
    """Random numbers in float64."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def case() -> tuple[Tensor, Tensor, Tensor, Unlabelled]:
    """Labelled triplets and unlabelled items, some of which are the labelled ones themselves; of category 2 only one is unlabelled."""
    generator = torch.Generator().manual_seed(1)
    category_U = torch.arange(U) % 2
    category_U[-1] = 2
    category = torch.randint(C, (3, T), generator=generator)
    row = torch.randint(40, (3, T), generator=generator)
    row_U = torch.randperm(40, generator=generator)[:U]
    return vectors(3, T, D), category, row, Unlabelled(vectors(U, D, seed=1), category_U, row_U)


def nearest_slowly(vector: Tensor, category: int, row: int, unlabelled: Unlabelled) -> int:
    """The nearest other item of the category, by a loop."""
    best, place = float("inf"), -1
    for other in range(U):
        apart = float((vector - unlabelled.embedded_UD[other]).norm())
        if int(unlabelled.category_U[other]) == category and int(unlabelled.row_U[other]) != row and apart < best:
            best, place = apart, other
    return place


def test_the_self_supervised_loss_is_its_formula() -> None:
    """max(0, d(u, [s]) - d(u, [a]) + m), mean over the items."""
    item, shape, colour = vectors(3, U, D)
    hinges = [max(0.0, float((u - s).norm()) - float((u - a).norm()) + MARGIN) for u, s, a in zip(item, shape, colour, strict=True)]
    assert self_supervised(item, shape, colour, MARGIN).item() == pytest.approx(sum(hinges) / U, rel=1e-12)


def test_another_shape_should_be_nearer_than_other_colours() -> None:
    """Swapping the two views raises the loss."""
    item = vectors(U, D)
    near, far = item + 0.01 * vectors(U, D, seed=1), item + 2 * vectors(U, D, seed=2)
    assert self_supervised(item, near, far, MARGIN) < self_supervised(item, far, near, MARGIN)


def test_the_nearest_other_item_of_the_category_is_found() -> None:
    """It is never the item itself, and never of another category; -1 if the batch has none."""
    embedded, category, row, unlabelled = case()
    for role in range(3):
        found = unlabelled.nearest(embedded[role], category[role], row[role])
        slowly = [nearest_slowly(embedded[role, t], int(category[role, t]), int(row[role, t]), unlabelled) for t in range(T)]
        assert found.tolist() == slowly
    alone = unlabelled.nearest(embedded[0, :1], torch.tensor([2]), unlabelled.row_U[-1:])
    assert alone.tolist() == [-1]


def test_the_pseudo_labelled_loss_is_its_formula() -> None:
    """The labelled loss on the neighbours, mean over the triplets whose three items all have one."""
    embedded, category, row, unlabelled = case()
    hinges = []
    for t in range(T):
        places = [nearest_slowly(embedded[role, t], int(category[role, t]), int(row[role, t]), unlabelled) for role in range(3)]
        if min(places) >= 0:
            a, p, n = (unlabelled.embedded_UD[place] for place in places)
            hinges.append(max(0.0, float((a - p).norm()) - float((a - n).norm()) + MARGIN))
    assert pseudo_labelled(embedded, category, row, unlabelled, MARGIN).item() == pytest.approx(sum(hinges) / len(hinges), rel=1e-12)


def test_nothing_is_learned_through_the_search() -> None:
    """Labelled items get no gradient; their neighbours do."""
    embedded, category, row, unlabelled = case()
    embedded.requires_grad_()
    unlabelled.embedded_UD.requires_grad_()
    pseudo_labelled(embedded, category, row, unlabelled, MARGIN).backward()  # type: ignore[no-untyped-call]
    assert embedded.grad is None
    assert unlabelled.embedded_UD.grad is not None
    assert unlabelled.embedded_UD.grad.abs().sum() > 0


def test_better_neighbours_cost_less() -> None:
    """Where the neighbours of anchor and positive lie together and that of the negative far off, there is nothing to learn."""
    embedded, category, row, unlabelled = case()
    category, unlabelled = (
        torch.tensor([0, 0, 1])[:, None].expand(3, T),
        Unlabelled(unlabelled.embedded_UD, torch.arange(U) % 2, unlabelled.row_U),
    )
    apart = unlabelled.embedded_UD + 10 * (torch.arange(U) % 2)[:, None]
    good = Unlabelled(0.01 * apart + 10 * (torch.arange(U) % 2)[:, None], unlabelled.category_U, unlabelled.row_U)
    assert pseudo_labelled(embedded, category, row, good, MARGIN) == 0
    assert pseudo_labelled(embedded, category, row, unlabelled, MARGIN) > 0


def test_without_neighbours_there_is_nothing_to_learn() -> None:
    """The loss is 0, not NaN."""
    embedded, category, row, unlabelled = case()
    nobody = Unlabelled(unlabelled.embedded_UD[:0], unlabelled.category_U[:0], unlabelled.row_U[:0])
    for none in (nobody, Unlabelled(unlabelled.embedded_UD, unlabelled.category_U + C, unlabelled.row_U)):
        assert pseudo_labelled(embedded, category, row, none, MARGIN) == 0


def test_the_losses_are_what_they_were() -> None:
    """Golden values at a fixed seed."""
    got = [self_supervised(*vectors(3, U, D), MARGIN), pseudo_labelled(*case(), MARGIN)]
    assert [loss.item() for loss in got] == pytest.approx(GOLDEN, rel=1e-9)


GOLDEN = [0.576858110154, 0.678112528151]
