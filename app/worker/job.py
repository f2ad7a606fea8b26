"""What a run is given, and the way into its process, which alone loads what it takes to learn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.settings import Log as LogSettings
from app.settings import Worker as WorkerSettings

OUTCOME: Final = "outcome.json"
CANDIDATE: Final = "candidate"
ACQUAINTED: Final = "acquainted"


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a run is given.

    Attributes:
        directory: the run's own. rows: events of the archive to look at.
        candidate: a bundle to judge in place of training one.
    """

    home: Path
    directory: Path
    rows: int
    worker: WorkerSettings
    log: LogSettings
    candidate: Path | None = None


def learn_apart(job: Job) -> None:
    """The target of a run's process."""
    from app.worker.learn import learn  # noqa: PLC0415 - the worker itself stays small

    learn(job)
