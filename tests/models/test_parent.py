"""Processes that end with the one that started them."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path


def test_a_child_ends_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    """It can tell the child nothing; while that lives, the standard output stays open."""
    (tmp_path / "killed.py").write_text(
        "import os, signal\n"
        "from concurrent.futures import ProcessPoolExecutor\n"
        "from multiprocessing import get_context\n"
        "from models.parent import end_with_parent\n"
        "if __name__ == '__main__':\n"
        "    pool = ProcessPoolExecutor(1, get_context('spawn'), end_with_parent)\n"
        "    pool.submit(os.getpid).result()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    asked = subprocess.run([sys.executable, tmp_path / "killed.py"], stdout=subprocess.PIPE, timeout=60, check=False)
    assert asked.returncode == -signal.SIGKILL
