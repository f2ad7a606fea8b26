"""The contract of every compatibility model, and more of the set transformer."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from models.compatibility.average import Average
from models.compatibility.base import CompatibilityModel, ItemInputs, OutfitBatch
from models.compatibility.build import build_model
from models.compatibility.completion import leave_one_out, same_contexts
from models.compatibility.set_transformer import SetBlock, SetTransformer

D, C, F = 16, 5, 7
CONFIG = {"blocks": [4, 3], "categories": C, "words": 9, "residuals": 4, "embedding_size": D, "hidden": 24, "layers": 2}


def transformer(**changes: float) -> SetTransformer:
    """An untrained set transformer with seeded weights; no parameter is zero."""
    torch.manual_seed(0)
    model = build_model("set_transformer", {**CONFIG, **changes})
    assert isinstance(model, SetTransformer)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
        model.tower.words.weight[0] = 0
    return model.eval()


@pytest.fixture(params=["set_transformer", "cosine", "average"])
def model(request: pytest.FixtureRequest) -> CompatibilityModel:
    """Models over embeddings of one size."""
    if request.param == "average":
        return averaged()
    return transformer() if request.param == "set_transformer" else build_model("cosine", {"feature_size": D})


def averaged() -> Average:
    """Two set transformers of half the size."""
    torch.manual_seed(0)
    half = {**CONFIG, "embedding_size": D // 2}
    model = build_model("average", {"members": 2, "model": "set_transformer", "config": half})
    assert isinstance(model, Average)
    return model.eval()


def outfits(*sizes: int, width: int | None = None, seed: int = 0) -> OutfitBatch:
    """Random sets of these sizes; padding holds large numbers."""
    generator = torch.Generator().manual_seed(seed)
    width = width or max(sizes)
    items = torch.full((len(sizes), width, D), 99.0)
    category = torch.zeros(len(sizes), width, dtype=torch.long)
    mask = torch.arange(width)[None] < torch.tensor(sizes)[:, None]
    for row, size in enumerate(sizes):
        items[row, :size] = torch.randn(size, D, generator=generator)
        category[row, :size] = torch.randint(C, (size,), generator=generator)
    return OutfitBatch(items, category, mask)


def reordered(batch: OutfitBatch, order: Sequence[int]) -> OutfitBatch:
    """The same sets with their items in another order."""
    return OutfitBatch(batch.items_BID[:, order], batch.category_BI[:, order], batch.mask_BI[:, order])


def near(got: Tensor, expected: Tensor) -> None:
    """Equal but for rounding."""
    torch.testing.assert_close(got, expected, atol=2e-5, rtol=1e-4)


def slot_odds(model: CompatibilityModel, context: OutfitBatch, category_B: Tensor) -> Tensor:
    """The log-odds of a slot of that category; 0 if the model has none."""
    if isinstance(model, Average):
        halves = zip(model.members, context.items_BID.split(D // 2, dim=-1), strict=True)
        parts = [(member, OutfitBatch(items_BID, context.category_BI, context.mask_BI)) for member, items_BID in halves]
        return torch.stack([slot_odds(member, own, category_B) for member, own in parts]).mean(0)  # type: ignore[arg-type]
    if not isinstance(model, SetTransformer):
        return torch.zeros(len(category_B))
    return model.ask_for(context, category_B[:, None])[1][torch.arange(len(category_B)), category_B]


def test_order_has_no_meaning(model: CompatibilityModel) -> None:
    """Reordering a set changes neither queries nor scores."""
    batch, target = outfits(4, 3, 1), torch.tensor([0, 3, 2])
    shuffled = reordered(batch, [2, 0, 3, 1])
    near(model.query(shuffled, target), model.query(batch, target))
    near(model.score(shuffled), model.score(batch))


def test_padding_does_not_matter(model: CompatibilityModel) -> None:
    """A set in a batch of larger sets has the same answers as alone."""
    sizes = (2, 5, 3)
    batch, target = outfits(*sizes), torch.tensor([1, 2, 4])
    for row, size in enumerate(sizes):
        alone = OutfitBatch(
            batch.items_BID[row : row + 1, :size], batch.category_BI[row : row + 1, :size], batch.mask_BI[row : row + 1, :size]
        )
        near(model.query(alone, target[row : row + 1])[0], model.query(batch, target)[row])
        near(model.score(alone)[0], model.score(batch)[row])


def test_nothing_has_finite_answers(model: CompatibilityModel) -> None:
    """An empty context has finite answers, alone and beside others."""
    batch = outfits(0, 3)
    assert model.query(batch, torch.tensor([0, 1])).isfinite().all()
    assert model.score(batch).isfinite().all()
    assert model.query(outfits(0, width=1), torch.tensor([0])).isfinite().all()


def test_candidates_rank_by_the_querys_inner_product(model: CompatibilityModel) -> None:
    """Within a category the rank is the query's inner product, so an index retrieves exactly; slot log-odds come on top."""
    context, candidates = outfits(3, 2), torch.randn(2, 6, D, generator=torch.Generator().manual_seed(1))
    categories = torch.tensor([[0, 0, 1, 2, 4, 1], [3, 3, 3, 0, 1, 2]])
    ranked = model.rank(context, candidates, categories)
    for column in range(6):
        fits_B = (model.query(context, categories[:, column]) * candidates[:, column]).sum(-1)
        near(ranked[:, column], fits_B + slot_odds(model, context, categories[:, column]))


