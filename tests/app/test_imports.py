"""What processes import: each library costs a part of their start, and of their memory."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("modules", "without"),
    [
        ("app.main, app.server.process", "polars scipy sklearn matplotlib sympy open_clip torchvision timm redis"),
        ("app.worker.learn, models.recipes.train", "scipy sklearn matplotlib sympy open_clip torchvision timm"),
    ],
    ids=["the service", "the worker"],
)
def test_nothing_is_imported_that_only_some_take(modules: str, without: str) -> None:
    """Of the service: what reports, trainings and pictures take, what compiles models, a log that is elsewhere. The worker mostly waits."""
    asked = f"import sys, {modules}; print(*[name for name in {without.split()} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True, text=True).stdout.split() == []
