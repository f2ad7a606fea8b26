"""An ensemble: one inner product retrieves as its members do, ranking adds the memory, and nothing is lost on the way to disk."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from models.compatibility.base import ItemInputs, OutfitBatch
from models.compatibility.build import build_model
from models.compatibility.ensemble import Ensemble
from models.compatibility.missing_types import MissingTypes
from models.compatibility.pair_memory import ITEM, PRODUCT, TYPE, remember

N, C, F = 12, 2, 3
ROWS = torch.tensor([[0, 6], [0, 7], [1, 6], [2, 8], [3, 9]])
SHAPE = {"categories": C, "words": 0, "residuals": N}
MEMBERS = [
    ("pair_masks", {**SHAPE, "feature_size": F, "products": 2, "embedding_size": 8, "hidden": 8}),
    ("pair_masks", {**SHAPE, "feature_size": F, "products": 2, "embedding_size": 8, "hidden": 8, "attends": True}),
    ("set_transformer", {**SHAPE, "blocks": [F], "embedding_size": 8, "hidden": 8, "layers": 1, "heads": 2}),
]


@pytest.fixture(scope="module")
def inputs() -> ItemInputs:
    """Six items each of two categories."""
    features = torch.randn(N, F, generator=torch.Generator().manual_seed(0))
    words = torch.zeros(N, 1, dtype=torch.long)
    return ItemInputs(features, torch.arange(N) // 6, words, torch.arange(1, N + 1), torch.arange(N) % 3)


@pytest.fixture(scope="module")
def model(inputs: ItemInputs) -> Ensemble:
    """Untrained members, a memory of five outfits, and weights of all kinds."""
    torch.manual_seed(0)
    mask = torch.ones_like(ROWS, dtype=torch.bool)
    memory = remember(inputs, ROWS, mask, torch.ones(mask.shape), attributes=torch.tensor([-1]), levels=[ITEM, PRODUCT, TYPE], categories=C)
    types = MissingTypes(types=3, categories=C, hidden=4)
    types.category[1:] = torch.arange(C)
    types.log_share[1:] = torch.tensor([0.4, 0.6]).log()
    ensemble = Ensemble([build_model(*member) for member in MEMBERS], memory, types, categories=C, residuals=N, probes=4, bends=True).eval()
    assert ensemble.bends
    ensemble.bends.range_2E.copy_(torch.tensor([[-1.0], [1.0]]).expand(2, ensemble.bends.evidence))
    ensemble.judge_weight.normal_()
    ensemble.slot_weight.fill_(0.7)
    ensemble.member_weight.copy_(torch.tensor([0.5, 0.2, 0.3]))
    ensemble.term_weight.normal_()
    ensemble.popularity.normal_()
    ensemble.probes.normal_()
    ensemble.probed[:, :3] = True
    return ensemble


def context(model: Ensemble, inputs: ItemInputs) -> OutfitBatch:
    """Two outfits, of two items and of one."""
    rows, mask = torch.tensor([[0, 6], [1, 0]]), torch.tensor([[True, True], [True, False]])
    return OutfitBatch(model.embed(inputs)[rows], inputs.category_N[rows], mask)


@torch.inference_mode()
def test_one_inner_product_is_the_weighed_sum_of_the_members_and_the_popularity(model: Ensemble, inputs: ItemInputs) -> None:
    """Codes count nothing in it."""
    embedded, worn, target = model.embed(inputs), context(model, inputs), torch.tensor([1, 1])
    found = model.query(worn, target) @ embedded.T
    expected = model.popularity[inputs.residual_N].expand(2, N).clone()
    at = 0
    for member, weight in zip(model.each(), model.member_weight, strict=True):
        own = member.embed(inputs)
        part = OutfitBatch(worn.items_BID[..., at : at + member.embedding_size], worn.category_BI, worn.mask_BI)
        expected += weight * (member.query(part, target) @ own.T)
        at += member.embedding_size
    assert torch.allclose(found, expected, atol=1e-4)


@torch.inference_mode()
def test_ranking_is_the_query_and_the_memory(model: Ensemble, inputs: ItemInputs) -> None:
    """Within a category their differences agree; popularity counts only among all of it."""
    embedded, worn = model.embed(inputs), context(model, inputs)
    candidates = embedded[6:].expand(2, 6, -1)
    category = torch.ones(2, 6, dtype=torch.long)
    ranked = model.rank(worn, candidates, category) + model.prior(candidates)
    queried = model.query(worn, torch.tensor([1, 1])) @ embedded[6:].T + model.terms(worn, candidates, category) @ model.term_weight
    assert torch.allclose(ranked - ranked[:, :1], queried - queried[:, :1], atol=1e-4)
    assert torch.equal(model.prior(candidates)[0], model.popularity[inputs.residual_N[6:]])


@torch.inference_mode()
def test_a_query_that_was_asked_already_is_ranked_by(model: Ensemble, inputs: ItemInputs) -> None:
    """And is not asked again."""
    embedded, worn = model.embed(inputs), context(model, inputs)
    candidates, category = embedded[6:].expand(2, 6, -1), torch.ones(2, 6, dtype=torch.long)
    query = model.query(worn, torch.tensor([1, 1]))
    assert torch.allclose(model.rank(worn, candidates, category, query), model.rank(worn, candidates, category), atol=1e-5)
    assert not torch.allclose(model.rank(worn, candidates, category, 2 * query), model.rank(worn, candidates, category), atol=1e-2)


@torch.inference_mode()
def test_candidates_of_several_categories_are_each_told_against_their_own(model: Ensemble, inputs: ItemInputs) -> None:
    """The score of a candidate does not depend on what else is asked."""
    embedded, worn = model.embed(inputs), context(model, inputs)
    rows = torch.tensor([[2, 9, 3], [10, 4, 11]])
    together = model.rank(worn, embedded[rows], inputs.category_N[rows])
    for place in range(3):
        alone = model.rank(worn, embedded[rows[:, place : place + 1]], inputs.category_N[rows[:, place : place + 1]])
        assert torch.allclose(together[:, place], alone[:, 0], atol=1e-5)


@torch.inference_mode()
def test_any_item_is_as_the_probes_of_its_category(model: Ensemble, inputs: ItemInputs) -> None:
    """What is taken off a score: the log of their mean odds, of those that were kept; nothing where none were."""
    embedded, worn = model.embed(inputs), context(model, inputs)
    rows = torch.tensor([[2, 9], [9, 2]])
    category = inputs.category_N[rows]
    ranked = model.rank(worn, embedded[rows], category)
    unprobed = copy.deepcopy(model)
    unprobed.probed[0] = False
    said = torch.stack([model.query(worn, torch.tensor([number, number])) for number in range(C)])[..., : model.looks]
    any_CB = (said @ model.probes[:C, :3].mT).exp().mean(-1).log()
    expected = ranked + any_CB[0][:, None] * (category == 0)
    assert torch.allclose(unprobed.rank(worn, embedded[rows], category), expected, atol=1e-5)


@torch.inference_mode()
def test_order_and_padding_change_no_score(model: Ensemble, inputs: ItemInputs) -> None:
    """An outfit is a set."""
    embedded = model.embed(inputs)
    rows = torch.tensor([[0, 6, 8], [8, 0, 6]])
    mask = torch.ones_like(rows, dtype=torch.bool)
    first, turned = model.score(OutfitBatch(embedded[rows], inputs.category_N[rows], mask))
    padded = torch.tensor([[0, 6, 8, 1]])
    again = model.score(OutfitBatch(embedded[padded], inputs.category_N[padded], torch.tensor([[True, True, True, False]])))
    assert torch.allclose(torch.stack([turned, again[0]]), first, atol=1e-4)


@torch.inference_mode()
def test_contexts_that_hold_the_same_are_asked_once(model: Ensemble, inputs: ItemInputs, monkeypatch: pytest.MonkeyPatch) -> None:
    """And each outfit scores as it does by itself."""
    embedded, rows = model.embed(inputs), torch.tensor([[0, 6, 2], [0, 6, 3], [0, 6, 8], [1, 6, 8]])
    batch = OutfitBatch(embedded[rows], inputs.category_N[rows], torch.ones_like(rows, dtype=torch.bool))
    alone = [float(model.score(batch.take(torch.tensor([place])))) for place in range(len(rows))]
    asked, types = list[int](), list[int]()
    assert model.types
    real, real_types = model.member_queries, model.types.forward

    def counted(context: OutfitBatch, target_B: Tensor) -> Iterator[Tensor]:
        asked.append(len(target_B))
        return real(context, target_B)

    def counted_types(worn_BI: Tensor, mask_BI: Tensor) -> Tensor:
        types.append(len(worn_BI))
        return real_types(worn_BI, mask_BI)

    monkeypatch.setattr(model, "member_queries", counted)
    monkeypatch.setattr(model.types, "forward", counted_types)
    assert model.score(batch).tolist() == pytest.approx(alone, abs=1e-5)
    assert asked == [3 * len(rows) - 2]  # (0, 6) for categories 0 and 0, and (6, 8); for category 1 it is another question
    assert types == [5]  # those of the first outfit, and of the third all but (0, 6): its types are what tells them apart


@torch.inference_mode()
def test_no_worn_items_and_no_outfits_are_answered(model: Ensemble, inputs: ItemInputs) -> None:
    """An empty outfit asks by popularity alone, or by what a member says to nothing; nothing is NaN."""
    worn = context(model, inputs)
    nothing = OutfitBatch(worn.items_BID, worn.category_BI, torch.zeros_like(worn.mask_BI))
    assert model.query(nothing, torch.tensor([0, 1])).isfinite().all()
    assert model.score(nothing).isfinite().all()


def test_an_outfit_of_one_item_has_a_score(model: Ensemble, inputs: ItemInputs) -> None:
    """Nothing is left to complete it by; it scores the same whether or not there are places for more."""
    embedded, category = model.embed(inputs), inputs.category_N
    alone = OutfitBatch(embedded[:2, None], category[:2, None], torch.ones(2, 1, dtype=torch.bool))
    padded = OutfitBatch(embedded[:2, None].repeat(1, 3, 1), category[:2, None].repeat(1, 3), torch.tensor([[True, False, False]] * 2))
    assert model.score(alone).isfinite().all()
    assert model.score(alone).tolist() == pytest.approx(model.score(padded).tolist(), abs=1e-5)


def test_a_bundle_builds_it_again(model: Ensemble, inputs: ItemInputs) -> None:
    """From what the manifest keeps: members by name, and the memory's shapes."""
    assert model.memory
    assert model.types
    shape = {"categories": C, "residuals": N, "probes": 4}
    config = {"members": MEMBERS, "memory": model.memory.config, "types": model.types.config, **shape}
    again = build_model("ensemble", {**config, "bends": True})
    again.load_state_dict(model.state_dict())
    with torch.inference_mode():
        assert torch.equal(again.eval().embed(inputs), model.embed(inputs))
        assert torch.equal(again.score(context(again, inputs)), model.score(context(model, inputs)))


