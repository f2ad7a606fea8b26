"""The job of a run: what its process is given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.ground.settings import Settings

OUTCOME: Final = "outcome.json"
CANDIDATE: Final = "candidate"
FOLDED_IN: Final = "folded-in"


@dataclass(frozen=True, kw_only=True)
class Job:
    """What the process of a run is given.

    Attributes:
        directory: of this run. rows: number of archived events to read.
        candidate: directory of a bundle to judge; None trains one.
    """

    settings: Settings
    directory: Path
    rows: int
    candidate: Path | None = None
