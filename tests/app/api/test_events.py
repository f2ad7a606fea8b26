"""POST /events, and the impressions of /complete-outfit."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.ground.parts import Limits, LogSettings
from app.ground.settings import Settings
from app.main import create_app

ATTIRE = [sys.executable, "-c", "from app.cli import main; main()"]
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def client(home: Path, file: Path) -> Iterator[TestClient]:
    """The service with a log of its own."""
    given = Settings(home=home, log=LogSettings(url=SecretStr(f"sqlite:{file}")), limits=Limits(max_events=5))
    with TestClient(create_app(given)) as opened:
        yield opened


def event(event_id: str = "e1", **more: Any) -> dict[str, Any]:
    """A purchase of a known item, or what ``more`` makes of it."""
    return {"id": event_id, "type": "purchase", "item": "tops-1", "session": "s1", **more}


def post(client: TestClient, *events: dict[str, Any]) -> httpx2.Response:
    """Send a batch."""
    return client.post("/events", json={"events": list(events)})


def kept(file: Path) -> list[dict[str, Any]]:
    """What is on disk, read beside the service."""
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT id, data FROM entries WHERE stream = 'events' ORDER BY offset").fetchall()
    connection.close()
    return [{"id": event_id, **json.loads(data)} for event_id, data in rows]


def test_an_event_is_on_disk_when_it_is_accepted(client: TestClient, file: Path) -> None:
    """With all that was said, in UTC, and when it came."""
    said = event(user="u1", timestamp="2026-11-02T10:00:00+02:00", recommendation_id="r", order="o", quantity=2, price=9.5)
    answer = post(client, said)
    assert answer.status_code == 202
    assert answer.json() == {"accepted": 1, "repeated": 0, "unknown_items": []}
    [one] = kept(file)
    assert abs((datetime.now(UTC) - datetime.fromisoformat(one.pop("received"))).total_seconds()) < 60
    assert one == {**said, "timestamp": "2026-11-02T08:00:00.000+00:00"}


def test_an_event_without_a_time_has_that_of_its_arrival(client: TestClient, file: Path) -> None:
    """So every event has one."""
    post(client, event())
    [one] = kept(file)
    assert one["timestamp"] == one["received"]


def test_seconds_since_1970_are_a_time(client: TestClient, file: Path) -> None:
    """As in a dataset's sessions."""
    post(client, event(timestamp=1_780_000_000))
    assert kept(file)[0]["timestamp"] == "2026-05-28T20:26:40.000+00:00"


def test_a_retry_counts_once(client: TestClient, file: Path) -> None:
    """Whole, in part, and within one batch; the answer says how many were known."""
    post(client, event("a"), event("b"))
    assert post(client, event("b"), event("c"), event("c")).json() == {"accepted": 1, "repeated": 2, "unknown_items": []}
    assert [one["id"] for one in kept(file)] == ["a", "b", "c"]


def test_unknown_items_are_kept_and_told(client: TestClient, file: Path) -> None:
    """Each once; they may be of a catalogue that comes later."""
    answer = post(client, event("a", item="new"), event("b"), event("c", item="new"), event("d", item="other"))
    assert (answer.status_code, answer.json()["unknown_items"]) == (202, ["new", "other"])
    assert len(kept(file)) == 4


@pytest.mark.parametrize(("ahead_h", "status"), [(23, 202), (25, 422)])
def test_a_clock_may_be_a_day_ahead(client: TestClient, ahead_h: int, status: int) -> None:
    """Beyond it the answer says how late it is here."""
    now = datetime.now(UTC)
    answer = post(client, event(timestamp=(now + timedelta(hours=ahead_h)).isoformat()))
    assert answer.status_code == status
    assert status == 202 or f"more than a day ahead of the service's clock, {now:%Y-%m-%dT}" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("timestamp", "why"),
    [
        ("2026-11-27T10:00:00", "2026-11-27T10:00:00 has no offset from UTC"),
        ("27.11.2026 10:00", "27.11.2026 10:00 is no moment (invalid character in year)"),
        ([1], "[1] is no moment (neither text nor number)"),
        ("2026-11-27T24:00:00Z", "2026-11-27T24:00:00Z is no moment (more than that: hours go to 23, an offset is Z or as +02:00)"),
        ("2026-11-27T10:00:00+02", "2026-11-27T10:00:00+02 is no moment (more than that: hours go to 23, an offset is Z or as +02:00)"),
        (978_307, "978307 is before 2000-01-01"),
    ],
)
def test_a_wrong_moment_is_told_with_the_right_form(client: TestClient, timestamp: Any, why: str) -> None:
    """What is wrong, the value, and how to write it."""
    [error] = post(client, event(timestamp=timestamp)).json()["errors"]
    assert error["problem"] == f"{why}; write ISO 8601 with an offset, such as 2026-11-02T10:00:00+01:00, or seconds since 1970"


