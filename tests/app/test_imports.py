"""What the service imports: each library costs a part of its start, and of every process's memory."""

from __future__ import annotations

import subprocess
import sys


def test_the_service_imports_nothing_that_only_reports_trainings_and_pictures_take() -> None:
    """Nor what compiles models, or a log that is elsewhere."""
    heavy = ["polars", "scipy", "sklearn", "matplotlib", "sympy", "open_clip", "torchvision", "timm", "redis"]
    asked = f"import sys, app.main, app.server.process; print(*[name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True, text=True).stdout.split() == []
