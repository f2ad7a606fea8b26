"""Trains and evaluates every system and ablation of ``runs`` and writes the page of their claims.

    python -m benchmarks.systems                      # the synthetic wardrobe
    python -m benchmarks.systems DIR …                # other dataset directories, each with a page of its own
    python -m benchmarks.systems --page               # the page alone, from what has been measured

Each training is one process of one thread, its seed is its number; ``--jobs`` run at a time, here or as tasks of a cluster (``--on``).
Started again it goes on with what is missing.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray

from benchmarks.systems.measure import made_of, measure, place_of
from benchmarks.systems.page import write_page
from benchmarks.systems.results import Results
from benchmarks.systems.runs import ORDER, WARDROBES, Claim, Run, Size
from models.datasets.read import read_dataset
from models.encoders.keep import catalogue_features
from models.encoders.load import SHIPPED, load_encoder
from models.errors import InputError
from models.wardrobe.generate import generate


def main() -> None:
    """Measure what is missing, then write the pages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="*", type=Path, help="dataset directories; the synthetic wardrobe where none is given")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="trainings at a time")
    parser.add_argument("--seeds", type=int, default=5, help="at most so many of each run's seeds")
    parser.add_argument("--only", default="", help="claims whose title has this in it")
    parser.add_argument("--work", type=Path, default=Path("systems.work"), help="wardrobes, bundles, features and results")
    parser.add_argument("--out", type=Path, default=Path("benchmarks"), help="where the pages go")
    parser.add_argument("--machine", default=f"{os.cpu_count()} cores, no GPU used", help="in words")
    parser.add_argument("--on", help="run them as tasks of a cluster of Ray, --jobs at a time: local, or auto on a node of one")
    parser.add_argument("--page", action="store_true", help="measure nothing")
    asked = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"  # of the workers, which inherit it
    claims = [claim for claim in ORDER if asked.only in claim.title]
    for given in asked.data or [None]:
        name = given.resolve().name if given else ""
        work = asked.work / name if given else asked.work
        if not asked.page:
            reproduce(claims, work, given, jobs=asked.jobs, seeds=asked.seeds, on=asked.on)
        write_page(asked.out / (f"systems-{name}.md" if given else "systems.md"), work, machine=asked.machine, data=given)


def reproduce(claims: list[Claim], work: Path, given: Path | None, *, jobs: int, seeds: int, on: str | None = None) -> None:
    """Measure every run of the claims that was not yet, seed by seed, so that whoever stops early has something of everything."""
    results, began, number = Results(work), time.monotonic(), 0
    runs = {(run.size, run.name): run for claim in claims for run in claim.runs}.values()
    missing = [(run, seed) for seed in range(seeds) for run in runs if seed < run.seeds and not results.done(run, seed)]
    with _pool(jobs, on) as pool:
        for number, (run, seed, line, answers) in enumerate(_measured(missing, given, work, pool, jobs), start=1):
            results.add(run, seed, line, answers)
            told = line.get("skipped") or round(line["all_s"])
            print(f"{number}/{len(missing)} {run.size} · {run.name} · seed {seed}: {told}", flush=True)
    if number:
        results.took(time.monotonic() - began, jobs, number)


def data_of(size: Size, given: Path | None, work: Path) -> Path:
    """The directory that stands for a size: the given one, or a wardrobe that is generated, and its features kept, when it is missing."""
    if given and size != "tiny":
        return given
    place = work / "-".join(["wardrobe", size, *(f"{count}-{what}" for what, count in WARDROBES[size].items())])
    if not (place / "oracle.json").exists():
        shutil.rmtree(place, ignore_errors=True)
        generate(place, **dict(WARDROBES[size]))  # type: ignore[arg-type]
        catalogue_features(read_dataset(place, ("train", "valid"), tasks=False).catalogue, load_encoder(SHIPPED), work / "features")
    return place


def _measured(
    missing: list[tuple[Run, int]], given: Path | None, work: Path, pool: Executor, jobs: int
) -> Iterator[tuple[Run, int, dict[str, Any], dict[str, NDArray[Any]]]]:
    """Each as it is done, begun as soon as its data are there and what it is made of.

    One that fails is told of and left out, as is what would be made of it; one that the data do not allow is kept as such.
    """
    asked = {run.size for run, _ in missing}
    data = {pool.submit(data_of, size, given, work): size for size in WARDROBES if size in asked}
    waiting, failed, places, running = list(missing), set[Path](), dict[Size, Path](), dict[Future[Any], tuple[Run, int]]()
    while True:
        unfinished = failed | {place_of(run, seed, work) for run, seed in [*waiting, *running.values()]}
        ready = [
            (run, seed)
            for run, seed in waiting
            if run.size in places and all(path.exists() and path not in unfinished for path in made_of(run, seed, work))
        ]
        for run, seed in ready[: max(0, jobs - len(data) - len(running))]:  # no more than there are processes, so that their order holds
            waiting.remove((run, seed))
            running[pool.submit(measure, run, seed, places[run.size], work, work / "features")] = run, seed
        if not data and not running:
            for run, seed in waiting:
                print(f"{run.size} · {run.name} · seed {seed}: left out, for want of {run.of}", flush=True)
            return
        done = wait([*data, *running], return_when=FIRST_COMPLETED).done
        for future in sorted(done, key=lambda one: one.exception() is not None):  # no result is lost for another's error
            if future in data:
                places[data.pop(future)] = future.result()
                continue
            run, seed = running.pop(future)
            try:
                line, answers = future.result()
            except InputError as error:
                line, answers = {"skipped": error.problem}, {}
            except BrokenProcessPool:  # a worker was killed, and the pool with it; started again, it goes on
                raise
            except Exception:  # noqa: BLE001 - the others go on
                print(f"{run.size} · {run.name} · seed {seed} failed:\n{traceback.format_exc()}", flush=True)
                failed.add(place_of(run, seed, work))
                continue
            yield run, seed, line, answers


def _pool(jobs: int, on: str | None) -> Executor:
    """What runs trainings: processes here, or a cluster, which needs ``work`` at the same path on every node."""
    if on is None:
        return ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), initializer=_one_thread)
    from app.ray.joined import join  # noqa: PLC0415 - an extra

    join(on)
    from app.ray.tasks import Tasks  # noqa: PLC0415

    return Tasks()


def _one_thread() -> None:
    torch.set_num_threads(1)
