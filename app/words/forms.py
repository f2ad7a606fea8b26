"""Words of shoppers and of shops as the same words: singular and plural, and those that a slip of the finger makes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import process
from rapidfuzz.distance import OSA

from app.words.abroad import COMPOUNDING, inflected
from models.datasets import arabic, japanese
from models.datasets.garments import JOINS, role_of
from models.datasets.scripts import bare, plain

SHORTEST: Final = 4
"""Letters of a word that may be mistyped: of shorter ones, one letter makes another word."""
_ODD: Final = {"scarves": "scarf", "women": "woman", "men": "man", "knives": "knife", "feet": "foot", "children": "child"}
_EVEN: Final = {one: several for several, one in _ODD.items()}
_PLURALS: Final = (("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("s", ""))
ELIDED: Final = r"(?:[dln]|qu|dell|all|nell|dall|sull)(?=['\u2019][^\W\d_]{2})"
WORD: Final = re.compile(rf"{ELIDED}|[^\W_]+(?:['\u2019][^\W_]+)*", re.IGNORECASE)
"""A word of a text; what French and Italian elide before one is its own: *d'été* are two."""
_MARKS: Final = re.compile(f"[\u0300-\u0302\u0304-\u036f]|{arabic.MARKS}")
"""Accents, but that of *ñ*, which is a letter of its own: *niña* is no Nina."""
_LIGATURES: Final = {"ß": "ss", "œ": "oe", "æ": "ae", "ı": "i"} | dict(zip("ãõłøÃÕŁØ", "aoloAOLO", strict=True))
_WIDTHS: Final = re.compile("[\uff00-\uffef]")
"""Letters of full or half width."""
_ARABIC: Final = arabic.LETTERS | arabic.DIGITS
_LETTERS: Final = str.maketrans(_LIGATURES | _ARABIC)


def fold(text: str) -> str:
    """A text in lower case without accents, and Arabic as it is meant.

    >>> fold("Écru"), fold("weiß"), fold("niña"), fold("أحذية") == fold("احـذيه")
    ('ecru', 'weiss', 'niña', True)
    """
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", text) if _WIDTHS.search(text) else text
    unmarked = _MARKS.sub("", unicodedata.normalize("NFD", text.lower()))
    return unicodedata.normalize("NFC", unmarked).translate(_LETTERS)


