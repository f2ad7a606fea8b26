"""What the C library keeps of freed memory, in a process of its own, as it holds for all of one."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc's settings")
_SECOND_TIME = """
import ctypes, resource, sys
from app.ground.allocator import keep_little

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
keep_little()
for _ in range(2):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    block = libc.malloc(int(sys.argv[1]))
    ctypes.memset(block, 1, int(sys.argv[1]))
    libc.free(block)
print((resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) * resource.getpagesize())
"""


def _came_again(size: int) -> int:
    """Bytes that the system gave again to a block of the same size as one that was freed."""
    done = subprocess.run([sys.executable, "-c", _SECOND_TIME, str(size)], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_what_a_batch_of_the_model_takes_is_kept_at_hand() -> None:
    """The blocks of a few megabytes that each request frees and takes again do not come page by page each time."""
    assert _came_again(4 << 20) < 1 << 20


def test_a_large_picture_goes_back() -> None:
    """A block as large as a decoded picture is given back when it is freed."""
    assert _came_again(64 << 20) >= 64 << 20
