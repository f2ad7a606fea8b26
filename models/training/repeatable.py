"""Makes trainings repeatable bit for bit, and names the directory of an unfinished training."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch


@contextmanager
def repeatable(device: torch.device) -> Iterator[None]:
    """Sums in a fixed order, so that the same seed learns the same bits on a CPU.

    On a GPU the order is free: the same seed draws the same outfits, pictures and words there, and starts from the same weights, but
    dropout is the GPU's own, and a sum may differ in its last bits from one run to the next.
    """
    if device.type != "cpu":
        yield
        return
    before = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    torch.use_deterministic_algorithms(mode=True)
    # Filling costs time, and nothing here reads memory that it did not write.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before[0], warn_only=before[1])


def work_directory(out: Path) -> Path:
    """Directory of unfinished work, beside the bundle; starting the same training again finds it."""
    return out.with_name(f"{out.name}.work")
