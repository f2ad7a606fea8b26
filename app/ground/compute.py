"""The one place that imports torch and then FAISS, in this order, and that fixes their threads.

Loaded after FAISS, torch would bring a second OpenMP runtime; loaded before it, both share one, and so one number of threads.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # waiting threads that spin take the cores from whoever works beside this process

# isort: split
import torch

# isort: split
import faiss


def fix_threads(count: int) -> int:
    """Let torch and FAISS use ``count`` threads per operation (0: one per core); returns the number."""
    count = count or cores()
    torch.set_num_threads(count)
    faiss.omp_set_num_threads(count)
    return count


def cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def devices() -> list[str]:
    """What torch could compute on."""
    return ["cpu", *(torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count()))]
