"""attire log check, repair, adopt."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from typing import Annotated

import typer

from app.cli.options import Home
from app.ground.places import check_there, shown
from app.ground.settings import Settings
from app.home.alone import unused
from app.home.replicas import served_by_replicas
from app.home.store import ReleaseStore
from app.log.open import check_place, opened_log

group = typer.Typer(
    help="Look whether the log has all that it acknowledged, save what can be saved, and go on with another log.", no_args_is_help=False
)


@group.command()
def check(home: Home = None) -> None:
    """Read all of the log: is it undamaged, and is everything there that was acknowledged? Ends with 1 where it is not."""
    settings = Settings.read(home=home)
    check_there(settings.home)

    async def examined() -> tuple[list[str], bool]:
        async with opened_log(settings.log, settings.home) as log:
            return await log.examine(thorough=True), await log.foreign() is not None

    found, foreign = asyncio.run(examined())
    for line in found:
        typer.echo(line)
    if found:
        typer.echo("name another log" if foreign else "stop the service and the worker, then: attire log repair", err=True)
        raise typer.Exit(1)
    if (current := ReleaseStore(settings.home).current()) is not None:
        check_place(settings.log, current.id, current.catalog_offset)
    typer.echo(f"{shown(settings.home)}: the log is sound, and has all that it acknowledged")


@group.command()
def repair(
    home: Home = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Also where a service or a worker seems to run on this home.")] = False,
) -> None:
    """Save what can be read into a new log, keep the damaged one aside, and tell what is lost. Stop the service and the worker first."""
    settings = Settings.read(home=home)
    check_there(settings.home)

    async def repaired() -> tuple[list[str], bool]:
        async with opened_log(settings.log, settings.home) as log:
            if not await log.examine(thorough=True):
                return [], False
            with nullcontext() if force else unused(settings.home, "--force"):
                return await log.repair(), True

    said, was_broken = asyncio.run(repaired())
    for line in said:
        typer.echo(line)
    if said and served_by_replicas(settings.home):
        typer.echo("a replica seems to serve this home; start it anew, and the worker, too", err=True)
    if not was_broken:
        typer.echo(f"{shown(settings.home)}: the log is sound, so nothing was done")


@group.command()
def adopt(
    home: Home = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Also where a service or a worker seems to run on this home.")] = False,
) -> None:
    """Have the home go on with the log that ATTIRE_LOG__URL names: of another kind than before, or another home's. Stop both before."""
    settings = Settings.read(home=home)
    if settings.home.exists():
        check_there(settings.home)
    from app.catalogue.adopting import adopt as adopted

    with nullcontext() if force else unused(settings.home, "--force"):
        record = adopted(ReleaseStore(settings.home), settings.log)
    typer.echo(f"{shown(settings.home)}: the log that ATTIRE_LOG__URL names is this home's")
    if record is not None:
        lacks = "what was changed since the one before is in the log before: `attire import` or `attire sync` brings it"
        typer.echo(f"release {record.id} is current, and begins at the end of this log; {lacks}")
