"""The one place that decides what computes: it imports torch and then FAISS, in this order, fixes their threads, and chooses the device.

Loaded after FAISS, torch would bring a second OpenMP runtime; loaded before it, both share one, and so one number of threads.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # waiting threads that spin take the cores from whoever works beside this process

# isort: split
import torch

# isort: split
import faiss

from models.errors import InputError

_team = 1


def fix_threads(count: int) -> int:
    """Let torch and FAISS use ``count`` threads per operation (0: one per core); returns the number."""
    global _team  # noqa: PLW0603 - as global as what it sets
    _team = count = count or cores()
    torch.set_num_threads(count)
    faiss.omp_set_num_threads(count)
    return count


def alone() -> None:
    """Let operations of the calling thread use no other one: small ones are over before a team of threads has met."""
    torch.set_num_threads(1)


@contextmanager
def teamed() -> Iterator[None]:
    """Let operations of the calling thread use as many threads as ``fix_threads`` said, and then as many as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(_team)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def device(choice: str) -> torch.device:
    """The device that ``ATTIRE_DEVICE`` asks for; ``auto`` is the first GPU, or the CPU where torch sees none.

    Args:
        choice: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.

    Raises:
        InputError: there is no such GPU.
    """
    asked = torch.device("cuda" if choice == "auto" else choice)
    count = 0 if asked.type == "cpu" else torch.cuda.device_count()
    if asked.type == "cpu" or (choice == "auto" and not count):
        return torch.device("cpu")
    if (asked.index or 0) >= count:
        there = f"no GPU but cuda:0 to cuda:{count - 1}" if count else "no GPU"
        msg = f"{choice!r}: torch sees {there} here; set auto or cpu"
        raise InputError(msg, field="ATTIRE_DEVICE")
    return torch.device("cuda", asked.index or 0)
