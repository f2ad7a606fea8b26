"""Trainings by several processes of a cluster: ``models.recipes.train.train`` in each, with a share of every batch.

A process that is lost takes the others with it, since none can make a step alone; all are started anew, or as many as there is room for,
and go on from the checkpoint in the work directory, which lies beside the bundle. What the first of them tells of its progress is shown
where the command was given.
"""

from __future__ import annotations

import socket
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import ray
import torch
from ray.exceptions import LocalRayletDiedError, RayActorError, RayTaskError
from ray.util.placement_group import PlacementGroup, placement_group, remove_placement_group
from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy
from torch import distributed

from app.ground import compute
from app.ray.joined import anew, here, join, places, room
from models.bundle import Bundle
from models.errors import AttireError, InputError, refuse
from models.progress import Advance, Progress, Warn, silent, unheard
from models.recipes.train import train as train_here
from models.training.parallel import Workers

_AGAIN: Final = 3
"""How often a training goes on after a process or a node was lost."""
_GOES_ON: Final = "the same command goes on from the last checkpoint"
_PATIENCE: Final = timedelta(days=1)  # one may encode a catalogue while the others wait; that one is lost is seen here
_ROOM_S: Final = 120.0
"""Seconds that a cluster has to make room for all workers, or to get a node in place of a lost one."""
_LOOK_S: Final = 0.5
_OTHERS_S: Final = 90.0  # for the lost one to be known as lost, after another has found nobody to talk to: Ray asks a node for 65 in vain

Message = tuple[Any, ...]


def train(on: str, workers: int | None, device: str, *, progress: Progress, warn: Warn, **given: Any) -> Bundle:  # noqa: ANN401 - as ``train_here``
    """Train by processes of a cluster, each of as many threads as torch has here.

    Args:
        on: as of ``join``. workers: how many; None for as many as there is room for.
        device: of each; one with a GPU has it for itself.
        given: what else ``models.recipes.train.train`` is given. Paths have to lie at the same place on every node.

    Raises:
        InputError: there is no such cluster, it has no room, or processes were lost too often.
        ConnectionResetError: the node of this process was lost, and no other could be started. And as ``models.recipes.train.train``.
    """
    threads, on_gpu = torch.get_num_threads(), compute.device(device).type == "cuda"
    cpus = workers and workers * threads
    join(on, cpus)
    resource, amount = ("GPU", 1) if on_gpu else ("CPU", threads)
    most = places(resource, amount)
    count = workers or most
    if count > most:
        refuse(
            f"the cluster has room for {most}, each with {'a GPU' if on_gpu else f'{threads} CPUs'}, not for {workers}", field="--workers"
        )
    given = {name: value.absolute() if isinstance(value, Path) else value for name, value in given.items()}
    each = {resource: amount}
    place = ray.remote(max_concurrency=2, num_cpus=each.get("CPU", 0), num_gpus=each.get("GPU", 0))(_Worker)
    for lost in range(1 + _AGAIN):
        try:
            with _reserved(each, count, fewer=lost > 0) as group, _Shown(progress, warn) as shown:
                strategy = PlacementGroupSchedulingStrategy(group)
                them = [place.options(scheduling_strategy=strategy).remote() for _ in range(group.bundle_count)]
                address = ray.get(them[0].address.remote())
                _wait(
                    [one.train.remote(address, number, len(them), threads, device, given) for number, one in enumerate(them)],
                    them[0],
                    shown,
                )
        except RayActorError:
            continue
        except LocalRayletDiedError:
            anew(on, _GOES_ON, cpus)
            continue
        return Bundle.load(given["out"])
    msg = f"processes of the training were lost {1 + _AGAIN} times; {_GOES_ON}"
    raise InputError(msg)


