"""attire events list, export, forget."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from app.cli.json_to import Json
from app.cli.options import Home
from app.ground.places import check_there, shown
from app.ground.settings import Settings
from models.errors import refuse
from models.outputs import check_output_file

if TYPE_CHECKING:
    import polars as pl

group = typer.Typer(help="What shoppers did and were shown.", no_args_is_help=False)
_SHOWN: Final = 6
"""Items that are named of an impression."""


def _named(told: Any) -> Any:  # noqa: ANN401 - a name, several, or none
    if "" in ([told] if isinstance(told, str) else told or ()):
        msg = "names nobody"
        raise typer.BadParameter(msg)
    return told


User = Annotated[
    str | None, typer.Option("--user", help="One shopper's, as the shop's `user` names them.", callback=_named, show_default=False)
]
Sessions = Annotated[
    list[str] | None,
    typer.Option("--session", help="Those of this session; may be given again.", callback=_named, show_default=False),
]


@group.command("list")
def list_(
    home: Home = None,
    *,
    last: Annotated[int, typer.Option("--last", min=1, max=10_000, help="How many.")] = 20,
    json_to: Json = None,
) -> None:
    """The last events, oldest first: when, what, of which item, the recommendation it follows from, the visit."""
    settings = _settings(home)
    from app.live.lately import lately
    from app.log.open import opened_log

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
    out: Annotated[Path, typer.Argument(help="File to write: Parquet, or with .jsonl as events are kept.", show_default=False)],
    home: Home = None,
    *,
    user: User = None,
    session: Sessions = None,
) -> None:
    """Write all events, or one shopper's, as Parquet in the form of Google Analytics 4's export (see docs/experiments.md), or as kept."""
    check_output_file(out, "OUT")
    settings = _settings(home)
    from app.attribution.ga4 import ga4
    from app.attribution.shopper import Shopper, as_kept
    from app.log.open import opened_log
    from app.worker.told import all_events
    from sealed.files import replacing

    def written(events: pl.LazyFrame) -> int:
        if user is not None or session:
            events = events.filter(Shopper(user, session or ()).events(events))
        with replacing(out, private=True) as staging:
            if out.suffix == ".jsonl":
                return as_kept(events, staging)
            ga4(events).sink_parquet(staging, compression="zstd")
            return int(pl.scan_parquet(staging).select(pl.len()).collect().item())

    async def exported() -> int:
        async with opened_log(settings.log, settings.home) as log, all_events(settings.home, log) as events:
            return await asyncio.to_thread(written, events)

    import polars as pl

    typer.echo(f"{out}: {asyncio.run(exported()):,} events")


@group.command()
def forget(
    home: Home = None,
    *,
    user: User = None,
    session: Sessions = None,
    json_to: Json = None,
) -> None:
    """Remove what one shopper did and was shown from log, archive and runs. Stop the worker first; the service follows by itself."""
    if user is None and not session:
        refuse("names whom to forget, or --session does", field="--user")
    settings = _settings(home)
    from app.attribution.shopper import Shopper
    from app.ground.logs import configure
    from app.home.alone import alone
    from app.home.store import ReleaseStore
    from app.log.open import check_place, opened_log
    from app.worker.forgetting import Forgotten
    from app.worker.forgetting import forget as forgotten

    configure(settings.log)

    async def done() -> Forgotten:
        async with opened_log(settings.log, settings.home) as log:
            return await forgotten(settings, log, Shopper(user, session or ()))

    if (current := ReleaseStore(settings.home).current()) is not None:
        check_place(settings.log, current.id, current.catalog_offset)
    with alone(settings.home):
        found = asyncio.run(done())
    if json_to is not None:
        json_to.write(asdict(found))
        return
    typer.echo(f"{shown(settings.home)}: {found.events:,} events are gone from the log and the archive")
    if found.runs:
        typer.echo(f"so are the candidates of the runs {', '.join(found.runs)}, which knew them")
    for line in found.left:
        typer.echo(line, err=True)


def _settings(home: Path | None) -> Settings:
    settings = Settings.read(home=home)
    check_there(settings.home)
    return settings
