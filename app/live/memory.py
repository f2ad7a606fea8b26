"""Memory: how much is free, and how much a release needs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from app.home.store import ReleaseRecord, ReleaseStore

_PROC: Final = Path("/proc/meminfo")
_CGROUP: Final = Path("/sys/fs/cgroup")
_AVAILABLE: Final = re.compile(r"^MemAvailable:\s+(\d+) kB$", re.MULTILINE)
_INACTIVE: Final = re.compile(r"^inactive_file (\d+)$", re.MULTILINE)
_TABLE: Final = 10  # a table of items with its lookups takes about ten times its compressed size on disk


def free_bytes(proc: Path = _PROC, cgroup: Path = _CGROUP) -> int | None:
    """Bytes that this process may still take, the smaller of the machine's and its container's; None where neither is known."""
    found = [value for value in (_of_machine(proc), _of_container(cgroup)) if value is not None]
    return min(found, default=None)


def needed_bytes(store: ReleaseStore, record: ReleaseRecord) -> int:
    """About how many bytes a loaded release takes. What is mapped from disk does not count: the system drops such pages."""
    store.bring(record)
    snapshot = store.snapshot_path(record.snapshot)
    indexes = _size(snapshot / "embeddings.npy") + _size(snapshot / "index")  # `index`: of format 1
    return indexes + _size(store.bundle_path(record.bundle)) + _TABLE * _size(snapshot / "items.parquet")


def _of_machine(proc: Path) -> int | None:
    try:
        available = _AVAILABLE.search(proc.read_text())
    except OSError:
        return None
    return int(available[1]) * 1024 if available else None


def _of_container(cgroup: Path) -> int | None:
    try:
        most, used = (cgroup / "memory.max").read_text().strip(), int((cgroup / "memory.current").read_text())
        cached = _INACTIVE.search((cgroup / "memory.stat").read_text())
    except (OSError, ValueError):
        return None
    return int(most) - used + (int(cached[1]) if cached else 0) if most.isdecimal() else None


def _size(path: Path) -> int:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files)
