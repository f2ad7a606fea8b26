"""Spaces of pairs of categories."""

from __future__ import annotations

import torch

from models.compatibility.type_aware import TypeSpaces, pair_names

C, D = 5, 400


def spaces(*, learned: bool = True) -> TypeSpaces:
    """Spaces with seeded masks."""
    torch.manual_seed(0)
    return TypeSpaces(C, D, learned=learned)


def test_a_pair_has_one_space_whatever_its_order() -> None:
    """Both orders give the same mask, and different pairs different ones."""
    every = torch.arange(C + 1)
    place = spaces().place(every[:, None], every)
    assert torch.equal(place, place.T)
    assert sorted(set(place.flatten().tolist())) == list(range((C + 1) * (C + 2) // 2))


def test_the_names_are_in_the_order_of_the_masks() -> None:
    """A pair's name stands at the row of its mask."""
    names = ["bags", "shoes", "tops", "hats", "coats", ""]
    listed = pair_names(names[:-1])
    for low in range(C + 1):
        for high in range(low, C + 1):
            place = int(spaces().place(torch.tensor(high), torch.tensor(low)))
            assert listed[place] == f"{names[low]}\n{names[high]}"


def test_masks_start_as_published() -> None:
    """Drawn from N(0.9, 0.7)."""
    mask = spaces().mask
    assert abs(mask.mean() - 0.9) < 0.02
    assert abs(mask.std() - 0.7) < 0.02


def test_the_relu_holds_in_training_and_afterwards() -> None:
    """Negative entries of a mask count as 0 in both modes."""
    module, pair = spaces(), (torch.tensor([0]), torch.tensor([1]))
    assert (module.mask[module.place(*pair)] < 0).any()
    trained, served = module.train()(*pair), module.eval()(*pair)
    assert torch.equal(trained, served)
    assert (served >= 0).all()


def test_masks_that_are_not_learned_stay() -> None:
    """Masks that are not learned have no gradient."""
    assert not spaces(learned=False).mask.requires_grad
    assert spaces().mask.requires_grad
