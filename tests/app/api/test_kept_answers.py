"""Answers that are kept for whoever asks the same, and who is never given one."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.api import outfits
from app.ground.parts import Answers, Keys
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.live.kept import KeptAnswers
from app.main import create_app
from app.recommend.complete import complete
from app.recommend.score import score
from app.release.release import Release
from app.release.serving import Serving
from tests.app.homes import copied

QUESTION = {"items": ["tops-1"], "slots": ["shoes"], "k": 3, "explain": True}
KEY = {"X-API-Key": "administer"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The questions that were computed."""
    computed: list[Any] = []
    monkeypatch.setattr(outfits, "complete", lambda *given: (computed.append(given[1]), complete(*given))[1])
    return computed


@pytest.fixture
def serve(home: Path, tmp_path: Path) -> Iterator[Callable[..., TestClient]]:
    """Serves a copy of the home."""
    copy, opened = copied(home, tmp_path / "home"), list[TestClient]()

    def serving(**more: Any) -> TestClient:
        settings = Settings(home=copy, keys=Keys(admin=SecretStr("administer"), catalogue=SecretStr("stock-clerk")), **more)
        opened.append(TestClient(create_app(settings)).__enter__())
        return opened[-1]

    yield serving
    for client in opened:
        client.__exit__(None, None, None)


def ask(client: TestClient, **more: Any) -> dict[str, Any]:
    """The answer to a question."""
    answer = client.post("/complete-outfit", json={**QUESTION, **more})
    assert answer.status_code == 200
    return dict(answer.json())


def figure(client: TestClient, name: str) -> float:
    """One of the figures."""
    return next(float(line.split()[1]) for line in client.get("/metrics").text.splitlines() if line.startswith(f"{name} "))


def test_the_same_question_is_computed_once(serve: Callable[..., TestClient], asked: list[Any]) -> None:
    """However it is written; the answer is the same but for its own id, under which the log has it."""
    client = serve()
    first, again = ask(client), ask(client, items=[{"id": "tops-1"}], session="s1", filters={"in_stock": True})
    assert again.pop("recommendation_id") != first.pop("recommendation_id")
    assert again == first
    assert len(asked) == 1
    assert figure(client, "attire_kept_answers_hits_total") == figure(client, "attire_kept_answers_misses_total") == 1
    assert figure(client, "attire_kept_answers_bytes") > 1_000
    assert ask(client, k=2)["slots"] != first["slots"]
    assert ask(client, filters={"brand": ["Contoso", "Northwind"]}) != ask(client, filters={"brand": ["Contoso"]})
    assert len(asked) == 4
    services = client.app.state.services  # type: ignore[attr-defined]
    assert services.impressions.written + services.impressions.waiting == 5


def test_candidates_whose_stock_is_asked_about_are_another_question(serve: Callable[..., TestClient], asked: list[Any]) -> None:
    """Where the same words left out mean another thing."""
    client = serve()
    plain = ask(client, slots=None, candidates=["shoes-10", "shoes-1"])
    stocked = ask(client, slots=None, candidates=["shoes-10", "shoes-1"], filters={"in_stock": True})
    assert [len(answer["slots"][0]["items"]) for answer in (plain, stocked)] == [2, 1]
    assert len(asked) == 2


@pytest.mark.parametrize("more", [{"user": "u1"}, {"exclude": [f"none-{number}" for number in range(300)]}])
def test_a_shoppers_own_question_and_a_long_one_are_computed_each_time(
    serve: Callable[..., TestClient], asked: list[Any], more: dict[str, Any]
) -> None:
    """And a kept answer is not given to a shopper."""
    client = serve()
    ask(client)
    for _ in range(2):
        ask(client, **more)
    assert len(asked) == 3
    assert figure(client, "attire_kept_answers_hits_total") == 0


def test_a_picture_is_looked_at_each_time(picture_client: TestClient, photo: Callable[..., Any], jpeg: Callable[..., bytes]) -> None:
    """Its answer is not kept."""
    before = figure(picture_client, "attire_kept_answers_misses_total")
    for _ in range(2):
        assert picture_client.post("/complete-outfit", json={"items": [photo(jpeg("red"))], "slots": ["shoes"]}).status_code == 200
    assert figure(picture_client, "attire_kept_answers_misses_total") == before


