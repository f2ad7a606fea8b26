"""Makes trainings repeatable bit for bit, and names the directory of an unfinished training."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch


@contextmanager
def repeatable(device: torch.device) -> Iterator[None]:
    """Sums in a fixed order, so that the same seed learns the same bits on a CPU.

    On a GPU the same seed draws the same outfits, pictures and words and starts from the same weights. But dropout uses the GPU's own
    generator, and sums may differ in their last bits from run to run.
    """
    if device.type != "cpu":
        yield
        return
    before = torch.get_deterministic_debug_mode()
    torch.set_deterministic_debug_mode("error")  # as use_deterministic_algorithms, which loads the compiler to tell it, too: two seconds
    # Filling costs time, and nothing here reads memory that it did not write.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    try:
        yield
    finally:
        torch.set_deterministic_debug_mode(before)


def work_directory(out: Path) -> Path:
    """Directory of unfinished work, beside the bundle; starting the same training again finds it."""
    return out.with_name(f"{out.name}.work")
