"""The sport that a piece says it is for: running shoes go with running shorts, and not with a cycling jersey.

Read from attributes that say it (*sport*, *activity*, …), else from the words of its categories, else of its title. A text that names two
says nothing, as does one that names but training, which any sport needs. Which sports share outfits is learned from them
(``models.compatibility.conflicts``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from models.datasets.audience import values_named
from models.datasets.garments import role_of
from models.datasets.occasion import OCCASION_NAMES
from models.datasets.sport_words import HIKING, SKIING, SWIMMING, WORDS

_STEMS: Final[Mapping[str, str]] = {
    SKIING: "ski skid",
    "running": "lauf löpar løbe løpe hardloop",
    SWIMMING: "schwimm sim svømme zwem",
    "cycling": "rad fahrrad cykel sykkel fiets",
    "football": "fußball fussball fotbolls fodbold fotball voetbal",
    HIKING: "wander trekking vandrings vandre wandel",
    "riding": "reit rid ride rij",
    "golf": "golf",
    "tennis": "tennis",
    "yoga": "yoga",
}
"""What words begin with that go on with the name of a garment, in languages that write both in one: *Laufschuhe*."""
_NAMES_NONE: Final = re.compile(
    r"\b(?:tennis (?:bracelet|necklace)s?|baseball caps?|ballet (?:flat|pump|shoe)s?|rugby shirts?|walking sticks?"
    r"|dance(?! *$)(?! (?:class|shoe|wear|tutu|skirt|leotard|tight|pant|top|sandal)(?:e?s)?\b))\b"
)
"""Phrases that name no sport, whatever their words say."""
_UNPLAYED: Final = frozenset({"jewellery", "watch", "tie", "wallet", "hair", "sleepwear"})
"""What is worn as these is for no sport: a tie with golf balls is for none."""
_SPORT_OF: Final = {word: sport for sport, words in WORDS.items() for word in words.split()}
_OF_STEM: Final = sorted(((stem, sport) for sport, stems in _STEMS.items() for stem in stems.split()), key=lambda one: -len(one[0]))


def sport_label(
    attributes: Mapping[str, str | Sequence[str]], categories: Sequence[str | None], title: str | None, role: str | None
) -> str | None:
    """The sport that a piece is for, one of ``SPORTS``; None where nothing says it, and for what any sport has.

    Args:
        categories: the finest first.

    >>> sport_label({"sport": "Tennis"}, ["Shoes"], "Clay court shoes", "footwear"), sport_label({}, ["Gym"], "Training tee", "top")
    ('tennis', None)
    >>> sport_label({}, ["Schuhe"], "Laufschuhe", "footwear"), sport_label({}, ["Rings"], "Tennis bracelet", "jewellery")
    ('running', None)
    """
    if role in _UNPLAYED:
        return None
    texts = (*values_named(attributes, OCCASION_NAMES), *(text for text in (*categories, title) if text))
    return next(filter(None, map(sport_named, texts)), SWIMMING if role == "swimwear" else None)


@lru_cache(maxsize=8_192)
def sport_named(text: str) -> str | None:
    """The one sport that a text names; None where it names none, or several."""
    words = re.findall(r"[^\W\d_]+", _NAMES_NONE.sub(" ", re.sub(r"[\W\d_]+", " ", text.lower())))
    found = {sport for word in words if (sport := _SPORT_OF.get(word) or _in_one(word))}
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=8_192)
def _in_one(word: str) -> str | None:
    """The sport of a word that goes on with the name of a garment."""
    rests = ((word[len(stem) :], sport) for stem, sport in _OF_STEM if word.startswith(stem))
    return next((sport for rest, sport in rests if rest and (role_of(rest) or role_of(f"damen{rest}"))), None)
