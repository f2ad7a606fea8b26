"""What Ray Data and Ray Train would cost in place of plain tasks and actors; the tables of ``docs/decisions/0007``.

    pip install 'ray[data,train]'
    python -m benchmarks.ray_libraries WORK [--batches 32]

The same work on two processes of a cluster of its own: pictures of a home that is made in WORK, encoded in batches; and a training of two
workers that meet and have nothing to learn, and one whose data are refused.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Annotated, Any, Final

import ray
import torch
import typer
from torch import distributed

from app.ground import compute
from app.ray import catalogue, training
from app.ray.joined import LOCAL, join
from benchmarks.processes import below, megabytes
from benchmarks.ray_encoders import home_of
from models.encoders.base import Encoder
from models.encoders.batches import Batch, Encoded
from models.encoders.load import load_encoder
from models.errors import BundleError, InputError
from models.progress import silent, unheard

SIZE: Final = 16
_SETTLES_S: Final = 10.0


class Encode:
    """An actor of Ray Data."""

    def __init__(self, *encoder: str) -> None:
        torch.set_num_threads(1)
        self._encoder = encoder

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """A batch is a row, or it would be cut otherwise, and other numbers made."""
        return {"found": catalogue._encoded(*self._encoder, compute.device("cpu"), row["batch"])}  # type: ignore[arg-type]  # noqa: SLF001


def by_tasks(encoder: Encoder, batches: Sequence[Batch]) -> Iterator[Encoded]:
    """As ``attire import --on``."""
    return catalogue.Cluster(threads=1).encode(encoder, batches)


def by_data(encoder: Encoder, batches: Sequence[Batch]) -> Iterator[Encoded]:
    """By Ray Data, in the same order; all batches are in its store before the first of them is encoded."""
    import ray.data  # noqa: PLC0415 - it needs pandas

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars, context.execution_options.preserve_order = False, True
    given = ray.data.from_items([{"batch": batch} for batch in batches], override_num_blocks=len(batches))
    about = encoder.features.spec, encoder.features.fingerprint
    pool = ray.data.ActorPoolStrategy(size=2)
    for row in given.map(Encode, fn_constructor_args=about, compute=pool, num_cpus=1).iter_rows():
        yield row["found"]


def nothing(told: dict[str, Any]) -> None:
    """Meet the other worker; and refuse, or be done."""
    with Path(told["begun"]).open("a") as file:
        print(file=file)
    distributed.all_reduce(torch.zeros(1))
    if told["refused"]:
        raise InputError("no", field="seed")  # noqa: EM101


class Nothing(training._Worker):  # noqa: SLF001 - what the command starts
    """A worker that has nothing to learn."""

    def train(self, address: str, number: int, count: int, threads: int, device: str, given: dict[str, Any]) -> None:  # noqa: ARG002
        """As of a worker."""
        distributed.init_process_group("gloo", init_method=address, rank=number, world_size=count)
        nothing(given)


def by_actors(told: dict[str, Any]) -> None:
    """As ``attire train --on``."""
    training._Worker = Nothing  # type: ignore[misc]  # noqa: SLF001
    with suppress(BundleError):  # none is made
        training.train(LOCAL, 2, "cpu", progress=silent, warn=unheard, out=Path("none"), **told)


def by_train(told: dict[str, Any]) -> None:
    """By Ray Train, that begins a lost training anew as often."""
    from ray.train import FailureConfig, RunConfig, ScalingConfig  # noqa: PLC0415 - it needs pandas
    from ray.train.torch import TorchConfig, TorchTrainer  # noqa: PLC0415

    again = RunConfig(storage_path=str(Path(told["begun"]).parent), failure_config=FailureConfig(max_failures=training._AGAIN))  # noqa: SLF001
    TorchTrainer(
        nothing, train_loop_config=told, scaling_config=ScalingConfig(num_workers=2), run_config=again, torch_config=TorchConfig("gloo")
    ).fit()


@contextmanager
def watched() -> Iterator[dict[str, int]]:
    """A cluster of its own, and the most that its processes, and this one, have at a time beyond what it has by itself."""
    join(LOCAL, cpus=2)
    time.sleep(_SETTLES_S)
    most, done = {"processes": 0, "MB": 0}, Event()

    def now() -> dict[str, int]:
        found = [os.getpid(), *below(os.getpid())]
        return {"processes": len(found), "MB": sum(map(megabytes, found))}

    before = now()

    def watch() -> None:
        while not done.wait(0.25):
            with suppress(OSError):  # one has ended
                most.update({name: max(most[name], value - before[name]) for name, value in now().items()})

    thread = Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        done.set()
        thread.join()
        ray.shutdown()


def main(work: Path, batches: Annotated[int, typer.Option()] = 32) -> None:
    """Print both tables."""
    torch.set_num_threads(1)
    pictures, encoder = sorted((home_of(work.absolute()) / "images").rglob("*.*")), load_encoder()
    given = [
        Batch(number, tuple(pictures[(number * SIZE + at) % len(pictures)] for at in range(SIZE)), (None,) * SIZE)
        for number in range(batches)
    ]
    print(f"| {batches} batches of {SIZE} pictures | s: the first | all | processes more | MB more |\n|---|---|---|---|---|")
    features = []
    for name, way in (("plain tasks", by_tasks), ("Ray Data", by_data)):
        with watched() as most:
            began = time.monotonic()
            answers = way(encoder, given)
            found = [next(answers)]
            first = time.monotonic() - began
            found += answers
            took = time.monotonic() - began
        features.append([one.features.tobytes() for one in found])
        print(f"| {name} | {first:.1f} | {took:.1f} | {most['processes']} | {most['MB']:,} |", flush=True)
    print(f"\nThe same bytes: {features[0] == features[1]}\n")
    print("| a training of two workers | s | processes more | MB more | refused data are tried |\n|---|---|---|---|---|")
    begun = work.absolute() / "begun"
    ways: dict[str, Callable[[dict[str, Any]], None]] = {"actors": by_actors, "Ray Train": by_train}
    for name, train in ways.items():
        with watched() as most:
            began = time.monotonic()
            train({"begun": str(begun), "refused": False})
            took = time.monotonic() - began
            processes, megabytes_more = most["processes"], most["MB"]
            begun.unlink()
            with suppress(Exception):
                train({"begun": str(begun), "refused": True})
        print(f"| {name} | {took:.1f} | {processes} | {megabytes_more:,} | {len(begun.read_text()) // 2} times |", flush=True)
        begun.unlink()
        shutil.rmtree("none.work", ignore_errors=True)


if __name__ == "__main__":
    typer.run(main)