def test_a_query_that_was_asked_already_gives_the_same_rank(model: CompatibilityModel) -> None:
    """Of candidates of one category."""
    context, candidates = outfits(3, 2), torch.randn(2, 6, D, generator=torch.Generator().manual_seed(1))
    target = torch.tensor([1, 2])
    category = target[:, None].expand(2, 6)
    near(model.rank(context, candidates, category, model.query(context, target)), model.rank(context, candidates, category))


def test_use_attends_as_training_does() -> None:
    """What is computed in use is what was trained."""
    block = SetBlock(16, 4, 0.0)
    x, to, absent = torch.randn(3, 2, 16), torch.randn(3, 5, 16), torch.arange(5) >= torch.tensor([[5], [3], [1]])
    near(block.eval()(x, to, absent), block.train()(x, to, absent))


def test_the_context_and_the_slot_matter() -> None:
    """Another context or another slot gives another query."""
    model, batch = transformer(), outfits(3)
    query = model.query(batch, torch.tensor([0]))
    assert (query - model.query(batch, torch.tensor([1]))).abs().max() > 1e-2
    assert (query - model.query(outfits(3, seed=1), torch.tensor([0]))).abs().max() > 1e-2


def test_all_slots_at_once_are_each_slot_alone() -> None:
    """One pass over the context serves every category."""
    model, batch = transformer(), outfits(3, 2)
    queries = model.ask_for(batch, torch.arange(C).expand(2, -1))[0]
    for category in range(C):
        near(queries[:, category], model.query(batch, torch.full((2,), category)))


def test_an_outfits_score_is_how_well_each_completes_the_others() -> None:
    """The mean over its items of query times embedding and the slot's log-odds, one item at a time."""
    model, sizes = transformer(), (4, 2, 1)
    batch = outfits(*sizes)
    for row, size in enumerate(sizes):
        fits = []
        for item in range(size):
            rest = [other for other in range(size) if other != item]
            context = OutfitBatch(
                batch.items_BID[row : row + 1, rest], batch.category_BI[row : row + 1, rest], batch.mask_BI[row : row + 1, rest]
            )
            category_1 = batch.category_BI[row, item][None]
            fits.append(model.query(context, category_1)[0] @ batch.items_BID[row, item] + slot_odds(model, context, category_1)[0])
        near(model.score(batch)[row], torch.stack(fits).mean())


def test_reranking_adds_the_completed_outfits_score() -> None:
    """The completed outfit's score is added, times ``rerank``."""
    plain, reranking = transformer(), transformer(rerank=0.7)
    context, candidates = outfits(3, 1), torch.randn(2, 4, D)
    categories = torch.randint(C, (2, 4))
    whole = torch.stack([plain.score(context.with_item(candidates[:, place], categories[:, place])) for place in range(4)], dim=1)
    near(reranking.rank(context, candidates, categories), plain.rank(context, candidates, categories) + 0.7 * whole)


