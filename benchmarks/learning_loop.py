"""It learns: from a release that has seen no outfit, over cycles of sessions, with the real service, worker and shoppers.

    python benchmarks/learning_loop.py OUT [--items 1500] [--sessions 2000] [--cycles 4] [--noise 0.15] [--trend 0.3] [--rounds N]

Every cycle is sessions of synthetic shoppers, then one run of the worker; a last round of sessions measures what the last run made. OUT
gets the wardrobe, a home, the logs of both processes, ``cycles.json``, ``curve.png`` and ``cycles.md``. Settings come from the
environment as ever, such as ATTIRE_WORKER__TRAINING. A rejected candidate leaves the release before, and the curve shows it. With
``--rounds`` it ends after so many more rounds; started again with the same OUT it goes on where it was.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import httpx2
import pyarrow.compute as pc

from app.home.runs import LearningRun, Runs
from app.simulate.drive import Simulation
from app.simulate.measure import Cycle
from app.simulate.report import draw
from app.simulate.world import World
from app.worker.archive import read_archive

ATTIRE: Final = [sys.executable, "-c", "from app.cli import main; main()"]
SHOPPERS: Final = 200
FOLLOWED_S: Final = 20.0  # in which the service has a release that was just published


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--wardrobe", type=Path, help="one that is there already")
    parser.add_argument("--items", type=int, default=1_500)
    parser.add_argument("--sessions", type=int, default=2_000)
    parser.add_argument("--cycles", type=int, default=4)
    parser.add_argument("--noise", type=float, default=0.15)
    parser.add_argument("--position-bias", type=float, default=0.0, help="as of attire simulate")
    parser.add_argument("--trend", type=float, default=0.0, help="as of attire simulate")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rounds", type=int, help="rounds of sessions of this start; all that are left")
    parser.add_argument("--port", type=int, default=8_471)
    asked = parser.parse_args()
    wardrobe, home, url = asked.wardrobe or asked.out / "wardrobe", asked.out / "home", f"http://127.0.0.1:{asked.port}"
    if not (wardrobe / "oracle.json").exists():
        attire("generate", str(wardrobe), "--items", str(asked.items), "--outfits", "10000", "--seed", str(asked.seed))
    if not (home / "CURRENT").exists():
        attire("import", str(wardrobe), "--home", str(home))
    kept = asked.out / "cycles.json"
    found = [Cycle(**one) for one in json.loads(kept.read_text())] if kept.exists() else []
    world = World.read(wardrobe, shoppers=SHOPPERS, seed=asked.seed)
    shoppers = {"noise_share": asked.noise, "bias": asked.position_bias, "trend": asked.trend}
    simulation = Simulation(world, url, seed=asked.seed, **shoppers, before=bought(home, world))
    environment = {"ATTIRE_WORKER__SESSIONS": str(asked.sessions), **os.environ}
    service = start(asked.out / "serve.log", environment, "serve", "--home", str(home), "--port", str(asked.port))
    worker = start(asked.out / "worker.log", environment, "worker", "--home", str(home))

    def show(cycle: Cycle) -> None:
        found.append(cycle)
        kept.write_text(json.dumps([asdict(one) for one in found], indent=1) + "\n")
        print(f"cycle {cycle.cycle}: {cycle.hit_rate['service']:.3f}, {cycle.share_of_oracle:.1%} of the oracle's", flush=True)
        learn()

    def learn() -> None:
        runs = until_run(home, min(len(found), asked.cycles), worker)
        (asked.out / "cycles.md").write_text(as_table(found, runs))
        draw(asked.out / "curve.png", found, learned=True)

    try:
        until_ready(f"{url}/readyz")
        if found:
            learn()  # what an earlier start was ended in
        left = asked.cycles + 1 - len(found)
        rounds = min(left, asked.rounds or left)
        asyncio.run(simulation.run(rounds, asked.sessions, first=len(found) + 1, wait_s=FOLLOWED_S, on_cycle=show, advance=lambda: None))
    finally:
        for process in (worker, service):
            process.terminate()
            process.wait()
    print((asked.out / "cycles.md").read_text())


def bought(home: Path, world: World) -> list[list[int]]:
    """The baskets that the archive has, as rows of the wardrobe."""
    baskets: dict[str, list[int]] = {}
    events = read_archive(Runs(home).events, ("type", "session", "item"))
    for one in events.filter(pc.equal(events.column("type"), "purchase")).to_pylist():
        baskets.setdefault(one["session"], []).append(world.row_of[one["item"]])
    return list(baskets.values())


def attire(*arguments: str) -> None:
    """Run a command to its end."""
    subprocess.run([*ATTIRE, *arguments], check=True)


def start(log: Path, environment: dict[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    """Start a process that stays."""
    log.parent.mkdir(parents=True, exist_ok=True)
    return subprocess.Popen([*ATTIRE, *arguments], env=environment, stdout=log.open("ab"), stderr=subprocess.STDOUT)


def until_ready(url: str, patience_s: float = 300.0) -> None:
    """Wait until the service answers."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        try:
            if httpx2.get(url).is_success:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.5)
    sys.exit(f"{url} does not answer")


