"""Evaluates a bundle on the questions of a dataset directory, beside the baselines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models.datasets.schema import Split
from models.progress import Progress, silent


def evaluate(
    data: Path,
    bundle: Path,
    *,
    split: Split = "test",
    predictions: Path | None = None,
    report: Path | None = None,
    cache: Path | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Run every ``fitb*``, ``compatibility*`` and ``retrieval*`` file; returns the JSON of the contract (``attire evaluate --json``)."""
    raise NotImplementedError
