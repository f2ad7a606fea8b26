"""Whom sizes fit: grown-ups, children, babies; for pieces of which nothing else says it.

A size is read where the whole of it is known, and leaves the ages that it may be of: ``98`` of clothes a child, ``42`` a grown-up, ``38``
of shoes either, ``10`` anybody. Sizes of an item leave the ages that all of them leave, of children's those that any leaves where no age
is left by all; where these are several with grown-ups among them, they tell nothing.
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
ADULT, CHILD, BABY = (frozenset({age}) for age in ("adult", "child", "baby"))

CLOTHES: Final = frozenset({"top", "bottom", "full-body", "outer", "swimwear", "sleepwear", "innerwear"})
"""What clothes are worn as."""
_SHOES: Final = frozenset({"footwear", "hosiery"})
_OF_CLOTHES: Final = {
    **dict.fromkeys([62, 68, 74, 80, 86], BABY),
    **dict.fromkeys([92, 98, 104, 116, 122, 128, 134, 140, 146, 152, 158, 164], CHILD),
    **dict.fromkeys({*range(36, 61, 2)} - {44, 50, 56}, ADULT),
}
"""European sizes: grown-ups' are half a chest, children's a height; 44, 50 and 56 may be either, 110 and 170 are grown-ups' in Asia."""
_OF_SHOES: Final = {
    **dict.fromkeys(range(16, 20), CHILD | BABY),
    **dict.fromkeys(range(31, 35), CHILD),  # those between are grown-ups' in Japan
    **dict.fromkeys(range(35, 40), CHILD | ADULT),
    **dict.fromkeys(range(40, 51), ADULT),
}
_SMALLEST_WAIST: Final = 29  # inches that no child's trousers have
_BABY_MONTHS, _BABY_YEARS, _CHILD_YEARS = 24, 2, 16  # at most
_TODDLER_MONTHS: Final = 48
"""Up to which age one wears what is called a baby's or a toddler's, too."""
_LARGEST_OF_CHILDREN: Final = 1.5  # of shoes in the UK that no grown-up wears

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
_CUP: Final = re.compile(r"(?:2[68]|3\d|4\d|5[0-4]|[6-9][05]|1[01][05])(?:a{1,3}|b|c|d{1,4}|e{1,2}|f{1,2}|g{1,2}|h{1,2}|jj?|kk?)")
_UK: Final = re.compile(r"uk ?(\d\d?(?:\.5)?)(?: ?[/-] ?\d\d?)?")
_AGED: Final = re.compile(r"(?:size )?age[ds]?:? ?(\d\d?(?: ?[/-] ?\d\d?)?)(?: ?y(?:rs?|ears?)?)?")
_AND_HEIGHT: Final = re.compile(r"(.*[a-z].*?) ?[(/,] ?\d{2,3}(?: ?[/-] ?\d{2,3})? ?cm\)?")
_AGES_IN: Final = re.compile(
    r"(?<![\w-])(?:age[ds]?:? ?\d\d?(?: ?[-/\u2013] ?\d\d?)?|\d\d? ?[-/\u2013] ?\d\d? ?(?:m|mths?|months|y|yrs?|years))(?![\w-])"
)


@lru_cache(maxsize=8_192)
def plain_size(text: str) -> str:
    """A size in lower case, of an age without its word and the height beside it.

    >>> plain_size("Age 5-6"), plain_size("5-6 Years (116cm)"), plain_size("98 / 104 cm"), plain_size("Age 7 / 122cm")
    ('5-6 years', '5-6 years', '98 / 104 cm', '7 years')
    """
    text = " ".join(text.casefold().replace("\u2013", "-").split())
    text = found[1] if (found := _AND_HEIGHT.fullmatch(text)) else text
    return f"{found[1]} years" if (found := _AGED.fullmatch(text)) else text


