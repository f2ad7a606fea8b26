"""How long a whole training takes by one process and by two workers, part by part; a table of "Training together" in ``docs/ray.md``.

    python -m benchmarks.ray_whole WORK [--outfits 800]

Workers are here what ``--on`` has processes of a cluster be, without a cluster, which takes some seconds more to start. The seconds are
those of the first worker, which waits for the other within each part. Features are encoded before.
"""

from __future__ import annotations

import math
import multiprocessing
import shutil
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.ray_training import TOGETHER, trained
from models.progress import Advance
from models.wardrobe.generate import generate


class Clock:
    """A ``Progress`` that notes the seconds of each part."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._within = False

    @contextmanager
    def __call__(self, title: str, _total: int) -> Iterator[Advance]:
        within, self._within, began = self._within, True, time.perf_counter()
        try:
            yield lambda *_, **__: None
        finally:
            self._within = within
            if not within:
                self.seconds[title.rpartition(": ")[2]] += time.perf_counter() - began


def timed(place: Path, number: int, count: int, given: dict[str, Any]) -> dict[str, float]:
    """The seconds of each part of a training, and of all of it."""
    clock, began = Clock(), time.perf_counter()
    trained(place, number, count, {**given, "progress": clock})
    return {**clock.seconds, "all": time.perf_counter() - began}


def main(work: Path, outfits: Annotated[int, typer.Option()] = 800, turns: Annotated[int, typer.Option()] = 1) -> None:
    """Print a table of seconds; before the first turn all is encoded by a short training."""
    data = work / f"{outfits} outfits"
    if not data.exists():
        generate(data, items=1_200, outfits=outfits, seed=0)
    given = {"data": data, "recipe": "attire", "seed": 0, "cache": work / "cache", "compare": True}
    rows: dict[int, dict[str, float]] = {}
    for count in (1, *(1, 2) * turns):
        place = work / TOGETHER
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        settings = {"epochs": "1", "mask_epochs": "1"} if not rows else {}
        with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn")) as pool:
            found = list(pool.map(timed, [place] * count, range(count), [count] * count, [{**given, "settings": settings}] * count))
        rows[count] = found[0]
        print(count, {name: round(value, 1) for name, value in found[0].items()}, flush=True)
    print("| s | one process | two workers | times |\n|---|---|---|---|")
    for name, alone in rows[1].items():  # whether quarters are asked about depends on how long a training took
        print(f"| {name} | {alone:.1f} | {rows[2].get(name, math.nan):.1f} | {alone / rows[2].get(name, math.nan):.2f} |")


if __name__ == "__main__":
    typer.run(main)
