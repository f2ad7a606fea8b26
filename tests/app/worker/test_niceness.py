"""How the worker's processes yield to those that answer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_ASKED = """
import os
from pathlib import Path
from app.worker.niceness import stand_back
stand_back(7)
told = Path("/proc/self/autogroup")
print(os.nice(0), os.getsid(0) == os.getpid(), told.read_text().split()[-1] if told.exists() else "7")
"""


@pytest.mark.parametrize("leads", [False, True])
def test_a_process_stands_back_with_a_session_of_its_own(*, leads: bool) -> None:
    """The kernel shares the cores among sessions first; one that leads a session already, which others may share, leaves that as it is."""
    command = [sys.executable, "-c", _ASKED]
    told = subprocess.run(command, capture_output=True, text=True, check=True, start_new_session=leads).stdout.split()
    assert told[:2] == ["7", "True"]
    if Path("/proc/self/autogroup").exists():
        assert told[2] == ("0" if leads else "7")
