"""Sizes of all systems on one scale: the bodies that a piece fits, so that sizes can be asked whether one person wears them.

A size is read into an interval of one measure of a body in cm, as EN 13402 and ISO 8559 designate sizes: the girth of the chest or bust for
clothes (of trousers, that of who has such a waist), the height for children's clothes, the length of the foot for shoes. Two sizes are
worn by one person where their intervals meet. A number reaches half a step to either side, so neighbours meet (UK 8 and 10, 30 and 32
inches) and what is two steps apart does not; a letter is as wide as shops' charts differ about it (M is UK 10 to 14, W30 to W34).

| what | in cm | after |
|---|---|---|
| women's UK numbers | 80 for UK 8, 4 a step, 5 from UK 14 on; letters M = 10 to 14, the others between | BS 3666:1982, shops' charts |
| US, FR and EU, DE, IT numbers of women | UK = US + 4 = FR - 28 = DE - 26 = IT - 32 | the usual conversion charts |
| men's EU numbers; inches of the chest | chest = 2 · number; inches | EN 13402-2 |
| men's letters | M is 94 to 102, 8 a letter | EN 13402-3 |
| waists in inches | a man's chest is 12 to 18 more, EN 13402-2's usual drops; a woman's UK number is W - 18 | jeans' charts |
| collars in inches, with a sleeve or without | 15 is a chest of 96.5, 8 for each inch | shirts' charts |
| ages | EN 13402-3's heights: 92 at 2 years, 6 a year; children's bare numbers from 44 on are heights, 98/104 both | EN 13402-3 |
| shoes | EU n: n · 2/3 - 1.5; UK n: (n + 25) · 2.54/3 - 1.5, children's (n + 12); US = UK + 1, women's + 2 | ISO/TS 19407 |

A number without a system is of the one that the catalogue's small numbers are (``small_numbers``), from 34 on of the EU; of trousers and
skirts 24 to 33 are a waist, and men's to 43; men's of other garments are chests in inches where small numbers are British or American, and
EU numbers else. What is not known here, what fits everybody (``one size``), and what is no garment has no place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal

from models.datasets.ages import CLOTHES, SIZE_NAMES, plain_size
from models.datasets.audience import GENDERS, Audience

Kind = Literal["body", "height", "foot"]

_INCH: Final = 2.54
_SHOES: Final = frozenset({"footwear"})
_UK_OF: Final = {"uk": 0, "us": 4, "eu": -28, "fr": -28, "de": -26, "it": -32}
_BUST: Final = {4: 72, 6: 76, 8: 80, 10: 84, 12: 88, 14: 92, 16: 97, 18: 102, 20: 107, 22: 112, 24: 117, 26: 122, 28: 127, 30: 132, 32: 137}
_BUST_OF_LETTERS: Final[dict[int, tuple[float, ...]]] = {
    -3: (72, 76), -2: (76, 80), -1: (80, 84), 0: (84, 92), 1: (92, 97), 2: (97, 107), 3: (107, 117), 4: (117, 127), 5: (127, 137),
}  # fmt: skip
_HALF: Final = 2.0  # of a step of clothes
_DROPS: Final = (12, 18)
_LARGEST_SMALL, _LEAST_EU, _LEAST_EU_SHOE = 32, 34, 16
_WAISTS, _LEGS, _WAISTS_OF_ANYBODY = range(24, 51), range(26, 39), range(24, 34)
_COLLARS, _CHESTS, _LEAST_OF_MEN, _MOST_OF_MEN = (14, 18.5), (30, 60), 44, 66
_SLEEVES: Final = (30, 39)
_SLEEVE: Final = "sleeve "
_LEAST_GROWN, _LEAST_CHILDS = 3, 7  # of children's UK shoes
_SHORTEST, _TALLEST = 44, 188  # of children's clothes, in cm
_OF_CHILDREN: Final = frozenset({"years", "months", "cm"})
_CURRENCIES: Final = {"GBP": "uk", "AUD": "uk", "NZD": "uk", "USD": "us", "CAD": "us"}
_SYSTEMS: Final = {"uk": "uk", "gb": "uk", "au": "uk", "us": "us", "usa": "us", "eu": "eu", "eur": "eu", "fr": "fr", "de": "de", "it": "it"}

_NUMBER: Final = r"\d{1,3}(?:[.,]5|\.33|\.67)?"
_FRACTIONS: Final = [
    (re.compile(rf"(?<=\d)(?: ?{sign}(?!\d)| {written}(?![\d/]))"), decimals)
    for sign, written, decimals in (("½", "1/2", ".5"), ("⅓", "1/3", ".33"), ("⅔", "2/3", ".67"))
]
_RANGE: Final = rf"(?P<low>{_NUMBER})(?: ?[-/x] ?(?P<high>{_NUMBER}))?"
_SYSTEM: Final = rf"(?P<system>{'|'.join(sorted(_SYSTEMS, key=len, reverse=True))})"
_CUT: Final = r"(?P<cut>[rsl]|xl|regular|short|long|petite|tall|plus|wide|(?P<child>kids?|child(?:ren)?|junior|jnr))"
_NAMED: Final = re.compile(rf"(?:{'|'.join(sorted(SIZE_NAMES, key=len, reverse=True))})[ :.]+(?=\S)")
_LETTER: Final = r"(?:\d ?x|x*)-?(?:s(?:mall)?|l(?:arge)?)|m(?:edium)?|extra (?:small|large)"
_LETTER_WORDS: Final = re.compile("small|medium|large")
_LETTERS: Final = re.compile(rf"(?P<low>{_LETTER})(?: ?[-/] ?(?P<high>{_LETTER}))?(?: (?P<cut>petite|tall|short|long|regular))?")
_WAIST: Final = re.compile(r"(?:w ?(?P<low>\d\d)(?: ?[/x-]? ?l ?(?P<leg>\d\d))?|(?P<low2>\d\d) ?w(?: ?[/x-]? ?(?P<leg2>\d\d) ?l)?)")
_OF_SYSTEM: Final = re.compile(rf"(?:{_SYSTEM}[ :]?{_RANGE}|{_RANGE.replace('<', '<b')} ?{_SYSTEM.replace('<', '<b')})(?: ?{_CUT})?")
_DOUBLE: Final = re.compile(r"(\d{2,3}(?:[.,]5)?) ?[-/] ?(\d{2,3}(?:[.,]5)?)")
_BARE: Final = re.compile(rf"{_RANGE}(?: ?{_CUT})?")
_YEARS: Final = (
    r"(?P<low>\d\d?)(?: ?y(?:rs|ears)?)?(?: ?[-/] ?(?P<high>\d\d?))? ?(?:y|yrs?|years?(?: old)?|jahre?|ans?|años?|anos?|anni|jaar|lata?|år)"
)
_MONTHS: Final = (
    r"(?P<low>\d\d?)(?: ?[-/] ?(?P<high>\d\d?))? ?(?:m|mths?|months?|monate?|mois|meses|mesi|maanden|mies\.?|miesięcy|mån(?:ader)?|mdr)"
)
_CENTIMETRES: Final = r"(?P<low>\d{2,3})(?: ?[-/] ?(?P<high>\d{2,3}))? ?cm"
_INCHES: Final = rf"{_RANGE} ?(?:\"|''|\u2033|\u201d|in|inch|inches)(?: (?:chest|waist))?"
_MEASURES: Final = [
    (system, re.compile(pattern)) for system, pattern in (("inch", _INCHES), ("years", _YEARS), ("months", _MONTHS), ("cm", _CENTIMETRES))
]


@dataclass(frozen=True, slots=True)
class Place:
    """The bodies that a size fits: from ``low`` to ``high``, in cm."""

    kind: Kind
    low: float
    high: float

    def meets(self, other: Place) -> bool:
        """Whether somebody wears both; what is measured otherwise is no matter."""
        return self.kind != other.kind or (self.low <= other.high and other.low <= self.high)

    def apart(self, other: Place) -> float:
        """How far from meeting, in cm; 0 where they meet."""
        return 0.0 if self.meets(other) else max(self.low - other.high, other.low - self.high)


@dataclass(frozen=True, slots=True)
class Said:
    """A size as it is written.

    Attributes:
        system: ``letter``, ``waist``, ``inch``, ``years``, ``months``, ``cm``, one of ``uk us eu fr de it``, or empty for a bare number.
        low, high: its numbers, the same where it is one; letters count from M.
        cut: what else it says: a length of leg or sleeve, ``petite``, ``r``. child: it says that it is a child's.
    """

    system: str
    low: float
    high: float
    cut: str = ""
    child: bool = False

    def of(self, small: str) -> Said:
        """With the system that a bare number is of; see ``small_numbers``."""
        bare = self.system == "" and small and self.high <= _LARGEST_SMALL
        return replace(self, system=small) if bare else self


@lru_cache(maxsize=8_192)
def said(text: str) -> Said | None:
    """A size as it is written; None where it is not known here.

    >>> said("Size UK 10"), said("w32/l34"), said("2XL")
    (Said(system='uk', low=10.0, high=10.0, cut='', child=False), Said(system='waist', low=32.0, high=32.0, cut='l34', child=False), Said(system='letter', low=3.0, high=3.0, cut='', child=False))
    >>> said("Age 5-6") == said("5-6 years") == said("5-6 yrs (116cm)")
    True
    >>> said("15½/34"), said("42 2/3")
    (Said(system='', low=15.5, high=15.5, cut='sleeve 34', child=False), Said(system='', low=42.67, high=42.67, cut='', child=False))
    """  # noqa: E501 - what is written
    text = _NAMED.sub("", _plain(text), count=1)
    readings = (_of_letters, _of_waist, _of_system, _of_measure, _of_numbers)
    return next((found for read in readings if (found := read(text)) is not None), None)


def small_numbers(sizes: Iterable[str], currencies: Iterable[str | None]) -> str:
    """The system of a catalogue's small numbers without one: what most sizes name, ``uk`` or ``us``, else that of its currency; else empty.

    >>> small_numbers(["10", "UK 12", "US 8", "UK 6"], []), small_numbers(["10"], ["USD"]), small_numbers(["10"], ["EUR"])
    ('uk', 'us', '')
    """
    named = Counter(one.system for size in sizes if (one := said(size)) and one.system in {"uk", "us"})
    paid = Counter(_CURRENCIES.get(currency or "", "") for currency in currencies)
    return next((counts.most_common(1)[0][0] for counts in (named, paid) if counts), "")


def alone(text: str) -> bool:
    """Whether a text is a size where no word says so; small, medium and large are other things, too.

    >>> [text for text in ("UK5", "w32 l32", "M", "2xl", "m", "10", "small", "it 42", "IT 42", "40R", "40L", "15½/34") if alone(text)]
    ['UK5', 'w32 l32', 'M', '2xl', 'IT 42', '40R', '15½/34']
    """
    one = said(text)
    if one is None:
        return False
    if one.system == "letter":
        return not _LETTER_WORDS.search(text.casefold()) and (text.isupper() or "x" in text.casefold())
    own = (one.system == "waist" and "w" in text.casefold()) or (one.system == "" and one.cut.startswith(("r", _SLEEVE)))
    return own or one.system in {"uk", "us", "eu"} or (one.system in {"fr", "de", "it"} and text.isupper())


def double(text: str) -> bool:
    """Whether a text is a size of two numbers: 74/80, 27-30, 15½/34."""
    return _DOUBLE.fullmatch(_plain(text)) is not None


def number(text: str) -> bool:
    """Whether a text is one number of a size.

    >>> [text for text in ("42", "9.5", "9½", "42 2/3", "7/8", "9.7", "M") if number(text)]
    ['42', '9.5', '9½', '42 2/3']
    """
    return re.fullmatch(_NUMBER, _plain(text)) is not None


class Spellings:
    """The sizes of a catalogue, each of which may be written otherwise: ``10``, ``UK 10`` and ``Size 10``.

    Args:
        known: the sizes. currencies: those that its prices are in.

    >>> some = Spellings(["UK 10", "Size 10", "EU 10", "m", "W32 L30", "W30 L32", "W32"], ["GBP"])
    >>> some.same("10"), some.same("Medium"), some.same("W32"), some.meant("w32")
    (('UK 10', 'Size 10'), ('m',), ('W32',), ('W32 L30', 'W32'))
    """

    def __init__(self, known: Iterable[str], currencies: Iterable[str | None] = ()) -> None:
        known = tuple(known)
        self.small = small_numbers(known, currencies)
        self._same: dict[Said | str, list[str]] = {}
        self._uncut: dict[Said | str, list[str]] = {}
        for size in known:
            key = self._key(size)
            self._same.setdefault(key, []).append(size)
            if isinstance(key, Said):
                self._uncut.setdefault(replace(key, cut=""), []).append(size)
        self._wide = {size: wide for size in known if (wide := self._range(size))}

    def same(self, size: str) -> tuple[str, ...]:
        """Those that are this size, however it is written."""
        return tuple(self._same.get(self._key(size), ()))

    def meant(self, size: str) -> tuple[str, ...]:
        """Those that one who says this size may mean: of ``W32`` each leg, of ``15`` each sleeve, of ``40`` a 40R, of ``74`` a 74/80."""
        return (tuple(self._uncut.get(self._key(size), ())) or self.same(size)) + self.holding(size)

    def holding(self, size: str) -> tuple[str, ...]:
        """Those of several numbers that one is of, or between: ``74`` of 74/80, ``28`` of 27/30, ``M`` of S/M."""
        one = said(size)
        if one is None or one.low != one.high or one.cut:
            return ()
        return tuple(name for name, wide in self._wide.items() if wide.system == one.system and wide.low <= one.low <= wide.high)

    def _range(self, size: str) -> Said | None:
        """The least and the largest of a size of several; None of others, as of a waist and a leg, of which a waist comes with several."""
        one, text = said(size), _NAMED.sub("", _plain(size), count=1)
        if found := _DOUBLE.fullmatch(text):
            low, high = _numbers(*found.groups())
            if _of_collar(low, high):
                return None
            legs = {other for other in self._uncut if isinstance(other, Said) and other.system == "waist" and other.low == low}
            return Said("", low, high) if low < high and sum(len(self._uncut[other]) for other in legs) <= 1 else None
        return one if one and one.system and one.low < one.high and not one.cut else None

    def _key(self, size: str) -> Said | str:
        one = said(size)
        return _plain(size) if one is None else one.of(self.small)


@lru_cache(maxsize=8_192)
def place_of(size: str, role: str | None, audience: str | None, small: str = "") -> Place | None:
    """The bodies that a size fits; None where that cannot be told, or it fits everybody.

    Args:
        role: what the piece is worn as; without one letters and waists are of clothes. audience: its label. small: see ``small_numbers``.

    >>> top, skirt = place_of("UK 12", "top", "women adult"), place_of("FR 40", "bottom", "women adult")
    >>> top.meets(skirt), top.meets(place_of("UK 16", "bottom", "women adult")), place_of("one size", "top", "women adult")
    (True, False, None)
    """
    one = said(size)
    if one is None or (role not in CLOTHES | _SHOES and not (role is None and one.system in {"letter", "waist"})):
        return None
    whom = Audience.of_label(audience or "") or Audience()
    both, genders = {one.low, one.high}, sorted(whom.genders or GENDERS)
    if role in _SHOES:
        child = one.child or "adult" not in whom.ages
        return _hull("foot", [_foot(one.system or small, number, gender, child=child) for gender in genders for number in both], 0.3)
    if one.system in _OF_CHILDREN:
        return _hull("height", [_height(one.system, number) for number in both], 3.0)
    if one.child or "adult" not in whom.ages:
        tall = one.system == "" and _SHORTEST <= one.low <= one.high <= _TALLEST
        return _hull("height", [one.low, one.high], 3.0) if tall else None
    return _hull("body", [girth for gender in genders for number in both for girth in _body(one, number, role, gender, small)])


def _body(one: Said, number: float, role: str | None, gender: str, small: str) -> tuple[float, ...]:
    """The least and the largest girth of the chest that a number of a size fits; nothing where it is not known."""
    women = gender == "women"
    if one.system == "letter":
        return _BUST_OF_LETTERS.get(int(number), ()) if women else (94 + 8 * number, 102 + 8 * number)
    if one.system == "waist" or (role == "bottom" and _in_inches(one, number, women=women)):
        return _around(_bust(number - 18)) if women else (number * _INCH + _DROPS[0], number * _INCH + _DROPS[1])
    if women:
        system = one.system or (small if number <= _LARGEST_SMALL else "eu")
        return _around(_bust(number + _UK_OF[system])) if system in _UK_OF else ()
    return _around(_chest(one, number, role, small))


def _in_inches(one: Said, number: float, *, women: bool) -> bool:
    """Whether the number of trousers or of a skirt is a waist."""
    if one.system == "inch" or (one.system == "" and number in _WAISTS_OF_ANYBODY):
        return True
    return not women and (one.system in {"uk", "us"} or (one.system == "" and number < _LEAST_OF_MEN))


def _chest(one: Said, number: float, role: str | None, small: str) -> float | None:
    """The chest of a man's number."""
    if one.system == "" and role == "top" and _COLLARS[0] <= number <= _COLLARS[1]:
        return 96.5 + 8 * (number - 15)
    if one.system in {"inch", "uk", "us"} or (one.system == "" and (small or (one.cut and number < _LEAST_OF_MEN))):
        return number * _INCH if _CHESTS[0] <= number <= _CHESTS[1] else None
    return 2 * number if one.system in {"", "eu", "de", "fr", "it"} and _LEAST_OF_MEN <= number <= _MOST_OF_MEN else None


