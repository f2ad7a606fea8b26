"""Hygiene pays: the same noisy sessions, learned from with label hygiene and without it, asked the same clean questions.

    python benchmarks/hygiene.py OUT --loop DIR [--sessions 3000] [--noise 0.3] [--seeds 1]

DIR is what ``learning_loop.py`` left: a wardrobe, and a home whose last release has learned. Shoppers use that release; ``--noise`` of the
sessions are of machines, stock-ups, gifts and what is sent back. Then the worker's own steps make outfits of these sessions alone twice, by
all rules and by none, and train on both from the untrained first release with the same seeds. The questions are the wardrobe's test
questions, drawn from the hidden rule, which no session has seen. OUT gets a copy of the home and ``result.json``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
from learning_loop import SHOPPERS, start, until_ready

from app.catalogue.publishing import catalogue_of
from app.ground import compute
from app.ground.settings import Settings
from app.home.runs import Runs
from app.home.store import ReleaseStore
from app.log.open import open_log
from app.simulate.drive import Simulation
from app.simulate.world import World
from app.worker.archive import Archive, read_archive
from app.worker.compare import FIRST_METRIC, compare
from app.worker.hygiene import clean, described_items
from app.worker.loop import Worker
from app.worker.outfits import known, split_by_time
from app.worker.retrain import retrain
from app.worker.sessions import COLUMNS, visits_of
from index.snapshot import Snapshot
from models.bundle import Bundle
from models.datasets.read import read_dataset
from models.datasets.schema import Outfit

THREADS: Final = 1


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--loop", type=Path, required=True)
    parser.add_argument("--wardrobe", type=Path, help="where it is not in DIR")
    parser.add_argument("--sessions", type=int, default=3_000)
    parser.add_argument("--noise", type=float, default=0.3)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--port", type=int, default=8_475)
    asked = parser.parse_args()
    compute.fix_threads(THREADS)
    wardrobe, settings = asked.wardrobe or asked.loop / "wardrobe", Settings.read(home=asked.out / "home")
    if not settings.home.exists():
        shutil.copytree(asked.loop / "home", settings.home)
        shop(wardrobe, settings, asked)
    rows = Archive(Runs(asked.loop / "home").events).rows
    result = [learned(wardrobe, settings, asked.out / "bundles", rows, seed) for seed in range(1, asked.seeds + 1)]
    (asked.out / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


def shop(wardrobe: Path, settings: Settings, asked: argparse.Namespace) -> None:
    """A cycle of sessions at the real service, and all of it archived."""
    service = start(asked.out / "serve.log", dict(os.environ), "serve", "--home", str(settings.home), "--port", str(asked.port))
    url = f"http://127.0.0.1:{asked.port}"
    world = World.read(wardrobe, shoppers=SHOPPERS, seed=0)
    try:
        until_ready(f"{url}/readyz")
        simulation = Simulation(world, url, seed=1, noise_share=asked.noise)
        asyncio.run(simulation.run(1, asked.sessions, on_cycle=print, advance=lambda: None))
    finally:
        service.terminate()
        service.wait()

    async def drain() -> None:
        log = open_log(settings.log, settings.home)
        await Worker(settings, log).drain()
        await log.close()

    asyncio.run(drain())


def learned(wardrobe: Path, settings: Settings, out: Path, rows: int, seed: int) -> dict[str, Any]:
    """Both trainings on the events behind ``rows``, and the gain of hygiene on the same questions with its paired 95 % interval."""
    store = ReleaseStore(settings.home)
    record = store.records()[0]
    current, snapshot = Bundle.load(store.bundle_path(record.bundle)), Snapshot.load(store.snapshot_path(record.snapshot))
    catalogue, worker = catalogue_of(snapshot.items, store.images), settings.worker
    visits = visits_of(read_archive(Runs(settings.home).events, COLUMNS, rows), gap_s=worker.gap_s, longest_s=worker.longest_s)
    described = described_items(snapshot.items, {item for visit in visits for item in visit.items("purchase")})
    bundles, counts, train = {}, {}, dict[bool, tuple[Outfit, ...]]()
    for hygiene in (False, True):
        baskets, dropped = clean(visits, described, bot_events=worker.bot_events, most_items=worker.most_items, hygiene=hygiene)
        outfits = split_by_time(baskets)
        train[hygiene] = known([*outfits.train, *outfits.recent], catalogue, "train")
        directory = out / f"{'clean' if hygiene else 'raw'}-{seed}"
        bundles[hygiene] = (
            Bundle.load(directory)
            if directory.exists()
            else retrain(
                current,
                snapshot,
                [*train[hygiene], *known(outfits.valid, catalogue, "valid")],
                directory,
                images=store.images,
                recipe=worker.recipe,
                settings=worker.training,
                seed=seed,
            )
        )
        counts[hygiene] = {"outfits": len(train[hygiene]), **_dropped(dropped)}
    tasks = read_dataset(wardrobe, ["test"]).tasks
    features_NF = np.asarray(snapshot.features, dtype=np.float32)
    questions = {"wardrobe": {kind: tasks[kind] for kind in FIRST_METRIC}}
    compared = compare(bundles[False], bundles[True], catalogue=catalogue, features_NF=features_NF, sets=questions, train=train[True])
    return {"seed": seed, "raw": counts[False], "clean": counts[True], "gain": [asdict(one) for one in compared.metrics]}


def _dropped(dropped: list[Any]) -> Mapping[str, str]:
    return {one.rule: f"{one.visits} visits, {one.items} items" for one in dropped if one.visits or one.items}


if __name__ == "__main__":
    main()