def folded(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Texts of a column likewise, but in their case, the known words of Japanese ones apart; ASCII ones as they are."""
    if pc.all(pc.string_is_ascii(texts)).as_py() is not False:
        return texts
    if pc.any(pc.match_substring_regex(texts, japanese.ANY)).as_py():
        texts = pa.chunked_array([[text and japanese.spaced(text) for text in texts.to_pylist()]], pa.string())
    unmarked = pc.replace_substring_regex(pc.utf8_normalize(texts, form="NFD"), _MARKS.pattern, "")
    unmarked = pc.utf8_normalize(unmarked, form="NFC")
    in_arabic = pc.any(pc.match_substring_regex(unmarked, arabic.ANY)).as_py()
    for letter, letters in (_LIGATURES | _ARABIC if in_arabic else _LIGATURES).items():
        unmarked = pc.replace_substring(unmarked, letter, letters)
    return unmarked


def _forms_abroad() -> dict[str, tuple[str, ...]]:
    """A form of a word abroad -> all of its forms, the one that stands for them first; of a word of two languages those of both."""
    of: dict[str, list[str]] = {}
    for first, *others in inflected():
        of.setdefault(fold(first), []).extend(map(fold, others))
    found: dict[str, tuple[str, ...]] = {}
    for first, others in of.items():
        some = tuple(dict.fromkeys([first, *others]))
        found = dict.fromkeys(some, some) | found
    return found


_FORMS: Final = _forms_abroad()
_HEAD_FORMS: Final = {
    fold(form): tuple(map(fold, some)) for some in inflected({"type"}, COMPOUNDING) for form in some if len(form) >= SHORTEST
}
"""Likewise of garments that compounds end in."""
SHORTEST_FIRST: Final = 3
"""Letters of what a compound begins with."""


def forms(word: str) -> tuple[str, ...]:
    """The singular and the plural of a word, in either, without one that holds another; abroad other forms, too, without accents.

    >>> forms("shirts"), forms("dress"), forms("parties"), forms("scarf"), forms("dresses")
    (('shirt',), ('dress',), ('party', 'partie'), ('scarf', 'scarves'), ('dress',))
    >>> forms("blanches"), forms("rossi")
    (('blanc',), ('rosso', 'rossa', 'rossi', 'rosse'))
    """
    if word[:-1].isdigit():  # the 90s are no 90
        return (word,)
    word = bare(word)
    if abroad := _abroad(word):
        return tuple(form for form in abroad if not any(other != form and other in form for other in abroad))
    other = _ODD.get(word) or _EVEN.get(word)
    if other:
        return (word, other)
    if word.endswith("ies") and len(word) > len("ties"):
        return (f"{word[:-3]}y", word[:-1])  # parties, and hoodies
    for plural, singular in _PLURALS:
        stem = word.removesuffix(plural)
        if stem != word and len(stem) > 1 and not word.endswith(("ss", "us")) and (not word.endswith("is") or role_of(stem)):
            return (stem + singular,)
    return (word, f"{word[:-1]}ie") if re.fullmatch(r".*[^aeiou\W]y", word) else (word,)


def _abroad(word: str) -> tuple[str, ...]:
    """The forms of a word of another language; none of others."""
    return _FORMS.get(word) or _FORMS.get(word.removesuffix("s")) or _of_compound(word) or _lacking(word)


def _lacking(word: str) -> tuple[str, ...]:
    """The forms of a Dutch word that says what something is without: *mouwloos*, *mouwloze*."""
    stem = word[: -len("loos")]
    return (f"{stem}loos", f"{stem}loze") if word.endswith(("loos", "loze")) and len(stem) >= SHORTEST_FIRST else ()


@lru_cache(maxsize=65_536)
def _of_compound(word: str) -> tuple[str, ...]:
    """The forms of a German or Dutch compound, which are those of its head: *Schneeanzug*, *Schneeanzüge*."""
    word = fold(word)
    head = next((word[at:] for at in range(SHORTEST_FIRST, len(word) - SHORTEST + 1) if word[at:] in _HEAD_FORMS), None)
    return () if head is None else tuple(word.removesuffix(head) + form for form in _HEAD_FORMS[head])


@lru_cache(maxsize=65_536)
def one_form(word: str) -> str:
    """One form for all that ``forms`` counts as a word, without the 's of a possessor, and without accents.

    >>> one_form("Women's"), one_form("woman"), one_form("hoodies") == one_form("hoodie"), one_form("Weißes"), one_form("écrue")
    ('woman', 'woman', True, 'weiss', 'ecrue')
    """
    word = arabic.without_article(re.sub(r"['\u2019]s?$", "", fold(word)))
    if abroad := _abroad(word):
        return abroad[0]
    one = word if word in _EVEN else _ODD.get(word) or forms(word)[0]
    one = _ODD.get(one, one)  # mens
    return f"{one[:-2]}y" if one.endswith("ie") and len(one) > len("ties") else one


def phrase(text: str) -> tuple[str, ...]:
    """The words of a name in one form each; a hyphen joins: a t-shirt is no shirt.

    >>> phrase("Okra & Sons"), phrase("T-Shirts"), phrase("Navy Blue")
    (('okra', 'and', 'son'), ('tshirt',), ('navy', 'blue'))
    """
    return tuple(one_form(word) for word in WORD.findall(plain(text).lower().replace("-", "").replace("&", " and ")))


def named_together(name: str) -> list[tuple[str, ...]]:
    """The kinds that a name joins, each as its ``phrase``; none of a name of one. What is no kind alone shares the last one's noun.

    >>> named_together("Sneakers & Casual Shoes"), named_together("Casual and Formal Shoes"), named_together("Dresses")
    ([('sneaker',), ('casual', 'shoe')], [('casual', 'shoe'), ('formal', 'shoe')], [])
    """
    parts = [words for part in JOINS.split(name) if (words := phrase(part))]
    if len(parts) < len(("one", "other")):
        return []
    *_, head = parts[-1]
    return [part if role_of(" ".join(part)) or len(parts[-1]) == 1 else (*part, head) for part in parts]


@lru_cache(maxsize=8_192)
def spellings(word: str) -> frozenset[str]:
    """How titles may write a word.

    >>> sorted(spellings("dress"))
    ['dress', 'dresses', 'dresss']
    """
    one = {word, *forms(word), *_abroad(bare(word))}
    if re.search(arabic.ANY, word):
        return frozenset(article + form for form in one for article in ("", "ال", "لل", "وال", "بال", "ب"))
    return frozenset(one) | {form + ending for form in one for ending in ("s", "es") if not form.endswith("s") or form.endswith("ss")}


def near(vocabularies: Iterable[Sequence[str]], words: Iterable[str]) -> list[str]:
    """The words of vocabularies that differ from one of these by a letter more, less, other or swapped with the next."""
    found, asked = set[str](), list(words)
    for known in vocabularies:
        for word in asked:
            found.update(near for near, _, _ in process.extract(word, known, scorer=OSA.distance, score_cutoff=1, limit=None))
    return sorted(found)
