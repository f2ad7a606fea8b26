"""Shoppers as anchors: the score, the common answer, retrieval, and folding in a new shopper."""

from __future__ import annotations

import time

import numpy as np
import pytest
import torch
from torch import Tensor

from models.compatibility.base import ItemInputs, OutfitBatch
from models.compatibility.personal import PersonalModel
from models.compatibility.set_attention import SetAttention

C, D, F, U = 3, 16, 5, 4


def model(*, own: int = 6, shared: int = 2, size: int = D) -> PersonalModel:
    """A small untrained model whose shoppers differ."""
    torch.manual_seed(0)
    arguments = {"feature_size": F, "categories": C, "shoppers": U, "embedding_size": size, "own": own, "shared": shared}
    built = PersonalModel(**arguments, same_start=False, bank=32).eval()
    items = embedded(built, 60)
    bank = OutfitBatch(items[torch.randint(60, (32, 3))], torch.zeros(32, 3, dtype=torch.long), torch.ones(32, 3, dtype=torch.bool))
    built.settle(items, torch.arange(60) % C, bank, torch.Generator().manual_seed(0))
    return built


def embedded(built: PersonalModel, count: int, seed: int = 0) -> Tensor:
    """Random items as the model sees them."""
    features = torch.randn(count, F, generator=torch.Generator().manual_seed(seed))
    nothing = torch.zeros(count, dtype=torch.long)
    with torch.no_grad():
        return built.embed(ItemInputs(features, nothing, nothing[:, None], nothing))


def outfits(built: PersonalModel, seed: int = 1) -> OutfitBatch:
    """Two outfits of three items and of two."""
    mask = torch.tensor([[True, True, True], [True, True, False]])
    return OutfitBatch(embedded(built, 6, seed).reshape(2, 3, -1), torch.tensor([[0, 1, 2], [2, 1, 0]]), mask)


def test_the_score_is_the_sum_of_cosines_to_the_anchors() -> None:
    """Own and shared anchors, by a loop in float64."""
    built = model()
    batch = outfits(built)
    z_BD = built.outfits(batch).detach().double().numpy()
    for row in range(U):
        anchors = torch.cat([built.own[row], built.shared]).detach().double().numpy()
        slow = [sum(float(z @ a / np.linalg.norm(z) / np.linalg.norm(a)) for a in anchors) for z in z_BD]
        assert built.for_anchors(built.own[row]).score(batch).tolist() == pytest.approx(slow, abs=1e-4)


def test_the_common_score_is_the_mean_of_all_shoppers() -> None:
    """The common score equals the mean of all shoppers' scores."""
    built = model()
    batch = outfits(built)
    mean = torch.stack([built.for_anchors(built.own[row]).score(batch) for row in range(U)]).mean(0)
    assert torch.allclose(built.score(batch), mean, atol=1e-5)


def test_order_and_padding_mean_nothing() -> None:
    """Reordering and padding do not change the score."""
    built = model()
    batch = outfits(built)
    turned = OutfitBatch(batch.items_BID.flip(1), batch.category_BI.flip(1), batch.mask_BI.flip(1))
    wider = OutfitBatch(*(torch.cat([part, torch.zeros_like(part)], 1) for part in (batch.items_BID, batch.category_BI, batch.mask_BI)))
    assert torch.allclose(built.outfits(turned), built.outfits(batch), atol=1e-5)
    assert torch.allclose(built.outfits(wider), built.outfits(batch), atol=1e-5)


def test_set_attention_is_what_the_formula_says() -> None:
    """Equal to a slow computation in float64: a softmax per head over present elements, the projected query in the residual."""
    torch.manual_seed(0)
    block = SetAttention(8, 2).double()
    x, to, mask = torch.randn(1, 2, 8).double(), torch.randn(1, 3, 8).double(), torch.tensor([[True, True, False]])
    query, key, value = block.query(x)[0], block.key(to)[0, :2], block.value(to)[0, :2]
    heads = [
        torch.softmax(query[:, part] @ key[:, part].T / 2.0, dim=1) @ value[:, part]  # 2 is the root of a head's width
        for part in (slice(0, 4), slice(4, 8))
    ]
    hidden = block.norm(query + torch.cat(heads, dim=1))
    assert torch.allclose(block(x, to, mask)[0], block.norm_out(hidden + torch.relu(block.out(hidden))), atol=1e-10)


