"""What people and machines are told of a feed that was read."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import typer

if TYPE_CHECKING:
    from app.cli.json_to import JsonTo
    from models.datasets.findings import Findings

_PICTURES_SHOWN: Final = 20


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


def write_said(to: JsonTo | None, said: dict[str, Any]) -> None:
    """Write what was said, if it was asked for."""
    if to is not None:
        to.write(said)


def tell_pictures(refused: Mapping[str, str], became: str, *, err: bool = True) -> None:
    """Tell each reason why pictures cannot be had once, whatever their addresses, with an item; and what became of them."""
    items: dict[str, list[str]] = {}
    for item, why in refused.items():
        items.setdefault(why.partition(": ")[2] or why, []).append(item)
    for first, *others in islice(items.values(), _PICTURES_SHOWN):
        more = f" and of {len(others):,} more" if others else ""
        typer.echo(f"picture of {first}{more} {became}: {refused[first]}", err=err)
    if rest := sum(map(len, islice(items.values(), _PICTURES_SHOWN, None))):
        typer.echo(f"… and {rest:,} more pictures {became}", err=err)
