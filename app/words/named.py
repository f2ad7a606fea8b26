"""The words by which the names of a catalogue are called: of its categories, brands and the values of its attributes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from app.words.forms import SHORTEST, named_together, one_form, phrase
from app.words.lexicon import HEADS, KINDS, LONGER, NOTHING, OTHERS, SAID, WHOLE, made_of
from models.datasets.audience import AUDIENCE_NAMES, WORDS
from models.datasets.garments import role_of
from models.datasets.kin import KIN
from models.datasets.rites import WORDS as RITES
from models.datasets.rites import WORN

CATEGORY, SUBCATEGORY, BRAND, TITLE, SIZE = "category", "subcategory", "brand", "title", "size"
CUP: Final = "cup"
"""The kind of a size that is a bra's: as what titles say, it is asked of what comes in it."""
CURRENCY, PRICE, SALE_PRICE, AUDIENCE, RITE = "currency", "price", "sale_price", "audience", "rite"
ATTRIBUTE: Final = "attributes."
_TYPE_NAMES: Final = frozenset({"articletype", "producttype", "garmenttype", "itemtype", "type"})
_LONGEST_VALUE: Final = 5
"""Words of a value of an attribute that is a name; what is longer is a text."""
_PARTS: Final = re.compile(r"\s+[-\u2013|]\s+|\s*[:(),/]\s*")
"""What parts the names that one value joins: *Very good - Pre-owned*."""
EXACT, ENDS, HOLDS = range(3)
"""How a name has a word: it is that word, ends with it or is called so by a part, has it before others."""
WHOM: Final = {one_form(word): word for word in WORDS}
"""A word of people in one form -> as it is written."""
KIN_OF: Final = {"".join(map(one_form, word.split("-"))): word for word in KIN}
"""Likewise of those for whom one shops, by what they are to one."""
RITE_OF: Final = {"".join(map(one_form, words.split("-"))): rite for rite, some in RITES.items() for words in some.split()}
"""Words, joined, for whose part at a rite a piece is -> the part."""
WORN_AT: Final = {"".join(map(one_form, words.split("-"))): rite for rite, some in WORN.items() for words in some.split() if "-" in words}
"""Likewise two words of which the second is a garment."""


def keys_of(field: str, value: str) -> dict[str, int]:
    """The words, joined, by which a value of a field is called, and how it has each: a rank of ``EXACT``, ``ENDS``, ``HOLDS``."""
    value = value.replace("\u2019", "'")
    words = phrase(value)
    if field == ATTRIBUTE + SIZE or not words:
        return {}
    together = named_together(value) if kind_of(field) == "type" else []
    entries = {"".join(part): ENDS for part in together if len(part) <= _LONGEST_VALUE and not _of_people(part)}
    if len(words) <= _LONGEST_VALUE:
        parts = map(phrase, _PARTS.split(value)) if field.startswith(ATTRIBUTE) else ()
        whole = {"".join(part): ENDS for part in parts if part} | {"".join(words): EXACT}
        if field == BRAND and "'" in value:  # Levi's, which shoppers write without
            whole = {"".join(phrase(value.replace("'", ""))): ENDS} | whole
        if field == CATEGORY:
            whole = {bare: ENDS for bare in [but_for_whom(words)] if bare} | _heads_of(words, value) | whole
            whole |= {"".join(words)[:-1]: ENDS} if words[-1].endswith("is") else {}  # Cholis, whatever they are
        elif field != BRAND:
            whole |= {words[0]: ENDS} if words[0] in HEADS and len(words) > 1 else {}
            whole |= {word: HOLDS for word in words[:-1] if len(word) >= SHORTEST and word not in NOTHING and word not in whole}
            whole |= {"".join(words[at:]): ENDS for at in range(1, len(words))}
            whole |= dict.fromkeys(colours_ending(words[-1]), ENDS)
            whole |= {cloth: ENDS for word in words for cloth in made_of(word) if cloth not in whole}
        entries = whole | entries
    return entries


def _heads_of(words: Sequence[str], category: str) -> dict[str, int]:
    """The garments that a category of one is a kind of, worn as it is: *Ankle Boots* are boots, and *Swim Shorts* no shorts."""
    ends = [words[at:] for at in range(1, len(words))] + ([words[:1]] if words[0] in HEADS and len(words) > 1 else [])
    role, whole = role_of(category), "".join(words)
    kinds = ["".join(end) for end in ends if role and role_of(" ".join(end)) == role]
    others = {key: {one.replace("-", "") for one in (*map(one_form, OTHERS.get(key, ())), *LONGER.get(key, ()))} for key in kinds}
    return {key: ENDS for key in kinds if key not in WHOLE and key not in KINDS and whole not in others[key]}


def is_of_people(field: str) -> bool:
    """Whether a field is an attribute that says for whom."""
    return field.removeprefix(ATTRIBUTE).lower().replace(" ", "_").replace("-", "_") in AUDIENCE_NAMES


def but_for_whom(words: Sequence[str]) -> str:
    """What is left of the name of a category without whom it is for, and words that join: *Chaussures femme* are *chaussures*."""
    return "".join(word for word in words if word not in WHOM and word not in NOTHING)


def for_some(name: str, key: str) -> bool:
    """Whether a category is what a word names, for some people only."""
    return phrase(name) != (key,) and but_for_whom(phrase(name)) == key


def _of_people(words: Sequence[str]) -> bool:
    """Whether words say only for whom: "Men & Women" is no name of a garment."""
    return all(word in WHOM for word in words)


def colours_ending(word: str) -> list[str]:
    """The colours that one is a shade of by its name: *dunkelblau* of *blau*, *offwhite* of *white*.

    >>> colours_ending("dunkelblau"), colours_ending("weinrot"), colours_ending("titan")
    (['blau'], ['rot'], [])
    """
    endings = [word[at:] for at in range(1, len(word) - 2)]
    return [one for one in endings if one in SAID["colour"] and (len(one) >= SHORTEST or one == "rot")]


def kind_of(field: str) -> str:
    """``type`` of a field that names garments, else the field."""
    name = field.removeprefix(ATTRIBUTE).lower().replace("_", "").replace(" ", "")
    return "type" if field in {CATEGORY, SUBCATEGORY} or name in _TYPE_NAMES else field