@torch.inference_mode()
def test_one_from_before_hears_means_alone(model: Ensemble, inputs: ItemInputs) -> None:
    """It has no such weights, and scores as one that hears more and gives nothing for it."""
    assert model.memory
    assert model.types
    assert model.bends
    told = model.bends.evidence
    before = build_model(
        "ensemble",
        {"members": MEMBERS, "memory": model.memory.config, "types": model.types.config, "categories": C, "residuals": N, "probes": 4},
    )
    state = {name: value for name, value in model.state_dict().items() if not name.startswith("bends.")}
    before.load_state_dict({**state, "judge_weight": model.judge_weight[:told]})
    deaf = copy.deepcopy(model)
    deaf.judge_weight[told:] = 0.0
    scores = [one.score(context(model, inputs)) for one in (before.eval(), deaf, model)]
    assert torch.allclose(scores[0], scores[1], atol=1e-5)
    assert not torch.allclose(scores[0], scores[2], atol=1e-2)


def test_cold_items_are_what_they_look_like(model: Ensemble, inputs: ItemInputs) -> None:
    """Without rows of their own, items of equal looks embed alike."""
    strangers = ItemInputs(
        inputs.features_NF[:1].expand(2, F), torch.zeros(2, dtype=torch.long), inputs.words_NL[:2], torch.zeros(2).long()
    )
    with torch.inference_mode():
        first, second = model.embed(strangers)
    assert torch.equal(first, second)


