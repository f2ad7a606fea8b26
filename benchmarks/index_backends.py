"""What each index backend finds of the 50 best and how long it takes, beside the exact scan, in one run.

    python -m benchmarks.index_backends --items 100000 1000000 --page benchmarks/index_backends.md

Two kinds of vectors. *flagship*: what the flagship embeds of one category, and what it asks of it (``benchmarks/serving/home.py`` makes the
model); they differ much in length. *unit*: of length one, in loose clusters, asked by some of them with noise. Filters pass each vector
independently. Each question is asked of every backend in turn, so that other work on the machine slows all alike: read the ratios.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

import numpy as np
import torch

from app.ground import compute  # torch before faiss
from benchmarks.index_search import medians_ms
from benchmarks.serving.home import CATEGORIES, LARGEST, catalogue, made, outfits
from index.backends.base import BoolArray, FloatArray, VectorIndex
from index.backends.registry import BACKENDS
from index.snapshot import item_table
from models.datasets.schema import Catalogue

K: Final = 50
TIMES: Final = " \N{MULTIPLICATION SIGN}"
SHARES: Final = (1.0, 0.1, 0.01, 0.001)
TUNED: Final = 96
SLOW: Final = {"hnsw": 200_000, "torch": 200_000}
"""Up to how many vectors these are measured: a graph of more takes long to build, and torch is for a GPU."""
_CLUSTERS: Final = 200


def unit(count: int, asked: int) -> tuple[FloatArray, FloatArray]:
    """Vectors and queries of length one, 128 numbers each."""
    rng = np.random.default_rng(0)
    centres, axes = rng.standard_normal((_CLUSTERS, 128)) * 0.6, rng.standard_normal((32, 128)) * 0.18
    found = np.empty((count, 128), dtype=np.float32)
    for start in range(0, count, 65_536):
        part = found[start : start + 65_536]
        noise = rng.standard_normal((len(part), 32)) @ axes + rng.standard_normal(part.shape) * 0.3
        part[:] = centres[rng.integers(0, _CLUSTERS, len(part))] + noise
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    queries = found[rng.integers(0, count, asked)] + 0.08 * rng.standard_normal((asked, 128)).astype(np.float32)
    return found, np.asarray(queries / np.linalg.norm(queries, axis=1, keepdims=True), dtype=np.float32)


def flagship(count: int, asked: int, work: Path) -> tuple[FloatArray, FloatArray]:
    """What the serving benchmark's model embeds of the largest category, and asks of it."""
    store = made(work, 2_000)
    record = store.served()
    from app.release.release import Release  # noqa: PLC0415 - after torch

    release = Release.open(store, record)
    centre = np.random.default_rng(18).normal(size=(len(CATEGORIES), 64))[0]
    rng, parts = np.random.default_rng(7), []
    table = Catalogue(item_table(catalogue(min(count, 10_000))[0]))
    texts = table.texts()
    for start in range(0, count, 10_000):
        size = min(10_000, count - start)
        features = (centre + rng.normal(size=(size, 64))).astype(np.float32)
        parts.append(release.bundle.embed(features, [LARGEST] * size, texts[:size], table.ids[:size]))
    rows = [[release.snapshot.row_of[item] for item in ids] for ids in outfits(asked, 3, 3)]
    worn = release.bundle.outfits(
        [release.snapshot.embeddings(some) for some in rows], [[release.category_of(row) for row in some] for some in rows]
    )
    return np.concatenate(parts), release.bundle.queries(worn, [LARGEST] * asked)


