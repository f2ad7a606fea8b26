"""The memory of pairs, against counts made by hand."""

from __future__ import annotations

import math

import pytest
import torch

from models.compatibility.base import ItemInputs, OutfitBatch
from models.compatibility.pair_memory import ITEM, PRODUCT, TYPE, PairMemory, remember

# Rows 0, 1 are tops of one product, 2 another top; 3, 4 shoes; nobody wore 5, a top, and 6, shoes.
# Words: 1 subcategory=tee, 2 colour=red.
CATEGORY = torch.tensor([0, 0, 0, 1, 1, 0, 1])
ITEMS = ItemInputs(
    torch.zeros(7, 1),
    CATEGORY,
    torch.tensor([[1, 2], [1, 0], [1, 0], [0, 2], [0, 0], [1, 2], [0, 0]]),
    torch.tensor([1, 2, 3, 4, 5, 0, 0]),
    torch.tensor([1, 1, 2, 3, 3, 1, 0]),
)
OUTFITS = torch.tensor([[0, 3], [0, 3], [1, 4], [2, 4]])
LEVELS = [ITEM, PRODUCT, TYPE, "colour"]


def memory() -> PairMemory:
    """What the four outfits say."""
    attributes = torch.tensor([-1, LEVELS.index(TYPE), LEVELS.index("colour")])
    return remember(
        ITEMS,
        OUTFITS,
        torch.ones_like(OUTFITS, dtype=torch.bool),
        torch.ones(OUTFITS.shape),
        attributes=attributes,
        levels=LEVELS,
        categories=2,
    )


def terms(worn: list[int], candidates: list[int]) -> dict[tuple[str, str, float], list[float]]:
    """Every term of some candidates beside what is worn."""
    held = memory()
    codes = held.codes(ITEMS)
    rows = torch.tensor([worn])
    context = OutfitBatch(torch.zeros(1, len(worn), 1), CATEGORY[rows], torch.ones_like(rows, dtype=torch.bool))
    found = held(codes[rows], context, codes[torch.tensor([candidates])], CATEGORY[torch.tensor([candidates])])[0]
    return {term: found[:, number].tolist() for number, term in enumerate(held.terms)}


def test_a_pair_is_weighed_against_what_chance_would_have() -> None:
    """Top 0 met shoes 3 twice; tops meet shoes 4 times, 0 is half of the worn tops, 3 half of the shoes: 1 was expected."""
    assert terms([0], [3, 4])[ITEM, ITEM, 0.1] == pytest.approx([math.log(2.1 / 1.1), math.log(0.1 / 1.1)])


def test_products_speak_for_their_colours() -> None:
    """Products 1 (tops 0 and 1) and 3 (both shoes) met 3 times of 4, and every shoe is of product 3: 3 were expected."""
    assert terms([0], [3])[PRODUCT, PRODUCT, 0.5] == pytest.approx([0.0])


def test_terms_add_over_what_is_worn() -> None:
    """Two worn items say what each says alone, together."""
    alone, other, both = (terms(worn, [3])[ITEM, ITEM, 0.1][0] for worn in ([0], [1], [0, 1]))
    assert both == pytest.approx(alone + other)


def test_what_nobody_wore_is_remembered_by_what_it_shares() -> None:
    """A new top has no pairs of its own, but those of its product, its type and its colour."""
    found = terms([5], [3])
    assert found[ITEM, ITEM, 0.1] == [0.0]
    assert found[PRODUCT, PRODUCT, 0.1] == terms([0], [3])[PRODUCT, PRODUCT, 0.1]
    assert found["colour", "colour", 2.0] == terms([0], [3])["colour", "colour", 2.0] != [0.0]


def test_what_is_unknown_at_a_level_says_nothing_there() -> None:
    """Shoes without product, type word or colour: 0, neither for nor against."""
    found, turned = terms([0], [6]), terms([6], [0])
    assert all(found[term] == [0.0] for term in found if {ITEM, PRODUCT, "colour"} & set(term[1:2]))
    assert all(turned[term] == [0.0] for term in turned if {ITEM, PRODUCT, "colour"} & set(term[:1]))


