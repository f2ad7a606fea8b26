"""Dates as shops write them, and whether a sale is on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

_AMERICAN: Final = ("%m/%d/%y, %I:%M %p", "%m/%d/%Y %H:%M", "%m/%d/%y", "%m/%d/%Y")
_DAY: Final = len("2026-11-27")


def moment(text: Any, *, american: bool = False) -> datetime | None:  # noqa: ANN401 - a cell, or a value of JSON
    """A date of ISO 8601, in UTC where it names no zone; None where it is none.

    >>> moment("4/18/16, 4:46 PM", american=True), moment("18.4.2016")
    (datetime.datetime(2016, 4, 18, 16, 46, tzinfo=datetime.timezone.utc), None)

    Args:
        american: whether ``4/18/16, 4:46 PM`` is one too, as Magento exports it.
    """
    words = " ".join(str(text).split())
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        found = next((found for form in _AMERICAN if american and (found := _read(words, form))), None)  # type: ignore[assignment]
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found


def _read(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - the caller gives it a zone
    except ValueError:
        return None


def is_over(start: datetime | None, end: datetime | None, now: datetime) -> bool:
    """Whether a sale with these dates is not on: it has not begun, or is over."""
    return (start is not None and now < start) or (end is not None and now > end)


def end_of(text: Any, *, american: bool = False) -> datetime | None:  # noqa: ANN401 - likewise
    """As ``moment``; of a date without a time of day the end of that day."""
    found = moment(text, american=american)
    whole_day = found is not None and len(" ".join(str(text).split())) <= _DAY
    return found + timedelta(days=1) if found is not None and whole_day else found
