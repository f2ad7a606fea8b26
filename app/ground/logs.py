"""Structured logs on standard error: lines for a person, or JSON for a machine.

What libraries log (uvicorn, redis) comes out in the same form. Within a request every line carries ``request_id``. A line that cannot be
written, as whoever reads has gone or the disk is full, is dropped: what it tells of goes on.
"""

from __future__ import annotations

import io
import logging
import sys
from contextlib import suppress
from typing import Final, TextIO, cast

import structlog

from app.ground.parts import LogSettings

_LEAST_OF_LIBRARIES: Final = logging.WARNING


def configure(settings: LogSettings) -> None:
    """Set up structlog, and the libraries' logging through it, for this process."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if settings.json_lines:
        last: list[structlog.typing.Processor] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:  # plain tracebacks: the pretty ones show local variables, and so a password
        last = [_on_one_line, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=_traceback)]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, settings.level.upper())),
        logger_factory=lambda *_: _Lines(),
    )
    for handler in [handler for handler in logging.root.handlers if isinstance(handler, _Libraries)]:
        logging.root.removeHandler(handler)
    libraries = _Libraries(max(getattr(logging, settings.level.upper()), _LEAST_OF_LIBRARIES))
    libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _name_library], processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
        )
    )
    logging.root.addHandler(libraries)


def logger() -> structlog.typing.FilteringBoundLogger:
    """The process's logger."""
    return cast("structlog.typing.FilteringBoundLogger", structlog.get_logger())


def _write(line: str) -> None:
    """To standard error, looked up at each line: a test or a shell may have replaced it."""
    with suppress(OSError, ValueError):  # gone, full, or closed
        print(line, file=sys.stderr, flush=True)  # noqa: T201 - this is where logs go


class _Lines:
    """What structlog writes to."""

    def msg(self, line: str) -> None:
        _write(line)

    debug = info = warning = error = critical = msg


class _Libraries(logging.Handler):
    """Writes what libraries log."""

    def emit(self, record: logging.LogRecord) -> None:
        _write(self.format(record))


def _printable(text: str) -> str:
    """The text with escapes for what a terminal would obey, or take for the end of a line."""
    return text if text.isprintable() else "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)


def _on_one_line(_: object, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {name: _printable(value) if isinstance(value, str) else value for name, value in line.items()}


def _traceback(to: TextIO, told: structlog.typing.ExcInfo) -> None:
    """A traceback, whose error may quote what a client sent."""
    whole = io.StringIO()
    structlog.dev.plain_traceback(whole, told)
    to.write("\n".join(map(_printable, whole.getvalue().split("\n"))))


def _name_library(_: object, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    line["logger"] = line["_record"].name
    return line
