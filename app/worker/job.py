"""What a run is given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.ground.settings import Log as LogSettings
from app.ground.settings import Worker as WorkerSettings

OUTCOME: Final = "outcome.json"
CANDIDATE: Final = "candidate"
ACQUAINTED: Final = "acquainted"


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a run is given.

    Attributes:
        directory: the run's own. rows: events of the archive to look at.
        device: the setting; see ``compute.device``.
        candidate: a bundle to judge in place of training one.
    """

    home: Path
    directory: Path
    rows: int
    worker: WorkerSettings
    log: LogSettings
    device: str
    candidate: Path | None = None
