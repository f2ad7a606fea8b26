"""A running service follows ``CURRENT``, and nobody notices."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import thread as pools
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.api import outfits
from app.ground.errors import PROBLEMS, StorageGoneError
from app.ground.parts import Keys, SwapSettings
from app.ground.settings import Settings
from app.home.origin import SHADOW
from app.home.store import ReleaseStore
from app.live import follower, memory
from app.live.follower import ReleaseFollower
from app.live.shadow import read_reports, reports_directory
from app.main import create_app
from tests.app.homes import copied

KEY = {"X-API-Key": "administer"}


@pytest.fixture
def store(home: Path, tmp_path: Path) -> ReleaseStore:
    """A copy of the home, at its first release."""
    own = ReleaseStore(copied(home, tmp_path / "home"))
    own.activate(own.records()[0].id)
    return own


def settings(store: ReleaseStore, **swap: Any) -> Settings:
    """One that looks often."""
    keys = Keys(admin=SecretStr("administer"), catalogue=SecretStr("stock-clerk"))
    return Settings(home=store.home, swap=SwapSettings(**{"poll_s": 0.02, "shadow_share": 1.0, **swap}), keys=keys)


@pytest.fixture
def client(store: ReleaseStore) -> Iterator[TestClient]:
    """The service over the copy."""
    with TestClient(create_app(settings(store))) as opened:
        yield opened


def served(client: TestClient) -> str:
    """The release that answers."""
    return str(client.get("/readyz").json()["release"])


def soon(happens: Callable[[], bool], within_s: float = 20.0) -> bool:
    """Whether it does."""
    until = time.monotonic() + within_s
    while not happens() and time.monotonic() < until:
        time.sleep(0.02)
    return happens()


def complete(client: TestClient) -> dict[str, Any]:
    """A question, answered."""
    answer = client.post("/complete-outfit", json={"items": ["tops-1"], "slots": [{"category": "shoes"}], "k": 3})
    assert answer.status_code == 200
    return dict(answer.json())


def swaps(swap: ReleaseFollower, outcome: str) -> float | None:
    """How many ended so."""
    return swap._metrics.registry.get_sample_value("attire_swaps_total", {"outcome": outcome})


def test_another_current_release_is_served_soon(client: TestClient, store: ReleaseStore) -> None:
    """Without a restart; the one before is let go of."""
    first, second = (record.id for record in store.records())
    assert served(client) == first
    old = weakref.ref(client.app.state.services.serving.current().bundle)  # type: ignore[attr-defined]
    store.activate(second)
    assert soon(lambda: served(client) == second)
    assert complete(client)["release"] == second
    assert soon(lambda: gc.collect() >= 0 and old() is None)
    swap = client.app.state.services.follower  # type: ignore[attr-defined]
    assert soon(lambda: swap.freed == 1)
    assert (swaps(swap, "served"), swaps(swap, "refused"), swap.trouble) == (1, 0, None)


def test_nothing_asked_of_a_release_outlives_it(client: TestClient, store: ReleaseStore) -> None:
    """Neither rules in force nor words, a shopper or answers that are kept hold a state of the catalogue that is gone."""
    rules = [{"id": "boots", "do": "exclude", "items": {"ids": ["shoes-1"]}}, {"id": "more", "do": "boost", "items": {"price": {"min": 1}}}]
    services = client.app.state.services  # type: ignore[attr-defined]
    states = []

    def asked() -> None:
        release = services.serving.current()
        states.extend([weakref.ref(release.snapshot), weakref.ref(release)])
        for more in ({}, {"text": "something cheap, no black"}, {"session": "s", "user": "u"}):
            ask = {"items": ["tops-1"], "slots": [{"category": "shoes"}], **more}
            assert client.post("/complete-outfit", json=ask).status_code == 200

    assert client.put("/rules", json={"rules": rules}, headers=KEY).status_code == 200
    client.post("/events", json={"events": [{"id": "e", "type": "view", "session": "s", "item": "shoes-2"}]}, headers=KEY)
    asked()
    assert client.patch("/items", json={"items": [{"id": "shoes-2", "price": 3.0}]}, headers=KEY).status_code < 300
    assert soon(lambda: client.get("/items/shoes-2").json()["price"] == 3.0)
    asked()
    store.activate(store.records()[1].id)
    assert soon(lambda: served(client) == store.records()[1].id)
    assert client.post("/complete-outfit", json={"items": ["tops-1"], "slots": [{"category": "shoes"}]}).json()["rules"]
    assert soon(lambda: gc.collect() >= 0 and all(state() is None for state in states))


def test_a_request_ends_with_the_release_it_began_with(client: TestClient, store: ReleaseStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though another is served meanwhile, and the old one is freed only then."""
    first, second = (record.id for record in store.records())
    begun, go_on = threading.Event(), threading.Event()
    suggest = outfits._complete

    def slow(*given: Any) -> Any:
        begun.set()
        go_on.wait(20)
        return suggest(*given)

    answers: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(outfits, "_complete", slow)
        request = threading.Thread(target=lambda: answers.append(complete(client)["release"]))
        request.start()
        assert begun.wait(20)
        store.activate(second)
        assert soon(lambda: served(client) == second)
        swap = client.app.state.services.follower  # type: ignore[attr-defined]
        assert swap.freed == 0
        go_on.set()
        request.join()
    assert answers == [first]
    assert soon(lambda: gc.collect() >= 0 and swap.freed == 1)


