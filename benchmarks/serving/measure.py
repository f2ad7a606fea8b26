"""Measures a home: the service's answers and their bare parts in turn, so that whatever else the machine does falls on all alike."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.ground.compute import cores, fix_threads
from app.home.store import ReleaseStore
from app.release.release import Release
from benchmarks.serving.ceilings import Bare, read_once
from benchmarks.serving.home import LARGEST, MIDDLE, RARE, outfits
from benchmarks.serving.http import Connection, flood, free_port, request, running
from benchmarks.serving.overload import Overload, overload

SCORING: Final = "score 100 outfits"
_ASKED: Final = 40
_SCORED: Final = 100
_AT_ONCE: Final = 32
_SETTLED_S: Final = 5.0
_TURNS: Final = 3
NONE_KEPT: Final = {"ATTIRE_ANSWERS__KEPT_BYTES": "0"}
SERVE: Final = ("-c", "from app.cli import main; main()", "serve")


@dataclass(frozen=True)
class Figure:
    """Milliseconds of something: the median, and the quarter points around it."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, taken: list[float]) -> Figure:
        """Of single measurements."""
        low, median, high = np.percentile(taken, [25, 50, 75])
        return cls(float(median), float(low), float(high))


@dataclass(frozen=True)
class Measured:
    """What one run found, in milliseconds but for the seconds of a start."""

    parts: Mapping[str, Figure]
    answers: Mapping[str, Figure]
    before: Mapping[str, Figure]
    full_rate: float
    full_p99: float
    full_rate_before: float
    shared_rate: float
    shared_p99: float
    alone_rate: float
    alone_p99: float
    kept: Figure
    overload: Overload
    ready_s: float
    opened_s: float
    read_s: float
    read_bytes: int


def measure(
    store: ReleaseStore, rounds: int, seconds: float, settings: dict[str, str], beside: Path | None = None, *, overloaded_s: float = 60.0
) -> Measured:
    """Measure a home that ``home.made`` made.

    Args:
        settings: environment of the service. beside: another checkout, whose service is measured in the same turns.
        overloaded_s: seconds of twice the load that it can take.
    """
    record = store.served()
    paths = store.bundle_path(record.bundle), store.snapshot_path(record.snapshot)
    read_once(*paths)  # from here on they are in the page cache
    begun = time.perf_counter()
    size = read_once(*paths)
    read_s = time.perf_counter() - begun
    fix_threads(1)
    begun = time.perf_counter()
    release = Release.open(store, record)
    opened_s = time.perf_counter() - begun
    worn, scored = outfits(_ASKED, 3, 7), outfits(_SCORED, 4, 8)
    bare = Bare(release, worn)
    del release
    environment = {"ATTIRE_HOME": str(store.home), **NONE_KEPT, **settings}
    port, empty_port, other_port = free_port(), free_port(), free_port()
    other = {**environment, "PYTHONPATH": str(beside.resolve())} if beside else {}
    with (
        running(("-m", "benchmarks.serving.empty", str(empty_port)), empty_port, {}, "/readyz"),
        running((*SERVE, "--port", str(port)), port, environment, "/readyz") as service_runs,
        running((*SERVE, "--port", str(other_port)), other_port, other, "/readyz", beside) if beside else nullcontext(),
    ):
        service, empty = Connection(port), Connection(empty_port)
        nothing = request("POST", "/nothing", b'{"items": ["a", "b", "c"]}')
        parts = {
            "scan": bare.middle,
            "scan of the largest category": bare.largest,
            "forward": bare.forward,
            "probabilities": bare.likely,
            "scores of 100 outfits": bare.scoring(scored),
            "empty endpoint": lambda _: empty.ask(nothing),
        }
        asked = {name: [completing(items, body) for items in worn] for name, body in questions().items()}
        asked[SCORING] = [request("POST", "/score-outfit", json.dumps({"outfits": [{"items": ids} for ids in scored]}).encode())]
        work: dict[str, Callable[[int], Any]] = {
            **parts,
            **{name: lambda number, sent=sent: service.ask(sent[number % len(sent)]) for name, sent in asked.items()},
        }
        work |= {"warm": lambda number: service.ask(asked["one slot"][number % _ASKED])}  # its caches hold the bare parts
        work |= {name: work.pop(name) for name in asked}
        before = Connection(other_port) if beside else None
        if before:
            work |= {"warm before": lambda number: before.ask(asked["one slot"][number % _ASKED])}
            work |= {f"before: {name}": lambda number, sent=sent: before.ask(sent[number % len(sent)]) for name, sent in asked.items()}
        taken = in_turn(work, rounds)
        taken |= _kept(store, asked["one slot"], rounds)
        full, alone = _in_batches_and_alone(port, {**environment, "ATTIRE_THREADS__TOGETHER": "1"}, asked["one slot"], seconds)
        flooded = overload(port, service_runs.process, asked["one slot"], overloaded_s)
        full_before = asyncio.run(flood(other_port, asked["one slot"], _AT_ONCE, seconds)) if beside else []
    shared_port = free_port()
    with running((*SERVE, "--port", str(shared_port), "--workers", str(cores())), shared_port, environment, "/readyz"):
        time.sleep(_SETTLED_S)  # each process gets ready by itself
        asyncio.run(flood(shared_port, asked["one slot"], _AT_ONCE, 2.0))
        shared = asyncio.run(flood(shared_port, asked["one slot"], _AT_ONCE, seconds))
    figures = {name: Figure.of(some) for name, some in taken.items()}
    return Measured(
        parts={name: figures[name] for name in parts},
        answers={name: figures[name] for name in asked},
        before={name: figures[f"before: {name}"] for name in asked} if beside else {},
        full_rate=len(full) / seconds,
        full_p99=float(np.percentile(full, 99)),
        full_rate_before=len(full_before) / seconds,
        shared_rate=len(shared) / seconds,
        shared_p99=float(np.percentile(shared, 99)),
        alone_rate=len(alone) / seconds,
        alone_p99=float(np.percentile(alone, 99)),
        kept=figures["kept"],
        overload=flooded,
        ready_s=service_runs.ready_s,
        opened_s=opened_s,
        read_s=read_s,
        read_bytes=size,
    )


