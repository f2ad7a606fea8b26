"""A service of one process that hangs is nobody's to kill: it ends itself."""

from __future__ import annotations

import subprocess
import sys

import pytest

_STANDS = """
import asyncio, re, time
from app.live.watchdog import Watchdog
from app.server.alone import Alone

async def serve() -> None:
    watchdog = Watchdog(beaten)
    watchdog.start()
    await asyncio.sleep(0.3)
    {stands}
    await asyncio.sleep(0.3)
    await watchdog.close()

with Alone(hung_s=3) as beaten:
    asyncio.run(serve())
time.sleep({after})
print("ended by itself")
"""


@pytest.mark.parametrize("stands", ["time.sleep(60)", "re.match('(a+)+b', 'a' * 50)"])
def test_one_that_hangs_says_where_and_ends(stands: str) -> None:
    """Also where what hangs keeps Python's lock."""
    ended = _run(stands=stands, after=0)
    assert ended.returncode == 1
    assert "Timeout" in ended.stderr
    assert "in serve" in ended.stderr
    assert "ended by itself" not in ended.stdout


@pytest.mark.parametrize("stands", ["time.sleep(1)", "for _ in range(30): await asyncio.sleep(0.1)"])
def test_one_that_is_late_or_stopped_goes_on(stands: str) -> None:
    """Nor is it ended after it has stopped, whatever it does then."""
    ended = _run(stands=stands, after=4)
    assert (ended.returncode, ended.stdout.splitlines()[-1:]) == (0, ["ended by itself"])


def _run(**how: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", _STANDS.format(**how)], capture_output=True, text=True, timeout=50, check=False)
