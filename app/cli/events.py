"""attire events export."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import Home
from app.ground.errors import HomeError
from app.ground.settings import Settings
from models.outputs import check_output_file

group = typer.Typer(help="What shoppers did and were shown.", no_args_is_help=False)


@group.command()
def export(
    out: Annotated[Path, typer.Argument(help="Parquet file to write.", show_default=False)],
    home: Home = None,
) -> None:
    """Write all events as Parquet in the form of Google Analytics 4's export: see docs/experiments.md."""
    settings = Settings.read(home=home)
    check_output_file(out, "OUT")
    if not settings.home.is_dir():
        msg = f"{settings.home}: no home here; name another --home"
        raise HomeError(msg)
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
