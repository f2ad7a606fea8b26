"""The Python client: what it sends, how long it tries, what it raises; over a pretended network."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx2
import pytest

from attire import calls
from attire.client import AsyncClient, Client, InvalidRequestError, Patience, ProblemError, StrangeAnswerError, UnreachableError
from attire.schemas import CompleteOutfit, ItemIn

KEPT = {"accepted": 1, "repeated": 0}
PROBLEM = {"type": "/problems/busy", "title": "Too many requests at once", "status": 503, "detail": "wait", "errors": []}
Answers = list[httpx2.Response | httpx2.TransportError]
EVENT = {"type": "view", "item": "w1", "session": "s1"}


def refused(status: int = 503, **headers: str) -> httpx2.Response:
    """A refusal."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(status, json={**PROBLEM, "status": status}, headers=named)


def network(answers: Answers, sent: list[httpx2.Request]) -> httpx2.MockTransport:
    """Answers one after the other."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        given = answers[len(sent) - 1]
        if isinstance(given, httpx2.TransportError):
            raise given
        return given

    return httpx2.MockTransport(answer)


def ask(answers: Answers, what: Callable[[Client], Any], **patience: Any) -> tuple[Any, list[httpx2.Request]]:
    """What a client makes of answers, and what it sent."""
    sent: list[httpx2.Request] = []
    with Client("http://attire.test", key="a-key", patience=Patience(**patience), transport=network(answers, sent)) as client:
        return what(client), sent


@pytest.fixture(autouse=True)
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were waited, in no time."""
    seconds: list[float] = []
    monkeypatch.setattr(time, "sleep", seconds.append)
    return seconds


def test_an_event_without_an_id_gets_one_and_keeps_it_when_it_is_sent_again() -> None:
    """So that it counts once, whatever became of the first try."""
    answers: Answers = [httpx2.ReadTimeout("too slow"), refused(Retry_After="1"), httpx2.Response(202, json=KEPT)]
    kept, sent = ask(answers, lambda client: client.send_events([EVENT, {**EVENT, "id": "mine"}]))
    assert kept.accepted == 1
    ids = [[event["id"] for event in json.loads(request.content)["events"]] for request in sent]
    assert len(ids) == 3
    assert ids[0] == ids[1] == ids[2]
    assert ids[0][1] == "mine"
    assert sent[0].headers["X-API-Key"] == "a-key"


@pytest.mark.parametrize("dated", [False, True])
def test_a_refusal_that_names_a_time_is_waited_for(dated: bool, waited: list[float]) -> None:  # noqa: FBT001
    """As a number or a date; never sooner."""
    header = format_datetime(datetime.now(UTC) + timedelta(seconds=9), usegmt=True) if dated else "7"
    _, sent = ask([refused(429, Retry_After=header), httpx2.Response(202, json=KEPT)], lambda client: client.send_events([EVENT]))
    assert len(sent) == 2
    assert 6.5 < waited[0] < 12


def test_a_refusal_is_raised_when_all_tries_are_spent_or_the_time_is_too_long(waited: list[float]) -> None:
    """With what the service said."""
    with pytest.raises(ProblemError, match="Too many requests at once: wait") as raised:
        ask([refused(Retry_After="1", X_Request_ID="r1")] * 2, lambda client: client.categories(), tries=2, ready_s=0)
    assert (raised.value.status, raised.value.type, raised.value.retry_after_s, raised.value.request_id) == (503, "/problems/busy", 1, "r1")
    assert len(waited) == 1
    with pytest.raises(ProblemError):
        ask([refused(Retry_After="60")], lambda client: client.categories())
    assert len(waited) == 1


def test_a_service_that_starts_is_waited_for_as_long_as_is_said(waited: list[float]) -> None:
    """However often it refuses meanwhile; one that is too busy for somebody (429) is asked four times."""
    late = [refused(Retry_After="2")] * 11
    _, sent = ask([*late, httpx2.Response(202, json=KEPT)], lambda client: client.send_events([EVENT]))
    assert len(sent) == 12
    assert 22 < sum(waited) < 60
    waited.clear()
    with pytest.raises(ProblemError):
        ask([refused(Retry_After="2")] * 60, lambda client: client.categories())
    assert 60 <= sum(waited) < 65
    with pytest.raises(ProblemError):
        ask([refused(429, Retry_After="2")] * 4, lambda client: client.categories())


def test_a_service_that_stays_away_is_given_up(waited: list[float]) -> None:
    """After so many tries, and pauses that are no longer than they may be."""
    with pytest.raises(UnreachableError):
        ask([httpx2.ConnectError("nobody is there")] * 3, lambda client: client.categories(), tries=3, most_wait_s=0.05)
    assert waited == [0.05, 0.05]


