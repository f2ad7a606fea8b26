"""Trainings by several processes of a cluster (Ray Train): ``models.recipes.train.train`` in each, with a share of every batch.

A process that is lost takes the others with it; all are started anew, and go on from the checkpoint in the work directory, which is beside
the bundle. What the first of them tells of its progress is shown where the command was given.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

import ray
import torch
from ray.train import FailureConfig, RunConfig, ScalingConfig
from ray.train.torch import TorchConfig, TorchTrainer
from ray.train.v2.api.exceptions import TrainingFailedError
from torch import distributed

from app.ground import compute
from app.ray.joined import join, places
from models.bundle import Bundle
from models.errors import AttireError, InputError, refuse
from models.progress import Advance, Progress, Warn, silent, unheard
from models.recipes.train import train as train_here
from models.training.parallel import Workers
from models.training.repeatable import work_directory

_AGAIN: Final = 3
"""How often a training goes on after a process or a node was lost."""
_PATIENCE_S: Final = 24 * 3600  # one may encode a catalogue while the others wait; who is lost is found out by Ray
_SLOW_START_S: Final = "600"
_LOOK_S: Final = 0.5


def train(
    on: str, workers: int | None, device: str, data: Path, recipe: str, out: Path, *, progress: Progress, warn: Warn, **given: Any
) -> Bundle:  # noqa: ANN401 - of ``train_here``
    """Train by processes of a cluster, each of as many threads as torch has here.

    Args:
        on: as of ``join``. workers: how many; None for as many as there is room for.
        device: of each; one with a GPU has it for itself.
        given: what else ``models.recipes.train.train`` is given. Paths have to lie at the same place on every node.

    Raises:
        InputError: there is no such cluster, it has no room, or processes were lost too often. And as ``models.recipes.train.train``.
    """
    threads, on_gpu = torch.get_num_threads(), compute.device(device).type == "cuda"
    for name in ("RAY_TRAIN_WORKER_GROUP_START_TIMEOUT_S", "RAY_TRAIN_WORKER_HEALTH_CHECK_TIMEOUT_S"):
        os.environ.setdefault(name, _SLOW_START_S)  # for Ray's own a busy machine is too slow
    join(on, cpus=workers and workers * threads)
    room = places("GPU", 1) if on_gpu else places("CPU", threads)
    if workers and workers > room:
        refuse(f"the cluster has room for {room} workers of {threads} threads, not for {workers}", field="--workers")
    logging.getLogger("ray.train").setLevel(logging.WARNING)
    given |= {"data": data, "recipe": recipe, "out": out}
    given = {name: value.absolute() if isinstance(value, Path) else value for name, value in given.items()}
    told = _Told.remote()
    trainer = TorchTrainer(
        _train,
        train_loop_config={"told": told, "threads": threads, "device": device, "given": given},
        scaling_config=ScalingConfig(num_workers=workers or room, use_gpu=on_gpu, resources_per_worker=_each(threads, on_gpu=on_gpu)),
        run_config=RunConfig(name="ray", storage_path=str(work_directory(given["out"])), failure_config=FailureConfig(max_failures=_AGAIN)),
        torch_config=TorchConfig(backend="cpu:gloo,cuda:nccl" if on_gpu else "gloo", timeout_s=_PATIENCE_S),
    )
    lost = None
    with _shown(told, progress, warn):
        try:
            trainer.fit()
        except TrainingFailedError as error:
            lost = error
    refused: AttireError | None = ray.get(told.refusal.remote())
    if refused is not None:
        raise refused
    if lost is not None:
        msg = f"processes of the training were lost {_AGAIN + 1} times; the same command goes on from the last checkpoint"
        raise InputError(msg) from lost
    return Bundle.load(given["out"])


def _each(threads: int, *, on_gpu: bool) -> dict[str, float]:
    return {"GPU": 1} if on_gpu else {"CPU": threads}


def _train(config: dict[str, Any]) -> None:
    """One of the workers."""
    told, workers = config["told"], Workers(distributed.group.WORLD)
    if ray.get(told.refusal.remote()) is not None:  # started anew because of it
        return
    torch.set_num_threads(config["threads"])
    heard = {"progress": _Far(told), "warn": lambda line: told.say.remote("warn", 0, line)}
    try:
        train_here(
            **config["given"],
            **(heard if workers.leads else {"progress": silent, "warn": unheard}),
            workers=workers,
            device=compute.device(config["device"]),
        )
    except AttireError as error:
        ray.get(told.refuse.remote(error))
        raise  # which ends the others


class _Board:
    """What workers tell, in a process of its own."""

    def __init__(self) -> None:
        self._said: list[tuple[Any, ...]] = []
        self._refusal: AttireError | None = None

    def say(self, *message: Any) -> None:  # noqa: ANN401 - see ``_Far``
        """Note a message."""
        self._said.append(message)

    def take(self) -> list[tuple[Any, ...]]:
        """The messages since it was last asked."""
        said, self._said = self._said, []
        return said

    def refuse(self, error: AttireError) -> None:
        """Note why there will be no bundle."""
        self._refusal = self._refusal or error

    def refusal(self) -> AttireError | None:
        """Why there will be no bundle."""
        return self._refusal


_Told: Final = ray.remote(num_cpus=0)(_Board)


class _Far:
    """A ``Progress`` whose steps are shown elsewhere; a step is known by how many it lies within."""

    def __init__(self, told: Any) -> None:  # noqa: ANN401 - Ray types no actor
        self._say, self._depth = told.say.remote, 0

    @contextmanager
    def __call__(self, title: str, total: int) -> Iterator[Advance]:
        depth, self._depth = self._depth, self._depth + 1
        self._say("open", depth, title, total)

        def advance(steps: int = 1, **shown: float | str) -> None:
            self._say("advance", depth, steps, shown)

        try:
            yield advance
        finally:
            self._depth = depth
            self._say("close", depth)


@contextmanager
def _shown(told: Any, progress: Progress, warn: Warn) -> Iterator[None]:  # noqa: ANN401 - Ray types no actor
    """Show what is told for as long as the block runs."""
    end = Event()

    def show() -> None:
        with ExitStack() as every:
            steps: list[tuple[ExitStack, Advance]] = []
            while True:
                last = end.wait(_LOOK_S)
                for what, depth, *said in ray.get(told.take.remote()):
                    if what == "warn":
                        warn(*said)
                    elif what == "advance":
                        steps[depth][1](said[0], **said[1])
                    else:
                        while len(steps) > depth:  # those of a process that was lost, too
                            steps.pop()[0].close()
                        if what == "open":
                            stack = every.enter_context(ExitStack())
                            steps.append((stack, stack.enter_context(progress(*said))))
                if last:
                    return

    thread = Thread(target=show, name="progress")
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()
