"""The words of a catalogue as weak labels of its pictures: the vocabulary, and which item has which word.

Source: Corbière, Ben-Younes, Ramé, Ollion, ICCV Workshops 2017, section 3.1: tokens of title, category and description without stop words,
frequent words that describe nothing visible, and tokens that are not alphabetic; the K most frequent ones.

Shape legend: N items · K words · L words per item, padded with -1.

[R] our reconstruction.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from models.datasets.schema import Catalogue
from models.encoders.words import split_words
from models.errors import refuse

COLUMNS: Final = ("title", "category", "subcategory", "brand")
_SHORTEST: Final = 2

NON_VISUAL: Final = frozenset(
    """
    accessories available best brand brands buy cart cheap check chic collection color colors colour colours comes day days deal
    deals delivery design designed discount easy edition essential everyday exclusive fashion feature featured features featuring
    free gift great guarantee guide idea ideal includes item items latest limited look looks love made make material new occasion
    occasions offer official online order original pack perfect piece pieces premium price product products quality range return
    returns sale season shipping shop shopping size sizes special store style styled styles stylish team trend trendy unique use
    wear wearing
    """.split()  # noqa: SIM905 - words are read as a text
)
"""Frequent in shops' texts, and nothing of it is to be seen [R]."""


def item_texts(catalogue: Catalogue, fields: Sequence[str]) -> list[str]:
    """The text of each item in the named columns or attributes, in one line."""
    attributes = [json.loads(text) if text else {} for text in catalogue.table.column("attributes").to_pylist()]
    parts: list[list[str]] = []
    for name in fields:
        values = catalogue.table.column(name).to_pylist() if name in COLUMNS else [values.get(name) for values in attributes]
        parts.append([" ".join(value) if isinstance(value, list) else str(value or "") for value in values])
    return [" ".join(texts) for texts in zip(*parts, strict=True)]


def visual_words(text: str, dropped: frozenset[str]) -> list[str]:
    """The distinct words of a text that may label its picture, in order.

    >>> visual_words("The New V2 Red-checked Shirt, size 42", NON_VISUAL)
    ['red-checked', 'shirt']
    """
    return [
        word
        for word in dict.fromkeys(split_words(text))
        if len(word) >= _SHORTEST
        and word.replace("-", "").replace("'", "").isalpha()
        and word not in dropped
        and word not in ENGLISH_STOP_WORDS
    ]


def frequent_words(said: Sequence[Sequence[str]], *, most: int, least: int) -> tuple[str, ...]:
    """The ``most`` frequent words that at least ``least`` items have, most frequent first.

    Raises:
        InputError: there is none.
    """
    counts = Counter(word for words in said for word in words)
    ranked = sorted((-count, word) for word, count in counts.items() if count >= least)
    if not ranked:
        often = max(counts.values(), default=0)
        msg = f"no word is said of {least} items or more, the most frequent of {often}; lower it, or give items with titles"
        refuse(msg, field="least_word")
    return tuple(word for _, word in ranked[:most])


@dataclass(frozen=True, eq=False)
class Said:
    """An index of the words of each item, and of the items of each word.

    Attributes:
        words_NL: words of each item.
        items_P: items by word; the items of word k are ``items_P[start_K1[k] : start_K1[k + 1]]``.
        start_K1: the start of each word's items, and the end of the last word's.
    """

    words_NL: NDArray[np.int64]
    items_P: NDArray[np.int64]
    start_K1: NDArray[np.int64]

    @classmethod
    def of(cls, said: Sequence[Sequence[str]], vocabulary: Sequence[str]) -> Said:
        """Index the words of N items that are in a vocabulary."""
        row_of = {word: row for row, word in enumerate(vocabulary)}
        rows = [[row_of[word] for word in words if word in row_of] for words in said]
        words_NL = np.full((len(rows), max(map(len, rows), default=0) or 1), -1, dtype=np.int64)
        for item, known in enumerate(rows):
            words_NL[item, : len(known)] = known
        items_P, place_P = np.nonzero(words_NL >= 0)
        order = np.argsort(words_NL[items_P, place_P], kind="stable")
        counts = np.bincount(words_NL[items_P, place_P], minlength=len(vocabulary))
        return cls(words_NL, items_P[order], np.concatenate([[0], np.cumsum(counts)]))

    @property
    def counts(self) -> NDArray[np.int64]:
        """Number of items that have each word."""
        return np.diff(self.start_K1)

    def draw(self, count: int, rng: np.random.Generator, *, uniform: bool) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Draw words, then an item that has each word: ``(count,)`` words and items.

        Args:
            uniform: draw all words equally often; otherwise in proportion to their occurrences.
        """
        if not uniform:
            drawn = rng.integers(len(self.items_P), size=count)
            return np.searchsorted(self.start_K1, drawn, side="right") - 1, self.items_P[drawn]
        said_at_all = np.flatnonzero(self.counts)
        words = said_at_all[rng.integers(len(said_at_all), size=count)]
        return words, self.items_P[self.start_K1[words] + (rng.random(count) * self.counts[words]).astype(np.int64)]
