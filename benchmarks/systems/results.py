"""What has been measured so far, on disk, and figures over seeds and questions made of it.

``results.jsonl`` holds a line per run and seed, ``answers/`` the answer to every question, so that the page is made of both alone and a
killed reproduction goes on where it was.

Shape legend: S seeds · R resamples · B questions.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.systems.runs import WARDROBES, Measure, Run
from models.evaluation import personal
from models.evaluation.metrics import Metric, auc, fitb_correct, mean, recall_at
from models.evaluation.outfit_vector import GRADES, Separation

_RESAMPLES: Final = 1000
_AT_ONCE: Final = 100
_LEVELS: Final = (2.5, 97.5)
_SHOPPERS: Final = ("warm", "cold1", "cold5")


@dataclass(frozen=True)
class Figure:
    """A mean over seeds with its 95 % interval over seeds and questions."""

    value: float
    low: float
    high: float


class Results:
    """The results in a directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._lines: dict[str, dict[str, Any]] = {}
        for line in _lines_of(directory / "results.jsonl"):
            self._lines[line["key"]] = line

    def done(self, run: Run, seed: int) -> dict[str, Any] | None:
        """The line of a run with these very settings and seed, if it was measured."""
        return self._lines.get(key_of(run, seed))

    def add(self, run: Run, seed: int, line: Mapping[str, Any], answers: Mapping[str, NDArray[Any]]) -> None:
        """Keep what was measured; the line last, so that what it speaks of is there."""
        key, folder = key_of(run, seed), self.directory / "answers"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{key}.npz").open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **dict(answers))
        whole = {
            "key": key,
            "name": run.name,
            "size": run.size,
            "seed": seed,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            **line,
        }
        _append(self.directory / "results.jsonl", whole)
        self._lines[key] = whole

    def took(self, seconds: float, jobs: int, measured: int) -> None:
        """Keep how long one start of the reproduction ran by the clock."""
        _append(self.directory / "clock.jsonl", {"seconds": seconds, "jobs": jobs, "measured": measured})

    def clock(self) -> list[dict[str, Any]]:
        """What each start of the reproduction took."""
        return _lines_of(self.directory / "clock.jsonl")

    def lines(self, run: Run) -> list[dict[str, Any]]:
        """The lines of all seeds that were measured; a run that could not be done has none."""
        found = [self.done(run, seed) for seed in range(run.seeds)]
        return [line for line in found if line and "skipped" not in line]

    def answers(self, run: Run, seed: int = 0) -> Mapping[str, NDArray[Any]]:
        """The answers of one seed, empty where it was not measured."""
        path = self._path(key_of(run, seed))
        return _read(path) if path.exists() else {}

    def figure(self, run: Run, measure: Measure) -> Figure | None:
        """A measure's mean over seeds; None where it was not measured."""
        values_S, resampled_RS = self._measured(run, measure)
        return _figure(values_S.mean(), _over_seeds(resampled_RS, stream=1)) if len(values_S) else None

    def difference(self, run: Run, than: Run, measure: Measure) -> Figure | None:
        """How far ``run`` is above ``than``: on the same draws of the questions, and on draws of each one's own seeds."""
        mine_S, mine_RS = self._measured(run, measure)
        theirs_S, theirs_RS = self._measured(than, measure)
        if not len(mine_S) or not len(theirs_S):
            return None
        return _figure(mine_S.mean() - theirs_S.mean(), _over_seeds(mine_RS, stream=1) - _over_seeds(theirs_RS, stream=2))

    def _measured(self, run: Run, measure: Measure) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The measure by seed, ``(S,)``, and on resampled questions, ``(R, S)``."""
        paths = [self._path(line["key"]) for line in self.lines(run)]
        found = [one for one in (_resampled(path, measure) for path in paths) if one]
        if not found:
            return np.zeros(0), np.zeros((_RESAMPLES, 0))
        return np.array([value for value, _ in found]), np.stack([values_R for _, values_R in found], axis=1)

    def _path(self, key: str) -> Path:
        return self.directory / "answers" / f"{key}.npz"


def key_of(run: Run, seed: int) -> str:
    """What a result is kept under: another setting is another result, and so is another wardrobe."""
    told = {name: value for name, value in asdict(run).items() if name != "seeds"} | {"wardrobe": dict(WARDROBES[run.size])}
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:8]
    return re.sub(r"[^a-z0-9]+", "-", f"{run.size} {run.name}".lower()).strip("-") + f"-{digest}-{seed}"


def measures_of(answers: Mapping[str, NDArray[Any]]) -> Iterator[tuple[Measure, Metric, int]]:
    """All measures that the answers of one training allow: name, metric, and of how many questions."""
    for name, told in answers.items():
        if name.startswith("compatibility"):
            yield name, auc(told[0], told[1].astype(np.int64)), told.shape[1]
        elif name.startswith("retrieval"):
            yield name, mean(recall_at(10, told)), len(told)
        elif name.startswith("fitb"):
            yield name, mean(fitb_correct(told)), len(told)
        elif name == "replaced":
            for what, metric in Separation({grade: told[grade] for grade in GRADES}).neighbours().items():
                yield what, metric, told.shape[1] * (2 if what.startswith("auc") else 1)
        elif name in _SHOPPERS and len(told):
            for what, metric in personal.metrics(told, answers["hard"]).items():
                yield f"{name}.{what}", metric, len(told)


@cache
def _read(path: Path) -> Mapping[str, NDArray[Any]]:
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


@cache
def _resampled(path: Path, measure: Measure) -> tuple[float, NDArray[np.float64]] | None:
    """A measure of one training, and the same on questions drawn with replacement, the same draws for every training, ``(R,)``."""
    for name, metric, questions in measures_of(_read(path)):
        if name == measure:
            random, parts = np.random.default_rng(0), []
            for _ in range(0, _RESAMPLES, _AT_ONCE):
                weights_RB = random.multinomial(questions, np.full(questions, 1 / questions), _AT_ONCE).astype(np.float64)
                parts.append(metric.statistic(weights_RB))
            return metric.value, np.concatenate(parts)
    return None


def _lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(text) for text in path.read_text().splitlines()] if path.exists() else []


def _append(path: Path, line: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps(line) + "\n")


def _over_seeds(values_RS: NDArray[np.float64], *, stream: int) -> NDArray[np.float64]:
    """The mean over seeds drawn with replacement, ``(R,)``."""
    seeds = values_RS.shape[1]
    drawn_RS = np.random.default_rng([1, stream]).multinomial(seeds, np.full(seeds, 1 / seeds), len(values_RS))
    return np.asarray((values_RS * drawn_RS).sum(1) / seeds)


def _figure(value: float, values_R: NDArray[np.float64]) -> Figure:
    low, high = np.nanpercentile(values_R, _LEVELS)
    return Figure(float(value), float(low), float(high))
