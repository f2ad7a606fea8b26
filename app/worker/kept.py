"""How long the archive keeps what shoppers did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

from app.home.runs import Runs
from app.worker.archive import Archive


def let_go(archive: Archive, runs: Runs, gone: pl.Expr) -> int:
    """Take events from the archive, and have the runs count as it does then; returns how many went."""
    rows, _ = archive.which(gone)
    if rows:
        runs.without_rows(rows)
        archive.drop(gone)
    return len(rows)


def older_than(days: float) -> pl.Expr:
    """Whether an event came longer ago."""
    return pl.coalesce("received", "timestamp") < datetime.now(UTC) - timedelta(days=days)
