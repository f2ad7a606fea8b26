"""Pairwise models: one query against scoring every candidate, in float64."""

from __future__ import annotations

from itertools import combinations

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from models.compatibility.base import CompatibilityModel, ItemInputs, OutfitBatch
from models.compatibility.build import build_model
from models.compatibility.pairwise import LinearPairs, Pairs

C, N, MOST = 4, 60, 4
SHAPES = [(pair_spaces, unit, distance) for pair_spaces in (False, True) for unit in (False, True) for distance in ("squared", "euclidean")]


def built(*, pair_spaces: bool, unit: bool, distance: str, heads: str = "category", learned: bool = True, size: int = 6) -> Pairs:
    """A model with seeded weights in float64."""
    torch.manual_seed(0)
    shape = {"reads": [[0, 3], [5, 8]], "categories": C, "size": size, "hidden": 7, "heads": heads, "learned": learned}
    model = build_model("pairwise", {**shape, "pair_spaces": pair_spaces, "unit": unit, "distance": distance})
    assert isinstance(model, Pairs)
    return model.double().eval().requires_grad_(requires_grad=False)


@pytest.fixture(params=SHAPES, ids=str)
def model(request: pytest.FixtureRequest) -> Pairs:
    """A model of every combination of settings."""
    pair_spaces, unit, distance = request.param
    return built(pair_spaces=pair_spaces, unit=unit, distance=distance)


@pytest.fixture
def items() -> ItemInputs:
    """Items of all categories, one of them never seen."""
    generator = torch.Generator().manual_seed(1)
    nothing = torch.zeros(N, dtype=torch.long)
    return ItemInputs(torch.randn(N, 8, generator=generator, dtype=torch.float64), torch.arange(N) % (C + 1), nothing[:, None], nothing)


def outfits(model: Pairs, items: ItemInputs) -> OutfitBatch:
    """Outfits of four, three, two, one and no items; padding holds large numbers."""
    rows = torch.randperm(N, generator=torch.Generator().manual_seed(2))[: 5 * MOST].reshape(5, MOST)
    mask = torch.arange(MOST)[None] < torch.tensor([4, 3, 2, 1, 0])[:, None]
    embedded = model.embed(items)[rows].masked_fill(~mask[..., None], 99.0)
    return OutfitBatch(embedded, items.category_N[rows], mask)


def apart(model: Pairs, first: Tensor, own: int, second: Tensor, others: int) -> float:
    """Distance of two items from their general features, by the formula."""
    if model.spaces:
        low, high = min(own, others), max(own, others)
        row = [(a, b) for a in range(C + 1) for b in range(a, C + 1)].index((low, high))
        mask = model.spaces.mask[row].clamp(min=0)
        first, second = first * mask, second * mask
    if model.unit:
        first, second = F.normalize(first, dim=0), F.normalize(second, dim=0)
    square = float(((first - second) ** 2).sum())
    return square if model.squared else square**0.5


def test_the_score_is_minus_the_mean_distance_of_all_pairs(model: Pairs, items: ItemInputs) -> None:
    """Equal to a loop over pairs; without a pair the score is 0."""
    batch = outfits(model, items)
    for row, score in enumerate(model.score(batch).tolist()):
        vectors = batch.items_BID[row, batch.mask_BI[row], : model.size]
        categories = batch.category_BI[row].tolist()
        distances = [apart(model, vectors[a], categories[a], vectors[b], categories[b]) for a, b in combinations(range(len(vectors)), 2)]
        assert score == pytest.approx(-sum(distances) / max(1, len(distances)), abs=1e-5)


def test_ranking_orders_as_scoring_every_candidate_would(model: Pairs, items: ItemInputs) -> None:
    """A candidate's rank score is minus its mean distance to the outfit, in every category."""
    batch, embedded = outfits(model, items), model.embed(items)
    count = len(batch.items_BID)
    ranked = model.rank(batch, embedded.expand(count, -1, -1), items.category_N.expand(count, -1))
    for row in range(count):
        vectors, categories = batch.items_BID[row, batch.mask_BI[row], : model.size], batch.category_BI[row].tolist()
        for candidate in range(N):
            vector, category = embedded[candidate, : model.size], int(items.category_N[candidate])
            distances = [apart(model, embedded, own, vector, category) for embedded, own in zip(vectors, categories, strict=False)]
            assert float(ranked[row, candidate]) == pytest.approx(-sum(distances) / max(1, len(distances)), abs=1e-5)


