"""Writes a synthetic wardrobe as a dataset directory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models.progress import Progress, silent


def generate(
    out: Path, *, items: int = 5000, outfits: int = 10_000, shoppers: int = 500, seed: int = 0, progress: Progress = silent
) -> dict[str, Any]:
    """Write the wardrobe to ``out``; returns counts and the oracle's figures."""
    raise NotImplementedError
