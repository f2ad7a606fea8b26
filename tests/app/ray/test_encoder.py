"""Encoders as a deployment of their own: what they answer, and what a replica does without them."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, NoReturn

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.ground.settings import Settings
from app.main import create_app
from app.release import photo_encoder
from models.encoders.base import Encoder
from models.encoders.load import load_encoder
from models.errors import EncoderError, ImageError
from tests.app.conftest import ENCODER
from tests.app.homes import copied
from tests.app.ray.test_serve import Running, serving, waited

pytest.importorskip("ray")

from ray.exceptions import ActorUnavailableError

from app.ray import encoder as far

Photo = Callable[..., dict[str, Any]]
Picture = Callable[..., bytes]
SHIPPED: Final = "shipped"


class Reply:
    """What Serve's handle returns; an exception is raised, None never comes."""

    def __init__(self, answer: Callable[[], Any]) -> None:
        self._answer = answer
        self.cancelled = False

    def result(self, *, timeout_s: float) -> Any:  # noqa: ARG002 - as Serve has it
        """As Serve's."""
        return self._answer()

    def cancel(self) -> None:
        """As Serve's."""
        self.cancelled = True


class Handle:
    """Serve's handle to encoders in this process.

    Attributes:
        gone: what is raised in place of an answer. asked: how often anything was.
    """

    def __init__(self) -> None:
        self._encoders = far.Encoders.__new__(far.Encoders)
        far.Encoders.__init__(self._encoders, "cpu", 1)
        self.gone: Exception | None = None
        self.asked = 0

    def __getattr__(self, method: str) -> Any:
        answers = {
            "about": self._encoders._about,
            "encode": lambda one: self._encoders.encoded([one])[0],
            "there": lambda: None,
        }
        return self if method == "options" else _Method(self, answers[method])


class _Method:
    def __init__(self, handle: Handle, answer: Callable[..., Any]) -> None:
        self._handle, self._answer = handle, answer

    def remote(self, *given: Any) -> Reply:
        """As Serve's."""
        self._handle.asked += 1

        def answer() -> Any:
            if self._handle.gone is not None:
                raise self._handle.gone
            return self._answer(*given)

        return Reply(answer)


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Handle:
    """Registered, in a process that could load no encoder itself."""

    def none_here(*_: object) -> NoReturn:
        pytest.fail("a replica loads an encoder")

    monkeypatch.setattr(photo_encoder, "load_encoder", none_here)
    monkeypatch.setattr(photo_encoder, "ELSEWHERE", [])
    found = Handle()
    far.register(found)  # type: ignore[arg-type]
    return found


def test_several_requests_are_encoded_together(jpeg: Picture) -> None:
    """Whose encoder is the same; each is given its own rows, and a broken picture is told to whom it is of."""
    encoders, encoder = far.Encoders("cpu", 1), load_encoder(ENCODER)
    red, blue = jpeg("red"), jpeg("blue")
    asked: list[far.Asked] = [
        (ENCODER, [red, blue], [None, None]),
        (SHIPPED, [None], ["a red shirt"]),
        (ENCODER, [blue], [None]),
        (ENCODER, [b"no picture"], [None]),
        ("backbone:nothing", [red], [None]),
    ]
    together, words, one, broken, unknown = encoders.encoded(asked)
    np.testing.assert_allclose(together, encoder.encode([red, blue], [None, None]), atol=1e-3)
    np.testing.assert_allclose(one, encoder.encode([blue], [None]), atol=1e-3)
    np.testing.assert_allclose(words, load_encoder().encode([None], ["a red shirt"]), atol=1e-3)
    assert isinstance(broken, ImageError)
    assert isinstance(unknown, EncoderError)

    sizes: list[int] = []
    encoders._encoder = lambda _: _Counting(encoder, sizes)  # type: ignore[assignment,method-assign,return-value]
    encoders.encoded([(ENCODER, [red], [None])] * 5)
    assert sizes == [5]


