"""The runs of a home: what each made of the sessions, on disk.

worker/events/            the archive
worker/reference.jsonl    the fixed reference set, where the shop brings none
worker/runs/0001/         run.json · index.html · candidate/ (a bundle, kept whatever was decided)
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter

from sealed.files import write_whole

Decision = Literal["published", "rejected", "waiting", "failed", "interrupted"]
FINAL: Final = "run.json"
ACCEPTED: Final = "accepted"
METRICS: Final = {"recall_at_10": "recall@10", "fitb_accuracy": "FITB accuracy", "auc": "AUC", "ece": "calibration error"}


@dataclass(frozen=True, slots=True)
class Dropped:
    """What one rule took away: whole visits, and items of others."""

    rule: str
    why: str
    visits: int = 0
    items: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One metric of one set of questions; ``low`` and ``high`` bound the gain of the candidate over the current bundle, paired, at 95 %.

    Attributes:
        set: ``recent`` or ``reference``. about: the category, or empty for all.
        baselines: what counting makes of the same questions.
    """

    set: str
    metric: str
    n: int
    current: float
    candidate: float
    low: float
    high: float
    about: str = ""
    baselines: Mapping[str, float] | None = None

    @property
    def gain(self) -> float:
        """Candidate minus current."""
        return self.candidate - self.current


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadowed:
    """What a candidate did in shadow mode, beside the current release, over all replicas.

    Attributes:
        requests: that both answered. agreement: mean share of the suggested items that both suggest. same_first: share of slots with
            the same first suggestion.
        current_ms, candidate_ms: median and 99th percentile of the time an answer takes.
    """

    requests: int
    agreement: float
    same_first: float
    current_ms: tuple[float, float]
    candidate_ms: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningRun:
    """One run of the learning loop.

    Attributes:
        rows: events of the archive that it has seen.
        decision: ``waiting`` is too little to learn from; ``failed`` and ``interrupted`` runs leave everything as it was.
        reasons: why, a line each.
        came_in: what the archive held. dropped: what hygiene took away. outfits: what was left, by use.
        held_from: seconds since 1970 from which on nothing was learned from.
        release: the release that was made; None where none was. rule: by which it was decided.
        folded_in: new shoppers of a release that is otherwise the current one; such a release is made where no candidate is accepted.
        folded_bundle: the bundle of that release, served or not.
    """

    id: str
    started: str
    rows: int
    decision: Decision | Literal["accepted"]
    reasons: tuple[str, ...] = ()
    finished: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)
    came_in: Mapping[str, int] = field(default_factory=dict)
    dropped: tuple[Dropped, ...] = ()
    outfits: Mapping[str, int] = field(default_factory=dict)
    current: Mapping[str, Any] = field(default_factory=dict)
    candidate: Mapping[str, Any] = field(default_factory=dict)
    metrics: tuple[Compared, ...] = ()
    categories: tuple[Compared, ...] = ()
    calibration: tuple[Compared, ...] = ()
    shadow: Shadowed | None = None
    held_from: float | None = None
    release: str | None = None
    rule: str = ""
    folded_in: Annotated[int, Field(alias="met")] = 0
    folded_bundle: Annotated[str | None, Field(alias="acquainted")] = None

    def decided(self, decision: Decision, *reasons: str, shadow: Shadowed | None = None) -> LearningRun:
        """The run at its end."""
        return replace(self, decision=decision, reasons=(*self.reasons, *reasons), shadow=shadow or self.shadow, finished=now())


_RUN: Final = TypeAdapter(LearningRun)


def now() -> str:
    """The time, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Runs:
    """The worker's part of a home."""

    home: Path

    @property
    def root(self) -> Path:
        """Everything of the worker's."""
        return self.home / "worker"

    @property
    def events(self) -> Path:
        """The archive."""
        return self.root / "events"

    def directory(self, run_id: str) -> Path:
        """Where a run lies."""
        return self.root / "runs" / run_id

    def begin(self) -> Path:
        """A directory for the next run."""
        number = max((int(path.name) for path in self._all()), default=0) + 1
        path = self.directory(f"{number:04d}")
        path.mkdir(parents=True)
        return path

    def unfinished(self) -> list[Path]:
        """Runs that a kill ended, oldest first."""
        return [path for path in self._all() if not (path / FINAL).exists()]

    def finished(self) -> list[LearningRun]:
        """Runs that came to a decision, oldest first; one whose file is broken is left out."""
        found = [read_run(path / FINAL) for path in self._all()]
        return [run for run in found if run is not None]

    def unseen_from(self, bundle: str) -> float:
        """Seconds since 1970 from which on a bundle has learned nothing; 0 where it was not trained here."""
        for run in reversed(self.finished()):
            if run.candidate.get("bundle") == bundle and run.held_from is not None:
                return run.held_from
            if run.folded_bundle == bundle:  # it has learned what the one before it has
                bundle = run.current["bundle"]
        return 0.0

    def decisions(self) -> Counter[str]:
        """How often the gate decided what."""
        return Counter(run.decision for run in self.finished())

    def _all(self) -> list[Path]:
        found = (self.root / "runs").glob("*") if (self.root / "runs").is_dir() else ()
        return sorted((path for path in found if path.is_dir() and path.name.isdecimal()), key=lambda path: int(path.name))


def write_run(path: Path, run: LearningRun) -> None:
    """Write a run as JSON; the file is there whole or as it was."""
    write_whole(path, json.dumps(_RUN.dump_python(run, by_alias=True), indent=1, default=str))


def read_run(path: Path) -> LearningRun | None:
    """A run, or None where there is none that this version can read."""
    try:
        return _RUN.validate_json(path.read_bytes())
    except (OSError, ValueError):
        return None
