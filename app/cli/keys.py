"""attire keys create, list, revoke."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, cast

import typer

from app.cli.json_to import Json
from app.cli.options import Home
from app.ground.doors import OF_A_PAGE, SCOPES, Scope, words
from app.ground.places import check_there, shown
from app.ground.settings import Settings
from app.home.keys import KeyFile
from models.errors import InputError, did_you_mean

group = typer.Typer(help="Make, list and revoke the keys that open the service.", no_args_is_help=False)
_USUAL: Final[tuple[Scope, ...]] = ("read",)
_SCOPES: Final = f"{', '.join(SCOPES)}; several with commas, or the option again. {' and '.join(OF_A_PAGE)} where --origin is given."


@group.command("create")
def create(
    home: Home = None,
    *,
    name: Annotated[str, typer.Option("--name", help="What it is for; the list shows it.")] = "unnamed",
    scope: Annotated[list[str] | None, typer.Option("--scope", help=_SCOPES, show_default="read")] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(
            "--origin", help="Web page that shows it to everyone, as https://shop.example: it opens from there only.", show_default=False
        ),
    ] = None,
) -> None:
    """Make a key and print it, once: only its hash is kept. Running replicas know it at once."""
    asked = [word for one in scope or () for word in cast("tuple[str, ...]", words(one))]
    scopes = [_scope(word) for word in asked] or (OF_A_PAGE if origin else _USUAL)
    file = _file(home)
    if not file.home.is_dir():
        typer.echo(f"{shown(file.home)}: no home was here; this makes one, whose key opens no other's service", err=True)
    key, token = file.create(name, scopes, origin or ())
    where = f", from pages of {', '.join(key.origins)}" if key.origins else ""
    typer.echo(f"key {key.id} ({key.name}) of {shown(file.home)} opens {', '.join(key.scopes)}{where}; it is shown this once:", err=True)
    typer.echo(token)


@group.command("list")
def list_(home: Home = None, json_to: Json = None) -> None:
    """All keys, oldest first: id, scopes, name, when they were made and revoked; never what opens."""
    file = _file(home)
    keys = file.all()
    if not keys:
        check_there(file.home, "name another --home, or make a key, and with it the home, with `attire keys create`")
    if json_to is not None:
        told = [{name: getattr(key, name) for name in ("id", "name", "scopes", "origins", "created", "revoked")} for key in keys]
        json_to.write(told)
        return
    if not keys:
        typer.echo(f"{shown(file.home)}: no keys yet; make one with `attire keys create`", err=True)
    for key in keys:
        state = f"revoked {key.revoked}" if key.revoked else "opens"
        where = f"  {', '.join(key.origins)}" if key.origins else ""
        typer.echo(f"{key.id}  {state}  {','.join(key.scopes)}  {key.name}  made {key.created}{where}")


@group.command("revoke")
def revoke(key: Annotated[str, typer.Argument(help="Id, as `attire keys list` shows it.", show_default=False)], home: Home = None) -> None:
    """Have a key open nothing from now on; running replicas refuse it at once."""
    revoked = _file(home).revoke(key)
    typer.echo(f"key {revoked.id} ({revoked.name}) opens nothing since {revoked.revoked}")


def _file(home: Path | None) -> KeyFile:
    return KeyFile(Settings.read(home=home).home)


def _scope(word: str) -> Scope:
    for scope in SCOPES:
        if scope == word:
            return scope
    others = f"there are {', '.join(SCOPES)}"
    msg = f"{word!r} is not a scope; {did_you_mean(word, SCOPES, others)}"
    raise InputError(msg, field="--scope")
