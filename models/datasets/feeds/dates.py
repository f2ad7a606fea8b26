"""Dates as shops write them, and whether a sale is on."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from models.datasets.feeds.words import bare

CLOCK: Final = r"(?:,?\s+(?P<hour>\d{1,2})(?P<rest>:\d{2}(?::\d{2}(?:\.\d+)?)?)(?:\s*(?P<half>[AaPp])[Mm])?)?"
"""The time of day behind a date; ``clock_of`` reads it."""
_MONTHS: Final = (
    *("jan ene gen", "feb fev", "mar mrt maa", "apr avr abr", "may mai mei mag", "jun juin giu", "jul juil lug", "aug aou ago"),
    *("sep set", "oct okt ott out", "nov", "dec dez dic"),
)
"""What the names of each month begin with, in English, German, French, Spanish, Italian and Dutch."""
_MONTH_OF: Final = {start: month for month, starts in enumerate(_MONTHS, 1) for start in starts.split()}
_DAY_FIRST: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.)?[\s/-]*(?:(?:of|de)\s+)?(?P<month>[^\W\d_]{3,10})"
_MONTH_FIRST: Final = r"(?P<name>[^\W\d_]{3,10})\.?[\s/-]+(?P<number>\d{1,2})(?:st|nd|rd|th)?"
_NAMED: Final = re.compile(
    rf"(?:[^\W\d_]{{2,10}}\.?,\s+)?(?:{_DAY_FIRST}|{_MONTH_FIRST})\.?,?[\s/-]*(?:(?:de|del)\s+)?(?P<year>(?:19|20)?\d{{2}}){CLOCK}"
)
_AMERICAN: Final = ("%m/%d/%y, %I:%M %p", "%m/%d/%Y %H:%M", "%m/%d/%y", "%m/%d/%Y")
_DAY: Final = len("2026-11-27")


def moment(text: Any, *, american: bool = False) -> datetime | None:  # noqa: ANN401 - a cell, or a value of JSON
    """A date of ISO 8601, or one that names its month, in UTC where it names no zone; None where it is none.

    >>> moment("4/18/16, 4:46 PM", american=True), moment("18.4.2016")
    (datetime.datetime(2016, 4, 18, 16, 46, tzinfo=datetime.timezone.utc), None)

    Args:
        american: whether ``4/18/16, 4:46 PM`` is one too, as Magento exports it.
    """
    words = " ".join(str(text).split())
    try:
        found = datetime.fromisoformat(named_month(words) or words)
    except ValueError:
        found = next((found for form in _AMERICAN if american and (found := _read(words, form))), None)  # type: ignore[assignment]
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found


def named_month(text: str) -> str | None:
    """A date that names its month, in whose language ever of six, as ISO 8601; None for another.

    >>> named_month("28-Nov-26"), named_month("Nov-28-26 10:05 PM"), named_month("28. März 2026"), named_month("Sat, 28 Nov 2026 10:00:00")
    ('2026-11-28', '2026-11-28T22:05', '2026-03-28', '2026-11-28T10:00:00')
    >>> named_month("28.11.2026"), named_month("Size 28-Mom-26")
    (None, None)
    """
    found = _NAMED.fullmatch(text)
    if found is None:
        return None
    name = bare(found["month"] or found["name"])
    month = next((number for start, number in _MONTH_OF.items() if name.startswith(start)), None)
    year = found["year"] if len(found["year"]) > 2 else f"20{found['year']}"  # noqa: PLR2004 - of two digits
    return None if month is None else f"{year}-{month:02}-{int(found['day'] or found['number']):02}{clock_of(found)}"


def clock_of(found: re.Match[str]) -> str:
    """The time of day of a date, as ISO 8601 has it behind the date; empty where none is told."""
    if found["hour"] is None:
        return ""
    hour = int(found["hour"])
    hour = hour % 12 + 12 * (found["half"] in "Pp") if found["half"] else hour
    return f"T{hour:02}{found['rest']}"


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
    words = " ".join(str(text).split())
    whole_day = found is not None and len(named_month(words) or words) <= _DAY
    return found + timedelta(days=1) if found is not None and whole_day else found
