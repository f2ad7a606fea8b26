"""Arguments and options that several commands share; each is checked as far as that goes without torch, which takes seconds to import."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.ground.places import as_home
from app.home.feeds import REJECTS
from models.errors import BundleError, InputError
from models.outputs import check_output_file

if TYPE_CHECKING:
    from app.catalogue.engine import Engine
    from app.ground.settings import Settings
    from models.datasets.schema import Split as SplitName


def _with_items(data: Path) -> Path:
    from models.datasets.items import items_file

    items_file(data)
    return data


def a_bundle(directory: Path | None) -> Path | None:
    """The directory, which looks like a bundle; what it holds is checked when it is loaded.

    Raises:
        BundleError: there is no manifest.
    """
    if directory is not None and not (directory / "manifest.json").is_file():
        msg = f"{directory}: no bundle here (manifest.json is missing); `attire train DATA --out {directory}` writes one"
        raise BundleError(msg)
    return directory


Data = Annotated[Path, typer.Argument(help="Dataset directory, or a feed.", callback=_with_items, show_default=False)]
MaybeData = Annotated[
    Path | None,
    typer.Argument(help="Dataset directory, or a feed.", callback=lambda data: data and _with_items(data), show_default=False),
]


def _mapping(path: Path | None) -> Path | None:
    if path is not None and not path.is_file():
        msg = "there is no such mapping file; `attire map FEED --out FILE` proposes one"
        raise InputError(msg, path=path, field="--map")
    return path


Mapping = Annotated[
    Path | None,
    typer.Option(
        "--map",
        callback=_mapping,
        help="Mapping file: which column is which; see `attire map`.",
        show_default="DATA/mapping.yaml, where it is",
    ),
]
BundleDirectory = Annotated[
    Path, typer.Argument(help="Bundle directory, as `attire train` wrote it.", callback=a_bundle, show_default=False)
]


def _given(context: typer.Context, parameter: typer.CallbackParam, home: Path | None) -> Path | None:
    """The home that the option names; none where the environment does, which the settings read themselves."""
    source = context.get_parameter_source(parameter.name or "")
    return home if source is not None and source.name == "COMMANDLINE" else None


def _one(context: typer.Context, parameter: typer.CallbackParam, home: Path | None) -> Path | None:
    """The home of a command that is for one.

    Raises:
        InputError: there are several shops, and the option does not say which.
    """
    named = _given(context, parameter, home)
    if named is None and not {"ATTIRE_SHOPS", "ATTIRE_SHOPS_FILE"}.isdisjoint(map(str.upper, os.environ)):
        from app.ground.settings import Settings

        settings = Settings.read()
        if settings.of_shops:
            homes = ", ".join(f"{name} {shop.get('home', '')}".strip() for name, shop in settings.shops.items())
            told = settings.shops_file or "ATTIRE_SHOPS"
            msg = f"{told} names a home for each shop; say which: {homes or 'it names none now'}"
            raise InputError(msg, field="--home")
    return named


def _home(callback: Callable[..., Path | None]) -> Any:  # noqa: ANN401 - as typer has it
    return typer.Option(
        "--home",
        callback=callback,
        parser=as_home,
        metavar="<path>",
        help="Directory of bundles, snapshots and releases.",
        envvar="ATTIRE_HOME",
        show_default="attire-home",
    )


Home = Annotated[Path | None, _home(_one)]
HomeOfAny = Annotated[Path | None, _home(_given)]
Host = Annotated[str | None, typer.Option("--host", help="Address to listen on.", envvar="ATTIRE_HOST", show_default="127.0.0.1")]
Port = Annotated[
    int | None,
    typer.Option("--port", help="Port to listen on; 0 for any that is free.", min=0, max=65535, envvar="ATTIRE_PORT", show_default="8000"),
]
ServeWorkers = Annotated[
    int | None,
    typer.Option("--workers", help="Processes that share the port.", min=1, max=64, envvar="ATTIRE_WORKERS", show_default="1"),
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


def writable(path: Path | None, parameter: typer.CallbackParam) -> Path | None:
    """A file that can be written to at the end.

    Raises:
        InputError: names the option.
    """
    if path is not None:
        check_output_file(path, parameter.opts[0])
    return path


RejectsFile = Annotated[
    Path | None,
    typer.Option("--rejects", help="File for rows that are set aside.", callback=writable, show_default=f"HOME/{REJECTS}"),
]
MostRejects = Annotated[float, typer.Option("--max-rejects", help="Largest share of rows that may be set aside.", min=0, max=1)]


def _cluster(on: str | None) -> str | None:
    if on is not None:
        from app.ray.joined import check

        check(on)
    return on


On = Annotated[
    str | None,
    typer.Option(
        "--on", callback=_cluster, help="Compute on a cluster of Ray: local, or auto on a node of one; docs/ray.md.", show_default="here"
    ),
]
TrainOn = Annotated[
    str | None,
    typer.Option(
        "--on",
        callback=_cluster,
        help="Train by --workers processes of a cluster of Ray: local, or auto; docs/ray.md.",
        show_default="here",
    ),
]
TrainWorkers = Annotated[
    int | None, typer.Option("--workers", help="Processes that train together, with --on.", min=1, show_default="as many as fit")
]
ServeOn = Annotated[
    str | None,
    typer.Option(
        "--on",
        callback=_cluster,
        help="Answer by one to --workers replicas behind Ray Serve: local, or auto on a node of a cluster; docs/ray.md.",
        show_default="here",
    ),
]
Split = Annotated[str, typer.Option("--split", help="train, valid or test.")]
Seed = Annotated[int, typer.Option("--seed", help="Seed of everything random.", min=0)]


def split_named(name: str) -> SplitName:
    """The split of a name.

    Raises:
        InputError: there is none.
    """
    from models.datasets.schema import SPLITS

    for split in SPLITS:
        if split == name:
            return split
    msg = f"{name!r} is not a split; use {', '.join(SPLITS)}"
    raise InputError(msg, field="--split")


def engine_on(on: str | None, settings: Settings) -> Engine:
    """What encodes and embeds: this process, or the cluster, which is joined.

    Raises:
        InputError: there is no such cluster.
    """
    from app.catalogue.engine import HERE

    if on is None:
        return HERE
    from app.ray.joined import join

    join(on)
    from app.ground import compute
    from app.ray.catalogue import Cluster

    return Cluster(str(compute.device(settings.device)), on=on)
