"""The runs of the learning loop, as files of a home.

worker/events/            the archive
worker/reference.jsonl    the fixed reference set, where the shop brings none
worker/runs/0001/         run.json · index.html · candidate/ (a bundle, whatever the decision was; see ``Runs.leftovers``)
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter

from models.offpolicy.estimates import Estimated
from sealed.files import write_whole

Decision = Literal["published", "rejected", "waiting", "failed", "interrupted"]
OUTCOME, FINAL = "outcome.json", "run.json"
"""What the process of a run decided, and what became of it."""
CANDIDATE, FOLDED_IN = "candidate", "folded-in"
"""Bundles that a run makes."""
REFERENCE, SHOPPERS = "reference.jsonl", "shoppers.json"
"""The fixed reference set, and what a bundle of a personal model calls the list of those it knows."""
ACCEPTED: Final = "accepted"
METRICS: Final = {"recall_at_10": "recall@10", "fitb_accuracy": "FITB accuracy", "auc": "AUC", "ece": "calibration error"}


@dataclass(frozen=True, slots=True)
class Dropped:
    """What one rule of hygiene removed: whole visits, and single items of other visits."""

    rule: str
    why: str
    visits: int = 0
    items: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One metric of both bundles on one set of ``n`` questions; ``low`` and ``high`` bound the gain, a paired 95 % bootstrap interval.

    Attributes:
        set: ``recent``, ``reference`` or ``all``. about: the category; empty for all categories.
        baselines: name of a counting baseline -> its value on the same questions.
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
    """A candidate in shadow mode, compared with the current release over all replicas.

    Attributes:
        requests: how many both answered. agreement: mean share of the suggested items that both suggest.
        same_first: share of slots with the same first suggestion.
        current_ms, candidate_ms: median and 99th percentile of the time an answer takes.
    """

    requests: int
    agreement: float
    same_first: float
    current_ms: tuple[float, float]
    candidate_ms: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class FromLog:
    """What both releases would have earned per answer, as explored answers tell.

    Attributes:
        reward: what is counted. examination: how steeply attention falls by place. told: whether the log told that.
        given: whether a setting did; else it is assumed.
        refused: why nothing is said; then both estimates are None.
    """

    reward: str
    examination: float = 1.0
    told: bool = False
    given: bool = False
    current: Estimated | None = None
    candidate: Estimated | None = None
    refused: str | None = None

    @property
    def attention(self) -> str:
        """How steeply attention falls, and how that is known."""
        assumed = "which is assumed: fewer than 100 explored items were acted upon; ATTIRE_EXPLORATION__EXAMINATION gives another"
        how = "as the explored places tell" if self.told else "as ATTIRE_EXPLORATION__EXAMINATION gives" if self.given else assumed
        return f"attention falls by place to the power of {self.examination:.2f}, {how}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningRun:
    """One run of the learning loop.

    Attributes:
        rows: number of archived events that the run read.
        decision: ``waiting`` means too little to learn from; ``failed`` and ``interrupted`` runs change nothing that serves.
        reasons: why, one line each.
        seconds: step -> its duration.
        came_in: counts of what the archive held. dropped: what hygiene removed. outfits: counts of what was left, by use.
        current, candidate: what both bundles say of themselves.
        held_from: time, in seconds since 1970, from which on no outfit was learned from.
        release: id of the release that the run made, if it made one. rule: the gate's rule in words.
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
    from_log: FromLog | None = None
    held_from: float | None = None
    release: str | None = None
    rule: str = ""
    folded_in: Annotated[int, Field(alias="met")] = 0
    folded_bundle: Annotated[str | None, Field(alias="acquainted")] = None

    def decided(self, decision: Decision, *reasons: str, shadow: Shadowed | None = None) -> LearningRun:
        """The finished run with this decision, and these reasons beside those it has."""
        return replace(self, decision=decision, reasons=(*self.reasons, *reasons), shadow=shadow or self.shadow, finished=now())


_RUN: Final = TypeAdapter(LearningRun)


def now() -> str:
    """The time, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Runs:
    """The worker's directory of a home, and the runs in it."""

    home: Path

    @property
    def root(self) -> Path:
        """The worker's directory."""
        return self.home / "worker"

    @property
    def events(self) -> Path:
        """The directory of the archive."""
        return self.root / "events"

    def directory(self, run_id: str) -> Path:
        """The directory of a run."""
        return self.root / "runs" / run_id

    def begin(self) -> Path:
        """Make and return the directory of the next run."""
        number = max((int(path.name) for path in self._all()), default=0) + 1
        path = self.directory(f"{number:04d}")
        path.mkdir(parents=True)
        return path

    def unfinished(self) -> list[Path]:
        """Directories of runs that never finished, because the worker was killed; oldest first."""
        return [path for path in self._all() if not (path / FINAL).exists()]

    def finished(self) -> list[LearningRun]:
        """Finished runs, oldest first; those whose file cannot be read are left out."""
        found = [read_run(path / FINAL) for path in self._all()]
        return [run for run in found if run is not None]

    def last(self) -> LearningRun | None:
        """The last run that was not interrupted."""
        return next((run for run in reversed(self.finished()) if run.decision != "interrupted"), None)

    def without_rows(self, gone: Sequence[int]) -> None:
        """Have the last run count what it has read as the archive does without these rows, which are about to go from it."""
        if (run := self.last()) is not None and (before := sum(row < run.rows for row in gone)):
            write_run(self.directory(run.id) / FINAL, replace(run, rows=run.rows - before))

    def shoppers(self) -> Iterator[Path]:
        """The files of candidates that say whom they know."""
        yield from (self.root / "runs").glob(f"*/{CANDIDATE}/{SHOPPERS}")

    def unseen_from(self, bundle: str) -> float:
        """Time, in seconds since 1970, from which on a bundle learned from no outfit; 0 where no run here trained it."""
        for run in reversed(self.finished()):
            if run.candidate.get("bundle") == bundle and run.held_from is not None:
                return run.held_from
            if run.folded_bundle == bundle:  # it learned nothing beside shoppers, so ask for the bundle before it
                bundle = run.current["bundle"]
        return 0.0

    def leftovers(self, keep: int, keep_candidates: int) -> list[Path]:
        """What of finished runs nothing needs any more.

        Kept are the newest ``keep`` runs, of the newest ``keep_candidates`` also the candidate, and runs that say what a bundle of the home
        learned from; see ``unseen_from``.
        """
        found, needed = list[Path](), {path.name for path in (self.home / "bundles").glob("*")}
        for age, path in enumerate(reversed(self._all())):
            if (run := read_run(path / FINAL)) is None:
                continue
            if run.folded_bundle in needed:
                needed.add(str(run.current.get("bundle")))
            told = run.candidate.get("bundle") in needed or run.folded_bundle in needed
            candidate = path / CANDIDATE
            found += [path] if age >= keep and not told else [candidate] if age >= keep_candidates and candidate.is_dir() else []
        return found

    def _all(self) -> list[Path]:
        found = (self.root / "runs").glob("*") if (self.root / "runs").is_dir() else ()
        return sorted((path for path in found if path.is_dir() and path.name.isdecimal()), key=lambda path: int(path.name))


def write_run(path: Path, run: LearningRun) -> None:
    """Write a run as JSON; the file is there whole or as it was."""
    write_whole(path, json.dumps(_RUN.dump_python(run, by_alias=True), indent=1, default=str))


def read_run(path: Path) -> LearningRun | None:
    """Read a run; None where there is no file, or none that this version can read."""
    try:
        return _RUN.validate_json(path.read_bytes())
    except (OSError, ValueError):
        return None
