"""The command line. A command's module is imported when it is asked for, torch and the rest when it runs: what is quick answers at once."""

from __future__ import annotations

import ast
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from app.cli.json_to import named
from app.ground import collector
from app.ground.compiler import without_compiler
from app.ground.errors import ROOTS
from sealed.files import refused

OK: Final = 0
FAILED: Final = 1
BAD_INPUT: Final = 2
INTERRUPTED: Final = 130  # what a shell says of a program that Ctrl-C ended
_ON: Final = {"1", "true", "yes", "on", "t", "y"}

COMMANDS: Final = {  # where each is, in the order of --help
    "demo": "demo.demo",
    "generate": "data.generate",
    "convert": "data.convert",
    "check": "dataset.check",
    "map": "feeds.map_",
    "import": "feeds.import_",
    "sync": "sync.sync",
    "import-orders": "orders.import_orders",
    "train": "learn.train",
    "questions": "dataset.questions",
    "evaluate": "learn.evaluate",
    "label": "learn.label",
    "embed": "embedding.embed",
    "publish": "releases.publish",
    "gc": "releases.gc",
    "backup": "backup.backup",
    "restore": "backup.restore",
    "serve": "serve.serve",
    "worker": "worker.worker",
    "simulate": "simulate.simulate",
    "doctor": "doctor.doctor",
    "releases": "releases.group",
    "keys": "keys.group",
    "rules": "rules.group",
    "events": "events.group",
    "experiments": "experiments.group",
    "log": "log.group",
}


class _Commands(Mapping[str, Any]):
    """Typer's commands by name, each made when it is asked for."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - a command of typer's, whose type it does not export
        if name not in self._made:
            module, _, what = COMMANDS[name].partition(".")
            found = getattr(import_module(f"app.cli.{module}"), what)
            if isinstance(found, typer.Typer):
                self._made[name] = typer.main.get_group(found)
                self._made[name].name = name
            else:
                alone = typer.Typer(add_completion=False)
                alone.command(name)(found)
                self._made[name] = typer.main.get_command(alone)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class _Attire(TyperGroup):
    def __init__(self, **given: Any) -> None:  # noqa: ANN401 - what typer gives any group
        super().__init__(**{**given, "commands": _Commands()})

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as typer has it
        """All commands with what each says of itself, of which none is imported."""
        self.commands = {name: TyperCommand(name, help=said_of(where)) for name, where in COMMANDS.items()}
        super().format_help(ctx, formatter)


def said_of(where: str) -> str:
    """The first line of a command's docstring or of a group's help, from its source."""
    module, _, name = where.partition(".")
    for node in ast.parse(Path(__file__).with_name(f"{module}.py").read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef() if node.name == name:
                return (ast.get_docstring(node) or "").partition("\n")[0]
            case ast.Assign(targets=[ast.Name(id=named)], value=ast.Call(keywords=given)) if named == name:
                return str(next(ast.literal_eval(one.value) for one in given if one.arg == "help"))
    msg = f"app.cli.{where} is no command"
    raise LookupError(msg)


cli = typer.Typer(
    name="attire",
    cls=_Attire,
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


def main() -> None:
    """The ``attire`` program."""
    collector.seldom()
    raise SystemExit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit code: 0 done, 2 bad usage or bad input (one line on stderr), 130 interrupted, 1 anything else."""
    without_compiler()
    if any(name.upper().startswith("ATTIRE") for name in os.environ):
        from app.ground.settings import warnings

        json_lines = os.environ.get("ATTIRE_LOG__JSON_LINES", "").lower() in _ON
        for what, line in warnings(os.environ):
            said = json.dumps({"event": what, "level": "warning", "why": line}) if json_lines else f"attire: {line}"
            typer.echo(said, err=True)
    try:
        returned = cli(list(named(arguments)) or ["--help"], prog_name="attire", standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except typer.TyperException as error:
        more = _given(arguments, getattr(getattr(error, "param", None), "opts", ())) or _lacking(arguments)
        return _failed(f"{error.format_message()}{more} Try --help." if arguments else error.format_message(), BAD_INPUT)
    except ROOTS as error:
        return _failed(str(error), BAD_INPUT)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone; so has the reason to say so
        return FAILED
    except OSError as error:
        return _failed(refused(error, "give the command again"), FAILED)
    return returned if isinstance(returned, int) else OK


def _given(arguments: Sequence[str], options: Sequence[str]) -> str:
    """What was given for an option of these names, where it was; typer does not always say."""
    values = [value for option, value in pairwise(arguments) if option in options]
    return f", not {values[-1]!r}." if values else ""


def _lacking(arguments: Sequence[str]) -> str:
    """The commands of a group, where that is all that was given."""
    group = _Commands()[arguments[0]] if len(arguments) == 1 and arguments[0] in COMMANDS else None
    return f" There are {', '.join(group.commands)}." if isinstance(group, TyperGroup) else ""


def _failed(problem: str, code: int) -> int:
    typer.echo(f"attire: {' '.join(problem.split())}", err=True)
    return code
