"""Of what kind titles say that things are: by the compounds that end in a garment or are of a cloth, and where categories join several."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from app.words.forms import fold, named_together, one_form
from app.words.lexicon import JEANS, LONGER, OTHERS, SAID, TROUSERS, made_of, worn_as
from app.words.meaning import Meaning
from app.words.named import CATEGORY, colours_ending, kind_of
from models.datasets.garments_abroad import no_such, parts_of

_SMALL: Final = "je"
"""Ends what is small in Dutch."""


class Kinds:
    """How titles call what a word names, beside by the word.

    Args:
        words: those of titles, in lower case, where they are in a language that joins words; else none.

    Attributes:
        compounds: a garment -> the compounds of titles that end in it: *Matschhose* is a *Hose*.
        otherwise: a garment -> those that end in it and are none: a *Strumpfhose* is no *Hose*.
        made: a cloth -> those that are of it: *Wollwalk* and *Merinowolle* are *Wolle*.
        shades: a colour -> those that are shades of it: *donkerblauw* is *blauw*.
    """

    def __init__(self, words: Iterable[str]) -> None:
        compounds, otherwise, made, shades = dict[str, set[str]](), dict[str, set[str]](), dict[str, set[str]](), dict[str, set[str]]()
        for word in words:
            parts = parts_of(word)
            if parts and fold(word) not in OTHERS.get(one_form(parts[1]), ()):
                compounds.setdefault(one_form(parts[1]), set()).add(one_form(word))
            for other in no_such(word):
                otherwise.setdefault(one_form(other), set()).add(fold(word))
            for cloth in made_of(fold(word)):
                made.setdefault(cloth, set()).add(fold(word))
            for colour in colours_ending(one_form(word)):
                shades.setdefault(colour, set()).add(fold(word))
        self.compounds = {key: tuple(sorted(some)) for key, some in compounds.items()}
        self.otherwise = {key: tuple(sorted(some)) for key, some in otherwise.items()}
        self.made = {key: tuple(sorted(some)) for key, some in made.items()}
        self.shades = {key: tuple(sorted(some)) for key, some in shades.items()}

    def of_categories(self, key: str, values: tuple[str, ...]) -> Meaning:
        """The categories that a word names: of those that join several kinds what is of that one, and what titles elsewhere call so."""
        if worn_as(key) is None:
            return Meaning(CATEGORY, values, kind_of(CATEGORY))
        titled, joined = self._called(key), (part for value in values for part in named_together(value))
        other = (name for part in joined if not _is_one(name := "".join(part), key))
        others = dict.fromkeys(one for name in other for one in (*self._called(name), *LONGER.get(name, ())))
        return Meaning(CATEGORY, values, kind_of(CATEGORY), titled, tuple(one for one in others if one not in titled))

    def _called(self, key: str) -> tuple[str, ...]:
        """How titles call a garment: by its word, and by the compounds that end in it."""
        return ("-".join(SAID["type"].get(key, (key,))), *self.compounds.get(key, ()))


def _is_one(name: str, key: str) -> bool:
    """Whether what is called so is what a word names, too: jeans are trousers, and *enkellaarsjes* are *laarzen*."""
    if name == key or (key in TROUSERS and name in JEANS):
        return True
    ends = name.removesuffix(_SMALL).endswith(key)
    return ends and worn_as(name) == worn_as(key) and name not in map(one_form, OTHERS.get(key, ()))
