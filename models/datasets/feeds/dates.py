"""Dates as shops write them, and whether a sale is on."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from models.datasets.feeds.words import bare

CLOCK: Final = r"(?:,?\s+(?P<hour>\d{1,2})(?P<rest>:\d{2}(?::\d{2}(?:\.\d+)?)?)(?:\s*(?P<half>[AaPp])[Mm])?)?"
"""The time of day behind a date; ``clock_of`` reads it."""
_MONTHS: Final = (
    *("jan ene gen oca sty", "feb fev sub lut", "mar mrt maa", "apr avr abr nis kwi", "may mai mei mag maj", "jun juin giu haz cze"),
    *(
        "jul juil lug tem lip",
        "aug aou ago agu sie",
        "sep set eyl wrz",
        "oct okt ott out eki paz",
        "nov kas lis",
        "dec dez dic ara gru des",
    ),
)
"""What the names of each month begin with, in English, German, French, Spanish, Italian, Dutch, Portuguese, Polish, Turkish and Nordic."""
_MONTH_OF: Final = {start: month for month, starts in enumerate(_MONTHS, 1) for start in starts.split()}
_DAY_FIRST: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.)?[\s/-]*(?:(?:of|de)\s+)?(?P<month>[^\W\d_]{3,10})"
_MONTH_FIRST: Final = r"(?P<name>[^\W\d_]{3,10})\.?[\s/-]+(?P<number>\d{1,2})(?:st|nd|rd|th)?"
_NAMED: Final = re.compile(
    rf"(?:[^\W\d_]{{2,10}}\.?,\s+)?(?:{_DAY_FIRST}|{_MONTH_FIRST})\.?,?[\s/-]*(?:(?:de|del)\s+)?(?P<year>(?:19|20)?\d{{2}}){CLOCK}"
)
YEAR: Final = r"(?P<year>(?:19|20)\d{2})"
_DOTTED: Final = rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.{YEAR}"
_FROM_YEAR: Final = rf"{YEAR}[/.年](?P<month>\d{{1,2}})[/.月](?P<day>\d{{1,2}})日?"
_NUMBERED: Final = tuple(re.compile(form + CLOCK) for form in (_DOTTED, _FROM_YEAR))
"""``31.3.2026 14:05``: with points between them, the day stands first everywhere, unless the year does: ``2026/3/31``."""
_AMERICAN: Final = ("%m/%d/%y, %I:%M %p", "%m/%d/%Y %H:%M", "%m/%d/%y", "%m/%d/%Y")
_DAY: Final = len("2026-11-27")


def moment(text: Any, *, american: bool = False) -> datetime | None:
    """A date of ISO 8601, or one that ``as_iso`` knows, in UTC where it names no zone; None where it is none.

    >>> moment("4/18/16, 4:46 PM", american=True), moment("18/4/2016")
    (datetime.datetime(2016, 4, 18, 16, 46, tzinfo=datetime.timezone.utc), None)

    Args:
        american: whether ``4/18/16, 4:46 PM`` is one too, as Magento exports it.
    """
    words = " ".join(str(text).split())
    try:
        found = datetime.fromisoformat(as_iso(words) or words)
    except ValueError:
        found = next((found for form in _AMERICAN if american and (found := _read(words, form))), None)  # type: ignore[assignment]
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found


def as_iso(text: str) -> str | None:
    """A date that names its month, in whose language ever of these, or whose order is one everywhere, as ISO 8601; None for another.

    >>> as_iso("28-Nov-26"), as_iso("Nov-28-26 10:05 PM"), as_iso("28. März 2026"), as_iso("Sat, 28 Nov 2026 10:00:00")
    ('2026-11-28', '2026-11-28T22:05', '2026-03-28', '2026-11-28T10:00:00')
    >>> as_iso("3.4.2026"), as_iso("2026/10/8 9:05"), as_iso("2026年10月8日"), as_iso("8 Ekim 2026")
    ('2026-04-03', '2026-10-08T09:05', '2026-10-08', '2026-10-08')
    >>> as_iso("3/4/2026"), as_iso("Size 28-Mom-26")
    (None, None)
    """
    if numbered := next((found for form in _NUMBERED if (found := form.fullmatch(text))), None):
        return iso_of(numbered)
    found = _NAMED.fullmatch(text)
    if found is None:
        return None
    name = bare(found["month"] or found["name"])
    month = next((number for start, number in _MONTH_OF.items() if name.startswith(start)), None)
    year = found["year"] if len(found["year"]) > 2 else f"20{found['year']}"  # noqa: PLR2004 - of two digits
    return None if month is None else f"{year}-{month:02}-{int(found['day'] or found['number']):02}{clock_of(found)}"


def iso_of(found: re.Match[str], day: str | None = None, month: str | None = None) -> str:
    """A date in numbers as ISO 8601; its day and month where the match does not say which is which."""
    parts = found.groupdict()
    year = parts["year"] or f"20{parts['short']}"
    return f"{year}-{month or parts['month']:0>2}-{day or parts['day']:0>2}{clock_of(found)}"


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


def end_of(text: Any, *, american: bool = False) -> datetime | None:
    """As ``moment``; of a date without a time of day the end of that day."""
    found = moment(text, american=american)
    words = " ".join(str(text).split())
    whole_day = found is not None and len(as_iso(words) or words) <= _DAY
    return found + timedelta(days=1) if found is not None and whole_day else found
