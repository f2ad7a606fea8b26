"""Bundles of ``semi-supervised`` and ``self-adaptive`` behind HTTP: they complete and score like any other."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.catalogue.importing import import_catalogue
from app.catalogue.publishing import publish
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.main import create_app
from models.bundle import Bundle
from models.recipes.train import train

pytestmark = pytest.mark.training

SMALL = {"embedding_size": "8", "least_steps": "1", "batch_size": "32", "epochs": "2"}
PIXELS = {**SMALL, "mode": "pixels", "backbone": "shufflenet_v2_x0_5", "side": "32"}


def with_outfits(shop: Path, root: Path) -> Path:
    """A copy of a shop with outfits of one item of each category, drawn at random."""
    shutil.copytree(shop, root)
    items = [json.loads(line) for line in (root / "items.jsonl").read_text().splitlines()]
    names = sorted({item["category"] for item in items})
    rng = np.random.default_rng(0)
    outfits = [
        {
            "id": f"o{number}",
            "split": "train" if number % 4 else "valid",
            "items": [str(rng.choice([item["id"] for item in items if item["category"] == name])) for name in names],
        }
        for number in range(60)
    ]
    (root / "outfits.jsonl").write_text("".join(json.dumps(outfit) + "\n" for outfit in outfits))
    return root


@pytest.fixture(scope="module", params=["semi-supervised", "self-adaptive"])
def served(request: pytest.FixtureRequest, catalogue: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service over a shop with features of its own and a bundle of the recipe."""
    root = tmp_path_factory.mktemp("pairs")
    shop, store = with_outfits(catalogue, root / "shop"), ReleaseStore(root / "home")
    train(shop, request.param, root / "bundle", settings=SMALL)
    import_catalogue(shop, store, default_encoder="shipped")
    publish(root / "bundle", store)
    with TestClient(create_app(Settings(home=root / "home"))) as opened:
        yield opened


def test_it_completes_an_outfit(served: TestClient) -> None:
    """The slots that outfits usually have, best first, each with its reasons."""
    answer = served.post("/complete-outfit", json={"items": ["tops-0", "bottoms-1"], "k": 3, "explain": True}).json()
    assert {slot["category"] for slot in answer["slots"]} == {"shoes", "bags"}
    for slot in answer["slots"]:
        scores = [item["score"] for item in slot["items"]]
        assert len(scores) == 3
        assert scores == sorted(scores, reverse=True)
        assert all(0 < item["share"] < 1 for item in slot["items"])
        assert {reason["with"] for reason in slot["items"][0]["why"]} == {"tops-0", "bottoms-1"}


def test_a_completed_outfits_candidates_rank_as_their_distances(served: TestClient) -> None:
    """Exactly the candidates, and what is retrieved for a slot is the best of all candidates of its category."""
    every = [f"shoes-{number}" for number in range(12)]
    ranked = served.post("/complete-outfit", json={"items": ["tops-0", "bottoms-1"], "candidates": every}).json()["slots"][0]["items"]
    asked = {"items": ["tops-0", "bottoms-1"], "slots": [{"category": "shoes"}], "k": 12, "filters": {"in_stock": None}}
    found = served.post("/complete-outfit", json=asked).json()["slots"][0]["items"]
    assert [item["id"] for item in found] == [item["id"] for item in ranked]


def test_it_scores_an_outfit(served: TestClient) -> None:
    """With its pairs and its weakest item, where asked to explain; order has no meaning."""
    items = ["tops-0", "bottoms-1", "shoes-2", "bags-3"]
    answer = served.post("/score-outfit", json={"outfits": [{"items": items}, {"items": items[::-1]}], "explain": True}).json()
    one, other = answer["outfits"]
    assert one["score"] == pytest.approx(other["score"], abs=1e-5)
    assert (one["probability"], one["why_not"][:30]) == (None, "not enough outfits to tell how")
    assert len(one["pairs"]) == 6
    assert np.mean([pair["score"] for pair in one["pairs"]]) == pytest.approx(one["score"], abs=1e-5)


@pytest.fixture(scope="module", params=["semi-supervised", "self-adaptive"])
def seeing(request: pytest.FixtureRequest, pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service over pictures, with a bundle that was trained end to end and encodes them itself."""
    root = tmp_path_factory.mktemp("pixels")
    shop, store = with_outfits(pictures, root / "shop"), ReleaseStore(root / "home")
    bundle: Bundle = train(shop, request.param, root / "bundle", settings=PIXELS)
    import_catalogue(shop, store, encoder=bundle.encoder_spec, default_encoder="shipped")
    publish(root / "bundle", store)
    with TestClient(create_app(Settings(home=root / "home"))) as opened:
        yield opened


def test_what_was_trained_from_pixels_answers_for_a_photo(
    seeing: TestClient, photo: Callable[..., dict[str, Any]], jpeg: Callable[..., bytes]
) -> None:
    """Encoded by the tower that the bundle carries."""
    sent = photo(jpeg("blue"))
    answer = seeing.post("/complete-outfit", json={"items": [sent], "slots": [{"category": "shoes"}], "k": 2})
    assert answer.status_code == 200
    assert len(answer.json()["slots"][0]["items"]) == 2
    scored = seeing.post("/score-outfit", json={"outfits": [{"items": [sent, "shoes-1"]}]})
    assert scored.status_code == 200
    assert scored.json()["outfits"][0]["score"] is not None
