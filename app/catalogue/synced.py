"""What a synchronising goes by, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.catalogue.bounds import Bounds
from app.fetch.pictures import Counts
from app.ground.settings import Settings
from app.home.store import ReleaseRecord, ReleaseStore
from models.datasets.findings import Findings
from models.progress import Progress, Warn


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What came of it.

    Attributes:
        unchanged: whether neither the feed nor the catalogue has changed since the last time, so that nothing was looked at.
        imported: the release that was made, on a home without one.
        items: how many the feed has. kinds: how many items have another value, by column. rejected: rows set aside.
        refused: item id -> why its picture cannot be had; it is asked for again the next time.
    """

    unchanged: bool = False
    imported: ReleaseRecord | None = None
    items: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0
    same: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)
    rejected: int = 0
    refused: Mapping[str, str] = field(default_factory=dict)
    pictures: Counts = field(default_factory=Counts)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a synchronising goes by."""

    store: ReleaseStore
    settings: Settings
    mapping: Path | None
    findings: Findings
    bounds: Bounds
    progress: Progress
    warn: Warn

    @property
    def rejected(self) -> int:
        return self.findings.rejects.rows if self.findings.rejects else 0
