"""What machines are told of a feed that was read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.datasets.findings import Findings


def of_reading(findings: Findings) -> dict[str, Any]:
    """What it was taken for, what was set aside, what was put up with."""
    rejects, feed = findings.rejects, findings.feed
    return {
        "layout": feed.layout if feed else None,
        "rows": feed.rows if feed else 0,
        "rejected": rejects.rows if rejects else 0,
        "rejects": str(rejects.path) if rejects and rejects.rows else None,
        "kinds": [kind.as_json() for kind in findings.of("rejected")],
        "warnings": [kind.as_json() for kind in findings.of("warning")],
    }


def write_said(path: Path | None, said: dict[str, Any]) -> None:
    """Write what was said, if it was asked for."""
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
