"""The flagship in a loop with shoppers who look at the top: does it end higher where what was bought from lower places counts more?

The learner is the worker's: ``retrain`` from the release before, choices counted as ``counts_of`` says. Shoppers are those of ``attire
simulate``, asked in this process in place of over HTTP, and none of their sessions is noise: only bias is in question. All loops of a
seed see the same shoppers, and all their releases are asked the same questions, whose shoppers look at everything.

    python -m benchmarks.biased_loop OUT [--seeds 5] [--first 0] [--items 400] [--sessions 600] [--cycles 4] [--bias 1] [--finds 0.35]
        [--share 0.1] [--loops NAME ...] [--training JSON]

OUT gets the wardrobes, and ``loops.json``; started again it goes on behind what that holds.

Shape legend: Q questions · M items of a category · K places.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.catalogue.publishing import catalogue_of
from app.ground import compute
from app.home.store import ReleaseStore
from app.simulate.shoppers import FINDS, Asked, K, Shopping, shop
from app.simulate.world import World
from app.worker.hygiene import Basket
from app.worker.outfits import known, split_by_time
from app.worker.retrain import retrain
from app.worker.weights import Lists, counts_of
from benchmarks.debiasing import interval
from index.snapshot import Snapshot
from models.bundle import Bundle
from models.evaluation.metrics import answer_ranks
from models.evaluation.scorer import ModelScorer
from models.offpolicy.examination import ASSUMED

ATTIRE: Final = [sys.executable, "-c", "from app.cli import main; main()"]
SHOPPERS, AMONG = 200, 20


@dataclass(frozen=True)
class Loop:
    """How a loop learns, and whether it shows one of the next twenty at some places behind the first.

    Attributes:
        truly: whether it is weighed by the true chances of these shoppers, which no shop knows.
    """

    name: str
    weighed: bool
    explored: bool = False
    truly: bool = False


LOOPS: Final = (
    Loop("as it is", weighed=False),
    Loop("weighed by place", weighed=True),
    Loop("weighed by the true chance", weighed=True, truly=True),
    Loop("explored", weighed=False, explored=True),
    Loop("weighed, explored", weighed=True, explored=True),
)


class Shop:
    """A wardrobe, its shoppers, the questions that every release is asked, and what a release shows."""

    def __init__(self, wardrobe: Path, home: Path, seed: int, questions: int) -> None:
        self.world, self.seed = World.read(wardrobe, shoppers=SHOPPERS, seed=seed), seed
        store = ReleaseStore(home)
        record = store.records()[0]
        self.images, self.snapshot = store.images, Snapshot.load(store.snapshot_path(record.snapshot))
        self.catalogue = catalogue_of(self.snapshot.items, store.images)
        self.first = Bundle.load(store.bundle_path(record.bundle))
        self.row_of_world = np.array([self.catalogue.row_of[item] for item in self.world.ids])
        dice = np.random.default_rng([seed, 50])
        self.asked = [self._question(dice) for _ in range(questions)]

    def _question(self, dice: np.random.Generator) -> Asked:
        shopper = int(dice.integers(SHOPPERS))
        seen = self.world.seen_by(shopper)
        outfit, slots = self.world.outfit(seen, dice)
        order = dice.permutation(len(slots))
        count = int(dice.integers(1, len(slots)))
        worn, category = [int(row) for row in outfit[order[:count]]], slots[order[count]]
        wanted = self.world.rows_of[category][self.world.longing(seen, worn, category, dice).argmax()]
        return Asked(tuple(worn), category, int(wanted), shopper, (), None)

    def scorer(self, bundle: Bundle) -> ModelScorer:
        """What ranks by a bundle; its rows are the world's."""
        said = self.catalogue.categories, self.catalogue.texts(), self.catalogue.ids
        embeddings_ND = bundle.embed(np.asarray(self.snapshot.features, dtype=np.float32), *said)
        return ModelScorer(bundle, embeddings_ND[self.row_of_world], self.world.category_N)

    def hit_rate(self, bundle: Bundle | None) -> float:
        """The share of the questions whose answer is among the ten best; None asks the rule itself, which does not know the shopper."""
        scorer = None if bundle is None else self.scorer(bundle)
        hits = []
        for worn, category in sorted({(len(one.worn), one.category) for one in self.asked}):
            group = [one for one in self.asked if (len(one.worn), one.category) == (worn, category)]
            rows_M, worn_QI = self.world.rows_of[category], np.array([one.worn for one in group])
            scores_QM = self.world.score.conditional(worn_QI, rows_M) if scorer is None else scorer.candidates(worn_QI, rows_M[None])
            answer_Q = np.searchsorted(rows_M, [one.wanted for one in group])
            hits.append(answer_ranks(np.asarray(scores_QM), answer_Q, ties=np.random.default_rng(0)) <= K)
        return float(np.concatenate(hits).mean())

    def open(self, bundle: Bundle, loop: Loop, cycle: int, asked: argparse.Namespace) -> list[Shopping]:
        """A cycle of sessions."""
        scorer = self.scorer(bundle)

        def session(number: int) -> Shopping:
            dice = np.random.default_rng([self.seed, 30, cycle, number])
            deals = np.random.default_rng([self.seed, 60, cycle, number])

            async def suggest(question: dict[str, Any]) -> tuple[str, list[str]]:
                worn = np.array([[self.world.row_of[item] for item in question["items"]]])
                rows_M = self.world.rows_of[question["slots"][0]["category"]]
                best_M = rows_M[np.argsort(-np.asarray(scorer.candidates(worn, rows_M[None]))[0], kind="stable")]
                shown_K, explored_K = best_M[:K].copy(), deals.random(K) < asked.share * loop.explored
                explored_K[0] = False
                shown_K[explored_K] = deals.permutation(best_M[K : K + AMONG])[: explored_K.sum()]
                return "", [self.world.ids[row] for row in shown_K]

            return asyncio.run(shop(self.world, f"{cycle}-{number}", suggest, dice, bias=asked.bias, finds=asked.finds))

        return [session(number) for number in range(asked.sessions)]


