"""attire generate · convert · import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from app.cli.options import Data, Encoder, Home, Seed
from app.cli.progress import progress, warn
from app.ground.settings import Settings

_REFUSED_SHOWN: Final = 20

Out = Annotated[Path, typer.Argument(help="Directory to write.", show_default=False)]


def generate(
    out: Out,
    items: Annotated[int, typer.Option(help="Items of the catalogue.")] = 5_000,
    outfits: Annotated[int, typer.Option(help="Outfits worn.")] = 10_000,
    shoppers: Annotated[int, typer.Option(help="Shoppers.")] = 500,
    seed: Seed = 0,
) -> None:
    """Write a synthetic wardrobe: a catalogue, outfits and questions whose best answer is known."""
    from models.wardrobe.generate import generate as write  # noqa: PLC0415 - keeps --help fast

    write(out, items=items, outfits=outfits, shoppers=shoppers, seed=seed, progress=progress())
    typer.echo(f"{out}: {items:,} items, {outfits:,} outfits, {shoppers:,} shoppers")


def convert(
    layout: Annotated[str, typer.Argument(help="polyvore-disjoint, polyvore-nondisjoint or maryland.", show_default=False)],
    source: Annotated[Path, typer.Argument(help="Directory as its makers published it.", show_default=False)],
    out: Out,
    seed: Seed = 0,
) -> None:
    """Turn a public data set into a dataset directory."""
    from models.datasets.convert import convert as write  # noqa: PLC0415 - keeps --help fast

    counts = write(layout, source, out, seed=seed, progress=progress())
    typer.echo(f"{out}: " + ", ".join(f"{count:,} {name}" for name, count in counts.items()))


def import_(data: Data, home: Home = None, encoder: Encoder = None) -> None:
    """Read a catalogue, encode and index it, and serve it from now on."""
    from app.catalogue.importing import import_catalogue  # noqa: PLC0415 - keeps --help fast
    from app.ground import compute  # noqa: PLC0415
    from app.home.store import ReleaseStore  # noqa: PLC0415

    settings = Settings.read(home=home)
    done = import_catalogue(
        data,
        ReleaseStore(settings.home),
        encoder=encoder,
        default_encoder=settings.encoder,
        cache=settings.cache.expanduser(),
        log=settings.log,
        fetch=settings.fetch,
        device=compute.device(settings.device),
        progress=progress(),
        warn=warn,
    )
    found = done.features
    for item, why in list(found.refused.items())[:_REFUSED_SHOWN]:
        typer.echo(f"picture of {item} left out: {why}", err=True)
    if len(found.refused) > _REFUSED_SHOWN:
        typer.echo(f"… and {len(found.refused) - _REFUSED_SHOWN:,} more pictures left out", err=True)
    if done.fetched:
        typer.echo(f"pictures by URL: {done.fetched}")
    rate = f", {found.encoded:,} encoded at {found.encoded / max(found.seconds, 1e-9):,.0f} items/s" if found.encoded else ""
    typer.echo(f"{settings.home}: {done.release.items:,} items in {done.seconds:.1f} s{rate}; release {done.release.id} is current")