def _bust(number: float) -> float | None:
    """The bust of a woman's UK number; of an odd one between its neighbours'."""
    low, high = _BUST.get(int(number // 2 * 2)), _BUST.get(int(-(-number // 2) * 2))
    return None if low is None or high is None else (low + high) / 2


def _foot(system: str, number: float, gender: str, *, child: bool) -> float | None:
    """The length of the foot that a number of a shoe is for."""
    if system in {"eu", "fr", "de", "it"} or (number >= _LEAST_EU_SHOE and system in {"", "uk", "us"}):
        return number * 2 / 3 - 1.5
    if system not in {"uk", "us"}:
        return None
    uk = number if system == "uk" else number - (1 if child or gender == "men" else 2)
    if child and _LEAST_GROWN <= uk < _LEAST_CHILDS:
        return None  # a small child's, or a large one's: their sizes begin anew after 13
    return (uk + (12 if child and uk >= _LEAST_CHILDS else 25)) * _INCH / 3 - 1.5


def _height(system: str, number: float) -> float | None:
    if system == "months":
        return min(56 + 2 * number, 68 + number)  # slower from a year on
    return 80 + 6 * number if system == "years" else number


def _of_letters(text: str) -> Said | None:
    found = _LETTERS.fullmatch(text)
    return found and Said("letter", _letter(found["low"]), _letter(found["high"] or found["low"]), found["cut"] or "")


def _of_waist(text: str) -> Said | None:
    if not (found := _WAIST.fullmatch(text)):
        return None
    waist, leg = float(found["low"] or found["low2"]), found["leg"] or found["leg2"]
    return Said("waist", waist, waist, f"l{leg}" if leg else "")


def _of_system(text: str) -> Said | None:
    if not (found := _OF_SYSTEM.fullmatch(text)):
        return None
    low, high, system = (found[name] or found[f"b{name}"] for name in ("low", "high", "system"))
    return Said(_SYSTEMS[system], *_numbers(low, high), found["cut"] or "", bool(found["child"]))


def _of_measure(text: str) -> Said | None:
    found = ((system, pattern.fullmatch(text)) for system, pattern in _MEASURES)
    return next((Said(system, *_numbers(one["low"], one["high"])) for system, one in found if one), None)


def _of_numbers(text: str) -> Said | None:
    if not (found := _BARE.fullmatch(text)):
        return None
    low, high = _numbers(found["low"], found["high"])
    if low in _WAISTS and found["high"] and high in _LEGS and not (low >= _LEAST_EU and high == low + 2):  # which is two sizes
        return Said("waist", low, low, f"l{found['high']}")
    if _of_collar(low, high):
        return Said("", low, low, f"{_SLEEVE}{found['high']}")
    return Said("", low, high, found["cut"] or "", bool(found["child"]))


def _of_collar(low: float, high: float) -> bool:
    """Whether two numbers are those of a shirt: its collar and its sleeves."""
    return _COLLARS[0] <= low <= _COLLARS[1] and _SLEEVES[0] <= high <= _SLEEVES[1]


def _hull(kind: Kind, measures: Iterable[float | None], half: float = 0.0) -> Place | None:
    known = [measure for measure in measures if measure is not None]
    return Place(kind, round(min(known) - half, 2), round(max(known) + half, 2)) if known else None


def _around(centre: float | None) -> tuple[float, ...]:
    return () if centre is None else (centre - _HALF, centre + _HALF)


def _numbers(low: str, high: str | None) -> tuple[float, float]:
    one, other = (float(text.replace(",", ".")) for text in (low, high or low))
    return one, other


def _letter(text: str) -> float:
    """How many letters from M on."""
    text = text.replace("extra ", "x").replace("-", "").replace(" ", "")
    if text.startswith("m"):
        return 0.0
    times = int(text[0]) if text[0].isdigit() else len(text) - len(text.lstrip("x"))
    return float(1 + times) if "l" in text.lstrip("0123456789x")[:1] else float(-1 - times)


def _plain(text: str) -> str:
    text = plain_size(text)
    for fraction, decimals in _FRACTIONS:
        text = fraction.sub(decimals, text)
    return text
