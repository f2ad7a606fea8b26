"""``attire serve --on`` for several shops: a shop's requests go to the replica that holds it, in the order in which one service lives."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pytest

from app.home.keys import KeyFile
from app.home.store import ReleaseStore
from tests.app.homes import copied
from tests.app.ray.conftest import told
from tests.app.ray.test_serve import Running, serving, waited

HELD: Final = 2
NAMES: Final = "abcde"
"""One more than two replicas hold."""


@pytest.fixture(scope="module")
def homes(home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Of each shop; the second serves another release of its own."""
    root = tmp_path_factory.mktemp("shops")
    found = {name: copied(home, root / name) for name in NAMES}
    store = ReleaseStore(found["b"])
    store.activate(store.records()[0].id)
    return found


@pytest.fixture(scope="module")
def keys(homes: dict[str, Path]) -> dict[str, str]:
    """Shop -> a key that opens everything of it."""
    return {name: KeyFile(own).create("all", ["admin"])[1] for name, own in homes.items()}


@pytest.fixture(scope="module")
def running(cluster: None, homes: dict[str, Path], keys: dict[str, str]) -> Iterator[Running]:  # noqa: ARG001 - made before it starts
    """Two replicas."""
    shops = {name: {"home": str(own), "hosts": [f"{name}.example"]} for name, own in homes.items()}
    with serving(homes["a"], headers={"Host": "a.example"}, SHOPS=shops, SHOPS_HELD=HELD) as found:
        found.both()
        yield found


def release(running: Running, name: str) -> Any:
    """That a shop answers from."""
    answer = running.ask(Host=f"{name}.example")
    assert answer.status_code == 200, answer.text
    return answer.json()["release"]


def notes(homes: dict[str, Path]) -> dict[str, set[str]]:
    """Shop -> the replicas that hold it, each by the name that it took as it loaded the shop."""
    return {name: {note.name for note in (own / "serving").glob("[0-9a-f]*")} for name, own in homes.items()}


@pytest.mark.parametrize(("shops", "replicas"), [(1, 3), (2, 2), (5, 2), (100, 7)])
def test_shops_are_spread_evenly_and_few_move_when_a_replica_goes(shops: int, replicas: int) -> None:
    """Whatever their names are, and whoever asks; every replica may be asked in the end."""
    pytest.importorskip("ray")
    from app.ray.by_shop import placed  # noqa: PLC0415 - an extra

    names, there = tuple(f"shop-{number}" for number in range(shops)), frozenset(f"replica-{number}" for number in range(replicas))
    found = placed(names, there)
    assert found == placed.__wrapped__(tuple(reversed(names)), there)
    assert max(Counter(order[0] for order in found.values()).values()) <= -(-shops // replicas)
    assert all(sorted(order) == sorted(there) for order in found.values())
    for gone in there:
        after = placed(names, there - {gone})
        assert sum(found[name][0] not in {gone, after[name][0]} for name in names) <= shops / 4


def test_who_was_asked_longest_ago_makes_room(running: Running, homes: dict[str, Path]) -> None:
    """On its replica; then each stays where it is, however many ask all of those that have a place."""
    served = {name: ReleaseStore(own).served().id for name, own in homes.items()}
    assert len(set(served.values())) == 2
    assert {name: release(running, name) for name in NAMES} == served
    held = notes(homes)
    assert sorted(map(len, held.values())) == [0, 1, 1, 1, 1]
    [missing] = [name for name, by in held.items() if not by]

    assert release(running, missing) == served[missing]
    after = notes(homes)
    [gone] = [name for name, by in after.items() if not by]
    assert gone > missing  # who was asked first was the first to go
    assert all(after[name] == held[name] for name in NAMES if name not in {missing, gone})

    asked = [name for name in NAMES if name != gone] * 20
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda name: release(running, name), asked)) == [served[name] for name in asked]
    assert notes(homes) == after


def test_a_key_opens_its_own_shop_alone(running: Running, homes: dict[str, Path], keys: dict[str, str]) -> None:
    """Whichever replica is asked, and whatever else a client says."""
    for name, key in keys.items():
        by_key = running.ask(Host="10.0.0.7", **{"X-API-Key": key, "serve_multiplexed_model_id": "b"})
        assert by_key.json()["release"] == ReleaseStore(homes[name]).served().id
        other = "a" if name == "b" else "b"
        refused = running.ask(Host=f"{other}.example", **{"X-API-Key": key})
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/key-refused")
    unknown = running.ask(Host="10.0.0.7")
    assert (unknown.status_code, unknown.json()["type"]) == (421, "/problems/unknown-shop")


def test_a_shops_new_release_is_its_own(running: Running, homes: dict[str, Path]) -> None:
    """While many ask, each is answered from one of both releases, in the end from the new one; the others' stay."""
    before, kept, store, said = release(running, "a"), release(running, "c"), ReleaseStore(homes["a"]), defaultdict[str, set[str]](set)
    [other] = [one.id for one in store.records() if one.id != before]

    def ask(_: int) -> str:
        answer = running.ask().json()
        said[answer["release"]].add(json.dumps(answer["slots"]))
        return str(answer["release"])

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(16))) == {before}
        store.activate(other)
        waited(lambda: set(pool.map(ask, range(16))) == {other})
    assert [len(answers) for answers in said.values()] == [1, 1]
    assert said[before] != said[other]
    assert release(running, "c") == kept


def test_a_replica_that_is_killed_costs_one_retry_at_most(running: Running) -> None:
    """With ``kill -9``, while many ask the shop of which it answers; the other one takes it over, and those that it had beside."""
    expected = told(running.ask())
    for victim in running.both():
        assert victim is not None
        assert running.attempts(expected, lambda victim=victim: os.kill(victim, signal.SIGKILL)) <= 2
        waited(lambda victim=victim: len(running.replicas()) == 2 and victim not in running.replicas())
    assert {name: release(running, name) for name in NAMES}.keys() == set(NAMES)
