"""``attire serve --on`` told to stop."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from app.ground.settings import Settings

pytest.importorskip("ray")


@pytest.fixture
def as_before() -> Iterator[None]:
    """Signals mean afterwards what they did."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("as_before")
def test_it_can_be_stopped_from_when_it_says_that_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """And leaves no replica, whose cluster may live on."""
    from app.ray import serve  # noqa: PLC0415 - an extra

    done, there = list[str](), iter([True])
    behind = SimpleNamespace(
        status=lambda: SimpleNamespace(applications={}),
        start=lambda **_: None,
        delete=done.append,
        shutdown=lambda: done.append("shutdown"),
    )
    monkeypatch.setattr(serve, "serve", behind)
    monkeypatch.setattr(serve, "ray", SimpleNamespace(shutdown=lambda: None))
    monkeypatch.setattr(serve, "join", lambda *_: None)
    monkeypatch.setattr(serve, "here", lambda: next(there, False))
    monkeypatch.setattr(serve, "anew", lambda *_: pytest.fail("it goes on"))
    monkeypatch.setattr(serve, "_WATCH_S", 0.0)
    monkeypatch.setattr(serve, "_start", lambda _: None)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # or it would end the tests
    serve.answer(Settings(), "local", lambda: signal.raise_signal(signal.SIGTERM))
    assert done == ["attire", "shutdown"]
