"""What a process has used, as Linux tells it; for benchmarks."""

from __future__ import annotations

import os
from pathlib import Path


def cpu_s(process: int) -> float:
    """Seconds of a core that a process has had."""
    told = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")
