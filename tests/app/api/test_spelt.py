"""A category may be asked for in any case and with any blanks, wherever it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

OWN = ("id", "recommendation_id")


@pytest.mark.parametrize("spelt", ["Shoes", " SHOES\u00a0"])
@pytest.mark.parametrize("path", ["/items?category={}", "/facets?category={}", "/items?q=number&category={}"])
def test_in_addresses(client: TestClient, path: str, spelt: str) -> None:
    """The same page as for the shop's own spelling."""
    assert client.get(path.format(spelt)).json() == client.get(path.format("shoes")).json()


@pytest.mark.parametrize(
    ("path", "question"),
    [
        ("/complete-outfit", lambda named, _: {"items": ["tops-1"], "slots": [{"category": named("shoes")}]}),
        ("/complete-outfit", lambda named, photo: {"items": [photo(named("tops"))], "slots": [named("shoes")]}),
        ("/complete-outfit", lambda named, _: {"items": ["tops-1"], "slots": [named("shoes")], "candidates": ["shoes-1", "shoes-2"]}),
        ("/score-outfit", lambda named, photo: {"outfits": [{"items": [photo(named("tops")), "shoes-1"]}]}),
        ("/similar-items", lambda named, photo: photo(named("tops"))),
    ],
)
def test_in_questions(
    picture_client: TestClient,
    photo: Callable[..., dict[str, Any]],
    jpeg: Callable[..., bytes],
    path: str,
    question: Callable[[Callable[[str], str], Callable[..., dict[str, Any]]], Any],
) -> None:
    """The same answer as for the shop's own spelling, in the shop's own spelling."""

    def asked(spelt: Callable[[str], str]) -> dict[str, Any]:
        answer = picture_client.post(path, json=question(spelt, lambda category: photo(jpeg("red"), category)))
        assert answer.status_code == 200, answer.text
        return {name: value for name, value in answer.json().items() if name not in OWN}

    assert asked(lambda name: f" {name.title()} ") == asked(lambda name: name)
