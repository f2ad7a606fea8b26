"""At what age a piece is worn by what it is called, where nothing else says it: what is intimate by grown-ups, school uniform by children.

What is *private* is what children are kept apart from where it is not known to be a child's (``app.recommend.apart``): what is worn beneath
or to swim, and whatever else is intimate by its words or by a cup size. In other languages than those of the words here a piece is private
where ``garments_abroad`` knows it for underwear.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from models.datasets.ages import ADULT, BABY, CHILD, CLOTHES, is_cup

_INTIMATE: Final = (
    "bra bralette balconette underwired thong g-string suspender-belt garter-belt garter suspender-stocking stocking hold-up denier "
    "fishnet lingerie baby-doll negligee negligée corset basque bustier guepiere shapewear body-stocking camiknicker french-knicker "
    "nipple-cover maternity nursing breastfeeding postpartum postnatal soutien-gorge porte-jarretelles grossesse allaitement bh still-bh "
    "reizwäsche dessous umstandsmode stillmode schwangerschaft sujetador liguero lencería premamá lactancia reggiseno reggicalze "
    "perizoma premaman allattamento sutiã gestante amamentação beha zwangerschap biustonosz biustonosze stringi pończochy ciążowa "
    "ciążowe ciążowy gravid amning"
)
_CHILDS: Final = (
    "school schoolwear schuluniform schulranzen schultasche cartable pe-kit pe-short pe-t-shirt pe-top pe-bag pe-plimsoll pe-hoodie "
    "pe-legging pe-skort tutu puddle-suit puddle-trouser"
)
_BABYS: Final = "first-walker pram-suit pram-shoe baby-grow bootee sleep-suit layette strampler erstlingsschuh"
"""Names of pieces; a hyphen joins the words of one, which may be written without it."""
_INTIMATE_AS: Final = CLOTHES | {"hosiery", "belt", None}
"""What a piece is worn as, where such a word says so: a thong is a sandal, too."""
_PRIVATE: Final = frozenset({"innerwear", "swimwear"})
_NO_SCHOOL: Final = r"(?<!old )(?<!art )(?<!high )(?<!drama )"


def _any_of(names: str, before: str = "", more: str = "") -> re.Pattern[str]:
    some = "|".join(re.escape(name).replace(r"\-", "[ -]?") for name in sorted(names.split(), key=len, reverse=True))
    return re.compile(rf"(?<![\w-]){before}(?:{some})(?:e?s)?(?![\w-]){more}")


_SWUM_IN: Final = _any_of("bikini tankini monokini swimsuit swimming-costume swim-short swim-trunk")
_OF_GIRLS: Final = _any_of("first-bra training-bra")
_SAYS_INTIMATE: Final = _any_of(_INTIMATE, more=r"|(?<!\w)\d{1,3}[ -]?den\b")
_CALLED: Final = ((_any_of(_BABYS), BABY), (_any_of(_CHILDS, _NO_SCHOOL, r"(?! of\b)"), CHILD))


def is_intimate(texts: Iterable[str | None], role: str | None, sizes: Iterable[str] = ()) -> bool:
    """Whether words of a piece, or a cup size, say that it is intimate.

    >>> is_intimate(["Thong Lace"], "innerwear"), is_intimate(["Thong Sandals"], "footwear"), is_intimate(["Triangle Top 34DD"], None)
    (True, False, True)
    """
    return role in _INTIMATE_AS and (any(_says_intimate(text) for text in texts if text) or any(map(is_cup, sizes)))


def is_private(texts: Iterable[str | None], role: str | None, sizes: Iterable[str] = ()) -> bool:
    """Whether a piece is underwear or swimwear, or intimate; see above."""
    said = [text for text in texts if text]
    return role in _PRIVATE or is_intimate(said, role, sizes) or any(_SWUM_IN.search(_plain(text)) for text in said)


def age_called(texts: Iterable[str | None], role: str | None, sizes: Iterable[str] = ()) -> frozenset[str] | None:
    """The age at which alone a piece is worn by what it is called; None where that says none.

    >>> age_called(["School Tie", "Ties"], "tie"), age_called(["Old School Tee"], "top"), age_called(["Bras"], None)
    (frozenset({'child'}), None, frozenset({'adult'}))
    """
    said = [text for text in texts if text]
    if is_intimate(said, role, sizes):
        return CHILD if any(_OF_GIRLS.search(_plain(text)) for text in said) else ADULT
    return next((age for text in said for names, age in _CALLED if names.search(_plain(text))), None)


@lru_cache(maxsize=8_192)
def _says_intimate(text: str) -> bool:
    return _SAYS_INTIMATE.search(_plain(text)) is not None or any(map(is_cup, re.findall(r"\b\d\d[A-K]{1,3}\b", text)))


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("\u2011", "-").split())
