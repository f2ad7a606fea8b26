"""How the worker's processes yield to those that answer."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

_SHARED_BY_SESSION: Final = Path("/proc/self/autogroup")


def stand_back(nice: int) -> None:
    """Yield the cores to everything else on the machine.

    Linux shares them among sessions before it looks at how nice each process is (``sched_autogroup``), so this process leads a session
    of its own, which is as nice. Containers it shares among before that: there the composition says how much each has.
    """
    os.nice(nice)
    with suppress(OSError):  # it leads a session already; or a kernel that does not share so
        os.setsid()
        _SHARED_BY_SESSION.write_text(f"{nice}\n")
