"""Shadow mode: a candidate answers a sample of live requests beside the current release, and nobody sees its answers.

``SHADOW`` in the home names the candidate; each replica writes a report to ``shadow/<release>/``. One background thread computes both
answers, one after the other, so that their times compare.
"""

from __future__ import annotations

import json
import os
import random
import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter

from app.ground.errors import ROOTS
from app.ground.logs import logger
from sealed.files import write_whole

if TYPE_CHECKING:
    from app.release.release import Release  # the worker reads reports, and needs no model for it

_MOST_WAITING: Final = 8
_MOST_TIMES: Final = 2_000
_WRITE_EVERY_S: Final = 0.5

Suggest = Callable[["Release"], Sequence[Sequence[str]]]
"""Gives what a release would suggest: item ids by slot, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one replica measured; see ``app.home.runs.Shadowed``."""

    requests: int
    agreement: float
    same_first: float
    current_ms: tuple[float, ...]
    candidate_ms: tuple[float, ...]


_REPORT: Final = TypeAdapter(Report)


def reports_directory(home: Path, release_id: str) -> Path:
    """The directory of the replicas' reports."""
    return home / "shadow" / release_id


def read_reports(directory: Path) -> list[Report]:
    """The reports that the replicas have written so far."""
    return [_REPORT.validate_json(path.read_bytes()) for path in sorted(directory.glob("*.json"))]


class Shadow:
    """Asks a candidate in one replica.

    Args:
        share: of live requests that the candidate answers too, 0 to 1.
        background: the single thread that also loads releases.

    Attributes:
        candidate: the release in shadow mode, or None.
    """

    def __init__(self, home: Path, share: float, background: Executor) -> None:
        self._home, self._share, self._background = home, share, background
        self._waiting = 0
        self._overlap: list[float] = []
        self._first: list[float] = []
        self._ms: list[tuple[float, float]] = []
        self._written_at = 0.0
        self.candidate: Release | None = None

    def follow(self, candidate: Release | None) -> None:
        """Compare with this candidate from now on; None stops comparing."""
        self.candidate = candidate
        self._overlap, self._first, self._ms = [], [], []

    def note(self, current: Release, suggest: Suggest) -> None:
        """After a request was answered: ask both releases again, if it falls into the sample. Called on the event loop."""
        candidate = self.candidate
        if candidate is None or self._waiting >= _MOST_WAITING or random.random() >= self._share:  # noqa: S311 - a sample
            return
        self._waiting += 1
        self._background.submit(self._ask, current, candidate, suggest)

    def _ask(self, current: Release, candidate: Release, suggest: Suggest) -> None:
        try:
            started = time.perf_counter()
            live = suggest(current)
            between = time.perf_counter()
            tried = suggest(candidate)
            self._compare(candidate, live, tried, (1000 * (between - started), 1000 * (time.perf_counter() - between)))
        except (*ROOTS, OSError) as error:
            logger().warning("shadow_failed", candidate=candidate.id, why=str(error))
        finally:
            self._waiting -= 1

    def _compare(self, candidate: Release, live: Sequence[Sequence[str]], tried: Sequence[Sequence[str]], ms: tuple[float, float]) -> None:
        if self.candidate is not candidate:
            return
        for here, there in zip(live, tried, strict=False):
            if here or there:
                self._overlap.append(len(set(here) & set(there)) / max(len(here), len(there)))
                self._first.append(float(list(here[:1]) == list(there[:1])))
        self._ms.append(ms)
        if time.monotonic() - self._written_at >= _WRITE_EVERY_S or len(self._ms) == 1:
            self._write(candidate.id)

    def _write(self, release_id: str) -> None:
        directory = reports_directory(self._home, release_id)
        directory.mkdir(parents=True, exist_ok=True)
        report = Report(
            requests=len(self._ms),
            agreement=sum(self._overlap) / max(1, len(self._overlap)),
            same_first=sum(self._first) / max(1, len(self._first)),
            current_ms=tuple(round(here, 3) for here, _ in self._ms[-_MOST_TIMES:]),
            candidate_ms=tuple(round(there, 3) for _, there in self._ms[-_MOST_TIMES:]),
        )
        write_whole(directory / f"{socket.gethostname()}-{os.getpid()}.json", json.dumps(asdict(report)))
        self._written_at = time.monotonic()
