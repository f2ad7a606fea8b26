"""attire worker."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import HomeOfAny, a_bundle
from app.ground.settings import Settings
from models.errors import InputError


def _for_shops(settings: Settings, *, alone_only: bool) -> None:
    """Work for all shops, until a signal says to stop."""
    from app.shops.followed import Followed
    from app.shops.learning import learn_for

    if alone_only:
        msg = "--once and --candidate are for one home; name its --home"
        raise InputError(msg, field="--once")
    followed = Followed(settings)

    async def work() -> None:
        me = asyncio.current_task()
        assert me is not None  # noqa: S101 - this is one
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, me.cancel)
        await learn_for(followed, settings.swap.poll_s)

    try:
        asyncio.run(work())
    except asyncio.CancelledError as error:
        raise KeyboardInterrupt from error


def worker(
    home: HomeOfAny = None,
    *,
    once: Annotated[bool, typer.Option("--once", help="Archive what there is, train, decide, and end.")] = False,
    candidate: Annotated[
        Path | None,
        typer.Option(
            "--candidate", help="Bundle to judge in place of training one; implies --once.", callback=a_bundle, show_default=False
        ),
    ] = None,
) -> None:
    """Learn from what shoppers do: archive events, train, compare, and publish what is better."""
    from app.ground.logs import configure
    from app.home.alone import alone
    from app.home.halves import refuse_half
    from app.home.origin import refreshed
    from app.home.runs import Runs
    from app.home.store import ReleaseStore
    from app.log.open import check_place, opened_log
    from app.worker.loop import PAGE, Worker

    settings = Settings.read(home=home)
    configure(settings.log)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a container's stop ends it as Ctrl-C does

    if settings.of_shops:
        _for_shops(settings, alone_only=once or candidate is not None)
        return

    if once or candidate is not None:
        refreshed(settings.home)
        ReleaseStore(settings.home).served()  # a mistyped home is told, not made

    async def work() -> None:
        me = asyncio.current_task()
        assert me is not None  # noqa: S101 - this is one
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, me.cancel)  # inside the loop an interrupt could get lost
        async with opened_log(settings.log, settings.home) as log:
            loop = Worker(settings, log)
            if not (once or candidate):
                await loop.forever()
            run = await loop.once(candidate)
        page = Runs(settings.home).directory(run.id) / PAGE
        typer.echo(f"run {run.id}: {run.decision}{f' {run.release}' if run.decision == 'published' or run.folded_in else ''}; {page}")
        for reason in run.reasons:
            typer.echo(f"  {reason}")
        if run.decision == "failed":
            raise typer.Exit(1)

    with alone(settings.home):
        refuse_half(settings.home)
        if (current := ReleaseStore(settings.home).current()) is not None:
            check_place(settings.log, current.id, current.catalog_offset)
        try:
            asyncio.run(work())
        except asyncio.CancelledError as error:
            raise KeyboardInterrupt from error
