"""What a search costs that is cut over processes of a cluster of Ray, beside one index of the same vectors in this process.

    python -m benchmarks.ray_shards --vectors 262144 --actors 2

Questions are asked of all in turn, so that other work on the machine slows all alike.
"""

from __future__ import annotations

import time
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Annotated, Final

import numpy as np
import typer

from app.ray.joined import LOCAL, join
from app.ray.shards import Shards
from index.backends.base import FloatArray, VectorIndex
from index.backends.faiss_cpu import FlatIndex

SIZE: Final = 134
"""Numbers of a vector, as the flagship embeds."""
K: Final = 50
SMALL: Final = 1_024
"""Vectors of a piece whose search takes next to nothing: what is left is asking and merging."""


def main(
    vectors: Annotated[int, typer.Option()] = 262_144,
    actors: Annotated[int, typer.Option()] = 2,
    questions: Annotated[int, typer.Option()] = 60,
    on: Annotated[str, typer.Option()] = LOCAL,
) -> None:
    """Print a table: median (quarter points) of a search, and processor time of the asking process for one."""
    join(on, cpus=actors)
    rng = np.random.default_rng(0)
    whole = rng.normal(size=(vectors, SIZE)).astype(np.float32)
    engines: dict[str, VectorIndex] = {f"one index, {vectors:,}": FlatIndex(whole), "in a file, as a replica has it": mapped(whole)}
    shards = Shards(actors)
    for pieces in (1, 2, 4):
        shards.most = vectors // pieces
        engines[f"{pieces} pieces, {vectors:,}"] = shards.build(whole)
    shards.most = SMALL
    for pieces in (1, 8, 32):
        engines[f"{pieces} pieces of {SMALL:,}"] = shards.build(whole[: pieces * SMALL])
    taken = asked(engines, rng.normal(size=(questions, 1, SIZE)).astype(np.float32))
    print("| search | median ms (quarter points) | processor time of the asking process, ms |\n|---|---|---|")
    for name, rows in taken.items():
        wall, processor = (quantiles([row[part] for row in rows], n=4) for part in range(2))
        print(f"| {name} | {wall[1]:.2f} ({wall[0]:.2f} to {wall[2]:.2f}) | {processor[1]:.2f} |")


def mapped(vectors_ND: FloatArray) -> FlatIndex:
    """An index whose vectors lie in a file."""
    with TemporaryDirectory() as room:
        file = Path(room) / "vectors.npy"
        np.save(file, vectors_ND)
        return FlatIndex(np.load(file, mmap_mode="r"))


def asked(engines: dict[str, VectorIndex], queries: FloatArray) -> dict[str, list[tuple[float, float]]]:
    """Milliseconds and processor time of each search but the first three."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in engines}
    for number, query in enumerate(queries):
        for name, engine in engines.items():
            began, processor = time.perf_counter(), time.process_time()
            engine.search(query, K)
            if number > 2:  # noqa: PLR2004 - by then every actor holds its pieces
                taken[name].append((1e3 * (time.perf_counter() - began), 1e3 * (time.process_time() - processor)))
    return taken


if __name__ == "__main__":
    typer.run(main)
