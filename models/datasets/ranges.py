"""Ranges of sizes that clothes are made in: who wears *Petite* trousers wears no *Curve* top. And what is adapted to who wears it.

Read from the attribute that feeds have for it, else from the words of the title, else of the categories.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from models.datasets.ages import CLOTHES
from models.datasets.audience import values_named

PLUS, PETITE, TALL, ADAPTIVE = "plus sizes", "petite sizes", "tall sizes", "adaptive wear"
RANGES: Final = frozenset({PLUS, PETITE, TALL, ADAPTIVE})
_NAMES: Final = frozenset({"size_type", "size_range", "fit_type"})
_WORDS: Final = {
    PLUS: (
        r"plus[ -]sized?s?|(?:^|> ?)plus(?! (?:fours|one)\b)|curve(?! (?:hem|seam|neck|detail))|curvy|big (?:and|&) tall|extended sizes?"
        r"|große(?:n)? größen|grandes? tailles?|tallas? grandes?|taglie (?:forti|comode)|grote maten|tamanhos? grandes?|duże rozmiary"
        r"|stora storlekar|store størrelser"
    ),
    PETITE: r"petites?(?! (?:robe|veste|jupe|culotte|taille)s?\b)",
    TALL: r"tall(?! (?:boot|sock|leg|neck|collar|crew)s?\b)",
}
_TELLING: Final = (
    *(
        "plus",
        "curv",
        "big ",
        "extended",
        "größen",
        "taille",
        "talla",
        "taglie",
        "grote maten",
        "tamanho",
        "rozmiary",
        "storlek",
        "størrelse",
    ),
    *("petite", "tall", "adaptive", "wheelchair", "seated", "magnetic"),
)
"""One of these is in each of them: soon told of the many texts that have none."""
_ADAPTIVE: Final = re.compile(r"\b(?:adaptive|wheelchair|seated fit|magnetic (?:fastening|closure)s?)\b", re.IGNORECASE)
_NAMED: Final = {one: re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE) for one, words in _WORDS.items()}


def range_label(
    attributes: Mapping[str, str | Sequence[str]], categories: Sequence[str | None], title: str | None, role: str | None
) -> str | None:
    """The one of ``RANGES`` that clothes are made in; None for those of the usual sizes, and for what is worn as no clothes are.

    Args:
        categories: the finest first.

    >>> range_label({}, ["Trousers"], "Curve wide leg trousers", "bottom"), range_label({"size_type": "Tall"}, ["Tops"], "Shirt", "top")
    ('plus sizes', 'tall sizes')
    >>> range_label({}, ["Petite", "Dresses"], "Wrap dress", "full-body"), range_label({}, ["Boots"], "Tall boots", "footwear")
    ('petite sizes', None)
    >>> range_label({}, ["Skirts"], "Curve hem skirt", "bottom"), range_label({}, ["Tops"], "Comfort Plus T-shirt", "top")
    (None, None)
    >>> range_label({}, ["Adaptive"], "Open back top", "top"), range_label({}, ["Adaptive"], "Curve wheelchair trousers", "bottom")
    ('adaptive wear', 'plus sizes')
    """
    if role not in CLOTHES:
        return None
    texts = [str(text) for text in (*values_named(attributes, _NAMES), title, *categories) if text]
    texts = [text for text in texts if any(part in text.lower() for part in _TELLING)]
    return next(filter(None, map(_named, texts)), ADAPTIVE if any(map(_ADAPTIVE.search, texts)) else None)


@lru_cache(maxsize=8_192)
def _named(text: str) -> str | None:
    found = [one for one, pattern in _NAMED.items() if pattern.search(text)]
    return found[0] if len(found) == 1 else None