def test_one_query_retrieves_exactly_where_the_algebra_allows(items: ItemInputs) -> None:
    """For squared distances without unit length in pair spaces the inner product equals the rank score, not only its order."""
    for pair_spaces, unit, distance in SHAPES:
        model = built(pair_spaces=pair_spaces, unit=unit, distance=distance)
        assert isinstance(model, LinearPairs) == (distance == "squared" and not (unit and pair_spaces))
        if not isinstance(model, LinearPairs):
            continue
        assert type(model).rank is CompatibilityModel.rank
        batch, embedded = outfits(model, items), model.embed(items)
        for category in range(C + 1):
            queries = model.query(batch, torch.full((len(batch.items_BID),), category))
            exhaustive = Pairs.rank(model, batch, embedded.expand(len(queries), -1, -1), torch.full((len(queries), N), category))
            members = items.category_N == category
            torch.testing.assert_close((queries @ embedded.T)[:, members], exhaustive[:, members], atol=1e-10, rtol=1e-10)


def test_elsewhere_the_query_proposes_what_exhaustive_scoring_finds(items: ItemInputs) -> None:
    """Nearly all of the five best of sixty items of a category are among the query's first twenty."""
    generator = torch.Generator().manual_seed(3)
    features = torch.randn(C * N, 8, generator=generator, dtype=torch.float64)
    nothing = torch.zeros(C * N, dtype=torch.long)
    shop = ItemInputs(features, torch.arange(C * N) % C, nothing[:, None], nothing)
    for pair_spaces, unit, distance in SHAPES:
        model = built(pair_spaces=pair_spaces, unit=unit, distance=distance, size=32)
        if isinstance(model, LinearPairs):
            continue
        batch, embedded = outfits(model, items).take(torch.arange(4)), model.embed(shop)
        found = []
        for category in range(C):
            vectors = embedded[shop.category_N == category]
            proposed = (model.query(batch, torch.full((4,), category)) @ vectors.T).topk(20).indices
            best = model.rank(batch, vectors.expand(4, -1, -1), torch.full((4, len(vectors)), category)).topk(5).indices
            found += [len(set(found_K.tolist()) & set(other.tolist())) / 5 for found_K, other in zip(proposed, best, strict=True)]
        assert sum(found) / len(found) > 0.9


def test_only_the_parts_that_are_read_matter(model: Pairs, items: ItemInputs) -> None:
    """Features outside the parts that are read change nothing."""
    features = items.features_NF.clone()
    features[:, 3:5] += 1
    other = ItemInputs(features, items.category_N, items.words_NL, items.residual_N)
    assert torch.equal(model.embed(other), model.embed(items))


def test_what_was_never_seen_is_served_by_the_mean_of_what_was(items: ItemInputs) -> None:
    """Unseen categories and pairs get the mean head and mask; the seen ones keep theirs."""
    model = built(pair_spaces=True, unit=True, distance="squared")
    assert model.spaces
    weight, mask = model.head.weight.detach().clone(), model.spaces.mask.detach().clone()
    seen_C, seen_P = torch.tensor([True, True, False, True, False]), torch.arange(len(mask)) < 3
    model.share_with_unseen(seen_C, seen_P)
    assert torch.equal(model.head.weight[seen_C], weight[seen_C])
    assert torch.equal(model.spaces.mask[seen_P], mask[seen_P])
    torch.testing.assert_close(model.head.weight[2], weight[seen_C].mean(0))
    torch.testing.assert_close(model.spaces.mask[-1], mask[seen_P].clamp(min=0).mean(0))
    assert model.embed(items).isfinite().all()


def test_shared_heads_are_one_for_all(items: ItemInputs) -> None:
    """With shared heads and no pair spaces the category does not matter; with its own heads it does."""
    other = ItemInputs(items.features_NF, items.category_N.roll(1), items.words_NL, items.residual_N)
    for heads, same in (("shared", True), ("category", False)):
        model = built(pair_spaces=False, unit=True, distance="squared", heads=heads)
        assert torch.equal(model.embed(items), model.embed(other)) == same
