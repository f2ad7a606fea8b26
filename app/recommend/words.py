"""Words of shoppers and of shops as the same words: singular and plural, and those that a slip of the finger makes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from models.datasets.garments import role_of

SHORTEST: Final = 4
"""Letters of a word that may be mistyped: of shorter ones, one letter makes another word."""
_ODD: Final = {"scarves": "scarf", "women": "woman", "men": "man", "knives": "knife", "feet": "foot", "children": "child"}
_EVEN: Final = {one: several for several, one in _ODD.items()}
_PLURALS: Final = (("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("s", ""))
_JOINS: Final = re.compile(r"\s*[&/,;+]\s*|\s+(?:and|und|et|y|e|en)\s+", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")


def forms(word: str) -> tuple[str, ...]:
    """The singular and the plural of a word, in either, without one that holds another.

    >>> forms("shirts"), forms("dress"), forms("parties"), forms("scarf"), forms("dresses")
    (('shirt',), ('dress',), ('party', 'partie'), ('scarf', 'scarves'), ('dress',))
    """
    other = _ODD.get(word) or _EVEN.get(word)
    if other:
        return (word, other)
    if word.endswith("ies") and len(word) > len("ties"):
        return (f"{word[:-3]}y", word[:-1])  # parties, and hoodies
    for plural, singular in _PLURALS:
        stem = word.removesuffix(plural)
        if stem != word and len(stem) > 1 and not word.endswith(("ss", "us", "is")):
            return (stem + singular,)
    return (word, f"{word[:-1]}ie") if re.fullmatch(r".*[^aeiou\W]y", word) else (word,)


@lru_cache(maxsize=65_536)
def one_form(word: str) -> str:
    """One form for all that ``forms`` counts as a word, without the 's of a possessor.

    >>> one_form("Women's"), one_form("woman"), one_form("hoodies") == one_form("hoodie")
    ('woman', 'woman', True)
    """
    word = re.sub(r"['\u2019]s?$", "", word.lower())
    one = word if word in _EVEN else _ODD.get(word) or forms(word)[0]
    one = _ODD.get(one, one)  # mens
    return f"{one[:-2]}y" if one.endswith("ie") and len(one) > len("ties") else one


def phrase(text: str) -> tuple[str, ...]:
    """The words of a name in one form each; a hyphen joins: a t-shirt is no shirt.

    >>> phrase("Okra & Sons"), phrase("T-Shirts"), phrase("Navy Blue")
    (('okra', 'and', 'son'), ('tshirt',), ('navy', 'blue'))
    """
    return tuple(one_form(word) for word in _WORD.findall(text.lower().replace("-", "").replace("&", " and ")))


def named_together(name: str) -> list[tuple[str, ...]]:
    """The kinds that a name joins, each as its ``phrase``; none of a name of one. What is no kind alone shares the last one's noun.

    >>> named_together("Sneakers & Casual Shoes"), named_together("Casual and Formal Shoes"), named_together("Dresses")
    ([('sneaker',), ('casual', 'shoe')], [('casual', 'shoe'), ('formal', 'shoe')], [])
    """
    parts = [words for part in _JOINS.split(name) if (words := phrase(part))]
    if len(parts) < len(("one", "other")):
        return []
    *_, head = parts[-1]
    return [part if role_of(" ".join(part)) or len(parts[-1]) == 1 else (*part, head) for part in parts]


def spellings(word: str) -> set[str]:
    """How titles may write a word.

    >>> sorted(spellings("dress"))
    ['dress', 'dresses', 'dresss']
    """
    one = {word, *forms(word)}
    return one | {form + ending for form in one for ending in ("s", "es") if not form.endswith("s") or form.endswith("ss")}


def near(vocabularies: Iterable[Sequence[str]], words: Iterable[str]) -> list[str]:
    """The words of vocabularies that differ from one of these by a letter more, less, other or swapped with the next."""
    found, asked = set[str](), list(words)
    for known in vocabularies:
        for word in asked:
            found.update(near for near, _, _ in process.extract(word, known, scorer=OSA.distance, score_cutoff=1, limit=None))
    return sorted(found)