@pytest.mark.parametrize("kind", ["view", "add_to_cart", "purchase", "dismiss", "return"])
def test_what_shoppers_do(client: TestClient, kind: str) -> None:
    """Each is taken."""
    assert post(client, event(type=kind)).status_code == 202


@pytest.mark.parametrize(
    ("bad", "field", "value"),
    [
        ({"type": "impression"}, "type", "impression"),
        ({"id": "impression:r"}, "id", "impression:r"),  # it would be in the place of what was shown
        ({"type": "buy"}, "type", "buy"),
        ({"id": ""}, "id", ""),
        ({"id": "a\nb"}, "id", '"a\\nb"'),
        ({"id": "\ud800"}, "id", '"\\ud800"'),
        ({"id": "x" * 257}, "id", "xxx"),
        ({"item": 7}, "item", "7"),
        ({"session": None}, "session", "null"),
        ({"user": "\x00"}, "user", '"\\u0000"'),
        ({"timestamp": "yesterday"}, "timestamp", "yesterday"),
        ({"timestamp": "2026-11-02T10:00:00"}, "timestamp", "2026-11-02T10:00:00"),
        ({"timestamp": "0001-01-01T00:00:00+14:00"}, "timestamp", "0001-01-01"),
        ({"timestamp": 1e300}, "timestamp", "1e+300"),
        ({"timestamp": "2099-01-01T00:00:00Z"}, "timestamp", "2099-01-01"),
        ({"quantity": 0}, "quantity", "0"),
        ({"quantity": 10**400}, "quantity", "1000"),
        ({"quantity": 10_001}, "quantity", "10001"),
        ({"price": -1}, "price", "-1"),
        ({"price": 1e12}, "price", "1000000000000"),
        ({"recommendationid": "r"}, "recommendationid", "r"),
    ],
)
def test_a_bad_event_is_named_and_none_of_its_batch_is_kept(
    client: TestClient, file: Path, bad: dict[str, Any], field: str, value: str
) -> None:
    """Its place in the batch, the field and the value."""
    body = json.dumps({"events": [event("good"), event("bad", **bad)]}).encode()
    answer = client.post("/events", content=body, headers=JSON)
    assert answer.status_code in {400, 422}
    if answer.status_code == 422:
        [error] = answer.json()["errors"]
        assert error["field"] == f"events[1].{field}"
        assert error["value"].startswith(value)
    assert not file.exists() or kept(file) == []


