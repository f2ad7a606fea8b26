"""What must not be done to a home by two at once, or while it is served."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.ground.errors import HomeError
from app.ground.places import shown
from app.home.origin import refreshed
from app.home.replicas import last_noted_s, served_by_replicas
from app.home.runs import Runs


@contextmanager
def holding(path: Path, taken: str) -> Iterator[None]:
    """Hold a lock, whose file is made where it is missing; the system releases it however the process ends.

    Args:
        taken: what the error says.

    Raises:
        HomeError: another process has it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise HomeError(taken) from error
        yield


@contextmanager
def one_by_one(home: Path, name: str) -> Iterator[None]:
    """Change something of a home, which is made where it is missing, after whoever of this machine changes it now."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def in_turn(home: Path, file: str) -> Iterator[None]:
    """Change a file of a home likewise; of a shared one what is shared by now."""
    with one_by_one(home, file):
        refreshed(home)
        yield


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Hold the home's worker lock.

    Raises:
        HomeError: another worker has it.
    """
    with holding(Runs(home).root / "lock", f"{shown(home)}: another worker is at work here; stop it first, one is enough for a home"):
        yield


@contextmanager
def unused(home: Path, if_killed: str) -> Iterator[None]:
    """Hold the worker lock of a home that nobody serves.

    Args:
        if_killed: what to do where the service was killed just now, so that its note is still there.

    Raises:
        HomeError: a worker has it, or a replica has noted within the last minutes that it serves.
    """
    if served := served_by_replicas(home):
        names = ", ".join(sorted(served))
        noted = f"as it noted {last_noted_s(home):.0f} s ago, which it does every minute"
        msg = f"{shown(home)}: a service answers from release {names} here, {noted}; stop it first; if it was killed just now, {if_killed}"
        raise HomeError(msg)
    with alone(home):
        yield
