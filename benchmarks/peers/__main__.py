"""Filtered search beside that of other engines, on the same vectors and prices, in one process on one core.

    pip install --target PEERS hnswlib usearch chromadb lancedb qdrant-client
    python -m benchmarks.peers --installed PEERS --page benchmarks/peers.md

Two kinds of vectors, as in [index_backends.md](index_backends.md): *flagship*, what the flagship embeds of one category and asks of it, and
*unit*, of length one in loose clusters. Each vector has a price; a filter of the price passes 100, 10, 1 or 0.1 % of them. Each question
asks for the 50 of highest inner product that pass. Of each engine those efforts count that find .98 and .999 of them most quickly, chosen
by other questions. Each question is asked of every engine in turn, so that other work on the machine slows all alike: read the ratios.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS", "TOKIO_WORKER_THREADS", "LANCE_CPU_THREADS"):
    os.environ[threads] = "1"  # before any engine is imported
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import numpy as np  # noqa: E402

from app.ground import compute  # noqa: E402 - torch before faiss
from benchmarks.index_backends import flagship, unit  # noqa: E402
from benchmarks.peers.engines import PEERS, Attire, Engine  # noqa: E402
from benchmarks.peers.measure import LEARNED, Found, K, compared  # noqa: E402

SHARES: Final = (1.0, 0.1, 0.01, 0.001)
TIMES: Final = " \N{MULTIPLICATION SIGN}"
OURS: Final = "attire"
_ASKED: Final = 40


def measured(kind: str, count: int, peers: Sequence[str], work: Path, turns: int) -> Iterator[str]:
    """The table of one kind of vectors."""
    vectors_ND, queries_BD = flagship(count, LEARNED + _ASKED, work) if kind == "flagship" else unit(count, LEARNED + _ASKED)
    price_N = np.random.default_rng(3).random(count).astype(np.float32)
    engines: dict[str, Engine] = {
        OURS: Attire(vectors_ND, price_N, queries_BD),
        f"{OURS}, `pq`": Attire(vectors_ND, price_N, queries_BD, "pq"),
    }
    for name in peers:
        begun = time.perf_counter()
        engines[name] = PEERS[name](vectors_ND, price_N)
        print(f"{name}: {time.perf_counter() - begun:.0f} s", flush=True)
    yield f"### {count:,} vectors, *{kind}*, {vectors_ND.shape[1]} numbers each"
    yield ""
    yield "| pass | engine, effort | recall | ms (quarter points) | of `attire`'s time | of `attire, pq`'s |"
    yield "|---|---|---|---|---|---|"
    for share in SHARES:
        found = compared(engines, vectors_ND, price_N, queries_BD, share, turns)
        exact, quick = (next(one for (name, _), one in found.items() if name == ours) for ours in (OURS, f"{OURS}, `pq`"))
        for (name, _), one in found.items():
            line = f"| {share:.1%} | {name}, {one.effort} | {_told(one)} | {_beside(one, exact)} | {_beside(one, quick)} |"
            print(line, flush=True)
            yield line


def _told(found: Found) -> str:
    low, middle, high = statistics.quantiles(found.ms, n=4)
    return f"{statistics.fmean(found.recall):.3f} | {middle:.2f} ({low:.2f} to {high:.2f})"


def _beside(found: Found, ours: Found) -> str:
    """How many times as long; in bold where it finds as much."""
    said = f"{found.times(ours):.2f}{TIMES}"
    return f"**{said}**" if statistics.fmean(found.recall) >= statistics.fmean(ours.recall) else said


def main() -> None:
    """Measure, print, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--installed", type=Path, help="folder that the peers are installed into, where that is not the environment")
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--vectors", nargs="+", default=["flagship", "unit"])
    parser.add_argument("--peers", nargs="+", default=list(PEERS))
    parser.add_argument("--turns", type=int, default=_ASKED)
    parser.add_argument("--work", type=Path, default=Path("~/.cache/attire/serving").expanduser(), help="where the model is kept")
    parser.add_argument("--notes", type=Path, help="Markdown that the page ends with")
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args()
    if asked.installed:
        sys.path.append(str(asked.installed))
    compute.fix_threads(1)
    lines = [line for kind in asked.vectors for line in ["", *measured(kind, asked.items, asked.peers, asked.work, asked.turns)]]
    versions = " · ".join(f"{name} {version(name)}" for name in (*asked.peers, "faiss-cpu", "numpy"))
    machine = f"one of {os.cpu_count()} shared cores ({platform.machine()}), other work beside it"
    about = (__doc__ or "").split("\n\n")
    text = [
        "# Filtered search beside other engines",
        "",
        f"{datetime.now(UTC):%Y-%m-%d} · {machine} · {versions} · Python {platform.python_version()}",
        "",
        "```sh",
        *(line.strip() for line in about[1].splitlines()),
        "```",
        "",
        about[2].strip(),
        "",
        f"{K} best of each question, {asked.turns} questions. In bold: the engine found as much as ours, or more; above 1 it took longer.",
        *lines,
        "",
        asked.notes.read_text().strip() if asked.notes else "",
    ]
    if asked.page:
        asked.page.write_text("\n".join(text).strip() + "\n")


if __name__ == "__main__":
    main()
