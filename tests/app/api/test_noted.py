"""Impressions in full: what was shown, what it was chosen from, and how likely it was."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.ground.exploration import Exploration
from app.ground.parts import LogSettings
from app.ground.settings import Settings
from app.log.base import Stream
from app.log.open import opened_log
from app.main import create_app
from app.recommend.dry_run import Asked
from tests.app.homes import copied

QUESTION = {"items": ["tops-1"], "slots": [{"category": "shoes"}], "k": 4}


@pytest.fixture
def asked(home: Path, tmp_path: Path) -> Any:
    """Asks a service some questions; gives the answers and their impressions."""

    def ask(*questions: dict[str, Any], **settings: Any) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
        given = Settings(home=copied(home, tmp_path / "home"), **settings)
        with TestClient(create_app(given)) as client:
            answers = [dict(client.post("/complete-outfit", json=question).json()) for question in questions]

        async def impressions() -> dict[str, dict[str, Any]]:
            async with opened_log(given.log, given.home) as log:
                entries = await log.latest(Stream.EVENTS, 1_000)
            return {entry.event.data["recommendation_id"]: dict(entry.event.data) for entry in entries}

        return answers, asyncio.run(impressions())

    return ask


def test_an_impression_tells_what_was_considered(asked: Any) -> None:
    """Beside what was shown: the other candidates with their scores, as many as the setting says, cached or not."""
    (first, second), noted = asked(QUESTION, QUESTION, log=LogSettings(candidates=6))
    slot = noted[first["recommendation_id"]]["slots"][0]
    assert slot["items"] == [item["id"] for item in first["slots"][0]["items"]] == slot["candidates"][:4]
    assert len(slot["candidates"]) == len(slot["scores"]) == 6
    assert slot["scores"] == sorted(slot["scores"], reverse=True)
    assert "chances" not in slot
    assert noted[second["recommendation_id"]]["slots"] == noted[first["recommendation_id"]]["slots"]


def test_a_complete_outfit_is_not_told_as_one_without_a_suggestion(asked: Any) -> None:
    """What comes to nothing because nothing is missing."""
    answers, noted = asked({"items": ["tops-1", "bottoms-1", "shoes-1"]}, {"items": ["tops-1"], "filters": {"brand": ["none"]}})
    assert [noted[answer["recommendation_id"]].get("complete") for answer in answers] == [True, None]


def test_explored_answers_tell_propensities_and_are_not_kept(asked: Any) -> None:
    """Each shown item has the chance of being where it is; the same question is explored anew each time."""
    answers, noted = asked(*[QUESTION] * 12, exploration=Exploration(share=0.5, first=1, among=4, cold_below=0))
    lists = set()
    for answer in answers:
        said = noted[answer["recommendation_id"]]
        slot, items = said["slots"][0], answer["slots"][0]["items"]
        assert said["exploration"] == 0.5
        assert slot["explored"] == [place for place, item in enumerate(items) if item.get("explored")]
        assert slot["propensities"] == [1.0 if not place else 0.125 if item.get("explored") else 0.5 for place, item in enumerate(items)]
        lists.add(tuple(slot["items"]))
    assert len(lists) > 1


def test_a_large_impression_tells_only_what_was_shown(asked: Any) -> None:
    """Beyond its bytes nothing is told of what it was chosen from."""
    (answer,), noted = asked(
        {**QUESTION, "slots": [{"category": name} for name in ("shoes", "bags", "bottoms") for _ in range(3)]},
        log=LogSettings(impression_bytes=1_024),
    )
    said = noted[answer["recommendation_id"]]
    assert [set(slot) for slot in said["slots"]] == [{"category", "items"}] * 9
    assert len(json.dumps(said)) < 2_048


def test_old_impressions_are_read_still() -> None:
    """One without candidates and scores asks the same question as one with."""
    old = {"items": ["a"], "slots": [{"category": "shoes", "items": ["b", "c"]}]}
    new = {"items": ["a"], "slots": [{"category": "shoes", "items": ["b", "c"], "candidates": ["b", "c", "d"], "scores": [3, 2, 1]}]}
    assert Asked.of([old]) == Asked.of([new]) == [Asked(["a"], None, 2)]
