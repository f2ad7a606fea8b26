"""attire experiments show, put, end, report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.json_to import Json
from app.cli.options import Home
from app.cli.said import read_said
from app.experiments.book import ExperimentBook, ExperimentFile
from app.experiments.experiment import ASKED, Experiment
from app.ground.places import check_there
from app.ground.settings import Settings
from app.home.store import ReleaseStore

group = typer.Typer(help="Try releases, settings and rules on a part of the shoppers: see docs/experiments.md.", no_args_is_help=False)

Name = Annotated[str, typer.Argument(help="Its name.", show_default=False)]


@group.command()
def show(home: Home = None, json_to: Json = None) -> None:
    """All experiments, in the order in which they were started."""
    book = _file(home).book()
    if json_to is not None:
        json_to.write([one.model_dump(mode="json", by_alias=True, exclude_defaults=True) for one in book.experiments])
        return
    for one in book.experiments:
        typer.echo(f"{one.name}  {_state(one)}  {', '.join(_variant(one, place) for place in range(len(one.variants)))}")


@group.command()
def put(
    file: Annotated[
        Path, typer.Argument(help="JSON: an experiment, a list, or an object with them under `experiments`.", show_default=False)
    ],
    home: Home = None,
) -> None:
    """Start experiments, or change guardrails, metric, units and note of those that run. Running replicas follow at once."""
    asked = read_said(file, "experiments", ASKED)
    kept = _file(home)
    store = ReleaseStore(kept.home)
    for release in [variant.release for one in asked for variant in one.variants if variant.release is not None]:
        store.record(release)
    _say(kept.put(asked))


@group.command()
def end(name: Name, home: Home = None) -> None:
    """End an experiment: from the next answer on nobody takes part."""
    _say(_file(home).end(name))


@group.command()
def report(name: Name, home: Home = None, json_to: Json = None) -> None:
    """What came of it so far: units, answers, clicks, purchases and value by variant, with intervals that may be looked at every day."""
    settings = Settings.read(home=home)
    one = _file(home).book().named(name)
    from app.experiments.kept import KeptReports
    from app.experiments.told import as_json, lines
    from app.worker.guard import report_alone

    found = report_alone(settings, one)
    KeptReports(settings.home).keep(found)
    for line in lines(found):
        typer.echo(line)
    if json_to is not None:
        json_to.write(as_json(found))


def _file(home: Path | None) -> ExperimentFile:
    file = ExperimentFile(Settings.read(home=home).home)
    check_there(file.home)
    return file


def _say(book: ExperimentBook) -> None:
    count = len(book.running)
    typer.echo(f"version {book.version}: {count} {'experiment runs' if count == 1 else 'experiments run'}", err=True)


def _state(one: Experiment) -> str:
    return "runs" if one.ended is None else f"ended ({one.ended.why})"


def _variant(one: Experiment, place: int) -> str:
    variant = one.variants[place]
    stopped = one.stopped.get(variant.name)
    return f"{variant.name} ({variant.weight:g}{f', stopped: {stopped.why}' if stopped else ''})"
