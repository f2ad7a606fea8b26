"""Arguments and options shared by several commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from models.errors import InputError

Data = Annotated[Path, typer.Argument(help="Dataset directory.", show_default=False)]
BundleDirectory = Annotated[Path, typer.Argument(help="Bundle directory, as `attire train` wrote it.", show_default=False)]
Home = Annotated[
    Path | None,
    typer.Option("--home", help="Directory of bundles, snapshots and releases.", envvar="ATTIRE_HOME", show_default="attire-home"),
]
Host = Annotated[str | None, typer.Option("--host", help="Address to listen on.", envvar="ATTIRE_HOST", show_default="127.0.0.1")]
Port = Annotated[
    int | None,
    typer.Option("--port", help="Port to listen on; 0 for any that is free.", min=0, max=65535, envvar="ATTIRE_PORT", show_default="8000"),
]


def _named(encoder: str | None) -> str | None:
    if encoder is not None and not encoder.strip():
        msg = "no encoder is named; name one, or leave the option out"
        raise InputError(msg, field="--encoder")
    return encoder


Encoder = Annotated[
    str | None,
    typer.Option(
        "--encoder",
        callback=_named,
        help="Encoder: shipped, hf-hub:ORG/NAME, local-dir:PATH, backbone:NAME, an open_clip model.",
        show_default=False,
    ),
]
Seed = Annotated[int, typer.Option("--seed", help="Seed of everything random.", min=0)]
