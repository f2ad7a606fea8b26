"""Moments as shops write them, in seconds since 1970."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Any, Final

from models.datasets.feeds.bad import bad
from models.datasets.shown import shown

_LAST: Final = 4_102_444_800.0  # the year 2100
_MICROS, _MILLIS = 1e14, 1e11  # from which on a number counts these
_DAY: Final = re.compile(r"(?:19|20)\d{6}")
_DOTTED: Final = re.compile(
    r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>(?:19|20)\d{2})(?:,?\s+(?P<hour>\d{1,2})(?P<rest>:\d{2}(?::\d{2})?))?"
)
"""``31.3.2026 14:05``: with points between them, the day stands first everywhere."""
_ZONE: Final = re.compile(r"\s+(?=[+-]\d{2}:?\d{2}$)|\s*(?:UTC|GMT|Z)$")


def read_moment(raw: Any) -> float:  # noqa: ANN401 - a cell, or a value of JSON
    """Seconds since 1970; a moment without a zone is taken as UTC.

    Text is ISO 8601, a number, or a date with points.

    Raises:
        BadValueError: it is none, or could be several.

    >>> read_moment("2023-09-15 10:32:11 -0400"), read_moment("20240101"), read_moment("1704067200000")
    (1694788331.0, 1704067200.0, 1704067200.0)
    """
    if isinstance(raw, date) and not isinstance(raw, datetime):
        raw = datetime.combine(raw, time())
    seconds = _of_text(str(raw).strip()) if not isinstance(raw, datetime) else _of(raw)
    if not 0 <= seconds < _LAST:
        bad(f"{shown(raw)} is no moment between 1970 and 2100; write ISO 8601, such as 2026-03-31T14:05:00Z")
    return seconds


def _of_text(text: str) -> float:
    try:
        if not _DAY.fullmatch(text) and (number := float(text)) > 0:
            return number / (1e6 if number >= _MICROS else 1e3 if number >= _MILLIS else 1)
    except ValueError:
        pass
    if found := _DOTTED.fullmatch(text):
        text = f"{found['year']}-{found['month']:0>2}-{found['day']:0>2}T{found['hour'] or '0':0>2}{found['rest'] or ':00'}"
    zone = _ZONE.search(text)
    try:
        return _of(datetime.fromisoformat(text if zone is None else text[: zone.start()] + text[zone.end() :]))
    except (ValueError, OverflowError):
        bad(f"{shown(text)} is no moment that can be read in one way only; write ISO 8601, such as 2026-03-31T14:05:00Z")


def _of(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