@contextmanager
def _reserved(each: dict[str, int], count: int, *, fewer: bool) -> Iterator[PlacementGroup]:
    """Room for all workers at once, lest some wait for one that has none; they end with it.

    Args:
        fewer: whether as many will do as there is room for, where a node was lost and none has come in its place.
    """
    group = placement_group([each] * count)
    try:
        end = time.monotonic() + _ROOM_S
        while not (found := group.wait(_LOOK_S)) and time.monotonic() < end:
            if not here():
                raise LocalRayletDiedError
        if found:
            yield group
            return
        [(resource, amount)] = each.items()
        left = room(resource, amount)
        if not (fewer and 0 < left < count):
            refuse(f"others have the cluster: within {_ROOM_S:g} s it had no room for {count}, each with {each}", field="--workers")
    finally:
        remove_placement_group(group)
    with _reserved(each, left, fewer=False) as group:
        yield group


def _wait(answers: list[Any], first: Any, shown: _Shown) -> None:  # noqa: ANN401 - Ray types no actor
    """Return once all are done, showing what the first one tells.

    Raises:
        RayActorError: one was lost. And what one raised otherwise.
    """
    pending = answers
    while pending:
        done, pending = ray.wait(pending, timeout=_LOOK_S)
        shown(ray.get(first.take.remote()))
        try:
            ray.get(done)
        except RayTaskError as error:
            if isinstance(error.cause, AttireError):
                raise error.cause from None
            ended, _ = ray.wait(answers, num_returns=len(answers), timeout=_OTHERS_S)
            for other in ended:
                with suppress(RayTaskError):
                    ray.get(other)
            raise


class _Worker:
    """One process; it trains, and is asked meanwhile what there is to show."""

    def __init__(self) -> None:
        self._said: deque[Message] = deque()

    def address(self) -> str:
        """Where the others find it."""
        host = ray.util.get_node_ip_address()
        with socket.socket() as free:
            free.bind(("", 0))
            return f"tcp://{host}:{free.getsockname()[1]}"

    def train(self, address: str, number: int, count: int, threads: int, device: str, given: dict[str, Any]) -> None:
        """Train as one of ``count`` workers."""
        torch.set_num_threads(threads)
        on = compute.device(device)
        backend = "cpu:gloo,cuda:nccl" if on.type == "cuda" else "gloo"
        distributed.init_process_group(backend, init_method=address, rank=number, world_size=count, timeout=_PATIENCE)
        workers = Workers(distributed.group.WORLD)
        heard = (silent, unheard) if number else (_Told(self._said), lambda line: self._said.append(("warn", 0, line)))
        train_here(**given, workers=workers, device=on, progress=heard[0], warn=heard[1])

    def take(self) -> list[Message]:
        """What is to be shown since it was last asked."""
        return [self._said.popleft() for _ in range(len(self._said))]


class _Told:
    """A ``Progress`` that notes what is to be shown; a step is known by how many it lies within."""

    def __init__(self, said: deque[Message]) -> None:
        self._said, self._depth = said, 0

    @contextmanager
    def __call__(self, title: str, total: int) -> Iterator[Advance]:
        depth, self._depth = self._depth, self._depth + 1
        self._said.append(("open", depth, title, total))

        def advance(steps: int = 1, **shown: float | str) -> None:
            self._said.append(("advance", depth, steps, shown))

        try:
            yield advance
        finally:
            self._depth = depth
            self._said.append(("close", depth))


class _Shown(ExitStack):
    """Shows what was noted."""

    def __init__(self, progress: Progress, warn: Warn) -> None:
        super().__init__()
        self._progress, self._warn = progress, warn
        self._steps: list[tuple[ExitStack, Advance]] = []

    def __call__(self, said: Sequence[Message]) -> None:
        """Show some messages."""
        for what, depth, *rest in said:
            if what == "warn":
                self._warn(*rest)
            elif what == "advance":
                self._steps[depth][1](rest[0], **rest[1])
            elif what == "close":
                self._steps.pop()[0].close()
            else:
                stack = self.enter_context(ExitStack())
                self._steps.append((stack, stack.enter_context(self._progress(*rest))))
