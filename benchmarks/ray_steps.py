"""What a step of two workers costs beside one process's, and of what that is made; the table of "Training together" in ``docs/ray.md``.

    python -m benchmarks.ray_steps WORK [--turns 6]

Two workers train as ``--on local`` has them, on the data of ``ray_training``, and change their way every ten steps: between neighbours one
thing differs, so that their difference is what it costs. Figures are medians of the first worker; the first step of a turn is left out.
"""

from __future__ import annotations

import json
import shutil
import time
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import ray
import torch
import typer
from torch import Tensor

from app.ray import training
from app.ray.joined import LOCAL, join
from benchmarks.ray_training import made
from models.errors import BundleError
from models.progress import silent, unheard
from models.training import parallel

MEMBER: Final = {"masks": "0", "epochs": "1000", "patience": "1000"}
PARTS: Final = {
    "set transformer, 64 outfits": MEMBER,
    "320 outfits": {**MEMBER, "batch_size": "320"},
}
"""Settings of ``attire``; masks are not trained together, and ``weak-labels`` reads a worker's share of pictures ahead, and cannot change
its way."""
WHOLE, HALF, APART, TOGETHER = WAYS = ("one process", "half of it", "two halves at once", "which are averaged")
TURN: Final = 10
"""Steps."""


class Enough(Exception):  # noqa: N818 - no error
    """All turns are over."""


class Turns:
    """A process group that changes the way in which its two workers train, and measures their steps.

    In ``WHOLE`` and ``HALF`` a worker waits while the other makes its steps; nothing is exchanged then, nor in ``APART``. Both make as many
    steps of the same batches, so that they can go on together.
    """

    def __init__(self, group: Any, turns: int, kept: Path) -> None:  # noqa: ANN401 - torch types none
        self._group, self._kept, self._left = group, kept, turns * len(WAYS)
        self._ways, self.way, self._steps = cycle(WAYS), TOGETHER, 0
        self.taken: dict[str, list[tuple[float, ...]]] = {way: [] for way in WAYS}
        self._since, self._averaging, self._bytes = now(), np.zeros(2), 0
        average, reseed = parallel.Workers.average, parallel.Workers.reseed

        def averaged(workers: parallel.Workers, optimiser: torch.optim.Optimizer) -> None:
            average(workers, optimiser)
            self._stepped()

        def begun(workers: parallel.Workers, *given: int) -> None:
            reseed(workers, *given)
            self._since = now()  # what is done after an epoch is no step's

        parallel.Workers.average, parallel.Workers.reseed = averaged, begun  # type: ignore[method-assign]

    def size(self) -> int:
        """How many share a batch."""
        return 1 if self.way == WHOLE else 2

    def rank(self) -> int:
        """Whose share this worker takes."""
        return 0 if self.way == WHOLE else self._group.rank()

    def allreduce(self, tensors: list[Tensor]) -> Turns:
        """Sum tensors, or leave them."""
        if self.way == TOGETHER:
            began = now()
            self._group.allreduce(tensors).wait()
            self._averaging += now() - began
            self._bytes += sum(tensor.nbytes for tensor in tensors)
        return self

    def wait(self) -> None:
        """It is done already."""

    def _met(self) -> None:
        self._group.allreduce([torch.zeros(1)]).wait()

    def _stepped(self) -> None:
        if self._steps % TURN:
            self.taken[self.way].append((*1e3 * (now() - self._since), *1e3 * self._averaging, self._bytes / 1e6))
        self._steps += 1
        if self._steps % TURN == 1:
            self._change()
        self._averaging, self._bytes, self._since = np.zeros(2), 0, now()

    def _change(self) -> None:
        first = self._group.rank() == 0
        if self._steps > 1:
            self._met()
            if first and self.way in {WHOLE, HALF}:  # the other's turn
                self._met()
            self._left -= 1
        if not self._left:
            if first:
                self._kept.write_text(json.dumps({way: np.median(steps, axis=0).tolist() for way, steps in self.taken.items()}))
            raise Enough
        self.way = next(self._ways)
        if not first and self.way in {WHOLE, HALF}:
            self._met()


class Measured(training._Worker):  # noqa: SLF001 - what the command starts, and measures nothing by itself
    """A worker that takes turns, and then ends."""

    def train(self, *given: Any) -> None:  # noqa: ANN401 - as of a worker
        """Train so long."""
        *others, said = given
        turns, kept = said.pop("turns"), said.pop("kept")
        begin = parallel.Workers.__init__

        def measured(workers: parallel.Workers, group: Any) -> None:  # noqa: ANN401 - torch types none
            begin(workers, Turns(group, turns, kept))  # type: ignore[arg-type]

        parallel.Workers.__init__ = measured  # type: ignore[method-assign]
        with suppress(Enough):
            super().train(*others, said)


def now() -> np.ndarray[Any, np.dtype[np.float64]]:
    """Seconds, and those of this process's processor time."""
    return np.array([time.perf_counter(), time.process_time()])


def main(work: Path, turns: Annotated[int, typer.Option()] = 6) -> None:
    """Print a table: of each part of a training and each way, milliseconds of a step, and of a processor."""
    torch.set_num_threads(1)
    join(LOCAL, cpus=2)
    training._Worker = Measured  # type: ignore[misc]  # noqa: SLF001
    data, kept = made(work)["attire"], work.absolute() / "steps.json"
    heads = (*WAYS, "of that averaging", "MB averaged", "processor time of the command")
    print(f"| ms of a step (of a processor) | {' | '.join(heads)} |\n|---|{'---|' * len(heads)}")
    for part, settings in PARTS.items():
        shutil.rmtree(work / "none.work", ignore_errors=True)
        kept.unlink(missing_ok=True)
        began = now()
        with suppress(BundleError):  # none is made
            training.train(
                LOCAL, 2, "cpu", progress=silent, warn=unheard, data=data, recipe="attire", settings=settings, seed=0,
                out=work / "none", cache=work / "cache", turns=turns, kept=kept,
            )  # fmt: skip
        took = now() - began
        found = json.loads(kept.read_text())
        shown = [f"{found[way][0]:.1f} ({found[way][1]:.1f})" for way in WAYS]
        wall, computed, megabytes = found[TOGETHER][2:]
        print(f"| {part} | {' | '.join(shown)} | {wall:.1f} ({computed:.1f}) | {megabytes:.1f} | {took[1] / took[0]:.1%} |", flush=True)
    ray.shutdown()


if __name__ == "__main__":
    typer.run(main)
