"""attire rules list, put, remove."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.json_to import Json
from app.cli.options import Home
from app.cli.said import read_said
from app.ground.errors import HomeError
from app.ground.settings import Settings
from app.rules.book import RuleBook, RuleFile
from app.rules.rule import RULES, in_force

group = typer.Typer(help="What a merchandiser says of suggestions: see docs/rules.md.", no_args_is_help=False)


@group.command("list")
def list_(home: Home = None, json_to: Json = None) -> None:
    """All rules, in their order, and whether each holds now."""
    file = _file(home)
    if not file.home.is_dir():
        msg = f"{file.home}: no home here; name another --home"
        raise HomeError(msg)
    book = file.book()
    if json_to is not None:
        json_to.write(RULES.dump_python(list(book.rules), mode="json", by_alias=True, exclude_none=True))
        return
    for rule in book.rules:
        state = "holds" if in_force(rule) else "off" if not rule.enabled else "not now"
        typer.echo(f"{rule.id}  {rule.do}  {state}{'  ' + rule.note if rule.note else ''}")
    _say(book)


@group.command("put")
def put(
    file: Annotated[Path, typer.Argument(help="JSON: a list of rules, or an object with them under `rules`.", show_default=False)],
    home: Home = None,
) -> None:
    """Add rules, or replace those of the same ids. Running replicas follow at once; PUT /rules also tells conflicts."""
    _say(_file(home).put(read_said(file, "rules", RULES)))


@group.command("remove")
def remove(rule: Annotated[str, typer.Argument(help="Its id.", show_default=False)], home: Home = None) -> None:
    """Take a rule away."""
    _say(_file(home).remove(rule))


def _say(book: RuleBook) -> None:
    typer.echo(f"version {book.version}: {len(book.rules)} rules, of which {sum(map(in_force, book.rules))} hold now", err=True)


def _file(home: Path | None) -> RuleFile:
    return RuleFile(Settings.read(home=home).home)
