"""Nobody notices: swaps under a constant rate of requests.

    python benchmarks/swaps_under_load.py OUT --home HOME [--rate 50] [--swaps 20] [--every 3] [--variants]

Serves a copy of a home with two releases or more, as ``learning_loop.py`` leaves one, asks /complete-outfit at a constant rate (open loop:
a slow answer delays no other), and points CURRENT from one of its last two releases to the other every few seconds. Counts failed requests
and answers that mix releases: every answer names its release, and what it suggests has to be what that release suggests (nine items of
ten, and those with its scores to within 0.01). Rounds of calm
and of swaps alternate, so that whatever else the machine does falls on both alike. Tells the 99th percentile of both, the service's memory
before and after, and how long after CURRENT has changed the first answer of the new release came. OUT gets ``result.json``.

With ``--variants`` rules are in force, and an experiment whose second variant keeps the first of the two releases, so that both are loaded
throughout and each half of the requests is answered by one of them; no answer may hold the item that a rule takes away.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import numpy as np

from app.experiments.book import ExperimentFile
from app.experiments.experiment import ASKED
from app.ground import compute  # noqa: F401 - torch before faiss
from app.home.store import ReleaseStore
from app.rules.book import RuleFile
from app.rules.rule import RULES
from index.snapshot import Snapshot

ATTIRE = [sys.executable, "-c", "from app.cli import main; main()"]
QUESTIONS = 40
TOGETHER = 4  # swaps of a round
SETTLED_S = 5.0
SAME = 0.01  # by which a release's own scores may differ with what else is computed beside them


@dataclass
class Load:
    """What the requests of one phase saw: when each was sent, how long it took in ms, and what answered."""

    sent: list[float] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    answers: list[tuple[float, int, str, tuple[tuple[str, float], ...]]] = field(default_factory=list)
    variants: list[str | None] = field(default_factory=list)

    def p(self, level: float) -> float:
        """A percentile of the latency, ms."""
        return round(float(np.percentile(self.ms, level)), 1)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--swaps", type=int, default=20)
    parser.add_argument("--every", type=float, default=3.0)
    parser.add_argument("--port", type=int, default=8_473)
    parser.add_argument("--variants", action="store_true")
    asked = parser.parse_args()
    store = ReleaseStore(asked.out / "home")
    if not store.home.exists():
        shutil.copytree(asked.home, store.home)
    service = subprocess.Popen(
        [*ATTIRE, "serve", "--home", str(store.home), "--port", str(asked.port)],
        stdout=subprocess.DEVNULL,
        stderr=(asked.out / "serve.log").open("ab"),
    )
    try:
        result = asyncio.run(measure(store, f"http://127.0.0.1:{asked.port}", service.pid, asked))
    finally:
        service.terminate()
        service.wait()
    (asked.out / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))
    sys.exit(bool(result["failed"] or result["mixed"]))


async def measure(store: ReleaseStore, url: str, pid: int, asked: argparse.Namespace) -> dict[str, Any]:
    """Before, during, after."""
    first, second = [record.id for record in store.records()][-2:]
    ids = Snapshot.load(store.snapshot_path(store.record(first).snapshot)).items.column("id").to_pylist()
    items = [ids[row] for row in np.random.default_rng(0).integers(0, len(ids), QUESTIONS)]
    async with httpx2.AsyncClient(base_url=url, timeout=30, limits=httpx2.Limits(max_connections=200)) as client:
        await ready(client)
        if asked.variants:
            said = [
                {"id": "not-this", "do": "exclude", "items": {"ids": [ids[0]]}},
                {"id": "brand", "do": "boost", "items": {"price": {"max": 60}}, "times": 2},
            ]
            RuleFile(store.home).put(RULES.validate_python(said))
        truth = {}
        for release in (second, first, second, first):  # both have been there once before memory is looked at
            store.activate(release)
            await served(client, release)
            truth[release] = [await ask(client, item) for item in items]
        if asked.variants:
            variants = [{"name": "as-ever"}, {"name": "first", "release": first}]
            ExperimentFile(store.home).put(ASKED.validate_python([{"name": "two", "variants": variants}]))
            store.activate(second)
            await served(client, second)
            while first not in (await client.get("/readyz")).json().get("experiments", {}).get("releases", []):  # noqa: ASYNC110 - likewise
                await asyncio.sleep(0.2)
            store.activate(first)
            await served(client, first)
        memory_before = resident_mb(pid)
        calm, swapping, changed = Load(), Load(), list[tuple[float, str]]()

        async def swap() -> None:
            for _ in range(TOGETHER):
                await asyncio.sleep(asked.every)
                to = (second, first)[len(changed) % 2]
                store.activate(to)
                changed.append((time.monotonic(), to))

        seconds = asked.every * (TOGETHER + 1)
        while len(changed) < asked.swaps:
            await load(client, items, calm, asked.rate, seconds=seconds)
            await asyncio.gather(load(client, items, swapping, asked.rate, seconds=seconds), swap())
        await asyncio.sleep(SETTLED_S)
        memory_after = resident_mb(pid)
    answers, variants = [*calm.answers, *swapping.answers], [*calm.variants, *swapping.variants]
    control = [answer for answer, variant in zip(answers, variants, strict=True) if variant != "first"]
    delays = [min((at - when for at, _, release, _ in control if at >= when and release == to), default=math.inf) for when, to in changed]
    strays = sum(variant == "first" and answer[2] != first for answer, variant in zip(answers, variants, strict=True))
    taken_away = sum(asked.variants and ids[0] in dict(told) for _, _, _, told in answers)
    return {
        "rate": asked.rate,
        "swaps": len(changed),
        "requests": len(calm.sent) + len(swapping.sent),
        "failed": len(swapping.failed) + len(calm.failed),
        "mixed": sum(not alike(told, truth[release][question]) for _, question, release, told in answers),
        **({"variants": dict(Counter(variants)), "from another release than its variant's": strays} if asked.variants else {}),
        **({"with what a rule takes away": taken_away} if asked.variants else {}),
        "ms in calm": {"median": calm.p(50), "p99": calm.p(99), "most": calm.p(100)},
        "ms in swaps": {"median": swapping.p(50), "p99": swapping.p(99), "most": swapping.p(100)},
        "p99 ratio": round(swapping.p(99) / calm.p(99), 2),
        "resident MB": {"before": memory_before, "after": memory_after},
        "seconds from CURRENT to the first answer": {"median": round(float(np.median(delays)), 2), "most": round(max(delays), 2)},
    }


async def load(client: httpx2.AsyncClient, items: list[str], seen: Load, rate: float, *, seconds: float) -> None:
    """Send at a constant rate."""
    count, began = int(rate * seconds), time.monotonic()

    async def one(place: int) -> None:
        due = began + place / rate
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        seen.sent.append(due)
        question = place % len(items)
        try:
            answer = await client.post("/complete-outfit", json=body(items[question]))
            answer.raise_for_status()
        except httpx2.HTTPError as error:
            seen.failed.append(repr(error))
            return
        now = time.monotonic()
        seen.ms.append(1000 * (now - due))
        seen.variants.append(answer.json().get("variant"))
        seen.answers.append((now, question, answer.json()["release"], scores(answer.json())))

    async with asyncio.TaskGroup() as group:
        for place in range(count):
            group.create_task(one(place))


def body(item: str) -> dict[str, Any]:
    """A question."""
    return {"items": [item], "k": 10}


def scores(answer: dict[str, Any]) -> tuple[tuple[str, float], ...]:
    """What a release says, which no other says."""
    return tuple((item["id"], round(item["score"], 4)) for slot in answer["slots"] for item in slot["items"])


def alike(told: tuple[tuple[str, float], ...], known: tuple[tuple[str, float], ...]) -> bool:
    """Whether two answers are of one release."""
    here, there = dict(told), dict(known)
    both = here.keys() & there.keys()
    return len(both) >= 0.9 * len(there) and all(abs(here[item] - there[item]) < SAME for item in both)


async def ask(client: httpx2.AsyncClient, item: str) -> tuple[tuple[str, float], ...]:
    """One answer."""
    return scores((await client.post("/complete-outfit", json=body(item))).json())


async def ready(client: httpx2.AsyncClient) -> None:
    """Wait until it answers."""
    while True:
        try:
            if (await client.get("/readyz")).is_success:
                return
        except httpx2.TransportError:
            pass
        await asyncio.sleep(0.3)


async def served(client: httpx2.AsyncClient, release: str) -> None:
    """Wait until this release answers."""
    while (await client.get("/readyz")).json()["release"] != release:  # noqa: ASYNC110 - another process's doing
        await asyncio.sleep(0.2)


def resident_mb(pid: int) -> float:
    """Memory of the service."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return round(pages * 4096 / 1e6, 1)


if __name__ == "__main__":
    main()