def test_an_empty_one_of_the_same_shape_takes_the_weights() -> None:
    """A bundle stores shapes in its manifest and counts among its weights."""
    held = memory()
    again = PairMemory(**held.config)
    again.load_state_dict(held.state_dict())
    assert torch.equal(again.codes(ITEMS), held.codes(ITEMS))
    assert again.config == held.config


def test_two_that_never_met_are_told_by_whom_both_were_worn_with() -> None:
    """Against sums over a matrix: every item of random outfits with every other, at both levels that have a shared term."""
    generator = torch.Generator().manual_seed(0)
    outfits = torch.stack([torch.randperm(6, generator=generator)[:3] for _ in range(5)])
    attributes = torch.tensor([-1, LEVELS.index(TYPE), LEVELS.index("colour")])
    mask = torch.ones_like(outfits, dtype=torch.bool)
    held = remember(ITEMS, outfits, mask, torch.ones(mask.shape), attributes=attributes, levels=LEVELS, categories=2)
    codes, rows = held.codes(ITEMS), torch.arange(7)
    context = OutfitBatch(torch.zeros(7, 1, 1), CATEGORY[:, None], torch.ones(7, 1, dtype=torch.bool))
    found = held(codes[:, None], context, codes[rows].expand(7, 7, -1), CATEGORY.expand(7, 7))
    for place, level in enumerate(held.shared):
        code, size = codes[:, LEVELS.index(level)], len(getattr(held, f"share_{level}"))
        met = torch.zeros(size, size)
        for outfit in outfits.tolist():
            for one in outfit:
                for other in outfit:
                    if one != other:
                        met[code[one], code[other]] += 1.0
        met[0], met[:, 0] = 0.0, 0.0
        degree = met.sum(1)
        shared, expected = met @ (met / degree.clamp(min=1.0)[:, None]), torch.outer(degree, degree) / degree.sum()
        doubt = 0.1 * degree.sum() / size**2
        known = (code[:, None] > 0) & (code > 0)
        told = ((shared + doubt) / (expected + doubt)).log()[code][:, code] * known
        assert found[:, :, len(held.terms) + place].numpy() == pytest.approx(told.numpy(), abs=1e-5)


def test_who_was_met_is_told_most_often_first() -> None:
    """Shoes 3 were worn twice with top 0, shoes 4 once with top 1; nobody met a new top, but its product met both."""
    held = memory()
    codes = held.codes(ITEMS)
    of_item, of_product = codes[:, LEVELS.index(ITEM)], codes[:, LEVELS.index(PRODUCT)]
    assert held.met_with(ITEM, of_item[[0, 1]].numpy()).tolist() == of_item[[3, 4]].tolist()
    assert held.met_with(ITEM, of_item[[5]].numpy()).tolist() == []
    assert held.met_with(PRODUCT, of_product[[5]].numpy()).tolist() == of_product[[3]].tolist()


def test_pairs_count_as_often_as_both_choices() -> None:
    """An outfit whose shoes count twice is counted as two; what counts next to nothing is remembered all the same."""
    again, attributes = torch.cat([OUTFITS, OUTFITS[:1]]), torch.full((3,), -1)
    weight = torch.ones(OUTFITS.shape)
    weight[0, 1], weight[3] = 2.0, 0.25
    held, copied = (
        remember(ITEMS, rows, torch.ones_like(rows, dtype=torch.bool), weights, attributes=attributes, levels=LEVELS[:3], categories=2)
        for rows, weights in ((OUTFITS, weight), (again, torch.ones(again.shape)))
    )
    items = held.tables.index((ITEM, ITEM))
    assert getattr(held, f"pairs_{items}").equal(getattr(copied, f"pairs_{items}"))
    both = [getattr(memory, f"count_{items}") for memory in (held, copied)]
    codes = held.codes(ITEMS)[:, LEVELS.index(ITEM)]
    size = len(held.share_item)
    last = torch.isin(held.pairs_0, torch.tensor([codes[2] * size + codes[4], codes[4] * size + codes[2]]))
    assert last.sum() == 2
    assert both[0][~last].equal(both[1][~last])
    assert both[0][last].tolist() == [0.0625, 0.0625]
    assert held.met[0, 1] == copied.met[0, 1] - 1 + 0.0625