def test_an_average_answers_the_mean() -> None:
    """The inner product of the concatenated embeddings is the mean of the members'; so is the score."""
    model, batch, target = averaged(), outfits(3, 2), torch.tensor([1, 0])
    candidate = torch.randn(2, D)
    halves = [OutfitBatch(part, batch.category_BI, batch.mask_BI) for part in batch.items_BID.split(D // 2, dim=-1)]
    odds = [
        (member.query(half, target) * own).sum(-1)  # type: ignore[operator]
        for member, half, own in zip(model.members, halves, candidate.split(D // 2, dim=-1), strict=True)
    ]
    near((model.query(batch, target) * candidate).sum(-1), torch.stack(odds).mean(0))
    scores = [member.score(half) for member, half in zip(model.members, halves, strict=True)]  # type: ignore[operator]
    near(model.score(batch), torch.stack(scores).mean(0))
    items = ItemInputs(torch.randn(4, F), torch.arange(4), torch.zeros(4, 1, dtype=torch.long), torch.zeros(4, dtype=torch.long))
    near(model.embed(items)[:, : D // 2], model.members[0].embed(items))  # type: ignore[operator]


def test_popularity_counts_in_any_context() -> None:
    """Popularity is added to an item's log-odds in every context; an item without residual gets none."""
    model, context = transformer(), outfits(3, 2)
    items = ItemInputs(torch.randn(2, F), torch.tensor([0, 0]), torch.zeros(2, 1, dtype=torch.long), torch.tensor([2, 0]))
    target = torch.tensor([0, 0])
    before = model.query(context, target) @ model.embed(items).T
    model.popularity[2] = 0.7
    near(model.query(context, target) @ model.embed(items).T, before + torch.tensor([0.7, 0.0]))


def test_a_category_never_seen_has_a_token_of_its_own() -> None:
    """Category index C can be embedded, queried and scored."""
    model = transformer()
    items = ItemInputs(torch.randn(1, F), torch.tensor([C]), torch.zeros(1, 1, dtype=torch.long), torch.zeros(1, dtype=torch.long))
    strange = OutfitBatch(model.embed(items)[None], torch.tensor([[C]]), torch.tensor([[True]]))
    assert model.query(strange, torch.tensor([C])).isfinite().all()
    assert model.score(strange).isfinite().all()
    assert model.score(OutfitBatch(strange.items_BID, strange.category_BI, ~strange.mask_BI)).tolist() == [0.0]


def test_leaving_one_out() -> None:
    """One context per item, outfit by outfit; each holds the outfit's other items."""
    batch = outfits(3, 2)
    contexts = leave_one_out(batch)
    assert contexts.mask_BI.int().tolist() == [[1, 1], [1, 1], [1, 1], [1, 0], [1, 0]]
    firsts = [(0, 1), (0, 0), (0, 0), (1, 1), (1, 0)]
    near(contexts.items_BID[:, 0], torch.stack([batch.items_BID[place] for place in firsts]))
    assert contexts.category_BI[:, 0].tolist() == [int(batch.category_BI[place]) for place in firsts]


def test_contexts_that_hold_the_same_are_told() -> None:
    """Of outfits that differ in one item, padding aside; each names the first of its kind."""
    rows = torch.tensor([[0, 1, 9], [0, 1, 2], [0, 1, 3], [0, 4, 3], [5, 4, 3]])
    mask = torch.ones_like(rows, dtype=torch.bool)
    mask[0, 2] = False
    batch = OutfitBatch(rows[..., None].float(), rows % 4, mask)
    assert same_contexts(batch, batch.items_BID).tolist() == [0, 1, 2, 3, 4, 5, 6, 4, 8, 6, 10, 8, 12, 13]
    assert same_contexts(batch, rows > 3).tolist() == [0, 1, 2, 3, 4, 2, 3, 4, 8, 3, 10, 8, 12, 13]
    assert same_contexts(OutfitBatch(torch.zeros(0, 2, 1), rows[:0, :2], mask[:0, :2]), rows[:0, :2]).tolist() == []


def test_the_cosine_of_an_outfit() -> None:
    """The score is the mean over pairs; the query is the mean of the context."""
    model, batch = build_model("cosine", {"feature_size": D}), outfits(3)
    items = torch.nn.functional.normalize(batch.items_BID, dim=-1)
    batch = OutfitBatch(items, batch.category_BI, batch.mask_BI)
    pairs = [items[0, 0] @ items[0, 1], items[0, 0] @ items[0, 2], items[0, 1] @ items[0, 2]]
    near(model.score(batch)[0], torch.stack(pairs).mean())
    near(model.query(batch, torch.tensor([0]))[0], items[0].mean(0))
