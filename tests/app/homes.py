"""Homes for tests that change them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

LEFT: Final = shutil.ignore_patterns("log.sqlite*", "acknowledged", "keys.json", "rules.json", "experiments.json", "serving", "worker")
"""What tests that share a home write, show, or make keys for."""


def copied(home: Path, to: Path) -> Path:
    """A copy of a home as it was published.

    Without the log: to copy one that a service of this process has open takes SQLite's locks from it (POSIX drops a process's locks on a
    file when any of its handles on it is closed), and another process may then damage it.
    """
    return Path(shutil.copytree(home, to, symlinks=True, ignore=LEFT))