def test_letting_go_takes_no_lock(client: TestClient) -> None:
    """It is run by the garbage collector amid anything: amid a thread that starts another, which holds the lock of all pools of threads."""
    swap = client.app.state.services.follower  # type: ignore[attr-defined]
    collected = threading.Thread(target=swap._let_go, daemon=True)
    with pools._global_shutdown_lock:  # type: ignore[attr-defined]
        collected.start()
        collected.join(10)
        assert not collected.is_alive()
    assert swap.freed == 1


def test_a_broken_release_is_refused_and_the_old_one_serves(client: TestClient, store: ReleaseStore) -> None:
    """The reason is kept, and another one is taken as soon as it is named."""
    first, second = store.records()
    weights = store.bundle_path(second.bundle) / "weights.safetensors"
    sound = weights.read_bytes()
    weights.write_bytes(sound + b"x")
    store.activate(second.id)
    swap = client.app.state.services.follower  # type: ignore[attr-defined]
    assert soon(lambda: swaps(swap, "refused") == 1)
    assert "weights.safetensors" in swap.trouble
    assert served(client) == first.id
    weights.write_bytes(sound)
    third = store.add(bundle=second.bundle, snapshot=second.snapshot, recipe="test", items=48)
    store.activate(third.id)
    assert soon(lambda: served(client) == third.id)
    assert swap.trouble is None


