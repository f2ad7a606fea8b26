"""The worker's side of shadow mode: names the candidate, waits for the replicas' reports, and ends it."""

from __future__ import annotations

import asyncio
import shutil
import time
from pathlib import Path
from typing import Final

import numpy as np

from app.home.origin import SHADOW
from app.home.runs import Shadowed
from app.live.shadow import Report, read_reports, reports_directory
from sealed.files import write_whole

_LOOK_S: Final = 0.5
_LEVELS: Final = (50, 99)


async def in_shadow(home: Path, release_id: str, *, requests: int, seconds: float) -> Shadowed | None:
    """Have replicas ask this release too, until ``requests`` were answered or ``seconds`` passed; None where no request was answered."""
    directory = reports_directory(home, release_id)
    shutil.rmtree(directory, ignore_errors=True)
    write_whole(home / SHADOW, release_id)
    try:
        until = time.monotonic() + seconds
        reports: list[Report] = []
        while sum(report.requests for report in reports) < requests and time.monotonic() < until:
            await asyncio.sleep(_LOOK_S)
            reports = read_reports(directory)
    finally:
        (home / SHADOW).unlink(missing_ok=True)
    reports = [report for report in read_reports(directory) if report.requests]
    return _together(reports) if reports else None


def _together(reports: list[Report]) -> Shadowed:
    weights = np.array([report.requests for report in reports], dtype=np.float64)
    current, candidate = (np.concatenate([getattr(report, name) for report in reports]) for name in ("current_ms", "candidate_ms"))
    return Shadowed(
        requests=int(weights.sum()),
        agreement=float(np.average([report.agreement for report in reports], weights=weights)),
        same_first=float(np.average([report.same_first for report in reports], weights=weights)),
        current_ms=tuple(np.percentile(current, _LEVELS).tolist()),
        candidate_ms=tuple(np.percentile(candidate, _LEVELS).tolist()),
    )
