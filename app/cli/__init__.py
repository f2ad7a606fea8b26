"""The command line. A command imports torch and the rest only when it runs, so that ``attire --help`` answers at once."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated, Final

import typer

from app.cli import data, dataset, doctor, feeds, keys, learn, log, orders, releases, rules, serve, simulate, sync, worker
from app.ground.errors import ROOTS
from app.ground.settings import misspelt

OK: Final = 0
FAILED: Final = 1
BAD_INPUT: Final = 2
INTERRUPTED: Final = 130  # what a shell says of a program that Ctrl-C ended

cli = typer.Typer(
    name="attire",
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


def _version(*, asked: bool) -> None:
    if asked:
        typer.echo(f"attire {version('attire')}")
        raise typer.Exit


@cli.callback()
def _options(
    *, _: Annotated[bool, typer.Option("--version", help="Say which version this is.", is_eager=True, callback=_version)] = False
) -> None:
    """Online outfit recommendation from a shop's own catalogue."""


cli.command("demo")(serve.demo)
cli.command("generate")(data.generate)
cli.command("convert")(data.convert)
cli.command("check")(dataset.check)
cli.command("map")(feeds.map_)
cli.command("import")(feeds.import_)
cli.command("sync")(sync.sync)
cli.command("import-orders")(orders.import_orders)
cli.command("train")(learn.train)
cli.command("questions")(dataset.questions)
cli.command("evaluate")(learn.evaluate)
cli.command("label")(learn.label)
cli.command("publish")(releases.publish)
cli.add_typer(releases.group, name="releases")
cli.add_typer(keys.group, name="keys")
cli.add_typer(rules.group, name="rules")
cli.command("gc")(releases.gc)
cli.add_typer(log.group, name="log")
cli.command("serve")(serve.serve)
cli.command("worker")(worker.worker)
cli.command("simulate")(simulate.simulate)
cli.command("doctor")(doctor.doctor)


def main() -> None:
    """The ``attire`` program."""
    raise SystemExit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit code: 0 done, 2 bad usage or bad input (one line on stderr), 130 interrupted, 1 anything else."""
    for line in misspelt(os.environ):
        typer.echo(f"attire: {line}", err=True)
    try:
        returned = cli(list(arguments) or ["--help"], prog_name="attire", standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except typer.TyperException as error:
        return _failed(f"{error.format_message()} Try --help." if arguments else error.format_message(), BAD_INPUT)
    except ROOTS as error:
        return _failed(str(error), BAD_INPUT)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone; so has the reason to say so
        return FAILED
    except OSError as error:
        return _failed(f"{error.filename or 'the system'}: {error.strerror or error}", FAILED)
    return returned if isinstance(returned, int) else OK


def _failed(problem: str, code: int) -> int:
    typer.echo(f"attire: {' '.join(problem.split())}", err=True)
    return code
