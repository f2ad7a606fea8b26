"""attire rules list, put, remove, history, restore."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from app.cli.json_to import Json
from app.cli.options import Home
from app.cli.said import read_said
from app.ground.places import check_there
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.rules.book import RuleBook, RuleFile
from app.rules.rule import RULES, as_written, in_force, standing
from app.rules.said import in_words

_TOLD: Final = 8
"""Ids that are told of a version, of each mark."""

group = typer.Typer(help="What a merchandiser says of suggestions: see docs/rules.md.", no_args_is_help=False)


@group.command("list")
def list_(home: Home = None, json_to: Json = None) -> None:
    """All rules, in their order: whether each holds now, and what it does in words."""
    book = _file(home).book()
    if json_to is not None:
        json_to.write([as_written(rule) for rule in book.rules])
        return
    for rule in book.rules:
        state = standing(rule, datetime.now(UTC))
        typer.echo(f"{rule.id}  {state}  {in_words(rule)}{f'  ({rule.note})' if rule.note else ''}")
    _say(book)


@group.command("put")
def put(
    file: Annotated[Path, typer.Argument(help="JSON: a rule, a list, or an object with them under `rules`.", show_default=False)],
    home: Home = None,
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Take all others away.")] = False,
) -> None:
    """Add rules, or replace those of the same ids. Running replicas follow at once. Then it tells what is probably not meant."""
    rules = read_said(file, "rules", RULES)
    kept = _file(home)
    book = kept.put(rules, replace_all=replace)
    _say(book)
    for problem in _conflicts(ReleaseStore(kept.home), book, [rule.id for rule in rules]):
        typer.echo(f"probably not meant: {problem}", err=True)


@group.command("remove")
def remove(rule: Annotated[str, typer.Argument(help="Its id.", show_default=False)], home: Home = None) -> None:
    """Take a rule away."""
    _say(_file(home).remove(rule))


@group.command("history")
def history(
    home: Home = None,
    json_to: Json = None,
    *,
    most: Annotated[int, typer.Option("--most", min=1, help="How many of the last versions.")] = 20,
) -> None:
    """The last versions, the newest first: when each was written, of how many rules, and which it added, changed (~) and removed."""
    changes = _file(home).history(most)
    if json_to is not None:
        json_to.write([asdict(one) for one in changes])
        return
    for one in changes:
        named = [*_marked("+", one.added), *_marked("~", one.changed), *_marked("-", one.removed)]
        typer.echo("  ".join([str(one.version), one.written, _count(one.rules), *named]))


@group.command("restore")
def restore(version: Annotated[int, typer.Argument(help="Its number, as `attire rules history` shows it.")], home: Home = None) -> None:
    """Have the rules of an earlier version hold again, as a new version."""
    _say(_file(home).restore(version))


def _marked(mark: str, ids: Sequence[str] | None) -> list[str]:
    """Ids behind a mark, the first few."""
    names = [f"{mark}{name}" for name in ids or ()]
    return names if len(names) <= _TOLD else [*names[:_TOLD], f"{mark} {len(names) - _TOLD} more"]


def _conflicts(store: ReleaseStore, book: RuleBook, written: Sequence[str]) -> list[str]:
    """Of these rules, by the release that serves, without what has changed in the catalogue since; none where no release does yet."""
    record = store.current()
    if record is None:
        return []
    from app.release.release import Release
    from app.rules.conflicts import conflicts_of

    found = conflicts_of(book.rules, written, Release.open(store, record, later=True))
    return [f"{one.rules[0]}: {one.problem}" if len(one.rules) == 1 else one.problem for one in found]  # of several the problem names them


def _say(book: RuleBook) -> None:
    hold = sum(in_force(rule, datetime.now(UTC)) for rule in book.rules)
    typer.echo(f"version {book.version}: {_count(len(book.rules))}, of which {hold} {'holds' if hold == 1 else 'hold'} now", err=True)


def _count(rules: int) -> str:
    return f"{rules:,} {'rule' if rules == 1 else 'rules'}"


def _file(home: Path | None) -> RuleFile:
    """The rules of a home that is there: another would be made, and nobody asks it."""
    file = RuleFile(Settings.read(home=home).home)
    check_there(file.home)
    return file
