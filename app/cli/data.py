"""attire generate · convert."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import Seed
from app.cli.progress import progress, warn

Out = Annotated[Path, typer.Argument(help="Directory to write.", show_default=False)]


def generate(
    out: Out,
    items: Annotated[int, typer.Option(help="Items of the catalogue.")] = 5_000,
    outfits: Annotated[int, typer.Option(help="Outfits worn.")] = 10_000,
    shoppers: Annotated[int, typer.Option(help="Shoppers.")] = 500,
    seed: Seed = 0,
) -> None:
    """Write a synthetic wardrobe: a catalogue, outfits and questions whose best answer is known."""
    from models.wardrobe.generate import generate as write

    write(out, items=items, outfits=outfits, shoppers=shoppers, seed=seed, progress=progress())
    typer.echo(f"{out}: {items:,} items, {outfits:,} outfits, {shoppers:,} shoppers")


def convert(
    layout: Annotated[str, typer.Argument(help="polyvore-disjoint, polyvore-nondisjoint or maryland.", show_default=False)],
    source: Annotated[Path, typer.Argument(help="Directory as its makers published it.", show_default=False)],
    out: Out,
    seed: Seed = 0,
) -> None:
    """Turn a public data set into a dataset directory."""
    from models.datasets.convert import convert as write

    counts = write(layout, source, out, seed=seed, progress=progress(), warn=warn)
    typer.echo(f"{out}: " + ", ".join(f"{sum(by_split.values()):,} {name}{_told(by_split)}" for name, by_split in counts.items()))


def _told(by_split: Mapping[str, int]) -> str:
    told = ", ".join(f"{count:,} {split}" for split, count in by_split.items() if split)
    return f" ({told})" if told else ""
