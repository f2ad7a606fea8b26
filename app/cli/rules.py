"""attire rules list, put, remove."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.cli.json_to import Json
from app.cli.options import Home
from app.cli.said import read_said
from app.ground.places import check_there
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.rules.book import RuleBook, RuleFile
from app.rules.rule import RULES, as_written, in_force

group = typer.Typer(help="What a merchandiser says of suggestions: see docs/rules.md.", no_args_is_help=False)


@group.command("list")
def list_(home: Home = None, json_to: Json = None) -> None:
    """All rules, in their order, and whether each holds now."""
    file = _file(home)
    check_there(file.home)
    book = file.book()
    if json_to is not None:
        json_to.write([as_written(rule) for rule in book.rules])
        return
    for rule in book.rules:
        state = "holds" if in_force(rule, datetime.now(UTC)) else "off" if not rule.enabled else "not now"
        typer.echo(f"{rule.id}  {rule.do}  {state}{'  ' + rule.note if rule.note else ''}")
    _say(book)


@group.command("put")
def put(
    file: Annotated[Path, typer.Argument(help="JSON: a list of rules, or an object with them under `rules`.", show_default=False)],
    home: Home = None,
) -> None:
    """Add rules, or replace those of the same ids. Running replicas follow at once. Then it tells what is probably not meant."""
    rules = read_said(file, "rules", RULES)
    book = _file(home).put(rules)
    _say(book)
    for problem in _conflicts(ReleaseStore(Settings.read(home=home).home), book, [rule.id for rule in rules]):
        typer.echo(f"probably not meant: {problem}", err=True)


@group.command("remove")
def remove(rule: Annotated[str, typer.Argument(help="Its id.", show_default=False)], home: Home = None) -> None:
    """Take a rule away."""
    _say(_file(home).remove(rule))


def _conflicts(store: ReleaseStore, book: RuleBook, written: Sequence[str]) -> list[str]:
    """Of these rules, by the release that serves, without what has changed in the catalogue since; none where no release does yet."""
    record = store.current()
    if record is None:
        return []
    from app.release.release import Release  # noqa: PLC0415 - brings torch, after all that can be said without
    from app.rules.conflicts import conflicts_of  # noqa: PLC0415

    return [one.problem for one in conflicts_of(book.rules, written, Release.open(store, record, later=True))]


def _say(book: RuleBook) -> None:
    hold = sum(in_force(rule, datetime.now(UTC)) for rule in book.rules)
    count = f"{len(book.rules)} {'rule' if len(book.rules) == 1 else 'rules'}"
    typer.echo(f"version {book.version}: {count}, of which {hold} {'holds' if hold == 1 else 'hold'} now", err=True)


def _file(home: Path | None) -> RuleFile:
    return RuleFile(Settings.read(home=home).home)
