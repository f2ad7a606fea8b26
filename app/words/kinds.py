"""Of what kind titles say that things are: by the compounds that end in a garment or are of a cloth, and where categories join several."""

from __future__ import annotations

from collections.abc import Iterable

from app.words.forms import fold, named_together, one_form
from app.words.lexicon import JEANS, LONGER, OTHERS, SAID, TROUSERS, made_of, worn_as
from app.words.meaning import Meaning
from app.words.named import CATEGORY, kind_of
from models.datasets.garments_abroad import no_such, parts_of


class Kinds:
    """How titles call what a word names, beside by the word.

    Args:
        words: those of titles, in lower case, where they are in a language that joins words; else none.

    Attributes:
        compounds: a garment -> the compounds of titles that end in it: *Matschhose* is a *Hose*.
        otherwise: a garment -> those that end in it and are none: a *Strumpfhose* is no *Hose*.
        made: a cloth -> those that are of it: *Wollwalk* and *Merinowolle* are *Wolle*.
    """

    def __init__(self, words: Iterable[str]) -> None:
        compounds, otherwise, made = dict[str, set[str]](), dict[str, set[str]](), dict[str, set[str]]()
        for word in words:
            parts = parts_of(word)
            if parts and fold(word) not in OTHERS.get(one_form(parts[1]), ()):
                compounds.setdefault(one_form(parts[1]), set()).add(one_form(word))
            for other in no_such(word):
                otherwise.setdefault(one_form(other), set()).add(fold(word))
            for cloth in made_of(fold(word)):
                made.setdefault(cloth, set()).add(fold(word))
        self.compounds = {key: tuple(sorted(some)) for key, some in compounds.items()}
        self.otherwise = {key: tuple(sorted(some)) for key, some in otherwise.items()}
        self.made = {key: tuple(sorted(some)) for key, some in made.items()}

    def of_categories(self, key: str, values: tuple[str, ...]) -> Meaning:
        """The categories that a word names: of those that join several kinds what is of that one, and what titles elsewhere call so."""
        if worn_as(key) is None:
            return Meaning(CATEGORY, values, kind_of(CATEGORY))
        titled, joined = self._called(key), (part for value in values for part in named_together(value))
        other = (name for part in joined if (name := "".join(part)) != key and not (key in TROUSERS and name in JEANS))
        others = dict.fromkeys(one for name in other for one in (*self._called(name), *LONGER.get(name, ())))
        return Meaning(CATEGORY, values, kind_of(CATEGORY), titled, tuple(one for one in others if one not in titled))

    def _called(self, key: str) -> tuple[str, ...]:
        """How titles call a garment: by its word, and by the compounds that end in it."""
        return ("-".join(SAID["type"].get(key, (key,))), *self.compounds.get(key, ()))
