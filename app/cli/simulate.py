"""attire simulate."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console

from app.cli.json_to import Json
from app.cli.options import Home, Seed
from app.cli.progress import progress
from app.ground.settings import Settings
from models.outputs import check_output_file, check_plots

if TYPE_CHECKING:
    from app.simulate.measure import Cycle

_WIDE: Final = 160  # columns of a table that goes to a file or pipe


def simulate(
    url: Annotated[str, typer.Option("--url", help="Where the service answers.")] = "http://127.0.0.1:8000",
    *,
    home: Home = None,
    wardrobe: Annotated[
        Path | None, typer.Option("--wardrobe", help="The synthetic wardrobe that it serves.", show_default="HOME/wardrobe")
    ] = None,
    sessions: Annotated[int, typer.Option("--sessions", help="Sessions of a cycle.", min=1)] = 500,
    cycles: Annotated[int, typer.Option("--cycles", help="Cycles.", min=1)] = 1,
    wait: Annotated[float, typer.Option("--wait", help="Seconds to wait for another release between cycles.", min=0)] = 0.0,
    noise: Annotated[float, typer.Option("--noise", help="Share of sessions that teach nothing.", min=0, max=1)] = 0.15,
    position_bias: Annotated[
        float, typer.Option("--position-bias", help="The item at place k is looked at with chance k to the minus this; 0: all are.", min=0)
    ] = 0.0,
    finds: Annotated[
        float, typer.Option("--finds", help="Chance that what is wanted is found where it was not looked at.", min=0, max=1)
    ] = 0.35,
    trend: Annotated[float, typer.Option("--trend", help="How far what is popular moves from cycle to cycle, in log-odds.", min=0)] = 0.0,
    shoppers: Annotated[int, typer.Option("--shoppers", help="Shoppers with a taste of their own.", min=1)] = 200,
    at_once: Annotated[int, typer.Option("--at-once", help="Sessions at the same time.", min=1)] = 8,
    key: Annotated[str | None, typer.Option("--key", help="Key for the scopes read and events.", show_default=False)] = None,
    json_to: Json = None,
    plot: Annotated[Path | None, typer.Option("--plot", help="PNG file for the curve.", show_default=False)] = None,
    seed: Seed = 0,
) -> None:
    """Synthetic shoppers against a running service: what they buy, and how well it served them beside others."""
    if plot is not None:
        check_output_file(plot, "--plot")
        check_plots("--plot")
    from app.simulate.world import World

    world = World.read(wardrobe or Settings.read(home=home).home / "wardrobe", shoppers=shoppers, seed=seed)
    from app.simulate.drive import Simulation
    from app.simulate.report import draw, table

    asked = Simulation(world, url.rstrip("/"), seed=seed, at_once=at_once, key=key)
    simulation = replace(asked, noise_share=noise, bias=position_bias, finds=finds, trend=trend)
    console = Console(width=None if sys.stdout.isatty() else _WIDE)

    def show(cycle: Cycle) -> None:
        console.print(
            f"cycle {cycle.cycle}: release {cycle.release}, hit rate {cycle.hit_rate['service']:.3f}, attach {cycle.attach_rate:.3f}"
        )

    with progress()("shopping", cycles * sessions) as advance:
        found = asyncio.run(simulation.run(cycles, sessions, wait_s=wait, on_cycle=show, advance=advance))
    console.print(table(found))
    if json_to is not None:
        json_to.write([{**asdict(cycle), "share_of_oracle": cycle.share_of_oracle} for cycle in found])
    if plot is not None:
        draw(plot, found)