def test_a_change_of_the_catalogue_is_in_the_next_answer(serve: Callable[..., TestClient], asked: list[Any]) -> None:
    """As soon as it is live."""
    client = serve()
    best = ask(client)["slots"][0]["items"][0]["id"]
    ask(client)
    assert client.delete(f"/items/{best}", headers={"X-API-Key": "stock-clerk"}).json()["live"]
    assert best not in [item["id"] for item in ask(client)["slots"][0]["items"]]
    assert len(asked) == 2
    assert figure(client, "attire_kept_answers_hits_total") == 1


def test_another_release_answers_for_itself(serve: Callable[..., TestClient], asked: list[Any], home: Path) -> None:
    """And the one before does again after it is rolled back."""
    client, releases = serve(), [record.id for record in ReleaseStore(home).records()]
    answered = []
    for release in reversed(releases):
        assert client.post(f"/releases/{release}/activate", headers=KEY).status_code == 200
        asked.clear()
        answered += [ask(client)["release"], ask(client)["release"]]
        assert len(asked) == 1
    assert answered == [release for release in reversed(releases) for _ in range(2)]


def test_none_are_kept_where_the_setting_says_so(serve: Callable[..., TestClient], asked: list[Any]) -> None:
    """0 bytes."""
    client = serve(answers=Answers(kept_bytes=0))
    assert ask(client)["slots"] == ask(client)["slots"]
    assert len(asked) == 2
    assert figure(client, "attire_kept_answers_misses_total") == 0


def some(name: str) -> Release:
    """Stands for a release."""
    return cast("Release", type("Some", (SimpleNamespace,), {"__hash__": object.__hash__})(id=name))


def test_as_much_is_kept_as_may_and_what_nobody_asked_for_goes_first() -> None:
    """What each takes beside its answer is counted, too; an answer larger than all may be is not kept."""
    serving = Serving(some("r1"))
    kept, release = KeptAnswers(serving, 3_000), serving.current()
    for name in (b"a", b"b"):
        kept.keep(release, name, bytes(1_000))
    assert kept.find(release, b"a") == bytes(1_000)
    kept.keep(release, b"c", bytes(1_000))
    kept.keep(release, b"d", bytes(2_900))
    assert [kept.find(release, name) is not None for name in (b"a", b"b", b"c", b"d")] == [True, False, True, False]
    assert (kept.hits, kept.misses, kept.held_bytes) == (3, 2, 2_800)


def test_an_answer_of_what_serves_no_more_is_neither_kept_nor_found() -> None:
    """Also where it was computed while another took its place; and the one that was replaced is let go of."""
    before, after = some("r1"), some("r1")
    serving = Serving(before)
    kept = KeptAnswers(serving, 10_000)
    kept.keep(before, b"a", b"of before")
    serving.release = after
    assert kept.find(before, b"a") is None
    kept.keep(before, b"b", b"of before, late")
    assert kept.find(after, b"a") is kept.find(after, b"b") is None
    kept.keep(after, b"a", b"of after")
    assert kept.find(before, b"a") is None
    assert kept.find(after, b"a") == b"of after"
    gone = weakref.ref(before)
    del before
    gc.collect()
    assert gone() is None


def test_outfits_are_scored_once_for_whoever_asks(serve: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is the same; a shopper's own is computed, and so is one after the catalogue changed."""
    computed: list[Any] = []
    monkeypatch.setattr(outfits, "score", lambda *given, **more: (computed.append(given[1]), score(*given, **more))[1])
    client, question = serve(), {"outfits": [{"items": ["tops-1", "shoes-2", "bags-2"]}, {"items": ["tops-1", "ghost"]}], "explain": True}

    def asked(**more: Any) -> dict[str, Any]:
        return dict(client.post("/score-outfit", json={**question, **more}).raise_for_status().json())

    first = asked()
    assert asked(consistent=None) == first
    assert first["outfits"][1]["score"] is None
    assert first["outfits"][0]["why"][0]["with"]
    assert len(computed) == figure(client, "attire_kept_answers_hits_total") == 1
    assert asked(explain=False) != first
    for _ in range(2):
        asked(user="u1")
    assert len(computed) == 4
    assert client.delete("/items/bags-1", headers={"X-API-Key": "stock-clerk"}).json()["live"]
    asked()
    assert len(computed) == 5
    assert figure(client, "attire_kept_answers_hits_total") == 1
