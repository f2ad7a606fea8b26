"""What ten thousand rules cost an answer: the same questions with and without, in turns, in one process.

python -m benchmarks.rules --home HOME [--rules 10000] [--questions 300]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from app.ground.parts import Limits
from app.home.store import ReleaseStore
from app.recommend.complete import complete
from app.recommend.completion import Question
from app.release.release import Release
from app.rules.rule import RULES, Rule
from app.rules.ruling import InForce, Ruled
from index.columns import Filter

_PIN, _BURY, _SOMETIMES = 2, 3, 0.5


def made(release: Release, count: int, rng: np.random.Generator) -> list[Rule]:
    """Rules as shops have them: of single items, of what goes with an item, of the dear ones of a brand."""
    ids, names = release.snapshot.items.column("id"), list(release.snapshot.categories)
    brands = [brand for brand in release.snapshot.items.column("brand").unique().to_pylist() if brand] or ["none"]
    said = []
    for place in range(count):
        item, worn = (ids[int(rng.integers(len(ids)))].as_py() for _ in range(2))
        kind = place % 4
        rule: dict[str, Any] = {"id": f"r{place}", "do": ("exclude", "boost", "pin", "bury")[kind]}
        if kind == _PIN:
            rule |= {"ids": [item], "when": {"worn": {"ids": [worn]}}}
        elif kind == _BURY:
            price = {"min": float(rng.integers(20, 400))}
            rule |= {"items": {"brand": [str(rng.choice(brands))], "category": [str(rng.choice(names))], "price": price}}
            rule |= {"when": {"worn": {"category": [str(rng.choice(names))]}}} if rng.random() < _SOMETIMES else {}
        else:
            rule |= {"items": {"ids": [item]}}
        said.append(rule)
    return RULES.validate_python(said)


def main() -> None:
    """Print medians."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--rules", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=300)
    given = parser.parse_args()
    torch.set_num_threads(1)
    store, rng = ReleaseStore(given.home), np.random.default_rng(0)
    current = store.current()
    assert current is not None, given.home
    release = Release.open(store, current)
    started = time.perf_counter()
    force = InForce(made(release, given.rules, rng))
    ruled = Ruled(force, release)
    print(f"{release.snapshot.count:,} items, {len(force.rules):,} rules, read in {1e3 * (time.perf_counter() - started):.0f} ms")
    rows = rng.integers(0, release.snapshot.count, (given.questions, 3))
    took: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(2):  # the first time what is asked of items is found, and kept
        for three in rows:
            items = [release.item(int(row)).id for row in three]
            for with_rules in (False, True):
                question = Question(
                    items=items, slots=[release.snapshot.categories[0]], wanted=Filter(in_stock=True), ruled=ruled if with_rules else None
                )
                began = time.perf_counter()
                complete(release, question, Limits())
                took[with_rules].append(time.perf_counter() - began)
    half = given.questions
    for name, part in (("first asked", slice(0, half)), ("asked again", slice(half, None))):
        without, with_ = (1e3 * float(np.median(took[kind][part])) for kind in (False, True))
        print(f"{name}: {without:.2f} ms without, {with_:.2f} ms with, {with_ / without:.3f} times")


if __name__ == "__main__":
    main()
