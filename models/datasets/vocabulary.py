"""The words of items: which of them a model reads, and which attribute says what product an item is a colour or size of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from models.datasets.ages import SIZE_NAMES

_NUMBER_LIKE: Final = 0.2
_MOST_VALUES: Final = 50
_MOST_DISTINCT: Final = 0.95


def build_vocabulary(texts: Sequence[str], least: int, most: int) -> list[str]:
    """The ``most`` frequent words that at least ``least`` items have.

    Leaves out ``name=value`` tokens of attributes with nearly as many values as items, as such values identify items, and those of sizes,
    which look alike.
    """
    counts: Counter[str] = Counter(word for text in texts for word in set(text.split()))
    left_out = {*identifiers(counts), *SIZE_NAMES}
    ranked = sorted((-count, word) for word, count in counts.items() if count >= least and word.partition("=")[0] not in left_out)
    return [word for _, word in ranked[:most] if not re.fullmatch(r"\W+|\d+", word)]


def product_words(texts: Sequence[str], worn: Sequence[str]) -> list[str]:
    """The ``name=value`` words of worn items that say which product an item is a colour or size of; none where the shop has no such.

    Of the attributes that ``build_vocabulary`` leaves out it is the one that most items share a value of, and more than a few do.
    """
    counts: Counter[str] = Counter(word for text in texts for word in set(text.split()))
    shared = {name: share for name, share in identifiers(counts).items() if share < _MOST_DISTINCT}
    if not shared:
        return []
    prefix = f"{min(shared, key=lambda name: (shared[name], name))}="
    return sorted({word for text in worn for word in text.split() if word.startswith(prefix)})


def identifiers(counts: Counter[str]) -> dict[str, float]:
    """Attributes with nearly as many values as items, and the ratio of the two."""
    values, uses = Counter[str](), Counter[str]()
    for word, count in counts.items():
        if "=" in word:
            values[word.partition("=")[0]] += 1
            uses[word.partition("=")[0]] += count
    return {name: number / uses[name] for name, number in values.items() if number > _MOST_VALUES and number > _NUMBER_LIKE * uses[name]}
