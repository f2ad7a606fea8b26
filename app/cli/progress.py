"""Shows the progress of long steps: bars on a terminal, a plain line every few seconds elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from models.progress import Advance
from models.progress import Progress as ProgressProtocol

_LINE_EVERY_S: Final = 5.0
_SIGN_EVERY_S: Final = 20.0  # of life, of a step that has not advanced


def progress() -> ProgressProtocol:
    """The display that suits standard error: bars on a terminal, lines in a file or pipe."""
    console = Console(stderr=True)
    return Bars(console) if console.is_terminal else lines


def warn(line: str) -> None:
    """Say on standard error what a dataset has that is put up with."""
    typer.echo(f"warning: {line}", err=True)


class Bars:
    """Bars with the rate and the step's figures; nested steps share one display."""

    def __init__(self, console: Console) -> None:
        self._display = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[shown]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
        )
        self._open = 0

    @contextmanager
    def __call__(self, title: str, total: int) -> Iterator[Advance]:
        """Open a step."""
        task = self._display.add_task(title, total=total or None, shown="")
        started, done, figures = time.monotonic(), 0, dict[str, float | str]()

        def advance(steps: int = 1, **shown: float | str) -> None:
            nonlocal done
            done += steps
            figures.update(shown)
            self._display.update(task, advance=steps, shown=_figures(done, time.monotonic() - started, figures))

        if not self._open:
            self._display.start()
        self._open += 1
        try:
            yield advance
        finally:
            self._open -= 1
            if not self._open:
                self._display.stop()
                for finished in self._display.task_ids:
                    self._display.remove_task(finished)


class Lines:
    """A line every few seconds, and one at the end of a step.

    The first comes though nothing has advanced yet; while nothing does, and no other step says a word, one tells for how long.
    """

    def __init__(self) -> None:
        self._said = 0.0  # when, by whatever step

    @contextmanager
    def __call__(self, title: str, total: int) -> Iterator[Advance]:
        """Open a step."""
        started, done, figures = time.monotonic(), 0, dict[str, float | str]()
        last_line, written, over = started, -1, Event()

        def write_line(*, waited: bool = False) -> None:
            nonlocal written
            written = done
            self._said = time.monotonic()
            seconds = self._said - started
            left = round(seconds * (total - done) / done) if done and not waited else 0
            share = f"{done:,}/{total:,} " if total else f"{done:,} " if done and not figures else ""
            told = [f"{share}{_figures(done, seconds, figures)}".rstrip(), f"{_minutes(left)} left" if left > 0 else ""]
            told += [f"{_minutes(round(seconds))} so far"] if waited else []
            typer.echo(f"{title}: {' · '.join(filter(None, told)) or '…'}", err=True)

        def advance(steps: int = 1, **shown: float | str) -> None:
            nonlocal done, last_line
            done += steps
            figures.update(shown)
            if time.monotonic() - last_line >= _LINE_EVERY_S:
                last_line = time.monotonic()
                write_line()

        def signs() -> None:
            if not over.wait(_LINE_EVERY_S) and written < 0:
                write_line()
            while not over.wait(_SIGN_EVERY_S):
                if time.monotonic() - self._said >= _SIGN_EVERY_S:
                    write_line(waited=True)

        Thread(target=signs, daemon=True).start()
        try:
            yield advance
        finally:
            over.set()
        if total and done and written != done:
            write_line()


lines: Final = Lines()
"""One for the process, whose steps lie within each other."""


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"


def _figures(done: int, seconds: float, shown: Mapping[str, float | str]) -> str:
    rated = any(name.endswith("_per_s") for name in shown)  # the step knows its own rate
    rate = f"{done / seconds:,.{0 if done > seconds else 2}f}/s" if seconds > 0 and done and not rated else ""
    values = [f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in shown.items()]
    return " · ".join(part for part in (rate, *values) if part)
