"""What every process of the tests is told: one thread of computation, as several run beside each other, and to keep what Python compiles.

Set before torch is imported. A process that may not keep it compiles torch anew, for seconds, and the tests start some hundred.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import httpcore2
import pytest
from hypothesis import settings

from tests.redis_server import REDIS_SERVER, RedisServer

os.environ.setdefault("ATTIRE_PUBLIC", "read,events,metrics")  # the tests' client comes from no address; what asks for a key sets its own
for variable in ("OMP_NUM_THREADS", "ATTIRE_THREADS__COMPUTE"):  # torch's own, and what a service sets when it starts
    os.environ.setdefault(variable, "1")
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
_LEARNED: dict[str, Any] = {}
settings.register_profile("attire", deadline=None)  # what runs beside a test is not its fault
settings.load_profile("attire")


@pytest.fixture(scope="session", autouse=True)
def loops_may_be_late() -> Iterator[None]:
    """A service within the tests' own process does not say that a test beside it kept its loop waiting: amid that test's own words."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("app.live.watchdog.BLOCKED_S", 3600.0)
        yield


@pytest.fixture(scope="session", autouse=True)
def certificates_are_read_once() -> Iterator[None]:
    """Each client reads those of the machine, for 30 ms, though most ask over HTTP alone; who waits for a service asks often."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(httpcore2, "default_ssl_context", cache(httpcore2.default_ssl_context))
        yield


@pytest.fixture(scope="session", autouse=True)
def encoders_are_loaded_once() -> Iterator[None]:
    """Those of the package and of the libraries, whose weights nobody changes: it takes half a second, for each service and training.

    One of a directory is read each time; of the package's by its directory, too.
    """
    from models.encoders import backbones, open_clip  # noqa: PLC0415 - imports torch

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(backbones, "load_backbone", cache(backbones.load_backbone))
        load, remembered = open_clip.load_open_clip, cache(open_clip.load_open_clip)
        patched.setattr(
            open_clip, "load_open_clip", lambda *told, name=None, **more: (remembered if name else load)(*told, name=name, **more)
        )
        yield


@pytest.fixture
def slots_learned_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What belongs to an outfit is learned once from the same outfits with the same seed; it takes most of the time of a small training.

    ``tests/models/training/test_slots.py`` holds that it would be the same again, and that it leaves random draws beside it alone.
    """
    from models.training import prepare  # noqa: PLC0415 - imports torch

    learn = prepare.fit_slots

    def remembered(*told: Any, **more: Any) -> Any:
        asked = repr((told, sorted(more.items())))
        if asked not in _LEARNED:
            _LEARNED[asked] = learn(*told, **more)
        return _LEARNED[asked]

    monkeypatch.setattr(prepare, "fit_slots", remembered)


@pytest.fixture(scope="session")
def start_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., RedisServer]]:
    """Starts a redis-server, which ends with the tests."""
    if REDIS_SERVER is None:
        pytest.skip("redis-server is not installed")
    started: list[RedisServer] = []

    def start(*options: str) -> RedisServer:
        started.append(RedisServer(tmp_path_factory.mktemp("redis"), *options))
        return started[-1]

    yield start
    for server in started:
        server.kill()


@pytest.fixture(scope="session")
def shared_redis(start_redis: Callable[..., RedisServer]) -> RedisServer:
    """A server for whoever leaves it alive."""
    return start_redis()


@pytest.fixture(scope="session")
def outfits_of_one_colour() -> list[dict[str, Any]]:
    """48 outfits of items ``i0`` to ``i35``: twelve of each of three categories, in three colours by turns; a shopper wears one colour."""
    return [
        {
            "id": f"o{number}",
            "items": [f"i{12 * slot + 3 * ((number // 3 + slot) % 4) + number % 3}" for slot in range(3)],
            "split": "valid" if number % 6 > 3 else "train",
            "user": f"u{number % 3}",
        }
        for number in range(48)
    ]