def until_run(home: Path, count: int, worker: subprocess.Popen[bytes]) -> list[LearningRun]:
    """Wait until the worker has come to so many decisions; a run that failed is done again."""
    while len(runs := [run for run in Runs(home).finished() if run.decision not in {"interrupted", "failed"}]) < count:
        if worker.poll() is not None:
            sys.exit("the worker ended; see its log")
        time.sleep(0.5)
    return runs


def as_table(cycles: Sequence[Cycle], runs: Sequence[LearningRun]) -> str:
    """The cycles as Markdown, each with the run that made its release; ± is half of a 95 % interval, questions taken as independent."""
    rows: list[dict[str, str]] = []
    for cycle, run in zip(cycles, [None, *runs], strict=False):
        rate, new = cycle.hit_rate, cycle.new_hit_rate
        rows.append({
            "cycles learned from": str(cycle.cycle - 1),
            "outfits": f"{run.outfits['to learn from']:,}" if run else "0",
            "training, min": f"{run.seconds.get('training', 0) / 60:.1f}" if run else "",
            "gate": run.decision if run else "",
            "**service**": f"**{rate['service']:.3f}** ± {half(rate['service'], cycle.asked):.3f}",
            "oracle": f"{rate['oracle']:.3f} ± {half(rate['oracle'], cycle.asked):.3f}",
            "**of oracle**": f"**{cycle.share_of_oracle:.1%}**",
            "oracle with taste": f"{rate['oracle_with_taste']:.3f} ± {half(rate['oracle_with_taste'], cycle.asked):.3f}",
            "of it": f"{rate['service'] / max(rate['oracle_with_taste'], 1e-9):.1%}",
            **{name.replace("_", " "): f"{rate[name]:.3f}" for name in ("co_purchase", "popularity", "random")},
            "asked": f"{cycle.asked:,}",
            "never bought": f"{cycle.new:,}",
            "**service** there": f"**{new['service']:.3f}** ± {half(new['service'], cycle.new):.3f}" if cycle.new else "",
            **{f"{name.replace('_', ' ')} there": f"{new[name]:.3f}" if cycle.new else "" for name in ("oracle", "co_purchase", "random")},
            "attach rate": f"{cycle.attach_rate:.3f}",
            "coverage": f"{cycle.coverage:.0%}",
            "Gini": f"{cycle.concentration:.2f}",
            "p99, ms": f"{cycle.p99_ms:.0f}",
        })  # fmt: skip
    lines = [list(rows[0]), ["---"] * len(rows[0]), *(list(row.values()) for row in rows)] if rows else []
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def half(share: float, count: int) -> float:
    """Half of the 95 % interval of a share."""
    return 1.96 * math.sqrt(share * (1 - share) / max(1, count))


if __name__ == "__main__":
    main()
