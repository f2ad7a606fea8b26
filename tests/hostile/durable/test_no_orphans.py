"""A process that was killed leaves none behind: what it started ends, also while that still imports what it needs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration
PARENT = """
import sys, time
from multiprocessing import get_context
from {module} import {target}
if __name__ == "__main__":
    process = get_context("spawn").Process(target={target}, args=({args}))
    process.start()
    print(process.pid, flush=True)
    time.sleep(600)
"""
SLOW = """
import pathlib, time
pathlib.Path({told!r}).touch()
time.sleep(600)
"""


def lives(process: int) -> bool:
    """Whether it does; one that has ended and was not waited for does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(true: object, seconds: float = 60) -> bool:
    """Whether it became so in time."""
    ends = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        if time.monotonic() > ends:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes as Linux shows them")
@pytest.mark.parametrize(
    ("module", "target", "imported", "args"),
    [
        ("app.worker.loop", "learn_apart", "torch", "None, None, 0, None"),
        ("app.worker.feeds", "sync_apart", "lxml", "None, ''"),
        ("app.cli.serve", "_one_of_several", "torch", "None, 0, None, None, None"),
        ("app.server.heavy", "_answer", "torch", "None, None, None"),
    ],
)
def test_killed_while_the_child_imports(tmp_path: Path, module: str, target: str, imported: str, args: str) -> None:
    """A worker's run, a feed, one of several that answer, and the one for heavy requests: each is gone soon after its parent was killed."""
    told, slow, parent = tmp_path / "imports", tmp_path / "slow", tmp_path / "parent.py"
    slow.mkdir()
    (slow / f"{imported}.py").write_text(SLOW.format(told=str(told)))  # an import that takes long, as on a busy machine
    parent.write_text(PARENT.format(module=module, target=target, args=args))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(slow), *sys.path])}
    process = subprocess.Popen([sys.executable, str(parent)], stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    child = int(process.stdout.readline())
    try:
        assert until(told.exists), "the child has begun to import"
        process.kill()
        process.wait()
        assert until(lambda: not lives(child), 20), "the child goes on for nobody"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        if lives(child):
            os.kill(child, signal.SIGKILL)
