"""How far a run of the learning loop is: a file in its directory, which goes when the run ends, and a line of the log for each step."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from app.ground.logs import logger
from app.home.runs import Runs, now
from sealed.files import write_whole

UNDERWAY: Final = "underway.json"


@dataclass(frozen=True, slots=True)
class Underway:
    """A run that has not ended.

    Attributes:
        started: when it began, and ``since``, when its step did: UTC, to the second.
        step: what it does; empty until its process has begun.
    """

    id: str
    started: str
    step: str = ""
    since: str = ""


_UNDERWAY: Final = TypeAdapter(Underway)


def begins(directory: Path, step: str = "") -> None:
    """Say that a run begins a step, or itself where none is named. A disk that takes no more is told by what has to be written."""
    before, time = _read(directory), now()
    started = before.started if before else time
    with suppress(OSError):
        write_whole(directory / UNDERWAY, json.dumps(asdict(Underway(directory.name, started, step, time))))
    if step:
        logger().info("run_step", run=directory.name, step=step)


def ends(directory: Path) -> None:
    """Say that a run has ended."""
    with suppress(OSError):
        (directory / UNDERWAY).unlink(missing_ok=True)


def underway(home: Path) -> Underway | None:
    """The run that has begun and not ended, though its worker may have been killed since; None where there is none."""
    unfinished = Runs(home).unfinished()
    return _read(unfinished[-1]) if unfinished else None


def _read(directory: Path) -> Underway | None:
    try:
        return _UNDERWAY.validate_json((directory / UNDERWAY).read_bytes())
    except (OSError, ValueError):
        return None