@torch.inference_mode()
def test_what_was_never_worn_fits_an_outfit_no_better_than_the_best_of_what_was(model: Ensemble, inputs: ItemInputs) -> None:
    """Nothing was learned that holds it down; where more was worn than is kept to tell by, nobody knows what the best is."""
    some, mask = copy.deepcopy(model), torch.tensor([[True]])
    first, second = items_2D = model.embed(inputs)[[0, 6]]
    items_2D[:, : some.looks] *= 100
    one, other = (OutfitBatch(item[None, None], torch.tensor([[category]]), mask) for category, item in enumerate((first, second)))
    queries = some.query(one, torch.tensor([1]))[..., : some.looks], some.query(other, torch.tensor([0]))[..., : some.looks]
    fits = [float(query @ item[: some.looks]) for query, item in zip(queries, (second, first), strict=True)]
    best = [float((query @ some.probes[category, :3].T).max()) for query, category in zip(queries, (1, 0), strict=True)]
    outfit = OutfitBatch(torch.stack([first, second])[None], torch.tensor([[0, 1]]), torch.tensor([[True, True]]))
    assert max(fits) > max(best)
    held = sum(map(min, fits, best)) / 2
    assert float(some.evidence(outfit)[0, 0]) == pytest.approx(held, rel=1e-4)
    some.probed[:] = True
    assert float(some.evidence(outfit)[0, 0]) == pytest.approx(sum(fits) / 2, rel=1e-4)
