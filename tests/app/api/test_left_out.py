"""What is excluded, or was met, is left out as a product and not as an id: shops list each size as an item of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.app.api.serving import hats, serving


def _hat(name: str, group: str, color: str, size: str) -> dict[str, Any]:
    return {"id": name, "group_id": group, "title": f"Hat {group} - {size}", "attributes": {"color": color, "size": size}}


ITEMS: list[dict[str, Any]] = [
    {"id": "top", "category": "tops"},
    _hat("cap-39", "cap", "black", "39"),
    _hat("cap-42", "cap", "black", "42"),
    _hat("cap-red", "cap", "red", "42"),
    _hat("fez-39", "fez", "black", "39"),
    {"id": "beret", "title": "Beret"},
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of three hats, one of them in two sizes of a colour and one of another."""
    return hats(tmp_path_factory.mktemp("sizes"), ITEMS)


@pytest.fixture
def shop(home: Path, tmp_path: Path) -> Iterator[TestClient]:
    """The service over it."""
    with serving(home, tmp_path / "log.sqlite") as opened:
        yield opened


def hats_of(shop: TestClient, **asked: Any) -> set[str]:
    """The hats that are suggested, with the variants that they stand for."""
    answer = shop.post("/complete-outfit", json={"items": ["top"], "slots": ["hats"], "k": 9, **asked}).json()
    items = answer["slots"][0]["items"]
    return {item["id"] for item in items} | {other for item in items for other in item.get("variants", ())}


@pytest.mark.parametrize("more", [{}, {"candidates": [item["id"] for item in ITEMS[1:]]}])
def test_another_size_of_what_is_excluded_does_not_stand_for_it(shop: TestClient, more: dict[str, Any]) -> None:
    """Another colour may, and so may all of it where an unknown id is excluded."""
    assert hats_of(shop, exclude=["cap-39", "gone"], **more) == {"cap-red", "fez-39", "beret"}
    assert hats_of(shop, exclude=["gone"], **more) == {item["id"] for item in ITEMS[1:]}


@pytest.mark.parametrize(("kind", "how"), [("purchase", "exclude_purchased"), ("dismiss", "exclude_seen")])
def test_what_was_met_is_left_out_in_every_size_and_colour(shop: TestClient, kind: str, how: str) -> None:
    """What is counted is what was met and is in the catalogue."""
    events = [{"id": item, "type": kind, "item": item, "user": "u", "session": "s"} for item in ("cap-39", "gone")]
    assert shop.post("/events", json={"events": events}).status_code == 202
    asked = {"items": ["top"], "slots": ["hats"], "user": "u", how: True}
    assert shop.post("/complete-outfit", json=asked).json()["excluded"] == {"items": 1}
    assert hats_of(shop, user="u", **{how: True}) == {"fez-39", "beret"}