def measured(vectors_ND: FloatArray, queries_BD: FloatArray, names: Sequence[str], repeats: int) -> Iterator[str]:
    """A row of the page for each backend."""
    indexes, built = dict[str, VectorIndex](), dict[str, str]()
    for name in names:
        start = time.perf_counter()
        index = BACKENDS[name].build(vectors_ND)
        if tune := BACKENDS[name].tune:
            index = tune(index, queries_BD[:TUNED])
        effort = "scan" if getattr(index, "exact", False) else str(getattr(index, "effort", "")).removeprefix("Effort")
        indexes[name], built[name] = index, f"{time.perf_counter() - start:.1f} s {effort}".strip()
        print(name, built[name], flush=True)
    rng, cells = np.random.default_rng(1), {name: list[str]() for name in names}
    for share in SHARES:
        allowed = None if share == 1 else rng.random(len(vectors_ND)) < share
        for name, told in compared(indexes, queries_BD[TUNED:], allowed, repeats).items():
            cells[name].append(told)
    for name in names:
        yield f"| `{name}` | {' | '.join(cells[name])} | {built[name]} |"


def compared(indexes: dict[str, VectorIndex], queries_BD: FloatArray, allowed: BoolArray | None, repeats: int) -> dict[str, str]:
    """Recall and median time of each backend, and how much less time that is than the scan's."""
    best = indexes["flat"].search(queries_BD, K, allowed)[1]
    found, times = dict[str, float](), {name: list[float]() for name in indexes}
    for name, index in indexes.items():
        rows = np.concatenate([index.search(query_D[None], K, allowed)[1] for query_D in queries_BD])
        found[name] = float(np.mean([np.isin(one, other).mean() for one, other in zip(best, rows, strict=True)]))
    for turn in range(repeats):
        query = queries_BD[turn % len(queries_BD)][None]
        for name, taken in medians_ms({name: partial(index.search, query, K, allowed) for name, index in indexes.items()}, 1).items():
            times[name].append(taken)
    told = {}
    for name, taken in times.items():
        low, middle, high = statistics.quantiles(taken, n=4)
        ratio = statistics.median(times["flat"]) / middle
        told[name] = f"{found[name]:.3f} · {middle:.2f} ({low:.2f} to {high:.2f}) · **{ratio:.1f}{TIMES}**"
    return told


def main() -> None:
    """Measure, print, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--backends", nargs="+", default=list(BACKENDS))
    parser.add_argument("--vectors", nargs="+", default=["flagship", "unit"])
    parser.add_argument("--repeats", type=int, default=40)
    parser.add_argument("--work", type=Path, default=Path("~/.cache/attire/serving").expanduser(), help="where the model is kept")
    parser.add_argument("--notes", type=Path, help="Markdown that the page ends with")
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args()
    compute.fix_threads(1)
    lines = []
    for count in asked.items:
        for kind in asked.vectors:
            vectors, queries = flagship(count, TUNED + 100, asked.work) if kind == "flagship" else unit(count, TUNED + 100)
            lines += ["", f"### {count:,} vectors, *{kind}*, {vectors.shape[1]} numbers each", ""]
            lines += ["| backend | " + " | ".join(f"{share:.1%} pass".replace(".0", "") for share in SHARES) + " | built in, effort |"]
            lines += ["|---" * (len(SHARES) + 2) + "|"]
            names = [name for name in asked.backends if count <= SLOW.get(name, count)]
            for row in measured(vectors, queries, names, asked.repeats):
                lines.append(row)
                print(row, flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    machine = f"{os.cpu_count()} shared cores ({platform.machine()}), other work beside it, one thread; peak memory {peak:.1f} GB"
    versions = f"faiss-cpu {version('faiss-cpu')}, torch {torch.__version__}, numpy {version('numpy')}, Python {platform.python_version()}"
    head = f"# Index backends: what they find and how long they take\n\n{datetime.now(UTC):%Y-%m-%d} · {machine} · {versions}\n"
    command = f"python -m benchmarks.index_backends --items {' '.join(map(str, asked.items))}"
    about = (__doc__ or "").split("\n\n")[2].strip().replace("``", "`")
    cell = (
        "Recall of the 50 best · median milliseconds of one query (quarter points) · how many times quicker than `flat` in the same turns."
    )
    text = "\n".join(
        [head, f"```sh\n{command}\n```\n", about, "", cell, *lines, "", asked.notes.read_text().strip() if asked.notes else ""]
    )
    if asked.page:
        asked.page.write_text(text.strip() + "\n")


if __name__ == "__main__":
    main()
