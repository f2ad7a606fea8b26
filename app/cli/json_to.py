"""--json: what came of a command, for machines, to a file or to standard output. It means the same wherever a command has it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, TextIO

import typer

from models.outputs import check_output_file

_OPTION: Final = "--json"
_STANDARD_OUTPUT: Final = "-"


@dataclass(frozen=True, slots=True)
class JsonTo:
    """Where it goes: to a file, or to a stream where there is none."""

    file: Path | None
    stream: TextIO

    def write(self, said: Any) -> None:  # noqa: ANN401 - whatever a command tells
        """Write all that is told, in place of what the file held."""
        text = json.dumps(said, indent=1, ensure_ascii=self.file is None, allow_nan=False)
        if self.file is None:
            typer.echo(text, file=self.stream)
        else:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.write_text(f"{text}\n", encoding="utf-8")


def named(arguments: Sequence[str]) -> Iterator[str]:
    """The words of a command line; ``--json`` without a file names standard output.

    >>> list(named(["doctor", "--json"])), list(named(["gc", "--json", "--dry-run"])), list(named(["gc", "--json", "out.json"]))
    (['doctor', '--json', '-'], ['gc', '--json', '-', '--dry-run'], ['gc', '--json', 'out.json'])
    """
    for word, following in zip(arguments, (*arguments[1:], _OPTION), strict=False):
        yield word
        if word == _OPTION and following.startswith("-") and following != _STANDARD_OUTPUT:
            yield _STANDARD_OUTPUT


def _where(value: str) -> JsonTo:
    if value == _STANDARD_OUTPUT:
        return JsonTo(None, sys.stdout)
    check_output_file(Path(value), _OPTION)
    return JsonTo(Path(value), sys.stdout)


def _alone(context: typer.Context, to: JsonTo | None) -> JsonTo | None:
    """What people are told goes to standard error where standard output is for machines."""
    if to is not None and to.file is None:
        context.with_resource(redirect_stdout(sys.stderr))
    return to


Json = Annotated[
    JsonTo | None,
    typer.Option(
        _OPTION,
        parser=_where,
        callback=_alone,
        metavar="[FILE]",
        help="Tell what came of it as JSON, in a file; without one, or with -, on standard output.",
        show_default=False,
    ),
]
