"""What each engine finds of the 50 best and how long it takes, all in turn."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from benchmarks.peers.engines import Engine
from index.backends.base import FloatArray, IntArray

K: Final = 50
LEARNED: Final = 96
"""Queries by which an effort is chosen; those after them are asked."""
GOALS: Final = (0.98, 0.999)
_TRIED: Final = 12
_FEW, _SLOW_MS = 10, 250.0
"""An engine that takes longer is asked fewer questions."""


@dataclass(frozen=True)
class Found:
    """One engine at one share of vectors that pass.

    Attributes:
        recall: of each question, how much of the 50 best that pass. ms: of each question.
    """

    effort: Any
    recall: list[float] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)

    def times(self, other: Found) -> float:
        """How many times as long this takes as another: the median over questions asked in the same turn."""
        return statistics.median(ours / theirs for ours, theirs in zip(self.ms, other.ms, strict=False))


def compared(
    engines: Mapping[str, Engine], vectors_ND: FloatArray, price_N: FloatArray, queries_BD: FloatArray, share: float, turns: int
) -> dict[tuple[str, float], Found]:
    """Measure all engines at one share, each with the quickest efforts that find so much; by name and how much that was to be.

    Args:
        price_N: evenly between 0 and 1, so that a share costs at most as much as it is.
    """
    most = None if share == 1 else share
    passing = np.flatnonzero(price_N <= share)
    best = [passing[np.argsort(-(vectors_ND[passing] @ query_D), kind="stable")[:K]] for query_D in queries_BD]
    found: dict[tuple[str, float], Found] = {}
    for name, engine in engines.items():
        seen = [_asked(engine, effort, queries_BD[:_TRIED], best, most) for effort in engine.efforts]
        known: list[Any] = []
        for goal in GOALS:
            enough = [one for one in seen if statistics.fmean(one.recall) >= goal] or [
                max(seen, key=lambda one: statistics.fmean(one.recall))
            ]
            effort = min(enough, key=lambda one: statistics.median(one.ms)).effort
            if effort not in known:
                found[name, goal] = Found(effort)
            known.append(effort)
    rng = np.random.default_rng(0)
    for turn in range(turns):
        place = LEARNED + turn % (len(queries_BD) - LEARNED)
        for name, goal in rng.permutation(np.array([*found], dtype=object)):  # whoever comes after a long search finds the caches cold
            one = found[name, goal]
            if turn >= _FEW and statistics.median(one.ms) > _SLOW_MS:
                continue
            again = _asked(engines[name], one.effort, queries_BD[place : place + 1], best[place:], most)
            one.recall.extend(again.recall)
            one.ms.extend(again.ms)
    return found


def _asked(engine: Engine, effort: Any, queries_BD: FloatArray, best: list[IntArray], most: float | None) -> Found:  # noqa: ANN401
    found = Found(effort)
    for query_D, wanted in zip(queries_BD, best, strict=False):
        begun = time.perf_counter()
        rows = engine.search(query_D, len(wanted), most, effort)
        found.ms.append(1000 * (time.perf_counter() - begun))
        found.recall.append(float(np.isin(wanted, rows).mean()))
    return found
