"""The mean cosine over pairs of slots, in one space and in a space per pair."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import torch
from torch import Tensor

from models.compatibility.base import CompatibilityModel, ItemInputs, OutfitBatch
from models.compatibility.outfit_vector import PairSpaces, SharedSpace, outfit_vector
from models.errors import InputError

C, D, F = 3, 6, 5


def model(spaces: str) -> SharedSpace:
    """A small untrained model."""
    torch.manual_seed(0)
    return outfit_vector(spaces=spaces, categories=C, feature_size=F, embedding_size=D).eval()


def embedded(built: SharedSpace, count: int, seed: int = 0) -> Tensor:
    """Random items in the model's space."""
    features = torch.randn(count, F, generator=torch.Generator().manual_seed(seed))
    nothing = torch.zeros(count, dtype=torch.long)
    with torch.no_grad():
        return built.embed(ItemInputs(features, nothing, nothing[:, None], nothing))


def outfits(built: SharedSpace) -> OutfitBatch:
    """Two outfits of three items and of two."""
    mask = torch.tensor([[True, True, True], [True, True, False]])
    return OutfitBatch(embedded(built, 6).reshape(2, 3, D), torch.tensor([[0, 1, 2], [2, 1, 0]]), mask)


def cosine(first: np.ndarray, second: np.ndarray) -> float:
    """The cosine in float64."""
    return float(first @ second / np.linalg.norm(first) / np.linalg.norm(second))


def slow_score(built: SharedSpace, items: Tensor, categories: list[int]) -> float:
    """The mean cosine by a loop over pairs."""
    vectors, found = items.double().numpy(), []
    maps = built.maps.detach().double().numpy() if isinstance(built, PairSpaces) else None
    for first, second in combinations(range(len(vectors)), 2):
        left = np.eye(D) if maps is None else maps[categories[first], categories[second]]
        right = np.eye(D) if maps is None else maps[categories[second], categories[first]]
        found.append(cosine(vectors[first] @ left, vectors[second] @ right))
    return float(np.mean(found) / 0.07)


@pytest.mark.parametrize("spaces", ["shared", "pairs"])
def test_the_score_is_the_mean_cosine_over_pairs(spaces: str) -> None:
    """The score equals a loop in float64, divided by τ; padding does not count."""
    built = model(spaces)
    batch = outfits(built)
    slow = [slow_score(built, batch.items_BID[0], [0, 1, 2]), slow_score(built, batch.items_BID[1, :2], [2, 1])]
    assert built.score(batch).tolist() == pytest.approx(slow, rel=1e-4)


@pytest.mark.parametrize("spaces", ["shared", "pairs"])
def test_the_final_ranking_is_that_of_exhaustive_scoring(spaces: str) -> None:
    """Ranking candidates gives the same order as scoring the completed outfits."""
    built = model(spaces)
    batch, candidates = outfits(built), embedded(built, 40, seed=3)
    category = torch.arange(40) % C
    ranked = built.rank(batch, candidates.expand(2, -1, -1), category.expand(2, -1))
    for row, size in ((0, 3), (1, 2)):
        own = batch.category_BI[row, :size].tolist()
        for target in range(C):
            here = (category == target).nonzero()[:, 0].tolist()
            slow = [slow_score(built, torch.cat([batch.items_BID[row, :size], candidates[[place]]]), [*own, target]) for place in here]
            assert np.argsort(slow).tolist() == ranked[row, here].argsort().tolist()


def test_one_query_retrieves_exactly_in_the_shared_space() -> None:
    """The query's inner product is the final score."""
    assert SharedSpace.rank is CompatibilityModel.rank


def test_one_query_nearly_retrieves_in_a_space_per_pair() -> None:
    """With mean lengths the inner product orders candidates almost like exhaustive scoring."""
    built = model("pairs")
    candidates = embedded(built, 200, seed=4)
    built.settle(candidates, torch.full((200,), 2))
    context = OutfitBatch(embedded(built, 2).reshape(1, 2, D), torch.tensor([[0, 1]]), torch.ones(1, 2, dtype=torch.bool))
    exact = built.rank(context, candidates[None], torch.full((1, 200), 2))[0]
    cheap = candidates @ built.query(context, torch.tensor([2]))[0]
    assert np.corrcoef(exact.detach(), cheap.detach())[0, 1] > 0.98
    best = set(exact.topk(10).indices.tolist())
    assert len(best & set(cheap.topk(20).indices.tolist())) >= 9


def test_training_and_serving_agree() -> None:
    """Outfits given as places among shared items get the same score as outfits given as embeddings."""
    built = model("pairs")
    items, category = embedded(built, 8), torch.arange(8) % C
    place = torch.tensor([[0, 1, 5], [5, 4, 3]])
    mask = torch.tensor([[True, True, True], [True, True, False]])
    whole = OutfitBatch(items[place], category[place], mask)
    assert torch.allclose(built.scale * built.similarity(items, category, place, mask), built.score(whole), atol=1e-5)


@pytest.mark.parametrize("spaces", ["shared", "pairs"])
def test_an_outfit_of_one_or_none_has_a_score(spaces: str) -> None:
    """Without a pair the score is 0, and no answer is NaN."""
    built = model(spaces)
    batch = outfits(built)
    empty = OutfitBatch(batch.items_BID, batch.category_BI, torch.zeros_like(batch.mask_BI))
    assert built.score(empty).tolist() == [0, 0]
    assert built.query(empty, torch.tensor([0, 1])).isfinite().all()
    assert built.rank(empty, batch.items_BID, batch.category_BI).isfinite().all()


def test_too_many_categories_for_a_space_per_pair_are_refused() -> None:
    """The message names the setting and what to do."""
    with pytest.raises(InputError, match=r"spaces.*shared"):
        outfit_vector(spaces="pairs", categories=500, feature_size=F)
