"""`user` in POST /complete-outfit and /score-outfit, over tiny releases of ``personal`` and of ``outfit-vector``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.catalogue.importing import import_catalogue
from app.catalogue.publishing import publish
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.main import create_app
from models.recipes.train import train

pytestmark = pytest.mark.training

CATEGORIES = ("bags", "bottoms", "shoes", "tops")
SETTINGS = {
    "personal": {"embedding_size": "16", "teacher_size": "16", "own": "8", "batch_size": "16", "epochs": "30", "learning_rate": "0.01"},
    "outfit-vector": {"embedding_size": "16", "batch_size": "16", "epochs": "3"},
}
OUTFIT = ["tops-1", "bottoms-1", "shoes-1"]


def served(recipe: str, root: Path, write_catalogue: Callable[..., Path]) -> Path:
    """A home whose current release was trained by a recipe; u0 wears items of even numbers, u1 of odd ones, and both like them alike."""
    data = write_catalogue(root / "shop")
    outfits = [
        {
            "id": f"o{number}",
            "items": [f"{category}-{2 * ((number * 5 + slot) % 6) + number % 2}" for slot, category in enumerate(CATEGORIES)],
            "split": "valid" if number % 8 > 5 else "train",
            "user": f"u{number % 2}",
        }
        for number in range(64)
    ]
    (data / "outfits.jsonl").write_text("".join(json.dumps(one) + "\n" for one in outfits))
    store = ReleaseStore(root / "home")
    import_catalogue(data, store, default_encoder="shipped")
    train(data, recipe, root / "bundle", settings=SETTINGS[recipe])
    publish(root / "bundle", store)
    return store.root if hasattr(store, "root") else root / "home"


@pytest.fixture(scope="module", params=["personal", "outfit-vector"])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, write_catalogue: Callable[..., Path]
) -> Iterator[TestClient]:
    """The service over each."""
    home = served(request.param, tmp_path_factory.mktemp("home"), write_catalogue)
    with TestClient(create_app(Settings(home=home))) as opened:
        yield opened


@pytest.fixture(scope="module")
def personal(tmp_path_factory: pytest.TempPathFactory, write_catalogue: Callable[..., Path]) -> Iterator[TestClient]:
    """The service over the personal one."""
    home = served("personal", tmp_path_factory.mktemp("home"), write_catalogue)
    with TestClient(create_app(Settings(home=home))) as opened:
        yield opened


def ask(client: TestClient, path: str, body: dict[str, Any], user: str | None = None) -> dict[str, Any]:
    """An answer that there is."""
    answer = client.post(path, json=body if user is None else {**body, "user": user})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def complete(client: TestClient, user: str | None = None, **more: Any) -> dict[str, Any]:
    """A completion of one top by shoes and bags."""
    return ask(
        client, "/complete-outfit", {"items": ["tops-1"], "slots": ["shoes", "bags"], "k": 12, "filters": {"in_stock": None}, **more}, user
    )


def score(client: TestClient, user: str | None = None, **more: Any) -> dict[str, Any]:
    """The score of one outfit."""
    return ask(client, "/score-outfit", {"outfits": [{"items": OUTFIT}], **more}, user)


def test_every_recipe_completes_and_scores(both: TestClient) -> None:
    """Without a user nothing is said of one; with looks and reasons too."""
    completed = complete(both, looks=2, explain=True)
    assert [len(slot["items"]) for slot in completed["slots"]] == [12, 12]
    assert len(completed["looks"]) == 2
    assert "shopper" not in completed
    scored = score(both, explain=True)
    assert scored["outfits"][0]["score"] is not None
    assert len(scored["outfits"][0]["pairs"]) == 3
    assert "shopper" not in scored


def test_a_known_shopper_s_answer_is_their_own(personal: TestClient) -> None:
    """Other scores than everybody's, and what they wear ranks higher for them than for the other."""
    assert complete(personal, "u0")["shopper"] == {"user": "u0", "personal": True}
    assert score(personal, "u1")["shopper"] == {"user": "u1", "personal": True}
    assert len({score(personal, user)["outfits"][0]["score"] for user in (None, "u0", "u1")}) == 3
    even = {
        user: [place for place, item in enumerate(complete(personal, user)["slots"][0]["items"]) if int(item["id"].split("-")[1]) % 2 == 0]
        for user in ("u0", "u1")
    }
    assert sum(even["u0"]) < sum(even["u1"])


def test_an_unknown_shopper_gets_the_common_answer_and_is_told(personal: TestClient) -> None:
    """The very same as without a user, and why."""
    answer, common = complete(personal, "nobody"), complete(personal)
    assert answer["slots"] == common["slots"]
    assert answer["shopper"]["personal"] is False
    assert "does not know this shopper" in answer["shopper"]["note"]
    assert score(personal, "nobody")["outfits"] == score(personal)["outfits"]


def test_a_model_that_knows_no_shoppers_says_so(client: TestClient) -> None:
    """Any other release answers as without a user."""
    answer, common = complete(client, "u0"), complete(client)
    assert answer["slots"] == common["slots"]
    assert answer["shopper"]["personal"] is False
    assert "knows no shoppers" in answer["shopper"]["note"]


def test_candidates_are_ranked_for_the_shopper(personal: TestClient) -> None:
    """Fill in the blank, too."""
    candidates = ["shoes-0", "shoes-1", "shoes-2", "shoes-3"]
    ranked = {user: complete(personal, user, candidates=candidates, slots=None)["slots"][0]["items"] for user in ("u0", "u1")}
    assert {item["id"] for item in ranked["u0"]} == set(candidates)
    assert [item["score"] for item in ranked["u0"]] != [item["score"] for item in ranked["u1"]]
