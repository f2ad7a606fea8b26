"""What one works in: a chef's jacket is worn with a chef's trousers, scrubs with scrubs, and no safety boots beside either.

Read from the title, else from the categories, of what is worn to no sport.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

CHEF, HEALTH, SECURITY, HOSPITALITY, SALON = "a chef", "healthcare", "security", "waiting", "a salon"
SAFETY: Final = "building sites"
TRADES: Final = frozenset({CHEF, HEALTH, SECURITY, HOSPITALITY, SALON, SAFETY})
APART: Final = TRADES - {SAFETY}
"""What is shown beside its own alone, before any outfits; safety boots go with any work trousers."""
_ROLES: Final = frozenset({"top", "bottom", "full-body", "outer", "footwear", "headwear", "tie", "gloves"})
_PIECES: Final = r"(?:shirt|jumper|jacket|coat|trouser|combat|polo|tie|guard|uniform|officer|tunic|dress)s?"
_WORDS: Final = {
    CHEF: (
        r"kitchen (?:clog|shoe)s?|chef(?:['\u2019]?s)?|chefs?wear|kochjacken?|kochhosen?|kochbekleidung|veste de cuisine"
        r"|pantalon de cuisine|cuisinier"
    ),
    HEALTH: (
        r"(?<!face )(?<!body )(?<!foot )(?<!lip )scrubs?|nurses?(?:['\u2019]s)?|nursing (?:shoe|clog|tunic|uniform)s?|lab coats?"
        r"|medical|healthcare|kasacks?|pflegebekleidung|medizin|blouse médicale"
    ),
    SECURITY: rf"security {_PIECES}|^security$|doorman|epaulettes?",
    HOSPITALITY: r"waiter(?:['\u2019]?s)?|waitress(?:es)?|bistro|barista|hospitality|front of house|gastronomie",
    SALON: r"salon|beautician|(?:beauty|spa) (?:tunic|trouser|uniform|dress)(?:e?s)?|beauty & spa",
    SAFETY: (
        r"hi-?(?: ?vis(?:ibility)?|viz)|high[ -]?vis(?:ibility)?|safety (?:boot|shoe|trainer|footwear|vest|helmet)s?|steel[ -]toe(?:d|cap)?"
        r"|rigger boots?|s1p|s3|hard hats?|ppe|knee (?:pad )?pockets?|coveralls?|bib (?:and|&) brace|holster pockets?"
        r"|warnschutz|sicherheitsschuhe?|chaussures? de sécurité|gilet de signalisation"
    ),
}
_TELLING: Final = (
    *("chef", "kitchen", "koch", "cuisin", "scrub", "nurs", "lab coat", "medi", "médi", "health", "kasack", "pflege", "securi", "doorman"),
    *("epaulet", "wait", "bistro", "barista", "hospitality", "front of", "gastro", "salon", "beaut", "spa ", "vis", "viz", "safety"),
    *(
        "steel",
        "rigger",
        "s1p",
        "s3",
        "hard hat",
        "ppe",
        "knee",
        "coverall",
        "brace",
        "holster",
        "warnsch",
        "sicherheit",
        "signal",
        "sécur",
    ),
)
"""One of these is in each of them: soon told of the many texts that have none."""
_NAMED: Final = {trade: re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE) for trade, words in _WORDS.items()}


def trade_label(categories: Sequence[str | None], title: str | None, role: str | None, sport: str | None = None) -> str | None:
    """The one of ``TRADES`` that a piece is for; None for most.

    Args:
        categories: the finest first.
        sport: what it is for among sports: a vest that is seen when one runs is for no building site.

    >>> trade_label(["Workwear"], "Chef's Jacket White", "top"), trade_label(["Healthcare"], "V-neck top", "top")
    ('a chef', 'healthcare')
    >>> trade_label(["Vests"], "Hi-Vis Vest", "outer"), trade_label(["Vests"], "Hi-Vis Vest", "outer", "running")
    ('building sites', None)
    """
    if sport or role not in _ROLES:
        return None
    return next(filter(None, (trade_named(text) for text in (title, *categories) if text)), None)


@lru_cache(maxsize=8_192)
def trade_named(text: str) -> str | None:
    """The one trade that a text names; None where it names none, or several.

    >>> trade_named("Security"), trade_named("Chef & Waiter"), trade_named("Security pocket belt")
    ('security', None, None)
    """
    said = text.lower()
    if not any(part in said for part in _TELLING):
        return None
    found = [trade for trade, pattern in _NAMED.items() if pattern.search(text)]
    return found[0] if len(found) == 1 else None