def _kept(store: ReleaseStore, sent: list[bytes], rounds: int) -> dict[str, list[float]]:
    """The milliseconds of answers that are kept."""
    port = free_port()
    with running((*SERVE, "--port", str(port)), port, {"ATTIRE_HOME": str(store.home)}, "/readyz"):
        service = Connection(port)
        return in_turn({"kept": lambda number: service.ask(sent[number % 3])}, rounds)  # three, which the first rounds ask


def _in_batches_and_alone(port: int, environment: dict[str, str], sent: list[bytes], seconds: float) -> tuple[list[float], list[float]]:
    """The milliseconds of 32 at once, in turns with a service that computes each request by itself."""
    other, full, alone = free_port(), list[float](), list[float]()
    with running((*SERVE, "--port", str(other)), other, environment, "/readyz"):
        asyncio.run(flood(other, sent, _AT_ONCE, 1.0))
        for _ in range(_TURNS):
            full += asyncio.run(flood(port, sent, _AT_ONCE, seconds / _TURNS))
            alone += asyncio.run(flood(other, sent, _AT_ONCE, seconds / _TURNS))
    return full, alone


def questions() -> dict[str, dict[str, Any]]:
    """What is asked of an outfit, by name."""
    price = {"price": {"min": 20, "max": 60}}
    return {
        "one slot": {"slots": [{"category": MIDDLE}]},
        "with in_stock and a price range": {"slots": [{"category": MIDDLE}], "filters": price},
        "with a brand that 0.1 % have": {"slots": [{"category": MIDDLE}], "filters": {"brand": [RARE]}},
        "in the largest category": {"slots": [{"category": LARGEST}]},
        "four slots": {"slots": [{"category": f"category-{number:02d}"} for number in (2, 3, 4, 5)]},
        "slots left out": {},
    }


def completing(items: list[str], body: dict[str, Any]) -> bytes:
    """The request that asks it."""
    return request("POST", "/complete-outfit", json.dumps({"items": items, "k": 10, **body}).encode())


def in_turn(work: Mapping[str, Callable[[int], Any]], rounds: int) -> dict[str, list[float]]:
    """The milliseconds of each piece of work, one after the other, round after round."""
    taken: dict[str, list[float]] = {name: [] for name in work}
    for number in range(-3, rounds):  # the first ones warm up
        for name, piece in work.items():
            begun = time.perf_counter()
            piece(number)
            if number >= 0:
                taken[name].append(1000 * (time.perf_counter() - begun))
    return taken
