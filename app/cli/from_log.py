"""attire evaluate --from-log."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final, get_args

import typer

from app.cli.json_to import JsonTo
from app.ground.places import shown
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from models.errors import InputError
from models.offpolicy.reward import Reward

if TYPE_CHECKING:
    from app.home.runs import FromLog
    from models.offpolicy.estimates import Estimated

_REWARDS: Final = get_args(Reward)


def evaluate_from_log(bundle: Path, home: Path | None, reward: str, json_to: JsonTo | None, others: Mapping[str, Path | None]) -> None:
    """Tell what a bundle would have earned, beside the release that serves; see ``app.worker.from_log``.

    Args:
        others: options that go only with questions.

    Raises:
        InputError: an option that does not fit, or a log without explored answers. HomeError: no home. LogError: its log cannot be read.
    """
    if reward not in _REWARDS:
        msg = f"{reward!r} is none of {', '.join(_REWARDS)}"
        raise InputError(msg, field="--reward")
    for option, given in others.items():
        if given is not None:
            msg = "goes with the questions of DATA, not with --from-log"
            raise InputError(msg, field=option)
    settings = Settings.read(home=home)
    record = ReleaseStore(settings.home).served()
    told = asyncio.run(_told(settings, bundle, reward))
    typer.echo(f"{reward} per slot, of the {told.current.answers:,} explored lists of {shown(settings.home)}" if told.current else "")
    for name, found in ((f"release {record.id}, which serves", told.current), (str(bundle), told.candidate)):
        if found is not None:
            _say(name, found)
    typer.echo(told.attention)
    if json_to is not None:
        json_to.write(asdict(told))


def _say(name: str, found: Estimated) -> None:
    typer.echo(name)
    if found.refused:
        typer.echo(f"  refused: {found.refused}")
        return
    for kind, one in (("doubly robust", found.dr), ("SNIPS", found.snips), ("IPS", found.ips)):
        typer.echo(f"  {kind:<14} {one.value:.4f}  95 % {one.low:.4f} to {one.high:.4f}")
    typer.echo(f"  effective samples {found.effective:,.0f}; the log could have shown {found.reachable:.0%} of what it shows")


async def _told(settings: Settings, bundle: Path, reward: str) -> FromLog:
    from app.ground import compute
    from app.log.open import opened_log
    from app.worker.asked import told_by_log
    from app.worker.told import all_events

    async with opened_log(settings.log, settings.home) as log, all_events(settings.home, log) as events:
        return told_by_log(settings, events, bundle, reward, compute.device(settings.device))