@pytest.mark.parametrize("header", [{}, {"Retry_After": "soon"}, {"Retry_After": f"Thu, {10**20} Jan 1970 00:00:00 GMT"}])
def test_a_refusal_without_a_time_is_raised_at_once(header: dict[str, str], waited: list[float]) -> None:
    """Asking again would not help; nor does it where the time is one that no clock shows."""
    with pytest.raises(ProblemError):
        ask([refused(422, **header)], lambda client: client.item("a/b"))
    assert waited == []


def test_what_may_have_arrived_is_sent_again_only_where_that_does_no_harm() -> None:
    """A rollback twice is none; a connection that was never made is another matter."""
    with pytest.raises(UnreachableError, match="POST /releases/rollback"):
        ask([httpx2.ReadTimeout("too slow")], lambda client: client.rollback())
    back = {"id": "r1", "current": True, "bundle": "b", "snapshot": "s", "recipe": "attire", "items": 1, "created": "now"}
    answer, sent = ask([httpx2.ConnectError("refused"), httpx2.Response(200, json=back)], lambda client: client.rollback())
    assert (answer.id, len(sent)) == ("r1", 2)


@pytest.mark.parametrize("status", [404, 408, 500, 502, 504])
def test_what_a_proxy_says_of_a_service_that_it_lost_is_as_a_lost_connection(status: int) -> None:
    """It is sent again where that does no harm; the service itself says why it refuses, which stands."""
    lost, kept = httpx2.Response(status, text="Internal Server Error"), httpx2.Response(202, json=KEPT)
    _, sent = ask([lost, lost, kept], lambda client: client.send_events([EVENT]))
    assert len(sent) == 3
    with pytest.raises(StrangeAnswerError, match=f"answered {status} without saying why"):
        ask([lost, lost], lambda client: client.categories(), tries=2)
    with pytest.raises(StrangeAnswerError, match="/releases/rollback: answered"):
        ask([lost], lambda client: client.rollback())
    with pytest.raises(ProblemError):
        ask([refused(status)], lambda client: client.categories())


@pytest.mark.parametrize("answer", [httpx2.Response(200, text="<html>"), httpx2.Response(200, json={}), httpx2.Response(403, text="no")])
def test_what_is_no_answer_of_a_service_is_told(answer: httpx2.Response) -> None:
    """A proxy's page, say."""
    with pytest.raises(StrangeAnswerError, match="GET"):
        ask([answer], lambda client: client.categories())


def test_what_the_service_would_refuse_is_not_sent() -> None:
    """By the same classes."""
    with pytest.raises(InvalidRequestError, match="CompleteOutfit: item: unknown field; did you mean 'items'") as raised:
        ask([], lambda client: client.complete_outfit(item=["w1"]))
    assert isinstance(raised.value, ValueError)
    assert [(one.field, one.value) for one in raised.value.errors] == [("item", '["w1"]')]
    with pytest.raises(InvalidRequestError, match=r"events\[0\].price: .* greater than or equal to 0"):
        ask([], lambda client: client.send_events([{**EVENT, "price": -1.0}]))
    with pytest.raises(TypeError, match="not both"):
        calls.asking(CompleteOutfit, CompleteOutfit(items=[ItemIn(id="w1")]), {"k": 3})


def test_only_what_was_set_is_sent() -> None:
    """So that the service's defaults, and its settings, hold."""
    with pytest.raises(StrangeAnswerError):
        ask([httpx2.Response(200, json={})], lambda client: client.complete_outfit(items=["w1"], text="black"))
    call = calls.complete_outfit(calls.asking(CompleteOutfit, None, {"items": ["w1"], "text": "black"}))
    assert json.loads(call.content or b"") == {"items": [{"id": "w1"}], "text": "black"}
    assert dict(calls.items({"ids": ["a", "b"], "mixed": True, "limit": 5, "q": None}).query) == {
        "ids": "a,b",
        "mixed": "true",
        "limit": "5",
    }
    assert calls.item("a/b ü").path == "/items/a%2Fb%20%C3%BC"


def test_the_client_of_asyncio_tries_as_long() -> None:
    """By the same steps."""
    sent: list[httpx2.Request] = []
    answers: Answers = [refused(Retry_After="0"), httpx2.ReadError("lost"), httpx2.Response(202, json=KEPT)]

    async def send() -> int:
        async with AsyncClient("http://attire.test", transport=network(answers, sent)) as client:
            return (await client.send_events([EVENT])).accepted

    assert asyncio.run(send()) == 1
    assert len({request.content for request in sent}) == 1
    assert len(sent) == 3


def test_both_clients_can_ask_the_same() -> None:
    """Every method of one is a method of the other."""
    methods = [{name for name in vars(kind) if not name.startswith("_")} for kind in (Client, AsyncClient)]
    assert methods[0] == methods[1]
    assert {"complete_outfit", "send_events", "rollback"} <= methods[0]


def test_it_loads_nothing_heavy() -> None:
    """No model, no index, no server."""
    heavy = "torch faiss pyarrow polars fastapi timm open_clip uvicorn"
    code = f"import sys, attire.client; print(*[name for name in '{heavy}'.split() if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == ""