def test_the_ranking_is_exhaustive_scoring() -> None:
    """The rank score is the completed outfit's score, for the common taste and for one shopper's."""
    built = model()
    batch, candidates, category = outfits(built), embedded(built, 5, seed=2), torch.tensor([0, 1, 2, 0, 1])
    for served in (built, built.for_anchors(built.own[2])):
        ranked = served.rank(batch, candidates.expand(2, -1, -1), category.expand(2, -1))
        for place in range(5):
            whole = batch.with_item(candidates[[place, place]], category[[place, place]])
            assert torch.allclose(ranked[:, place], served.score(whole), atol=1e-5)


def test_the_query_is_the_slope_of_the_score() -> None:
    """Near a probe the inner product changes like the score."""
    built = model()
    built.probes.copy_(built.probes[:, :1].expand_as(built.probes))
    batch, target, probe = outfits(built), torch.tensor([0, 0]), built.probes[0, 0]
    query = built.query(batch, target)
    step = 1e-2 * torch.randn(D, generator=torch.Generator().manual_seed(0))
    change = built.score(batch.with_item((probe + step).expand(2, -1), target)) - built.score(batch.with_item(probe.expand(2, -1), target))
    assert torch.allclose(query @ step, change, atol=2e-4)


def test_a_query_can_be_asked_where_no_gradient_is_wanted() -> None:
    """Queries work in inference mode, which serving runs in."""
    built = model()
    with torch.inference_mode():
        inferred = outfits(built)
        assert torch.equal(built.query(inferred, torch.tensor([1, 2])), built.query(outfits(built), torch.tensor([1, 2])))
        assert built.fold_in(inferred).shape == (6, D)


def test_meeting_a_shopper_touches_nothing_else() -> None:
    """Every weight of the model is as it was, and their own outfits rank higher than to everybody."""
    built = model()
    worn = outfits(built)
    before = {name: value.clone() for name, value in built.state_dict().items()}
    folded_in = built.for_anchors(built.fold_in(worn, steps=30))
    assert all(torch.equal(value, before[name]) for name, value in built.state_dict().items())
    assert all(parameter.grad is None for parameter in built.parameters())
    stranger = built.for_anchors(built.newcomer)
    above = [(served.score(worn)[:, None] > built.bank @ served.taste).float().mean() for served in (folded_in, stranger)]
    assert above[0] > above[1]


def test_meeting_a_shopper_in_five_outfits_is_quick() -> None:
    """At full size it costs less than reading a thousand outfits: about 20 ms where reading 256 takes 12, of one core."""
    torch.manual_seed(0)
    built = PersonalModel(feature_size=F, categories=C, shoppers=3).eval()
    items = embedded(built, 20)
    every = torch.ones(256, 4, dtype=torch.bool)
    bank = OutfitBatch(items[torch.randint(20, (256, 4))], torch.zeros(256, 4, dtype=torch.long), every)
    built.settle(items, torch.zeros(20, dtype=torch.long), bank, torch.Generator())
    five = OutfitBatch(bank.items_BID[:5], bank.category_BI[:5], bank.mask_BI[:5])
    seconds = []
    for _ in range(10):
        begun = time.thread_time()
        built.fold_in(five)
        between = time.thread_time()
        with torch.inference_mode():
            built.outfits(bank)
        seconds.append((between - begun, time.thread_time() - between))
    fitting, reading = map(min, zip(*seconds, strict=True))
    assert fitting < 4 * reading


def test_without_own_anchors_everybody_is_served_alike() -> None:
    """The non-personal model to compare with."""
    built = model(own=0, shared=6)
    batch = outfits(built)
    assert torch.allclose(built.for_anchors(built.own[1]).score(batch), built.score(batch))
    assert torch.allclose(built.for_anchors(built.fold_in(batch)).score(batch), built.score(batch))


def test_an_empty_outfit_has_a_score() -> None:
    """Its score is finite."""
    built = model()
    batch = outfits(built)
    empty = OutfitBatch(batch.items_BID, batch.category_BI, torch.zeros_like(batch.mask_BI))
    assert built.score(empty).isfinite().all()
    assert built.query(empty, torch.tensor([0, 1])).isfinite().all()


def test_shoppers_start_equal_by_default() -> None:
    """Their anchors are equal at the start; without ``same_start`` they differ."""
    torch.manual_seed(0)
    same, apart = (PersonalModel(feature_size=F, categories=C, shoppers=3, same_start=start) for start in (True, False))
    assert torch.equal(same.own[0], same.own[2])
    assert not torch.equal(apart.own[0], apart.own[2])