@lru_cache(maxsize=8_192)
def ages_named(title: str) -> tuple[str, ...]:
    """The sizes in a title that are ages.

    >>> ages_named("Girls' Hoodie Age 5-6"), ages_named("Romper 3-6m"), ages_named("Size 5-6 Sandals")
    (('age 5-6',), ('3-6m',), ())
    """
    return tuple(_AGES_IN.findall(title.casefold()))


def is_cup(size: str) -> bool:
    """Whether a size is a bra's.

    >>> [size for size in ("34DD", "70 B", "38E", "40R", "32L", "12A") if is_cup(size)]
    ['34DD', '70 B', '38E']
    """
    return _CUP.fullmatch(size.casefold().replace(" ", "")) is not None


def months_of(size: str) -> tuple[int, int] | None:
    """The ages that a size says it is for, from which month to which; None of a size that is no age.

    >>> months_of("8-9 Years"), months_of("3-6 months"), months_of("4Y"), months_of("42"), months_of("M")
    ((96, 119), (3, 6), (48, 59), None, None)
    """
    text = plain_size(size)
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
    young = {*(BABY if first <= _TODDLER_MONTHS else ()), *(CHILD if last > _BABY_MONTHS and first < 12 * (_CHILD_YEARS + 1) else ())}
    return frozenset(young) or ADULT


def ages_of(sizes: Iterable[str], role: str | None) -> frozenset[str] | None:
    """The ages that sizes tell; None where they tell nothing.

    Args:
        role: what the item is worn as. Without one plain numbers tell nothing, and of what is no garment nothing but ages does.

    >>> sorted(ages_of(["S", "M", "L"], "top")), sorted(ages_of(["92", "98/104"], "top")), sorted(ages_of(["3-6 months"], None))
    (['adult'], ['child'], ['baby'])
    >>> ages_of(["10", "12"], "top"), ages_of(["38"], "footwear"), ages_of(["98", "W30"], "bottom")
    (None, None, None)
    >>> sorted(ages_of(["1-2 years", "3-4 years"], "top")), ages_of(["UK 8", "UK 10"], "top"), ages_of(["UK 13", "UK 1"], "footwear")
    (['baby', 'child'], frozenset({'adult'}), frozenset({'child'}))
    """
    each = [_left(size, role) for size in sizes]
    left = reduce(frozenset.__and__, each, AGES) or frozenset[str]().union(*each)
    return left if left and (left == ADULT or "adult" not in left) else None


def size_names(text: str | None) -> list[str]:
    """The names of sizes as an item has them: a JSON list of ``{"size", "in_stock"}``."""
    return [one["size"] for one in from_json(text)] if text else []


@lru_cache(maxsize=4_096)
def _left(size: str, role: str | None) -> frozenset[str]:
    """The ages that one size leaves."""
    text = plain_size(size)
    if years := _YEARS.fullmatch(text):
        return BABY if int(years[1]) <= _BABY_YEARS else CHILD if int(years[1]) <= _CHILD_YEARS else AGES
    if (months := _MONTHS.fullmatch(text)) and not (months[2] == "m" and role in _SHOES):  # which is a width there
        return BABY if int(months[1]) <= _BABY_MONTHS else BABY | CHILD
    return _of_garment(text, role) if role in CLOTHES | _SHOES | {None} else AGES


def _of_garment(text: str, role: str | None) -> frozenset[str]:
    if _LETTERS.fullmatch(text) or (role in CLOTHES and is_cup(text)):
        return ADULT
    if uk := _UK.fullmatch(text):  # children's clothes are of an age there
        return ADULT if role in CLOTHES else CHILD if role in _SHOES and float(uk[1]) <= _LARGEST_OF_CHILDREN else AGES
    if role not in _SHOES and (waist := _WAIST.fullmatch(text)):
        return ADULT if int(waist[1] or waist[2]) >= _SMALLEST_WAIST else AGES
    known = _OF_CLOTHES if role in CLOTHES else _OF_SHOES if role in _SHOES else {}
    if not (numbers := _NUMBERS.fullmatch(text)):
        return AGES
    first, last = (known.get(int(number), AGES) for number in (numbers[1], numbers[2] or numbers[1]))
    return first & last or first | last
