"""Moments as shops write them, in seconds since 1970."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Final, Literal

from models.datasets.feeds.bad import BadValueError, bad
from models.datasets.feeds.dates import CLOCK, YEAR, as_iso, iso_of
from models.datasets.shown import shown

DateOrder = Literal["day-first", "month-first"]
"""Which number of ``06/01/2025`` is the day."""
DATE_ORDERS: Final[tuple[DateOrder, ...]] = ("day-first", "month-first")
_LAST: Final = 4_102_444_800.0  # the year 2100
_MICROS, _MILLIS = 1e14, 1e11  # from which on a number counts these
_DAY: Final = re.compile(r"(?:19|20)\d{6}")
_EITHER: Final = re.compile(rf"(?P<one>\d{{1,2}})([/-])(?P<two>\d{{1,2}})\2(?:{YEAR}|(?<=/)(?P<short>\d{{2}})){CLOCK}")
"""``06/01/2025 14:05``, ``06-01-2025``, ``4/18/16, 4:46 PM``: the day or the month stands first."""
_ZONE: Final = re.compile(r"\s*(?:UTC|GMT|Z)$|(?:\s+|(?<=:\d\d))(?P<shift>[+-]\d{2}:?\d{2})$")
_ISO: Final = "write ISO 8601, such as 2026-03-31T14:05:00Z"


class Dated(str):  # noqa: SLOT000 - it is told, and set aside, as the cell that it is
    """A cell of a file whose dates are in this ``order``."""

    order: DateOrder

    def __new__(cls, text: str, order: DateOrder) -> Dated:  # noqa: PYI034 - nothing inherits it
        dated = super().__new__(cls, text)
        dated.order = order
        return dated


def read_moment(raw: Any) -> float:
    """Seconds since 1970; a moment without a zone is taken as UTC.

    Text is ISO 8601, a number, a date with points, one that names its month, or one with slashes whose day only one number can be, or
    whose order is known.

    Raises:
        BadValueError: it is none, could be several, or contradicts the order that is known.

    >>> read_moment("2023-09-15 10:32:11 -0400"), read_moment("20240101"), read_moment("1704067200000")
    (1694788331.0, 1704067200.0, 1704067200.0)
    >>> read_moment("13/01/2025") == read_moment(Dated("1/13/25, 0:00 AM", "month-first")) == read_moment("2025-01-13")
    True
    >>> read_moment("13-Jan-25") == read_moment("Monday, 13. Januar 2025") == read_moment("2025-01-13")
    True
    """
    if isinstance(raw, date) and not isinstance(raw, datetime):
        raw = datetime.combine(raw, time())
    seconds = _of(raw) if isinstance(raw, datetime) else _of_text(str(raw).strip(), raw.order if isinstance(raw, Dated) else None)
    if not 0 <= seconds < _LAST:
        bad(f"{shown(raw)} is no moment between 1970 and 2100; {_ISO}")
    return seconds


def order_told(cells: Iterable[Any]) -> DateOrder | None:
    """The order of the first date that can be read in one only; None where there is none.

    >>> order_told(["06/01/2025 01:00", "13/01/2025 00:00"]), order_told(["06/01/2025"])
    ('day-first', None)
    """
    all_ways = (_ways(found) for found in map(_either, cells) if found)
    return next((next(iter(ways)) for ways in all_ways if len(ways) == 1), None)


def may_be_either(raw: Any) -> bool:
    """Whether it is written so that its first number may be the day, or the month."""
    return _either(raw) is not None


def is_date(raw: Any) -> bool:
    """Whether it is a date, in whatever order; a number, which could count anything, is none."""
    text = str(raw).strip()
    if not isinstance(raw, date) and not (re.search(r"\d[-/.]\d{1,2}[-/.]\d", text) or as_iso(_ZONE.sub("", text))):
        return False
    for order in DATE_ORDERS:
        try:
            read_moment(raw if isinstance(raw, date) else Dated(text, order))
        except BadValueError:
            continue
        return True
    return False


def _either(raw: Any) -> re.Match[str] | None:
    return _EITHER.fullmatch(_ZONE.sub("", str(raw).strip()))


def _of_text(text: str, order: DateOrder | None) -> float:
    try:
        if not _DAY.fullmatch(text) and (number := float(text)) > 0:
            return number / (1e6 if number >= _MICROS else 1e3 if number >= _MILLIS else 1)
    except ValueError:
        pass
    zone = _ZONE.search(text)
    bare = text[: zone.start()] if zone else text
    written = as_iso(bare) or bare
    if found := _EITHER.fullmatch(bare):
        written = _in_order(found, order)
    try:
        return _of(datetime.fromisoformat(written + ((zone["shift"] or "") if zone else "")))
    except (ValueError, OverflowError):
        bad(f"{shown(text)} is no moment; {_ISO}")


def _in_order(found: re.Match[str], order: DateOrder | None) -> str:
    ways, text = _ways(found), shown(found.string)
    if not ways:
        bad(f"{text} is no moment; {_ISO}")
    if order is None and len(set(ways.values())) > 1:
        bad(f"{text} could be two days, and no date of the file tells which; give `--dates day-first` or `--dates month-first`")
    if order is not None and order not in ways:
        bad(f"{text} cannot be {order}, as the other dates of the file are; {_ISO}")
    day, month = ways[order] if order else next(iter(ways.values()))
    return iso_of(found, day, month)


def _ways(found: re.Match[str]) -> Mapping[DateOrder, tuple[str, str]]:
    """Day and month, in each order that makes a month of the one."""
    both: dict[DateOrder, tuple[str, str]] = {"day-first": (found["one"], found["two"]), "month-first": (found["two"], found["one"])}
    return {order: (day, month) for order, (day, month) in both.items() if 1 <= int(month) <= 12 and 1 <= int(day) <= 31}  # noqa: PLR2004


def _of(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
