"""The C library's allocator: what it keeps of memory that was freed. glibc's alone, beside Arrow's; elsewhere nothing happens."""

from __future__ import annotations

import ctypes
from typing import Final

import pyarrow as pa

_LARGE: Final = 8 << 20
_AT_HAND: Final = 32 << 20
"""More than the model takes for one batch. By glibc's default, 128 KiB, each of its products went back and came again page by page."""
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # malloc.h
_ARENAS: Final = 2


def keep_little() -> None:
    """Map each large block by itself, so that it goes back when it is freed, keep little of the rest, and let threads share two arenas.

    By default glibc learns from the first freed picture to take the next ones from its heap, and keeps an arena per thread, so a service
    that decoded a few large pictures stays as large as it was then. To be called before threads compute.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE)
        mallopt(_M_TRIM_THRESHOLD, _AT_HAND)
        mallopt(_M_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Have the allocator, and Arrow's, return freed memory to the system."""
    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