def run(place: Shop, loop: Loop, out: Path, asked: argparse.Namespace) -> list[float]:
    """The hit rate of each release of a loop, the first of which has learned nothing."""
    bundle, found = place.first, [place.hit_rate(place.first)]
    category_of = dict(zip(place.catalogue.ids, place.catalogue.categories, strict=True))
    baskets: list[Basket] = []
    listed: set[tuple[str, str]] = set()
    place_of: dict[tuple[str, str], int] = {}
    truly: dict[tuple[str, str], float] = {}
    for cycle in range(1, asked.cycles + 1):
        for number, shopping in enumerate(place.open(bundle, loop, cycle, asked)):
            ids = tuple(place.world.ids[row] for row in dict.fromkeys(shopping.basket))
            baskets += [Basket(shopping.session, shopping.user, 1e4 * cycle + number, ids)] if len(ids) > 1 else []
            listed |= {(shopping.session, one.category) for one in shopping.asked}
            bought = {(shopping.session, place.world.ids[one.bought]): one for one in shopping.asked if one.bought is not None}
            place_of |= {which: one.shown.index(one.bought) for which, one in bought.items() if one.bought in one.shown}
            truly |= {which: true_times(one, asked.bias, asked.finds) for which, one in bought.items()}
        outfits = split_by_time(baskets, unseen_from=float("inf"))
        train, valid = (known(part, place.catalogue, split) for part, split in ((outfits.train, "train"), (outfits.valid, "valid")))
        counts: Mapping[tuple[str, str], float] = {}
        if loop.weighed:
            counts = truly if loop.truly else counts_of([*train, *valid], category_of, Lists(listed, place_of), ASSUMED, 0.0)
        shutil.rmtree(out, ignore_errors=True)
        bundle = retrain(
            bundle,
            place.snapshot,
            [*train, *valid],
            out,
            counts=counts,
            images=place.images,
            recipe="attire",
            settings=asked.training,
            seed=cycle,
        )
        found.append(place.hit_rate(bundle))
    return found


def true_times(one: Asked, bias: float, finds: float) -> float:
    """How many of these shoppers wanted what one of them bought for each that found it: what a shopper began with, all find."""
    looked = (1 + one.shown.index(one.bought)) ** -bias if one.bought in one.shown else 0.0
    return 1 / (looked + (1 - looked) * finds)


def main() -> None:
    """Run what is not there yet, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    for name, value in (("seeds", 5), ("items", 400), ("sessions", 600), ("cycles", 4), ("questions", 4_000)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--bias", type=float, default=1.0)
    parser.add_argument("--finds", type=float, default=FINDS)
    parser.add_argument("--first", type=int, default=0, help="seed")
    parser.add_argument("--loops", nargs="+", choices=[loop.name for loop in LOOPS], default=[loop.name for loop in LOOPS])
    parser.add_argument("--training", type=json.loads, default={})
    asked = parser.parse_args()
    compute.fix_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    kept = asked.out / "loops.json"
    found: dict[str, dict[str, list[float]]] = json.loads(kept.read_text()) if kept.exists() else {}
    loops = [loop for loop in LOOPS if loop.name in asked.loops]
    for seed in range(asked.first, asked.first + asked.seeds):
        wardrobe, home = asked.out / f"wardrobe-{seed}", asked.out / f"home-{seed}"
        if not home.exists():
            size = ("--items", str(asked.items), "--outfits", "100", "--seed", str(seed))
            subprocess.run([*ATTIRE, "generate", str(wardrobe), *size], check=True)
            subprocess.run([*ATTIRE, "import", str(wardrobe), "--home", str(home)], check=True)
        of_seed = found.setdefault(str(seed), {})
        place = Shop(wardrobe, home, seed, asked.questions)
        of_seed.setdefault("oracle", [place.hit_rate(None)])
        for loop in loops:
            if loop.name not in of_seed:
                started = time.perf_counter()
                of_seed[loop.name] = run(place, loop, asked.out / "bundle", asked)
                figures = " ".join(f"{rate:.3f}" for rate in of_seed[loop.name])
                print(f"seed {seed}, {loop.name}: {figures} ({time.perf_counter() - started:.0f} s)", flush=True)
                kept.write_text(json.dumps(found, indent=1) + "\n")
    print(as_table(list(found.values()), [loop.name for loop in loops]))


def as_table(seeds: Sequence[dict[str, list[float]]], names: Sequence[str]) -> str:
    """The loops as Markdown; gains are over the first loop of the same seed, and ± is half of a 95 % interval over seeds."""
    lines = ["| loop | seeds | last release | of oracle | gain |", "|---|---|---|---|---|"]
    for name in names:
        both = [(seed[name][-1], seed[names[0]][-1], seed["oracle"][0]) for seed in seeds if name in seed]
        last, before, best = (np.array(part) for part in zip(*both, strict=True))
        lines.append(f"| {name} | {len(both)} | {interval(last)} | {interval(last / best)} | {interval(last - before)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
