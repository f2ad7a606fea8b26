"""Words that join and turn what a shopper names: English ones, and those of ``grammar_abroad``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from app.words import grammar_abroad as abroad
from models.datasets.scripts import bare

_TURNING: Final = "no not without except excluding avoid never dislike hate skip minus isn't aren't don't dont neither less nothing"
_JOINING, _OPENING = "of in from by with made that which is are be should", "match matches matching complement complements"
_GOING: Final = "go goes going pair pairs worn wear wearing work works style"
IS_NOT: Final = frozenset(("not", "isn't", "aren't")) | abroad.IS_NOT
TOO: Final = frozenset(("too", "so", "very", "that", "really", "overly")) | abroad.TOO
NOT: Final = frozenset(_TURNING.split()) | abroad.TURNING
"""Words that turn: read as its opposite, a wish would ask for what it does not want."""
BEHIND: Final = abroad.TURNING_BEHIND
"""Likewise of what stands before them."""
REFUSING: Final = abroad.REFUSING
OF_CHINESE: Final = abroad.OF_CHINESE
ENDS_IN: Final = abroad.ENDS_IN
WORN_WITH: Final = abroad.WORN_WITH
SAYING_NO, UNSPACED = abroad.SAYING_NO, abroad.UNSPACED
WITHOUT: Final = abroad.WITHOUT
TURNING_TWO: Final = abroad.TURNING_TWO | {("do", "not")}
OR: Final = frozenset(("or", "nor", "and")) | abroad.OR
OF: Final = frozenset(_JOINING.split()) | abroad.OF
ARTICLES: Final = frozenset(("a", "an", "the", "my", "our", "some")) | abroad.ARTICLES
_PRONOUNS: Final = "i me my mine our ours us we you your yours he him his she her hers it its they them their theirs this that these those"
PRONOUNS: Final = frozenset(_PRONOUNS.split()) | abroad.PRONOUNS
AND: Final = frozenset(("and",)) | abroad.AND
FOR: Final = frozenset(("for", "at", "to", "on")) | abroad.FOR
FOR_ALONE: Final = frozenset(("for",)) | abroad.FOR
MEASURED: Final = frozenset({"waist", "bundweite", "cintura", "vita"})
"""What stands before a number that is a size by it."""
SIZES: Final = frozenset(("size", "collar", "neck")) | abroad.SIZES
THAN: Final = frozenset(("than",)) | abroad.THAN
OTHER: Final = frozenset(("other", "rather")) | abroad.OTHER
NOTHING: Final = frozenset(("nothing",)) | abroad.NOTHING
EXCEPT: Final = frozenset(("except", "excluding")) | abroad.BUT
BUT: Final = EXCEPT | {"but"}
GRAMMAR: Final = NOT | BEHIND | OR | OF | FOR
MATCH: Final = frozenset(_OPENING.split())
GOES: Final = frozenset(_GOING.split())
ENDS: Final = frozenset(("but", "plus"))
SIZE: Final = "size"
"""Behind which "plus" ends nothing: a plus size."""
PHRASE_ENDS: Final = NOT | ENDS | (frozenset(_JOINING.split()) - {"of", "is", "are", "be", "should"}) | FOR | abroad.WITH
ANYTHING: Final = frozenset(("anything", "any", "everything", "all"))
BEFORE_THAN: Final = 3
"""Words within which "other" stands before "than"."""
IN_SIZE: Final = frozenset(("in", "en", "del", "la", "du", "i", "w"))
"""Before a number that ends a phrase, in English, Spanish, French, Italian, German, Dutch, Swedish and Polish."""
_FLAT_WORDS: Final = (
    "flach flache flachen flacher flaches plat plate plats plates plano plana planos planas platte płaski płaska płaskie płaskich platt "
    "platta"
)
FLAT: Final = frozenset(_FLAT_WORDS.split())
BACK_TO: Final = re.compile(r"\bback[ -]to(?=[ -](?:school|nursery|college|uni|university|work|the office)\b)", re.IGNORECASE)
"""Says no more than "to": back to school."""
AND_ARABIC: Final = "و"
"""Is written in one with what follows."""
OR_IN: Final = abroad.OR_IN
OF_IN: Final = abroad.OF_IN
FOR_IN: Final = abroad.FOR_IN
NOT_IN: Final = abroad.NOT_IN
NOR: Final = abroad.NOR
NOR_IN: Final = abroad.NOR_IN


def turned(words: Sequence[str]) -> bool:
    """Whether some of these words turn others round."""
    two = {*pairwise(words)}
    than = any(word in THAN for word in words) and any(word in OTHER for word in words)
    return than or not (NOT | BEHIND | {*NOT_IN.values()}).isdisjoint(map(bare, words)) or not TURNING_TWO.isdisjoint(two)
