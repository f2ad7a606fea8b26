"""POST /complete-outfits: many outfits in one request, each answered by itself."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request
from starlette.testclient import TestClient
from starlette.types import Message

from app.api.batches import complete_outfits
from app.api.computing import Computing
from app.api.schemas.batches import CompleteOutfits
from app.ground.errors import BusyError
from app.ground.settings import Settings
from app.main import create_app

SHOES = [{"category": "shoes"}]


@pytest.fixture
def client(home: Path) -> Any:
    """The service, which takes twelve outfits at a time."""
    with TestClient(create_app(Settings(home=home, limits={"max_outfits": 12})), base_url="http://localhost") as opened:
        yield opened


def test_each_is_answered_as_by_itself(client: TestClient) -> None:
    """In their order, more than are computed at once, with ids of their own."""
    asked = [{"items": [f"tops-{number % 6}"], "slots": SHOES, "k": number % 3 + 1} for number in range(12)]
    answers = client.post("/complete-outfits", json={"requests": asked}).json()["answers"]
    for request, said in zip(asked, answers, strict=True):
        alone = client.post("/complete-outfit", json=request).json()
        assert set(said) == {"answer"}
        assert [item["id"] for item in said["answer"]["slots"][0]["items"]] == [item["id"] for item in alone["slots"][0]["items"]]
        assert len(said["answer"]["slots"][0]["items"]) == request["k"]
    assert len({said["answer"]["recommendation_id"] for said in answers}) == len(asked)


def test_what_is_wrong_with_one_leaves_the_others(client: TestClient) -> None:
    """Its problem is the one that it would have been told alone."""
    wrong = {"items": ["tops-1"], "slots": [{"category": "nothing-like-it"}]}
    right = {"items": ["tops-1"], "slots": SHOES}
    answers = client.post("/complete-outfits", json={"requests": [wrong, right]}).json()["answers"]
    alone = client.post("/complete-outfit", json=wrong)
    assert alone.status_code >= 400
    assert answers[0] == {"problem": alone.json()}
    assert answers[1]["answer"]["slots"][0]["items"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"requests": []}, "requests"),
        ({"requests": [{"items": ["tops-1"]}] * 13}, "requests"),
        ({"requests": [{"items": ["tops-1"]}, {"items": ["tops-1"], "k": 0}]}, "requests[1].k"),
        ({"requests": [{"items": ["tops-1"], "kay": 1}]}, "requests[0].kay"),
    ],
)
def test_what_is_no_batch_is_refused_whole(client: TestClient, body: dict[str, Any], field: str) -> None:
    """And the place is named."""
    answer = client.post("/complete-outfits", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_a_batch_that_nobody_waits_for_ends(client: TestClient) -> None:
    """Once its client went away none of its outfits is begun; sixty such batches held others for half a minute."""
    app: Any = client.app
    body = json.dumps({"requests": [{"items": [f"tops-{number % 6}"], "looks": number + 1} for number in range(12)]}).encode()
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    about = {"type": "http", "method": "POST", "path": "/complete-outfits", "query_string": b"", "http_version": "1.1", "scheme": "http"}
    scope = {**about, "raw_path": b"/complete-outfits", "root_path": "", "headers": headers, "client": ("127.0.0.1", 1)}
    scope |= {"server": ("localhost", 80), "state": {}, "app": app}
    coming: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    answered: list[Message] = []

    async def receive() -> Message:
        return coming.pop() if coming else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        answered.append(message)

    assert client.portal is not None
    client.portal.call(app, scope, receive, send)
    assert answered[0]["status"] == 499
    assert app.state.services.pool.abandoned <= 8


def test_others_come_between_the_outfits_of_many_batches(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all of twenty batches are refused at once, the event loop turns after each outfit."""
    app: Any = client.app
    begun, between = [0], [0]

    async def refused(*_: object) -> None:
        begun[0] += 1
        between[0] = max(between[0], begun[0])
        msg = "too many"
        raise BusyError(msg)

    async def turning() -> None:
        while True:
            begun[0] = 0
            await asyncio.sleep(0)

    async def asked() -> None:
        others = asyncio.create_task(turning())
        request = CompleteOutfits.model_validate({"requests": [{"items": ["tops-1"]}] * 12})
        compute: Any = Computing(app.state.services, Request({"type": "http"}), None)
        answers = await asyncio.gather(
            *(complete_outfits(request, app.state.services, compute, Request({"type": "http"})) for _ in range(20))
        )
        others.cancel()
        assert all(one.problem for answer in answers for one in answer.answers)  # type: ignore[union-attr]

    monkeypatch.setattr("app.api.batches.completed", refused)
    assert client.portal is not None
    client.portal.call(asked)
    assert between[0] <= 2


def test_many_batches_refuse_neither_their_own_questions_nor_others(home: Path) -> None:
    """Of six batches of a hundred, 264 questions were refused, as their own others had taken all places."""
    app = create_app(Settings(home=home, public=("read",), threads={"requests": 1, "waiting": 5}, answers={"kept_bytes": 0}))
    request = CompleteOutfits.model_validate({"requests": [{"items": ["tops-1"], "k": number} for number in range(1, 10)]})

    async def nobody_leaves() -> Message:
        return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

    async def asked() -> None:
        async with app.router.lifespan_context(app):
            services = app.state.services
            https = [Request({"type": "http", "state": {"who": f"10.0.0.{number}"}}, nobody_leaves) for number in range(6)]
            batches = [asyncio.create_task(complete_outfits(request, services, Computing(services, http, None), http)) for http in https]
            beside = 0
            while not all(batch.done() for batch in batches):
                assert services.pool.busy() is None
                beside += 1
                await asyncio.sleep(0.001)
            assert beside
            assert not any(one.problem for batch in batches for one in batch.result().answers)  # type: ignore[union-attr]

    asyncio.run(asked())
