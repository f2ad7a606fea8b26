"""What every compatibility model promises, and what the set transformer promises beyond."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from models.compatibility.base import CompatibilityModel, ItemInputs, OutfitBatch
from models.compatibility.build import build_model
from models.compatibility.set_transformer import SetTransformer, leave_one_out

D, C, F = 16, 5, 7
CONFIG = {"blocks": [4, 3], "categories": C, "words": 9, "residuals": 4, "embedding_size": D, "hidden": 24, "layers": 2}


def transformer(**changes: float) -> SetTransformer:
    """An untrained set transformer with seeded weights, nothing of it zero."""
    torch.manual_seed(0)
    model = build_model("set_transformer", {**CONFIG, **changes})
    assert isinstance(model, SetTransformer)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
        model.tower.words.weight[0] = 0
        model.tower.residual.weight[0] = 0
    return model.eval()


@pytest.fixture(params=["set_transformer", "cosine"])
def model(request: pytest.FixtureRequest) -> CompatibilityModel:
    """Each model there is, over embeddings of one size."""
    return transformer() if request.param == "set_transformer" else build_model("cosine", {"feature_size": D})


def outfits(*sizes: int, width: int | None = None, seed: int = 0) -> OutfitBatch:
    """Random sets of these sizes; what is padding holds large numbers, as it may."""
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


def near(one: Tensor, other: Tensor) -> None:
    """Equal but for rounding."""
    torch.testing.assert_close(one, other, atol=2e-5, rtol=1e-4)


def test_order_has_no_meaning(model: CompatibilityModel) -> None:
    """Neither to queries nor to scores."""
    batch, target = outfits(4, 3, 1), torch.tensor([0, 3, 2])
    shuffled = reordered(batch, [2, 0, 3, 1])
    near(model.query(shuffled, target), model.query(batch, target))
    near(model.score(shuffled), model.score(batch))


def test_padding_does_not_matter(model: CompatibilityModel) -> None:
    """A set in a batch of larger ones is answered as it is alone."""
    sizes = (2, 5, 3)
    batch, target = outfits(*sizes), torch.tensor([1, 2, 4])
    for row, size in enumerate(sizes):
        alone = OutfitBatch(
            batch.items_BID[row : row + 1, :size], batch.category_BI[row : row + 1, :size], batch.mask_BI[row : row + 1, :size]
        )
        near(model.query(alone, target[row : row + 1])[0], model.query(batch, target)[row])
        near(model.score(alone)[0], model.score(batch)[row])


def test_nothing_has_finite_answers(model: CompatibilityModel) -> None:
    """An empty context, alone and beside others."""
    batch = outfits(0, 3)
    assert model.query(batch, torch.tensor([0, 1])).isfinite().all()
    assert model.score(batch).isfinite().all()
    assert model.query(outfits(0, width=1), torch.tensor([0])).isfinite().all()


def test_candidates_rank_by_the_querys_inner_product(model: CompatibilityModel) -> None:
    """So that what an index retrieves is what is meant."""
    context, candidates = outfits(3, 2), torch.randn(2, 6, D, generator=torch.Generator().manual_seed(1))
    categories = torch.tensor([[0, 0, 1, 2, 4, 1], [3, 3, 3, 0, 1, 2]])
    ranked = model.rank(context, candidates, categories)
    for column in range(6):
        near(ranked[:, column], (model.query(context, categories[:, column]) * candidates[:, column]).sum(-1))


def test_the_context_and_the_slot_matter() -> None:
    """Other company, another query; another slot, another query."""
    model, one = transformer(), outfits(3)
    query = model.query(one, torch.tensor([0]))
    assert (query - model.query(one, torch.tensor([1]))).abs().max() > 1e-2
    assert (query - model.query(outfits(3, seed=1), torch.tensor([0]))).abs().max() > 1e-2


def test_all_slots_at_once_are_each_slot_alone() -> None:
    """One pass over the context serves every category."""
    model, batch = transformer(), outfits(3, 2)
    queries = model.queries(batch, torch.arange(C).expand(2, -1))
    for category in range(C):
        near(queries[:, category], model.query(batch, torch.full((2,), category)))


def test_an_outfits_score_is_how_well_each_completes_the_others() -> None:
    """The mean over its items of query times embedding, one item at a time."""
    model, sizes = transformer(), (4, 2, 1)
    batch = outfits(*sizes)
    for row, size in enumerate(sizes):
        fits = []
        for item in range(size):
            rest = [other for other in range(size) if other != item]
            context = OutfitBatch(
                batch.items_BID[row : row + 1, rest], batch.category_BI[row : row + 1, rest], batch.mask_BI[row : row + 1, rest]
            )
            query = model.query(context, batch.category_BI[row, item][None])[0]
            fits.append(query @ batch.items_BID[row, item])
        near(model.score(batch)[row], torch.stack(fits).mean())


def test_reranking_adds_the_completed_outfits_score() -> None:
    """In proportion to ``rerank``."""
    plain, reranking = transformer(), transformer(rerank=0.7)
    context, candidates = outfits(3, 1), torch.randn(2, 4, D)
    categories = torch.randint(C, (2, 4))
    whole = torch.stack([plain.score(context.with_item(candidates[:, one], categories[:, one])) for one in range(4)], dim=1)
    near(reranking.rank(context, candidates, categories), plain.rank(context, candidates, categories) + 0.7 * whole)


def test_a_category_never_seen_has_a_token_of_its_own() -> None:
    """Index C embeds, is asked for and is scored."""
    model = transformer()
    items = ItemInputs(torch.randn(1, F), torch.tensor([C]), torch.zeros(1, 1, dtype=torch.long), torch.zeros(1, dtype=torch.long))
    strange = OutfitBatch(model.embed(items)[None], torch.tensor([[C]]), torch.tensor([[True]]))
    assert model.query(strange, torch.tensor([C])).isfinite().all()
    assert model.score(strange).isfinite().all()


def test_leaving_one_out() -> None:
    """Row b·I + i is outfit b without its item i."""
    contexts = leave_one_out(outfits(3, 2))
    assert contexts.mask_BI.int().tolist() == [[0, 1, 1], [1, 0, 1], [1, 1, 0], [0, 1, 0], [1, 0, 0], [1, 1, 0]]


def test_the_cosine_of_an_outfit() -> None:
    """The mean over pairs; a query is the mean of what is worn."""
    model, batch = build_model("cosine", {"feature_size": D}), outfits(3)
    items = torch.nn.functional.normalize(batch.items_BID, dim=-1)
    batch = OutfitBatch(items, batch.category_BI, batch.mask_BI)
    pairs = [items[0, 0] @ items[0, 1], items[0, 0] @ items[0, 2], items[0, 1] @ items[0, 2]]
    near(model.score(batch)[0], torch.stack(pairs).mean())
    near(model.query(batch, torch.tensor([0]))[0], items[0].mean(0))
