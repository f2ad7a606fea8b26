"""The documentation page: it needs no other host, and what it shows can be sent as it stands."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import applications, routing
from starlette.testclient import TestClient

from app.catalogue.importing import import_catalogue
from app.cli.demo import ITEMS
from app.ground.fields import problem
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.main import create_app
from models.wardrobe.catalogue import dress_up, item_id


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service over the demo's catalogue, by its latents in place of pictures."""
    root = tmp_path_factory.mktemp("demo")
    garments, latents = dress_up(ITEMS, np.random.default_rng([0, 0]))
    features = latents.pair_vectors()
    lines = [
        {
            "id": item_id(row),
            "category": one.category.name,
            "brand": one.brand,
            "price": one.price,
            "attributes": {"department": "women"},
            "features": features[row].tolist(),
        }
        for row, one in enumerate(garments)
    ]
    (root / "items.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    import_catalogue(root, ReleaseStore(root / "home"), default_encoder="shipped")
    with TestClient(create_app(Settings(home=root / "home"))) as client:
        yield client


def test_the_description_is_made_once_and_nobody_waits_for_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes some tenths of a second, in which the event loop goes on; nothing takes them before somebody asks."""
    make, made = applications.get_openapi, list[str]()

    def noted(**told: Any) -> dict[str, Any]:
        with pytest.raises(RuntimeError, match="no running event loop"):
            asyncio.get_running_loop()
        made.append(told["title"])
        return make(**told)

    monkeypatch.setattr(applications, "get_openapi", noted)
    with TestClient(create_app(Settings(home=home))) as client:
        assert client.get("/categories").status_code == 200
        assert not made
        assert client.get("/openapi.json").json() == client.get("/openapi.json").json()
        assert made == ["Attire"]


def test_no_request_waits_for_routes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FastAPI makes them when it is first asked for one; a service that is ready has them."""
    with TestClient(create_app(Settings(home=home))) as client:
        monkeypatch.setattr(routing, "get_dependant", None)
        assert client.get("/categories").status_code == 200


def test_each_operation_says_in_short_what_it_does(client: TestClient) -> None:
    """By the first thing that is told of it, rather than by its path once more."""
    paths = client.get("/openapi.json").json()["paths"]
    operations = [one for path in paths.values() for one in path.values()]
    assert all(one["description"].startswith(one["summary"]) for one in operations)
    assert paths["/items/{item_id}/image"]["get"]["summary"] == "An item's picture"
    assert paths["/releases/{release_id}/activate"]["post"]["summary"] == "Serve this release from now on"


def test_what_live_means_is_said(client: TestClient) -> None:
    """Of the process that answered: another one of the same service may lack the change for a moment."""
    changes = client.get("/openapi.json").json()["components"]["schemas"]["CatalogueChange"]
    assert "process that answered" in changes["properties"]["live"]["description"]
    assert "Other processes" in changes["properties"]["live"]["description"]


def test_each_pattern_is_told_in_words(client: TestClient) -> None:
    """Who is refused for one reads no regular expression."""
    patterns = set(re.findall(r'"pattern":("(?:[^"\\]|\\.)*")', client.get("/openapi.json").text))
    assert patterns
    for pattern in map(json.loads, patterns):
        assert "pattern" not in problem({"type": "string_pattern_mismatch", "msg": "should match pattern", "ctx": {"pattern": pattern}})


def test_the_page_says_its_language(client: TestClient) -> None:
    """Which who reads it aloud goes by."""
    assert '<html lang="en">' in client.get("/docs").text


def test_the_page_loads_only_what_this_service_has(client: TestClient) -> None:
    """Shops run it where there is no internet."""
    loaded = re.findall(r'(?:src|href)="([^"]+)"', client.get("/docs").text)
    assert len(loaded) == 3
    for address in loaded:
        assert address.startswith("/")
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("route", ["/complete-outfit", "/score-outfit", "/similar-items", "/label-item", "/events"])
def test_the_examples_are_answered_for_the_demo(demo: TestClient, route: str) -> None:
    """Ids, categories and pictures are real; only what needs an encoder is refused for want of one."""
    described = demo.get("/openapi.json").json()
    body = described["paths"][route]["post"]["requestBody"]["content"]["application/json"]["schema"]
    examples = described["components"]["schemas"][body["$ref"].rpartition("/")[2]]["examples"]
    assert examples
    for example in examples:
        answer = demo.post(route, json=example)
        assert answer.is_success or answer.json()["type"] == "/problems/no-encoder", answer.text
        assert not answer.json().get("missing")
        assert not answer.json().get("unknown_items")


def test_the_filters_of_the_examples_leave_something(demo: TestClient) -> None:
    """Brand and attribute are the demo's."""
    schemas = demo.get("/openapi.json").json()["components"]["schemas"]
    filters: dict[str, Any] = {name: schemas["FiltersIn"]["properties"][name]["examples"][0] for name in ("brand", "attributes")}
    [slot] = demo.post("/complete-outfit", json={"items": ["w000042"], "slots": ["shoes"], "filters": filters}).json()["slots"]
    assert slot["items"]


def test_the_description_says_what_a_refusal_is_and_how_long_to_wait(demo: TestClient) -> None:
    """In the type that it is sent as; and a default is one that might be sent."""
    described = demo.get("/openapi.json").json()
    refused = [
        (status, response)
        for path in described["paths"].values()
        for operation in path.values()
        for status, response in operation["responses"].items()
        if status.startswith(("4", "5"))
    ]
    assert refused
    for status, response in refused:
        assert response["content"] == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemOut"}}}
        assert ("Retry-After" in response.get("headers", {})) is (status in {"429", "503"})
    assert "default" not in described["components"]["schemas"]["PatchIn"]["properties"]["category"]
