"""attire events list, export."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from app.cli.json_to import Json
from app.cli.options import Home
from app.ground.places import check_there, shown
from app.ground.settings import Settings
from models.outputs import check_output_file

group = typer.Typer(help="What shoppers did and were shown.", no_args_is_help=False)
_SHOWN: Final = 6
"""Items that are named of an impression."""


@group.command("list")
def list_(
    home: Home = None,
    *,
    last: Annotated[int, typer.Option("--last", min=1, max=10_000, help="How many.")] = 20,
    json_to: Json = None,
) -> None:
    """The last events, oldest first: when, what, of which item, the recommendation it follows from, the visit."""
    settings = _settings(home)
    from app.live.lately import lately  # noqa: PLC0415 - keeps --help fast
    from app.log.open import opened_log  # noqa: PLC0415

    async def found() -> list[Mapping[str, Any]]:
        async with opened_log(settings.log, settings.home) as log:
            return list((await lately(log, settings.home, last)).values())[-last:]

    events = asyncio.run(found())
    if json_to is not None:
        json_to.write(events)
        return
    if not events:
        typer.echo(
            f"{shown(settings.home)}: no events yet; they come by POST /events, and with every answer of POST /complete-outfit", err=True
        )
    for event in events:
        typer.echo("  ".join(_told(event)))


def _told(event: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns of an event.

    >>> _told({"type": "view", "item": "b", "received": "2026-11-28T18:06:49.863+00:00", "session": "s"})
    ('2026-11-28 18:06:49', 'view       ', 'b', '-', 's')
    >>> _told({"type": "impression", "items": ["a"], "slots": [{"items": ["b", "c"]}], "recommendation_id": "r"})[1:]
    ('impression ', 'a: b, c', 'r', '-')
    """
    shown = [item for slot in event.get("slots", ()) for item in slot["items"]]
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    items = event.get("item") or f"{', '.join(event.get('items', ()))}: {', '.join(shown[:_SHOWN]) or 'nothing'}{more}"
    at = str(event.get("received", "-"))[:19].replace("T", " ")
    return at, f"{event['type']:<11}", items, event.get("recommendation_id") or "-", event.get("session") or "-"


@group.command()
def export(
    out: Annotated[Path, typer.Argument(help="Parquet file to write.", show_default=False)],
    home: Home = None,
) -> None:
    """Write all events as Parquet in the form of Google Analytics 4's export: see docs/experiments.md."""
    check_output_file(out, "OUT")
    settings = _settings(home)
    from app.attribution.ga4 import ga4  # noqa: PLC0415 - keeps --help fast
    from app.log.open import opened_log  # noqa: PLC0415
    from app.worker.told import all_events  # noqa: PLC0415
    from sealed.files import replacing  # noqa: PLC0415

    async def exported() -> None:
        async with opened_log(settings.log, settings.home) as log, all_events(settings.home, log) as events:
            with replacing(out) as staging:
                await asyncio.to_thread(ga4(events).sink_parquet, staging, compression="zstd")

    asyncio.run(exported())
    import polars as pl  # noqa: PLC0415

    counted = pl.scan_parquet(out).select(pl.len()).collect().item()
    typer.echo(f"{out}: {counted:,} events")


def _settings(home: Path | None) -> Settings:
    settings = Settings.read(home=home)
    check_there(settings.home)
    return settings
