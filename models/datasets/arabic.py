"""Arabic as it is written and as it is meant: short vowels, stretched letters, hamzas and the article, which spell no other word."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

ANY: Final = "[\u0600-\u06ff]"
"""A letter, mark or digit."""
MARKS: Final = "[\u0640\u064b-\u065f\u0670\u06d6-\u06ed]"
"""Short vowels, hamzas that stand on other letters, and what stretches a letter."""
LETTERS: Final = {"\u0629": "\u0647", "\u0649": "\u064a", "\u06cc": "\u064a", "\u06a9": "\u0643", "\u0671": "\u0627"}
"""Letters that are written for each other."""
DIGITS: Final = {digit: str(value) for digits in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹") for value, digit in enumerate(digits)}
_AS_DIGITS: Final = {ord(digit): other for digit, other in DIGITS.items()}
_AS_LETTERS: Final = _AS_DIGITS | {ord(letter): other for letter, other in LETTERS.items()}
_ANY, _VOWELS, _MARKS = re.compile(ANY), re.compile("[\u0640\u064b-\u0652\u0670\u06d6-\u06ed]"), re.compile(MARKS)
_ARTICLE: Final = re.compile("^(?:[وفبك]?ال|لل)(?=.{3})")
_NO_ARTICLE: Final = frozenset("الوان الماس البسه المانيا الكترونيه".split())  # noqa: SIM905 - right to left


def plain(text: str) -> str:
    """A text without short vowels and stretched letters, its digits as they are in English.

    >>> plain("فُسـتان ٤٠"), plain("Größe 40")
    ('فستان 40', 'Größe 40')
    """
    return _VOWELS.sub("", text).translate(_AS_DIGITS) if _ANY.search(text) else text


def bare(word: str) -> str:
    """A word as ``fold``, without its article, and what is joined to that; of others itself.

    >>> bare("القميص") == bare("قَميص"), bare("للنساء"), bare("أحذية") == bare("احذيه"), bare("dress")
    (True, 'نساء', True, 'dress')
    """
    return without_article(fold(word))


def fold(text: str) -> str:
    """A text without all marks, its letters those that are written for others; of others itself."""
    if not _ANY.search(text):
        return text
    text = _MARKS.sub("", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", text).translate(_AS_LETTERS)


def without_article(word: str) -> str:
    """A folded word without *al-*: "the shirt", "for the women"."""
    return word if word in _NO_ARTICLE else _ARTICLE.sub("", word)
