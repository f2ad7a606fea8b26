"""exclude_seen and exclude_purchased: what the shopper has met is left out, by the events that the log keeps."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.cli import run
from app.ground.errors import LogUnavailableError
from app.ground.parts import LogSettings
from app.ground.settings import Settings
from app.home.runs import Runs
from app.live import met
from app.live.met import Met
from app.log.base import Entry, Event
from app.main import create_app
from app.worker.archive import Archive
from tests.app.homes import copied

EVENTS = [("view", "shoes-1"), ("purchase", "shoes-2"), ("add_to_cart", "shoes-3"), ("purchase", "shoes-4"), ("return", "shoes-4")]


@pytest.fixture
def shop(home: Path, tmp_path: Path) -> Iterator[TestClient]:
    """A service whose shopper u1 has met some shoes in session s1."""
    log = LogSettings(url=SecretStr(f"sqlite:{tmp_path / 'log.sqlite'}"))
    with TestClient(create_app(Settings(home=home, log=log))) as client:
        events = [{"id": f"e{n}", "type": kind, "item": item, "session": "s1", "user": "u1"} for n, (kind, item) in enumerate(EVENTS)]
        assert client.post("/events", json={"events": events}).status_code == 202
        yield client


def shown(client: TestClient, **asked: Any) -> tuple[set[str], Any]:
    """The shoes that are shown, and what is said of those that are not."""
    body = {"items": ["tops-1"], "slots": ["shoes"], "k": 50, **asked}
    answer = client.post("/complete-outfit", json=body).json()
    return {item["id"] for item in answer["slots"][0]["items"]}, answer.get("excluded")


@pytest.mark.parametrize("who", [{"user": "u1"}, {"session": "s1"}, {"user": "u1", "session": "s2"}])
def test_what_was_seen_or_bought_is_left_out(shop: TestClient, who: dict[str, str]) -> None:
    """By user or session; what was sent back is not bought; candidates, too; all stays for others."""
    everything, said = shown(shop)
    assert said is None
    seen = {item for _, item in EVENTS}
    assert shown(shop, exclude_seen=True, **who) == (everything - seen, {"items": 4})
    assert shown(shop, exclude_purchased=True, **who) == (everything - {"shoes-2"}, {"items": 1})
    assert shown(shop, exclude_seen=True, candidates=["shoes-1", "shoes-5"], **who)[0] == {"shoes-5"}
    assert shown(shop, exclude_seen=True, user="u2") == (everything, {"items": 0})


def test_what_has_just_happened_counts_at_once(shop: TestClient) -> None:
    """Whoever asks after an event was acknowledged is answered with it, time after time."""
    left = shown(shop, exclude_seen=True, user="u1")[0]
    assert len(left) > 3
    while left:
        [item, *_] = left
        event = {"id": f"later-{item}", "type": "view", "item": item, "session": "s9", "user": "u1"}
        shop.post("/events", json={"events": [event]})
        before, left = left, shown(shop, exclude_seen=True, user="u1")[0]
        assert left <= before - {item}


def test_it_is_asked_of_someone(shop: TestClient) -> None:
    """Without a user or session it is refused."""
    answer = shop.post("/complete-outfit", json={"items": ["tops-1"], "exclude_seen": True})
    assert answer.status_code == 422
    assert "need a user or a session" in answer.json()["detail"]


class _Log:
    """A log that is gone at first, and then has more than is read at once."""

    def __init__(self) -> None:
        self.gone = True
        self.events = [Event(f"e{n}", {"type": "view", "item": f"i{n}", "user": f"u{n % 3}", "session": "s"}) for n in range(2_500)]

    async def read(self, _: object, after: str, *, limit: int, wait_s: float) -> list[Entry]:
        if self.gone:
            msg = "gone"
            raise LogUnavailableError(msg)
        await asyncio.sleep(min(wait_s, 0.01))
        first = int(after or 0)
        return [Entry(str(first + n + 1), event) for n, event in enumerate(self.events[first : first + limit])]

    async def latest(self, _: object, limit: int) -> list[Entry]:
        return [Entry(str(len(self.events)), self.events[-1])][:limit]


def test_an_answer_does_not_wait_for_a_log_that_is_gone_and_says_so(tmp_path: Path) -> None:
    """Once it is back, all of it is read; of one shopper the newest 500 are remembered."""

    async def ask() -> None:
        log = _Log()
        met = Met(log, tmp_path)  # type: ignore[arg-type]
        assert (await met.by("u1", None, 0.05)).complete is False
        log.gone = False
        found = await met.by("u1", None, 5)
        assert found.complete
        assert len(found.seen) == 500
        assert "i2497" in found.seen
        assert "i1" not in found.seen
        log.events.append(Event("new", {"type": "purchase", "item": "bought", "user": "u1"}))
        assert "bought" in (await met.by("u1", None, 5)).purchased
        await met.close()

    asyncio.run(ask())


def test_what_the_archive_has_counts_where_the_log_let_go_of_it(home: Path, tmp_path: Path) -> None:
    """A replica that starts later reads what the worker took over, and then what the log holds still."""
    own = copied(home, tmp_path / "own")
    archive, log = Archive(Runs(own).events), LogSettings(url=SecretStr(f"sqlite:{tmp_path / 'later.sqlite'}"))
    made = [Event(f"e{n}", {"type": kind, "item": item, "session": "s1", "user": "u1"}) for n, (kind, item) in enumerate(EVENTS)]
    archive.write([Entry(str(n), event) for n, event in enumerate([*made, Event("i", {"type": "impression", "session": "s1"})])])
    with TestClient(create_app(Settings(home=own, log=log))) as later:
        everything = shown(later)[0]
        assert shown(later, exclude_purchased=True, user="u1") == (everything - {"shoes-2"}, {"items": 1})
        returned = {"id": "back", "type": "return", "item": "shoes-2", "session": "s3", "user": "u1"}
        assert later.post("/events", json={"events": [returned]}).status_code == 202
        assert shown(later, exclude_purchased=True, user="u1") == (everything, {"items": 0})
        assert shown(later, exclude_seen=True, user="u1")[1] == {"items": 4}


def test_who_is_forgotten_has_met_nothing(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the next answer on, of a service that goes on; all others have met what they had."""
    own, url = copied(home, tmp_path / "own"), f"sqlite:{tmp_path / 'its.sqlite'}"
    monkeypatch.setenv("ATTIRE_LOG__URL", url)
    with TestClient(create_app(Settings.read(home=own))) as client:
        everything = shown(client)[0]
        for user in ("u1", "u2"):
            told = [{"id": f"{user}-{n}", "type": kind, "item": item, "session": f"of {user}"} for n, (kind, item) in enumerate(EVENTS)]
            told[0]["user"] = user
            assert client.post("/events", json={"events": told}).status_code == 202
        theirs = ({"session": "of u1"}, {"user": "u1"})
        for who in (*theirs, {"session": "of u2"}):
            assert shown(client, exclude_seen=True, **who)[0] < everything
        assert run(["events", "forget", "--home", str(own), "--user", "u1"]) == 0
        for who in theirs:
            assert shown(client, exclude_seen=True, **who) == (everything, {"items": 0})
        assert shown(client, exclude_seen=True, session="of u2")[1] == {"items": 4}
        again = {"id": "u1-0", "type": "view", "item": "shoes-1", "session": "of u1", "user": "u1"}
        assert client.post("/events", json={"events": [again]}).json()["accepted"] == 1
        assert shown(client, exclude_seen=True, user="u1")[1] == {"items": 1}


def test_of_the_archive_users_are_read_beside_sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many nobody's are newer; that not all of these were read is known."""
    monkeypatch.setattr(met, "_ARCHIVED", 30)
    said: list[dict[str, Any]] = [{"type": "purchase", "item": "shoes-1", "session": "s0", "user": "u1"}]
    said += [{"type": "view", "item": "shoes-2", "session": f"s{n}"} for n in range(1, 41)]
    Archive(Runs(tmp_path).events).write([Entry(str(n), Event(f"e{n}", one)) for n, one in enumerate(said)])
    read = met._archived(tmp_path, {whose: met._Shoppers() for whose in met._WHOSE})
    assert ([*read["user"].of], len(read["session"].of)) == (["u1"], 31)
    assert (read["user"].forgot, read["session"].forgot) == (False, True)
