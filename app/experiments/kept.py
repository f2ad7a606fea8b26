"""The last report on each experiment, ``worker/experiments/NAME.json``: the worker makes it, and pages and figures show it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from app.experiments.experiment import Experiment
from app.experiments.report import Report
from app.experiments.told import as_json
from app.home.runs import Runs, now
from sealed.files import write_whole

FRESH: Final = timedelta(hours=1)


class KeptReports:
    """Those of one home."""

    def __init__(self, home: Path) -> None:
        self._directory = Runs(home).root / "experiments"

    def keep(self, report: Report) -> None:
        """Put a report in the place of the one before."""
        self._directory.mkdir(parents=True, exist_ok=True)
        write_whole(self._directory / f"{report.experiment.name}.json", json.dumps({"made": now(), **as_json(report)}))

    def of(self, name: str) -> dict[str, Any] | None:
        """A report as ``as_json`` tells it, and when it was ``made``; None where there is none that can be read."""
        try:
            found = json.loads((self._directory / f"{name}.json").read_bytes())
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) and "made" in found else None

    def due(self, experiments: Sequence[Experiment]) -> Iterator[Experiment]:
        """Those to be reported on now: what has guardrails each time, what runs every hour, and what ended once more."""
        for one in experiments:
            kept = self.of(one.name)
            made = datetime.fromisoformat(kept["made"]) if kept else datetime.min.replace(tzinfo=UTC)
            last = datetime.fromisoformat(one.ended.at) if one.ended else datetime.now(UTC) - FRESH
            if made <= last or (one.running and one.guardrails):
                yield one
