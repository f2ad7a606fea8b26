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
