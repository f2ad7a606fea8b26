"""What a process has used, as Linux tells it; for benchmarks."""

from __future__ import annotations

import os
import re
from itertools import chain
from pathlib import Path


def cpu_s(process: int) -> float:
    """Seconds of a core that a process has had."""
    told = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(process: int) -> int:
    """What a process has for itself."""
    private = re.findall(r"^Private_\w+: +(\d+) kB", Path(f"/proc/{process}/smaps_rollup").read_text(), re.MULTILINE)
    return sum(map(int, private)) // 1024


def below(process: int) -> list[int]:
    """The processes that it has started, and those that they have."""
    children = [one.read_text().split() for one in Path(f"/proc/{process}/task").glob("*/children")]
    return [found for child in map(int, chain(*children)) for found in (child, *below(child))]


def named(process: int, start: str) -> list[int]:
    """Those of ``below`` whose program's name starts so, oldest first; a worker of Ray is named after what it does, ``ray::encode``."""
    return sorted(pid for pid in below(process) if _program(pid).startswith(start))


def _program(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text().partition("\0")[0].rpartition("/")[2]
    except OSError:  # it has ended meanwhile
        return ""
