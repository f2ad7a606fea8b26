"""Structured logs on standard error: lines for a person, or JSON for a machine."""

from __future__ import annotations

import logging
import sys
from typing import cast

import structlog

from app.settings import Log


def configure(settings: Log) -> None:
    """Set up structlog for this process."""
    renderer = structlog.processors.JSONRenderer() if settings.json_lines else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, settings.level.upper())),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # whatever standard error is by then
    )


def logger() -> structlog.typing.FilteringBoundLogger:
    """The process's logger."""
    return cast("structlog.typing.FilteringBoundLogger", structlog.get_logger())
