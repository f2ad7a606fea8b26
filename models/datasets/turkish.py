"""Turkish words in one spelling, and the forms of a noun: the plural, and the ending that the last word of a compound has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

PEOPLE: Final[Mapping[str, str]] = {
    "women adult": "kadın kadınlar bayan bayanlar hanım",
    "men adult": "erkek erkekler bay",
    "women baby+child": "kız kızlar kızçocuk kızbebek",
    "men baby+child": "erkekçocuk erkekbebek oğlan",
    "men+women child": "çocuk çocuklar genç",
    "men+women baby": "bebek bebekler",
}
"""A label of ``audience``, and the words of it; of two words that name a boy or a girl both in one."""
_FRONT, _BACK, _ROUND = "eiöü", "aıou", "oöuü"
_MARKS: Final = re.compile("[\u0300-\u036f]")
_SOFT: Final = {"k": "ğ", "p": "b", "ç": "c"}


def fold(word: str) -> str:
    """A word in lower case without its marks, the dotless *ı* an *i*.

    >>> fold("Ayakkabı"), fold("ŞIK"), fold("İpek")
    ('ayakkabi', 'sik', 'ipek')
    """
    if word.isascii():
        return word.lower()
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", word.lower()))).replace("ı", "i")


def forms(word: str) -> list[str]:
    """A noun, its plural, and both as the last word of a compound.

    >>> forms("ayakkabı"), forms("gömlek")
    (['ayakkabı', 'ayakkabılar', 'ayakkabıları', 'ayakkabısı'], ['gömlek', 'gömlekler', 'gömlekleri', 'gömleği'])
    """
    vowel = next((letter for letter in reversed(word) if letter in _FRONT + _BACK), "e")
    plural = word + ("lar" if vowel in _BACK else "ler")
    close = ("uü" if vowel in _ROUND else "ıi")[vowel in _FRONT]
    owned = word + "s" + close if word[-1] in _FRONT + _BACK else word[:-1] + _SOFT.get(word[-1], word[-1]) + close
    return [word, plural, plural + ("ı" if vowel in _BACK else "i"), owned]