def test_a_release_that_does_not_fit_into_memory_is_not_loaded(store: ReleaseStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is looked at first."""
    monkeypatch.setattr("app.live.follower.free_bytes", lambda: 10)
    first, second = (record.id for record in store.records())
    with TestClient(create_app(settings(store))) as client:
        store.activate(second)
        swap = client.app.state.services.follower  # type: ignore[attr-defined]
        assert soon(lambda: swaps(swap, "refused") == 1)
        assert "MB are free" in swap.trouble
        assert served(client) == first


def test_a_fresh_home_serves_once_there_is_a_release(store: ReleaseStore) -> None:
    """No restart is needed."""
    first = store.records()[0].id
    (store.home / "CURRENT").unlink()
    with TestClient(create_app(settings(store))) as client:
        assert client.get("/readyz").status_code == 503
        store.activate(first)
        assert soon(lambda: client.get("/readyz").status_code == 200)


def test_who_administers_can_activate_and_roll_back(client: TestClient, store: ReleaseStore) -> None:
    """At once here, and for all replicas by name."""
    first, second = (record.id for record in store.records())
    answer = client.post(f"/releases/{second}/activate", headers=KEY)
    assert (answer.status_code, answer.json()["id"], answer.json()["current"]) == (200, second, True)
    assert served(client) == second
    assert (store.home / "CURRENT").read_text().strip() == second
    assert client.post("/releases/rollback", headers=KEY).json()["id"] == first
    assert [one["current"] for one in client.get("/releases", headers=KEY).json()["releases"]] == [False, True]
    assert client.post("/releases/rollback", headers=KEY).status_code == 404


@pytest.mark.parametrize(("method", "path"), [("GET", "/releases"), ("POST", "/releases/{}/activate"), ("POST", "/releases/rollback")])
def test_others_cannot(client: TestClient, store: ReleaseStore, method: str, path: str) -> None:
    """401 without a key, 403 with another; nothing changes."""
    path = path.format(store.records()[1].id)
    assert client.request(method, path).status_code == 401
    assert client.request(method, path, headers={"X-API-Key": "stock-clerk"}).status_code == 403
    assert served(client) == store.records()[0].id


def test_a_home_whose_storage_is_gone_is_told(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """What serves goes on; its figure says so until the storage is back."""
    gone = threading.Event()

    class Storage:
        def refresh(self) -> None:
            if gone.is_set():
                msg = "s3://shops/a/CURRENT: the object storage does not give or take it"
                raise StorageGoneError(msg)

    def figure() -> float | None:
        return client.app.state.services.metrics.registry.get_sample_value("attire_storage_gone")  # type: ignore[attr-defined, no-any-return]

    monkeypatch.setattr(follower, "origin_of", lambda _: Storage())
    assert figure() == 0
    gone.set()
    assert soon(lambda: figure() == 1)
    complete(client)
    gone.clear()
    assert soon(lambda: figure() == 0)


def test_a_storage_that_is_gone_is_no_broken_release() -> None:
    """Clients may try again."""
    problem = PROBLEMS[StorageGoneError]
    assert (problem.status, problem.type, problem.passes) == (503, "/problems/storage-unavailable", True)


def test_an_unknown_or_broken_release_cannot_be_activated(client: TestClient, store: ReleaseStore) -> None:
    """404 and 503, by name; the one before goes on serving and stays current."""
    first, second = store.records()
    unknown = client.post("/releases/r9-00000000/activate", headers=KEY)
    assert (unknown.status_code, unknown.json()["type"]) == (404, "/problems/unknown-release")
    (store.bundle_path(second.bundle) / "slots.json").unlink()
    broken = client.post(f"/releases/{second.id}/activate", headers=KEY)
    assert (broken.status_code, broken.json()["type"]) == (503, "/problems/broken-release")
    assert "slots.json" in broken.json()["detail"]
    assert (served(client), (store.home / "CURRENT").read_text().strip()) == (first.id, first.id)


def test_a_candidate_in_shadow_mode_answers_beside(client: TestClient, store: ReleaseStore) -> None:
    """Nobody sees its answers; how far they agree, and how long both took, is written down."""
    first, second = (record.id for record in store.records())
    (store.home / SHADOW).write_text(second)
    shadow = client.app.state.services.follower.shadow  # type: ignore[attr-defined]
    assert soon(lambda: shadow.candidate is not None)
    assert {complete(client)["release"] for _ in range(5)} == {first}
    assert soon(lambda: len(shadow._ms) >= 1)
    assert soon(lambda: bool(read_reports(reports_directory(store.home, second))))
    [report] = read_reports(reports_directory(store.home, second))
    assert report.agreement == report.same_first == 1.0
    assert len(report.current_ms) == len(report.candidate_ms) == report.requests
    store.activate(second)
    (store.home / SHADOW).unlink()
    assert soon(lambda: served(client) == second and shadow.candidate is None)


def test_memory_is_that_of_the_machine_or_of_the_container(tmp_path: Path) -> None:
    """Whichever is less; page cache that can be given back counts as free."""
    (tmp_path / "meminfo").write_text("MemTotal: 9000 kB\nMemAvailable:    8000 kB\n")
    assert memory.free_bytes(tmp_path / "meminfo", tmp_path) == 8_192_000
    for name, text in (("memory.max", "5000000"), ("memory.current", "4000000"), ("memory.stat", "anon 1\ninactive_file 500000\n")):
        (tmp_path / name).write_text(text + "\n")
    assert memory.free_bytes(tmp_path / "meminfo", tmp_path) == 1_500_000
    (tmp_path / "memory.max").write_text("max\n")
    assert memory.free_bytes(tmp_path / "none", tmp_path) is None
