"""How much memory is free, what a release will take, and giving back what is no longer used."""

from __future__ import annotations

import ctypes
import re
from pathlib import Path
from typing import Final

from app.home.store import ReleaseRecord, ReleaseStore

_PROC: Final = Path("/proc/meminfo")
_CGROUP: Final = Path("/sys/fs/cgroup")
_AVAILABLE: Final = re.compile(r"^MemAvailable:\s+(\d+) kB$", re.MULTILINE)
_INACTIVE: Final = re.compile(r"^inactive_file (\d+)$", re.MULTILINE)
_TABLE: Final = 10  # times its compressed size on disk is what a table of items takes, with the lookups over it


def free_bytes(proc: Path = _PROC, cgroup: Path = _CGROUP) -> int | None:
    """Bytes that this process may still take: of the machine, and of its container; None where neither can be told."""
    found = [value for value in (_of_machine(proc), _of_container(cgroup)) if value is not None]
    return min(found, default=None)


def needed_bytes(store: ReleaseStore, record: ReleaseRecord) -> int:
    """About what a release takes once it is loaded; what is mapped from disk takes nothing that is not given back; its indexes do."""
    snapshot = store.snapshot_path(record.snapshot)
    indexes = _size(snapshot / "embeddings.npy") + _size(snapshot / "index")  # where it is of format 1
    return indexes + _size(store.bundle_path(record.bundle)) + _TABLE * _size(snapshot / "items.parquet")


def give_back() -> None:
    """Let the allocator hand back what it keeps of freed memory, where it can."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _of_machine(proc: Path) -> int | None:
    try:
        told = _AVAILABLE.search(proc.read_text())
    except OSError:
        return None
    return int(told[1]) * 1024 if told else None


def _of_container(cgroup: Path) -> int | None:
    try:
        most, used = (cgroup / "memory.max").read_text().strip(), int((cgroup / "memory.current").read_text())
        cached = _INACTIVE.search((cgroup / "memory.stat").read_text())
    except (OSError, ValueError):
        return None
    return int(most) - used + (int(cached[1]) if cached else 0) if most.isdecimal() else None


def _size(path: Path) -> int:
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    return sum(one.stat().st_size for one in files)