class _Counting:
    def __init__(self, encoder: Encoder, sizes: list[int]) -> None:
        self._encoder, self._sizes = encoder, sizes

    def encode(self, images: list[bytes], titles: list[None]) -> Any:
        """As the encoder's; notes how many."""
        self._sizes.append(len(images))
        return self._encoder.encode(images, titles)


def test_a_replica_without_them_says_when_to_ask_again(handle: Handle, picture_home: Path, photo: Photo, jpeg: Picture) -> None:
    """503 and Retry-After for a photo, at once, whatever is asked meanwhile; ids are answered as ever, and photos once they are there."""
    with_photo = {"items": [photo(jpeg("red"))], "slots": ["shoes"]}
    with TestClient(create_app(Settings(home=picture_home))) as client:
        assert client.post("/complete-outfit", json=with_photo).status_code == 200
        handle.gone = ActorUnavailableError("it was killed", None)
        for _ in range(3):
            answer = client.post("/complete-outfit", json=with_photo)
            assert (answer.status_code, answer.json()["type"]) == (503, "/problems/encoder-unavailable")
            assert answer.headers["retry-after"]
            assert client.post("/complete-outfit", json={"items": ["tops-2"], "slots": ["shoes"]}).status_code == 200
        handle.gone = TimeoutError()
        before = handle.asked
        assert {client.post("/complete-outfit", json=with_photo).status_code for _ in range(5)} == {503}
        assert handle.asked == before
        handle.gone = None
        assert client.post("/complete-outfit", json=with_photo).status_code == 200
        bad = client.post("/complete-outfit", json={"items": [photo(b"no picture")]})
        assert (bad.status_code, bad.json()["type"]) == (422, "/problems/bad-picture")


@pytest.fixture(scope="module")
def running(cluster: None, picture_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:  # noqa: ARG001 - where it runs
    """One replica, and one process that encodes."""
    with serving(copied(picture_home, tmp_path_factory.mktemp("served") / "home"), workers=1, ENCODERS=1) as found:
        yield found


def test_answers_are_those_of_one_process(running: Running, picture_client: TestClient, photo: Photo, jpeg: Picture) -> None:
    """To the third digit of a score: rounding depends on how many are encoded together."""
    asked = [{"item": photo(jpeg(colour)), "k": 3} for colour in ("red", "green", "blue", "orange", "black", "purple")] * 4
    with ThreadPoolExecutor(len(asked)) as pool:
        there = list(pool.map(lambda body: running.ask("/similar-items", body), asked))
    for body, answer in zip(asked, there, strict=True):
        assert answer.status_code == 200, answer.text
        here = picture_client.post("/similar-items", json=body).json()["items"]
        assert [one["score"] for one in answer.json()["items"]] == pytest.approx([one["score"] for one in here], abs=1e-3)


def test_while_they_are_gone_ids_are_answered(running: Running, photo: Photo, jpeg: Picture) -> None:
    """After ``kill -9``; a photo is told when to ask again, and answered once another process encodes."""
    with_photo, statuses = {"item": photo(jpeg("red")), "k": 3}, dict[str, set[int]](ids=set(), photos=set())
    [victim] = running.replicas(of=far.NAME)
    assert victim is not None
    back = threading.Event()

    def asks_for_ids() -> None:
        while not back.is_set():
            statuses["ids"].add(running.ask("/similar-items", {"item": "tops-2", "k": 3}).status_code)

    with ThreadPoolExecutor(1) as pool:
        beside = pool.submit(asks_for_ids)
        try:
            os.kill(victim, signal.SIGKILL)

            def answered() -> bool:
                answer = running.ask("/similar-items", with_photo)
                statuses["photos"].add(answer.status_code)
                assert answer.status_code == 200 or answer.headers["retry-after"]
                return answer.status_code == 200 and running.replicas(of=far.NAME) not in ([], [victim])

            waited(answered)
        finally:
            back.set()
        beside.result()
    assert statuses == {"ids": {200}, "photos": {200, 503}}
