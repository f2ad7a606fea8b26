"""Nothing is lost: ``kill -9`` at random moments of everything there is, while a client posts what shoppers buy; and a full disk.

    python benchmarks/kill_points.py OUT [--log redis|sqlite] [--points 100] [--minutes M] [--seed 0] [--small-disk DIR]

The service while it answers a post, the worker while it archives, trains, compares and publishes, redis-server whenever. Who dies, doing
what and how much later follows from the seed. What died is started again by nobody's hand but a restart policy, played by this loop, and
``CURRENT`` has to name a release that loads and fits at every moment. DIR is the mount of a disk of some 40 MB: with it, home and log lie
there, and as often the disk is filled to its last byte, somebody is killed while it is full, and it is emptied again.

Rules and an experiment of two variants are in force, one of which keeps the first release, so that two are loaded once the worker has
published: after each post the client asks what completes an outfit, and no answer may hold what a rule takes away.

At the end every event that was answered with 202 has to be in the archive exactly once. OUT gets a home, the logs and ``result.json``.
SIGTERM takes no further point and counts, as the last of the minutes does.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2
import numpy as np
import pyarrow.parquet as pq

from app.catalogue.importing import import_catalogue
from app.experiments.book import ExperimentFile
from app.experiments.experiment import ASKED
from app.home.runs import CANDIDATE, FINAL, OUTCOME, Runs
from app.home.store import ReleaseStore
from app.release.release import Release
from app.rules.book import RuleFile
from app.rules.rule import RULES
from app.worker.archive import Archive, read_archive

ATTIRE: Final = [sys.executable, "-c", "from app.cli import main; main()"]
CATEGORIES: Final = ("bags", "bottoms", "shoes", "tops")
PER_CATEGORY: Final = 40
SMALL: Final = {"members": "1", "embedding_size": "16", "hidden": "32", "heads": "2", "judged": "16", "label": "0"}
BY_THE_CLOCK: Final = {"minutes": "0.2", "mask_minutes": "0.1"}  # so that a busy machine comes to comparing and publishing, too
TRAINING: Final = {**SMALL, **BY_THE_CLOCK, "epochs": "6", "dropout": "0", "learning_rate": "0.01"}
SETTINGS: Final = {
    "ATTIRE_WORKER__SESSIONS": "100",
    "ATTIRE_WORKER__LEAST_OUTFITS": "100",
    "ATTIRE_WORKER__WINDOW_DAYS": "0.003",  # so that the last training is no longer than the first
    "ATTIRE_WORKER__ARCHIVE_S": "0.2",
    "ATTIRE_WORKER__THREADS": "1",
    "ATTIRE_WORKER__TRAINING": json.dumps(TRAINING),
    "ATTIRE_SWAP__POLL_S": "0.2",
    "ATTIRE_LOG__JSON_LINES": "true",
    "OMP_NUM_THREADS": "1",
}
ACCEPTED: Final = 202
TAKEN_AWAY: Final = "shoes-3"
IN_FORCE: Final = [
    {"id": "not-these", "do": "exclude", "items": {"ids": [TAKEN_AWAY]}},
    {"id": "own", "do": "boost", "items": {"category": ["bags"]}, "times": 2},
]
TOGETHER: Final = 10  # sessions of a post
PAUSE_S: Final = 0.15  # between posts
PATIENCE_S: Final = 120.0
COUNTING_S: Final = 1_200.0  # in which the worker has to have archived all: it starts anew before, maybe on a busy machine
LOOKS: Final = 0.05  # share of the time in which a moment is looked for: the rest is for those who are to come to it


class Shop:
    """A catalogue whose items go together when their hues do."""

    def __init__(self, root: Path) -> None:
        dice = np.random.default_rng(0)
        self.hue = {f"{category}-{number}": float(dice.uniform(0, 2 * np.pi)) for category in CATEGORIES for number in range(PER_CATEGORY)}
        lines = [
            {"id": item, "category": item.split("-")[0], "features": [np.cos(hue), np.sin(hue), *dice.normal(0, 1, 6)]}
            for item, hue in self.hue.items()
        ]
        root.mkdir(parents=True)
        (root / "items.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    def outfit(self, dice: np.random.Generator) -> list[str]:
        """Items of about one hue."""
        wanted = dice.uniform(0, 2 * np.pi)
        return [
            max(
                (f"{category}-{number}" for number in range(PER_CATEGORY)),
                key=lambda item: 4 * np.cos(self.hue[item] - wanted) + dice.gumbel(),
            )
            for category in CATEGORIES
        ]


class Client(threading.Thread):
    """Posts sessions one after the other, each until it is taken; remembers what was acknowledged, and how it was answered."""

    def __init__(self, url: str, shop: Shop) -> None:
        super().__init__(daemon=True)
        self.url, self.shop = url, shop
        self.acknowledged: list[str] = []
        self.answers: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()
        self.posting, self.ended, self.taken = threading.Event(), threading.Event(), False

    def run(self) -> None:
        """Post until told to end."""
        dice, number = np.random.default_rng(1), 0
        while not self.ended.is_set():
            number += TOGETHER
            events = [
                {"id": f"e{session}-{item}", "type": "purchase", "item": item, "session": f"s{session}"}
                for session in range(number, number + TOGETHER)
                for item in self.shop.outfit(dice)
            ]
            while not self.ended.is_set() and not self._posted(events):
                time.sleep(PAUSE_S)
            self._ask(f"s{number}", "tops-1")
            time.sleep(PAUSE_S)

    def _ask(self, session: str, item: str) -> None:
        """Ask once what completes an outfit, and count the variant that answered, or what else came."""
        try:
            answer = httpx2.post(f"{self.url}/complete-outfit", json={"items": [item], "session": session, "k": PER_CATEGORY}, timeout=10)
        except httpx2.TransportError:
            self.asked["none"] += 1
            return
        if not answer.is_success:
            self.asked[f"{answer.status_code}{', Retry-After' if 'retry-after' in answer.headers else ''}"] += 1
            return
        told = answer.json()
        self.asked[told["variant"] + (", from the other's release" if "variant_trouble" in told else "")] += 1
        self.asked["with what a rule takes away"] += any(one["id"] == TAKEN_AWAY for slot in told["slots"] for one in slot["items"])

    def _posted(self, events: list[dict[str, str]]) -> bool:
        self.posting.set()
        try:
            answer = httpx2.post(f"{self.url}/events", json={"events": events}, timeout=10)
        except httpx2.TransportError:
            self.answers["none"] += 1
            self.taken = False
            return False
        finally:
            self.posting.clear()
        self.taken = answer.status_code == ACCEPTED
        if self.taken:
            self.acknowledged += [event["id"] for event in events]
        problem = answer.headers.get("content-type") == "application/problem+json" and "retry-after" in answer.headers
        self.answers[f"{answer.status_code} {answer.json()['type']}, Retry-After" if problem else str(answer.status_code)] += 1
        return self.taken


@dataclass
class Kept:
    """A process that is started again when it ends."""

    command: list[str]
    log: Path
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None

    def up(self) -> Kept:
        """Start it, if it does not run."""
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(self.command, env=self.environment, stdout=subprocess.DEVNULL, stderr=self.log.open("ab"))
        return self

    def down(self, *, gently: bool = False) -> None:
        """End it."""
        if self.process is not None:
            (self.process.terminate if gently else self.process.kill)()
            self.process.wait()


class House:
    """Everything there is, and the moments at which it can be hit.

    Args:
        out: for logs. place: for the home and what Redis keeps. more: settings over those above.
    """

    def __init__(self, out: Path, place: Path, port: int, *, redis: bool, more: Mapping[str, str] | None = None) -> None:
        self.shop, self.store, self.runs = Shop(out / "shop"), ReleaseStore(place / "home"), Runs(place / "home")
        first = import_catalogue(out / "shop", self.store, default_encoder="shipped").release
        RuleFile(self.store.home).put(RULES.validate_python(IN_FORCE))
        variants = [{"name": "as-ever"}, {"name": "first", "release": first.id, "settings": {"diversity": 0.3}}]
        ExperimentFile(self.store.home).put(ASKED.validate_python([{"name": "two", "variants": variants}]))
        environment = {**os.environ, **SETTINGS, **(more or {}), "ATTIRE_HOME": str(self.store.home)}
        self.kept: dict[str, Kept] = {}
        if redis:
            with socket.create_server(("127.0.0.1", 0)) as free:
                redis_port = str(free.getsockname()[1])
            environment["ATTIRE_LOG__URL"] = f"redis://127.0.0.1:{redis_port}/0"
            (place / "redis").mkdir()
            durable = ["--appendonly", "yes", "--appendfsync", "always", "--save", "", "--dir", str(place / "redis")]
            server = ["redis-server", "--bind", "127.0.0.1", "--port", redis_port, *durable]
            self.kept["redis"] = Kept(server, out / "redis.log", environment)
        self.kept["service"] = Kept([*ATTIRE, "serve", "--port", str(port)], out / "serve.log", environment)
        self.kept["worker"] = Kept([*ATTIRE, "worker"], out / "worker.log", environment)
        self.client = Client(f"http://127.0.0.1:{port}", self.shop)
        self.moments: dict[tuple[str, str], tuple[Callable[[], bool], float]] = {  # when it comes, and how much later at most
            ("service", "answers a post"): (lambda: self.client.taken and self.client.posting.is_set(), 0.02),
            ("worker", "archives"): (lambda: any(self.runs.events.glob(".part-*")), 0.005),
            ("worker", "trains"): (lambda: self._run_has(None, CANDIDATE), 3.0),
            ("worker", "compares and indexes"): (lambda: self._run_has(CANDIDATE, OUTCOME), 1.0),
            ("worker", "publishes or rejects"): (lambda: self._run_has(OUTCOME, FINAL), 0.01),
        }
        if redis:
            self.moments["redis", "runs"] = (lambda: True, 2.0)

    def _run_has(self, this: str | None, but_not: str) -> bool:
        """Whether the latest run has come so far and no further."""
        unfinished = self.runs.unfinished()
        return bool(unfinished) and (this is None or (unfinished[-1] / this).exists()) and not (unfinished[-1] / but_not).exists()

    def up(self) -> None:
        """What a restart policy does."""
        for one in self.kept.values():
            one.up()

    def check_current(self) -> str:
        """Which release is named current; it has to load, to fit, and to be what its digests say."""
        record = self.store.current()
        if record is None:
            sys.exit("CURRENT names nothing")
        Release.open(self.store, record)
        return record.id

    def counted(self) -> dict[str, int]:
        """How many acknowledged events the files of the archive lack, and how many events are there twice."""
        events, acknowledged = self.runs.events, set(self.client.acknowledged)
        until = time.monotonic() + COUNTING_S
        while time.monotonic() < until and not acknowledged <= set(read_archive(events, ["id"]).column("id").to_pylist()):
            time.sleep(1)
        for one in reversed(self.kept.values()):
            one.down(gently=True)
        Archive(events)  # as the next start would open it
        counts = Counter(one for path in events.glob("part-*.parquet") for one in pq.read_table(path).column("id").to_pylist())
        missing = len(acknowledged - counts.keys())
        return {"acknowledged": len(acknowledged), "missing": missing, "twice": sum(count > 1 for count in counts.values())}


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--log", choices=("redis", "sqlite"), default="redis")
    parser.add_argument("--points", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=math.inf, help="after which no further point is taken")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--small-disk", type=Path)
    parser.add_argument("--port", type=int, default=8_472)
    asked = parser.parse_args()
    place = asked.small_disk or asked.out
    for left in (asked.out, place / "home", place / "redis"):
        shutil.rmtree(left, ignore_errors=True)
    house = House(asked.out, place, asked.port, redis=asked.log == "redis")
    dice, began = np.random.default_rng(asked.seed), time.monotonic()
    house.up()
    house.client.start()
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    hit: Counter[str] = Counter()
    for point in range(asked.points):
        if ended.is_set() or time.monotonic() - began > 60 * asked.minutes:
            break
        what = fill(house, asked.small_disk, dice) if asked.small_disk else kill(house, dice)
        hit[what] += 1
        print(f"{point + 1}: {what}; {len(house.client.acknowledged):,} acknowledged, {house.check_current()}", flush=True)
    house.client.ended.set()
    house.client.join()
    house.up()
    result = {
        "log": asked.log,
        "points": hit.total(),
        "seed": asked.seed,
        "hit": dict(sorted(hit.items())),
        **house.counted(),
        "answers": dict(sorted(house.client.answers.items())),
        "asked": dict(sorted(house.client.asked.items())),
        "runs": dict(Counter(run.decision for run in house.runs.finished())),
        "releases": len(house.store.records()),
        "current": house.check_current(),
        "minutes": round((time.monotonic() - began) / 60, 1),
    }
    (asked.out / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))
    sys.exit(bool(result["missing"] or result["twice"] or house.client.asked["with what a rule takes away"]))


def kill(house: House, dice: np.random.Generator) -> str:
    """Wait for a moment of somebody's, a little more, and end it; says whose and which."""
    who, doing = list(house.moments)[dice.integers(len(house.moments))]
    moment, later_s = house.moments[who, doing]
    delay_s, away_s = dice.uniform(0, later_s), dice.uniform(0, 1)
    until = time.monotonic() + PATIENCE_S
    while True:
        looked = time.perf_counter()
        if (came := moment()) or time.monotonic() > until:
            break
        time.sleep(max(0.001, (time.perf_counter() - looked) / LOOKS))
    time.sleep(delay_s)
    house.kept[who].down()
    house.check_current()
    time.sleep(away_s)
    house.up()
    return f"{who} while it {doing}" if came else f"{who} without its moment: {doing}"


def fill(house: House, disk: Path, dice: np.random.Generator) -> str:
    """Fill a disk to its last byte for some seconds, and end somebody meanwhile, who has to start again where nothing can be written."""
    time.sleep(dice.uniform(0, 5))
    ballast = disk / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass
    who = list(house.kept)[dice.integers(len(house.kept))]
    house.kept[who].down()
    until = time.monotonic() + dice.uniform(2, 8)
    while time.monotonic() < until:
        house.up()
        with suppress(OSError), ballast.open("ab", buffering=0) as file:  # whatever was given back meanwhile
            file.write(bytes(1 << 20))
        house.check_current()
        time.sleep(0.1)
    taken = house.client.answers[str(ACCEPTED)]
    ballast.unlink()
    until = time.monotonic() + PATIENCE_S
    while house.client.answers[str(ACCEPTED)] == taken:
        if time.monotonic() > until:
            sys.exit("there is room again, and no event was taken")
        house.up()
        time.sleep(0.05)
    return f"disk full, and the {who} killed"


if __name__ == "__main__":
    main()
