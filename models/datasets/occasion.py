"""What a piece is for where that is not everyday: sport, snow, or dress; a running shoe goes with no suit.

Read from attributes that say it (*usage*, *activity*, …), else from the words of its categories, else of its title. Most pieces are for no
occasion of their own and go with all. Which occasions share outfits is learned from them (``models.compatibility.conflicts``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from models.datasets.audience import values_named

DRESS, SPORT, SNOW = "dress", "sport", "snow"

OCCASION_NAMES: Final = frozenset({"usage", "occasion", "activity", "sport"})
"""Attribute names (lower case, spaces and hyphens as underscores) that say what for."""

_WORN: Final = frozenset(
    ["top", "bottom", "full-body", "outer", "footwear", "headwear", "scarf", "gloves", "hosiery", "tie", "jewellery", "innerwear"]
)
"""Only of these roles does an occasion say something; bags and sports watches are worn with a suit."""

_WORDS: Final[Mapping[str, str]] = {
    DRESS: (
        "formal formalwear tailoring tailored tuxedo tuxedos waistcoat waistcoats blazer blazers necktie neckties cufflink cufflinks "
        "tie ties bowtie oxfords brogues business evening suit suits anzug anzüge sakko sakkos smoking krawatte krawatten "
        "abendkleid abendkleider costume costumes cravate cravates esmoquin corbata corbatas cravatta cravatte colbert stropdas stropdassen"
    ),
    SPORT: (
        "sport sports sporting sportswear activewear athletic athletics running training gym fitness workout yoga pilates football "
        "soccer rugby basketball volleyball tennis cycling cleats tracksuit tracksuits sportbekleidung sportmode laufschuh laufschuhe "
        "laufhose fußball fußballschuhe trainingshose trainingsjacke deporte deportes fútbol calcio corsa hardlopen voetbal "
        "survêtement survêtements"
    ),
    SNOW: (
        "ski skiing skis snowboard snowboarding skiwear skihose skihosen skijacke skijacken skianzug skibekleidung esquí skibroek skijas"
    ),
}
_OCCASION_OF: Final = {word: occasion for occasion, words in _WORDS.items() for word in words.split()}

_PHRASES: Final[Mapping[str, str]] = {
    "": (
        "sport-coat sports-coat sport-jacket swim-suit bathing-suit salwar-suit night-suit lounge-suit pant-suit tie-dye tie-front "
        "tie-waist tie-neck tie-up self-tie rain-suit boiler-suit play-suit pram-suit sleep-suit sports-luxe sport-luxe tennis-necklace "
        "tennis-bracelet evening-primrose"
    ),
    DRESS: "black-tie bow-tie dress-shirt dress-shoe dinner-jacket pocket-square court-shoe oxford-shoe pencil-skirt",
    SPORT: "track-pant track-jacket track-top sports-bra sport-bra track-suit",
    SNOW: "snow-suit snow-boot snow-pant",
}
"""Phrases that say it, or (under the empty one) that do not say what their words do."""
_OF_PHRASE: Final = {phrase.replace("-", " "): occasion for occasion, phrases in _PHRASES.items() for phrase in phrases.split()}
_PHRASE: Final = re.compile(rf"\b({'|'.join(_OF_PHRASE)})(?:e?s)?\b")


def occasion_label(
    attributes: Mapping[str, str | Sequence[str]], categories: Sequence[str | None], title: str | None, role: str | None
) -> str | None:
    """What a piece is for; None where nothing says, where words of two occasions do, and for what any occasion has.

    Args:
        categories: the finest first.

    >>> occasion_label({"usage": "Sports"}, ["Shoes"], None, "footwear"), occasion_label({}, ["Suit Trousers"], None, "bottom")
    ('sport', 'dress')
    >>> occasion_label({}, ["Shirts"], "Tie-dye shirt", "top"), occasion_label({}, ["Bags"], "Gym bag", "bag")
    (None, None)
    """
    if role not in _WORN:
        return None
    return next(
        filter(None, map(_said, (*values_named(attributes, OCCASION_NAMES), *(text for text in (*categories, title) if text)))), None
    )


@lru_cache(maxsize=8_192)
def _said(text: str) -> str | None:
    text = re.sub(r"[\W\d_]+", " ", text.lower())
    named = [_OF_PHRASE[phrase] for phrase in _PHRASE.findall(text)]
    named += [_OCCASION_OF[word] for word in _PHRASE.sub(" ", text).split() if word in _OCCASION_OF]
    found = {occasion for occasion in named if occasion}
    return found.pop() if len(found) == 1 else None
