"""The examples in the docstrings of the scripts, which pytest does not collect: they import each other by file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = sorted(path for path in (Path(__file__).parents[2] / "benchmarks").glob("*/*.py") if ">>> " in path.read_text())


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_they_are_as_written(script: Path) -> None:
    """Each gives what it says."""
    ran = subprocess.run([sys.executable, "-m", "doctest", script.name], cwd=script.parent, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