@pytest.mark.parametrize("body", [{"events": []}, {}, [], {"events": [event(str(n)) for n in range(6)]}])
def test_a_batch_has_events_but_not_too_many(client: TestClient, body: Any) -> None:
    """The limit is told."""
    answer = client.post("/events", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_events_are_taken_before_there_is_a_release(tmp_path: Path) -> None:
    """Nothing can be said of their items then."""
    with TestClient(create_app(Settings(home=tmp_path / "fresh"))) as client:
        answer = post(client, event())
    assert (answer.status_code, answer.json()) == (202, {"accepted": 1, "repeated": 0})


def test_a_recommendation_leaves_an_impression(client: TestClient, file: Path) -> None:
    """To whom, beside what, which items in which order, from which release."""
    asked = {"items": ["tops-1", "nowhere"], "slots": ["shoes"], "k": 3, "looks": 1, "session": "s1", "user": "u1"}
    answer = client.post("/complete-outfit", content=json.dumps(asked).encode(), headers=JSON).json()
    until = time.monotonic() + 5
    while client.get("/readyz").json()["log"]["impressions_waiting"] and time.monotonic() < until:
        time.sleep(0.02)
    [one] = kept(file)
    assert one.pop("timestamp") == one.pop("received")
    [slot] = one["slots"]
    scores = slot.pop("scores")
    assert slot.pop("candidates")[:3] == slot["items"]
    assert scores == sorted(scores, reverse=True)
    assert one == {
        "id": f"impression:{answer['recommendation_id']}",
        "type": "impression",
        "recommendation_id": answer["recommendation_id"],
        "release": answer["release"],
        "session": "s1",
        "user": "u1",
        "items": ["tops-1"],
        "slots": [{"category": "shoes", "items": [item["id"] for item in answer["slots"][0]["items"]]}],
        "looks": [[item["id"] for item in answer["looks"][0]["items"]]],
        "asked": {"slots": ["shoes"]},
    }


def test_readiness_tells_the_log_beside(client: TestClient) -> None:
    """In order."""
    assert client.get("/readyz").json()["log"] == {"status": "ok", "impressions_waiting": 0, "impressions_dropped": 0}


def test_a_log_that_cannot_be_written_leaves_the_rest_alone(home: Path, tmp_path: Path) -> None:
    """503 for events only; it goes on by itself once there is room."""
    (tmp_path / "volume").write_text("not mounted")
    with TestClient(create_app(Settings(home=home, log=LogSettings(url=SecretStr(f"sqlite:{tmp_path}/volume/log.sqlite"))))) as client:
        refused = post(client, event())
        assert (refused.status_code, refused.json()["type"]) == (503, "/problems/log-unavailable")
        assert int(refused.headers["retry-after"]) > 0
        assert client.post("/complete-outfit", json={"items": ["tops-1"]}).status_code == 200
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["log"]["status"]) == (200, "degraded")
        (tmp_path / "volume").unlink()
        assert post(client, event()).status_code == 202


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)
fields = st.sampled_from(["id", "type", "item", "session", "user", "timestamp", "recommendation_id", "order", "quantity", "price"])


def test_no_event_whatever_makes_a_500(home: Path, tmp_path: Path) -> None:
    """Anything at all as a field."""
    with TestClient(create_app(Settings(home=home, log=LogSettings(url=SecretStr(f"sqlite:{tmp_path}/x.sqlite"))))) as client:

        @settings(max_examples=60, deadline=None)
        @given(st.dictionaries(fields, anything, max_size=3))
        def check(more: dict[str, Any]) -> None:
            body = json.dumps({"events": [{**event(), **more}]}).encode()
            assert client.post("/events", content=body, headers=JSON).status_code < 500

        check()


@pytest.mark.parametrize("sign", ["\ud7fc", "\ue000", "a\u200db", "\u00a0"])
def test_an_id_may_hold_any_sign_that_a_name_may(client: TestClient, sign: str) -> None:
    """Of no script yet, private, joiners, blanks: an item may be called so, and an event."""
    for _ in range(2):
        assert client.post("/events", json={"events": [event(id=sign, item=sign, session=sign, user=sign)]}).status_code == 202


@pytest.mark.integration
def test_what_was_accepted_outlives_a_kill(home: Path, tmp_path: Path) -> None:
    """A client that sends again whatever got no answer loses nothing, and nothing counts twice."""
    url = f"sqlite:{tmp_path}/log.sqlite"
    command = [*ATTIRE, "serve", "--home", str(home), "--port", "0"]

    def serve() -> tuple[subprocess.Popen[str], str]:
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", "ATTIRE_LOG__URL": url}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
        assert process.stdout is not None
        return process, next(line for line in process.stdout if "http://" in line).rsplit(maxsplit=1)[-1]

    process, address = serve()
    with httpx2.Client(timeout=60) as sender:
        for n in range(20):
            assert sender.post(f"{address}/events", json={"events": [event(f"{n}-{half}") for half in "ab"]}).status_code == 202
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert len(kept(tmp_path / "log.sqlite")) == 40
        process, address = serve()
        again = sender.post(f"{address}/events", json={"events": [event("19-b"), event("new")]}).json()
    process.kill()
    process.communicate()
    assert (again["accepted"], again["repeated"]) == (1, 1)
