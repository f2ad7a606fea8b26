"""Whom sizes fit: grown-ups, children, babies; for pieces of which nothing else says it.

A size is read where the whole of it is known, and leaves the ages that it may be of: ``98`` of clothes a child, ``42`` a grown-up, ``38``
of shoes either, ``10`` anybody. Sizes of an item leave the ages that all of them leave; where these are none, or several with grown-ups
among them, they tell nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache, reduce
from typing import Final

from pydantic_core import from_json

_SIZE_NAMES: Final = (
    "size größe grösse groesse schuhgröße schuhgrösse schuhgroesse taille pointure talla maat schoenmaat taglia tamanho storlek størrelse "
    "rozmiar размер"
)
SIZE_NAMES: Final = frozenset(_SIZE_NAMES.split())
"""What attributes are called that hold a size."""
AGES: Final = frozenset({"adult", "child", "baby"})
_ADULT, _CHILD, _BABY = (frozenset({age}) for age in ("adult", "child", "baby"))

CLOTHES: Final = frozenset({"top", "bottom", "full-body", "outer", "swimwear", "sleepwear", "innerwear"})
"""What clothes are worn as."""
_SHOES: Final = frozenset({"footwear", "hosiery"})
_OF_CLOTHES: Final = {
    **dict.fromkeys([62, 68, 74, 80, 86], _BABY),
    **dict.fromkeys([92, 98, 104, 116, 122, 128, 134, 140, 146, 152, 158, 164], _CHILD),
    **dict.fromkeys({*range(36, 61, 2)} - {44, 50, 56}, _ADULT),
}
"""European sizes: grown-ups' are half a chest, children's a height; 44, 50 and 56 may be either, 110 and 170 are grown-ups' in Asia."""
_OF_SHOES: Final = {
    **dict.fromkeys(range(16, 20), _CHILD | _BABY),
    **dict.fromkeys(range(31, 35), _CHILD),  # those between are grown-ups' in Japan
    **dict.fromkeys(range(35, 40), _CHILD | _ADULT),
    **dict.fromkeys(range(40, 51), _ADULT),
}
_SMALLEST_WAIST: Final = 29  # inches that no child's trousers have
_BABY_MONTHS, _BABY_YEARS, _CHILD_YEARS = 24, 2, 16  # at most

_LETTER: Final = r"(?:x{0,4}[sl]|[2-6]xl|m|(?:x-|extra )?(?:small|large)|medium)"
_LETTERS: Final = re.compile(rf"(?:size )?{_LETTER}(?: ?[/-] ?{_LETTER})?")
_WAIST: Final = re.compile(r"(?:w ?)(\d\d)(?: ?[/x-]? ?l ?\d\d)?|(\d\d) ?w(?: ?[/x-]? ?\d\d ?l)?")
_NUMBERS: Final = re.compile(r"(?:eur?|de)? ?(\d{2,3})(?:[.,][05])?(?: ?[/-] ?(\d{2,3}))?(?: ?cm)?")
_MONTHS: Final = re.compile(
    r"(?:\d\d? ?m? ?[/-] ?)?(\d\d?) ?(m|mths?|months?|monate?|mois|meses|m[eê]s|mese|maanden|mies\.?|miesięcy|mån(?:ader)?|mdr\.?|мес\.?)"
)
_YEARS: Final = re.compile(
    r"(?:\d\d? ?[yt]? ?[/-] ?)?(\d\d?) ?(?:[yt]|yrs?|years?(?: old)?|jahre?|ans?|años?|anos?|ann[io]|jaar|lata?|år|лет|года?)"
)

_SPAN: Final = re.compile(r"(\d\d?)(?: ?[a-z]*\.? ?[/-] ?(\d\d?))?")


def months_of(size: str) -> tuple[int, int] | None:
    """The ages that a size says it is for, from which month to which; None of a size that is no age.

    >>> months_of("8-9 Years"), months_of("3-6 months"), months_of("4Y"), months_of("42"), months_of("M")
    ((96, 119), (3, 6), (48, 59), None, None)
    """
    text = " ".join(size.casefold().split())
    span = _SPAN.match(text)
    if span is None or not (_YEARS.fullmatch(text) or _MONTHS.fullmatch(text)):
        return None
    first, last = int(span[1]), int(span[2] or span[1])
    return (12 * first, 12 * last + 11) if _YEARS.fullmatch(text) else (first, last)


def ages_in(first: int, last: int) -> frozenset[str]:
    """Whom ages are of, from which month to which.

    >>> [sorted(ages_in(*months)) for months in ((3, 6), (96, 107), (240, 251))]
    [['baby'], ['child'], ['adult']]
    """
    young = {*(_BABY if first <= _BABY_MONTHS else ()), *(_CHILD if last > _BABY_MONTHS and first < 12 * (_CHILD_YEARS + 1) else ())}
    return frozenset(young) or _ADULT


def ages_of(sizes: Iterable[str], role: str | None) -> frozenset[str] | None:
    """The ages that sizes tell; None where they tell nothing.

    Args:
        role: what the item is worn as. Without one plain numbers tell nothing, and of what is no garment nothing but ages does.

    >>> sorted(ages_of(["S", "M", "L"], "top")), sorted(ages_of(["92", "98/104"], "top")), sorted(ages_of(["3-6 months"], None))
    (['adult'], ['child'], ['baby'])
    >>> ages_of(["10", "12"], "top"), ages_of(["38"], "footwear"), ages_of(["98", "W30"], "bottom")
    (None, None, None)
    """
    left = reduce(frozenset.__and__, (_left(size, role) for size in sizes), AGES)
    return left if left and (left == _ADULT or "adult" not in left) else None


def size_names(text: str | None) -> list[str]:
    """The names of sizes as an item has them: a JSON list of ``{"size", "in_stock"}``."""
    return [one["size"] for one in from_json(text)] if text else []


@lru_cache(maxsize=4_096)
def _left(size: str, role: str | None) -> frozenset[str]:
    """The ages that one size leaves."""
    text = " ".join(size.casefold().split())
    if years := _YEARS.fullmatch(text):
        return _BABY if int(years[1]) <= _BABY_YEARS else _CHILD if int(years[1]) <= _CHILD_YEARS else AGES
    if (months := _MONTHS.fullmatch(text)) and not (months[2] == "m" and role in _SHOES):  # which is a width there
        return _BABY if int(months[1]) <= _BABY_MONTHS else _BABY | _CHILD
    return _of_garment(text, role) if role in CLOTHES | _SHOES | {None} else AGES


def _of_garment(text: str, role: str | None) -> frozenset[str]:
    if _LETTERS.fullmatch(text):
        return _ADULT
    if role not in _SHOES and (waist := _WAIST.fullmatch(text)):
        return _ADULT if int(waist[1] or waist[2]) >= _SMALLEST_WAIST else AGES
    known = _OF_CLOTHES if role in CLOTHES else _OF_SHOES if role in _SHOES else {}
    if not (numbers := _NUMBERS.fullmatch(text)):
        return AGES
    first, last = (known.get(int(number), AGES) for number in (numbers[1], numbers[2] or numbers[1]))
    return first & last or first | last
