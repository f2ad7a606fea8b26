"""Does a catalogue in four shards answer what one index does? A line of "Shards" in ``docs/ray.md``.

    python -m benchmarks.ray_answers WORK [--items 100000] [--questions 1000] [--most 4096]

Questions are those of ``benchmarks.serving.answers``, all with filters, and are answered as the service does: searched, ranked, and told.
Half are asked of the snapshot alone, half with changed and removed items over it; amid each half a shard's process is killed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer

from app.ground.parts import IndexSettings, Limits
from app.ray.joined import LOCAL, join
from app.ray.shards import BACKEND, Shards
from app.recommend.complete import complete
from app.recommend.completion import Question
from app.release.release import Release
from benchmarks.processes import named
from benchmarks.serving.answers import changed, questions, told
from benchmarks.serving.home import made
from index.backends.base import Backend, BoolArray, FloatArray, IntArray, VectorIndex
from index.backends.registry import BACKENDS

SHARDS: Final = 4


class Counted:
    """An index that counts what it is asked: a narrow filter leaves so few that they are searched without it."""

    searches = 0

    def __init__(self, index: VectorIndex) -> None:
        self._index, self.count = index, index.count

    def search(self, queries_BD: FloatArray, k: int, allowed_N: BoolArray | None = None) -> tuple[FloatArray, IntArray]:
        """As ``VectorIndex.search``."""
        Counted.searches += 1
        return self._index.search(queries_BD, k, allowed_N)


def main(
    work: Path,
    items: Annotated[int, typer.Option()] = 100_000,
    count: Annotated[int, typer.Option("--questions")] = 1_000,
    most: Annotated[int, typer.Option(help="Vectors of a piece.")] = 4_096,
) -> None:
    """Print how many answers are the same to the last digit; exit code 1 unless all are."""
    store = made(work, items)
    join(LOCAL, cpus=SHARDS)
    shards = Shards(SHARDS, most)
    shards.wait()
    BACKENDS[BACKEND] = Backend(build=lambda vectors_ND: Counted(shards.build(vectors_ND)))
    one, cut = (Release.open(store, store.served(), IndexSettings(backend=name)) for name in ("flat", BACKEND))
    same, reached, killed = 0, 0, 0
    for number, question in enumerate(questions(count)):
        if number == count // 2:
            one, cut = changed(one), changed(cut)
        if number % (count // 2) == count // 4:
            os.kill(named(os.getpid(), "ray::_Holder")[0], signal.SIGKILL)
            killed += 1
        before, answers = Counted.searches, [answered(release, question) for release in (one, cut)]
        same += answers[0] == answers[1]
        reached += Counted.searches > before
    asked = f"{reached:,} asked shards, in {Counted.searches:,} searches; {killed} processes were killed"
    print(f"{same:,} of {count:,} answers are the same; {asked}")
    sys.exit(same != count)


def answered(release: Release, question: Question) -> str:
    """An answer as JSON, which tells numbers to the bit."""
    return json.dumps(told(release, asdict(complete(release, question, Limits()))), default=np.ndarray.tolist)


if __name__ == "__main__":
    typer.run(main)
