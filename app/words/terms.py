"""Terms: the runs of words that name something in the catalogue, as they stand or but for a slip, and people with how old they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from app.words import grammar
from app.words.forms import WORD, one_form
from app.words.lexicon import GIFTS, INSTEAD, NOTHING
from app.words.meaning import SAYING, Meaning
from app.words.named import ATTRIBUTE, AUDIENCE, BRAND, WORN_AT
from app.words.prices import Price
from app.words.vocabulary import Vocabulary
from app.words.years import Age
from models.datasets.ages import ages_in
from models.datasets.audience import GENDERS, Audience
from models.datasets.scripts import bare

Kind = Literal["term", "price", "not", "free", "or", "of", "article", "rest", "unread", "end"]

PRICE_MARK, AGE_MARK = "\ue000", "\ue001"
_PART_NUMBER: Final = r"\d{1,3}(?:[.,]5| ?[½⅓⅔]| (?:1/[23]|2/3)(?!/))(?!\w)"
"""Half sizes, and those by thirds."""
_TOKEN: Final = re.compile(
    rf"{PRICE_MARK}(?P<price>\d+)|{AGE_MARK}(?P<age>\d+)|(?P<word>{_PART_NUMBER}|(?i:gr\.(?=\s*\d)|{WORD.pattern}))|(?P<end>[,;.!?:()])|(?P<join>[/&+])|(?P<hyphen>-)"
)
_LONGEST: Final = 4
_AGE: Final = "age"
_MISTYPED: Final = 2
"""Words of a name that may be mistyped."""
_MOST_SLIPS: Final = 12
"""Words of a text that are looked up as mistyped ones: each is compared with all names of the catalogue."""


@dataclass(frozen=True, slots=True)
class Atom:
    """A part of a text, from ``start`` to ``end``.

    Attributes:
        key: of a term, as ``Vocabulary.meaning`` takes it.
    """

    kind: Kind
    start: int
    end: int
    key: str = ""
    meaning: Meaning | None = None
    price: Price | None = None

    @property
    def noun(self) -> bool:
        """Whether it names a type of garment."""
        return self.meaning is not None and self.meaning.kind == "type"

    @property
    def of_kind(self) -> str:
        """The kind of its meaning."""
        return "" if self.meaning is None else self.meaning.kind


class Terms:
    """The tokens of a text, and what runs of them name."""

    def __init__(self, text: str, prices: Sequence[Price], ages: Sequence[Age], vocabulary: Vocabulary) -> None:
        self._prices, self._ages, self._vocabulary = prices, ages, vocabulary
        self._tokens = list(_TOKEN.finditer(text))
        self._words = [bare((token["word"] or "").lower()) or {"&": "and"}.get(token["join"] or "", "") for token in self._tokens]
        self._or_words, self._of_words, self._for_words, self._for_alone = (
            words.union(*(some for language, some in here.items() if language in vocabulary.languages))
            for words, here in (
                (grammar.OR, grammar.OR_IN),
                (grammar.OF, grammar.OF_IN),
                (grammar.FOR, grammar.FOR_IN),
                (grammar.FOR_ALONE, grammar.FOR_IN),
            )
        )
        self._slips: dict[str, str | None] = {}

    def _atom(self, kind: Kind, first: int, last: int | None = None, *, key: str = "", meaning: Meaning | None = None) -> Atom:
        return Atom(kind, self._tokens[first].start(), self._tokens[first if last is None else last].end(), key, meaning)

    def _word(self, place: int) -> str:
        return self._words[place] if 0 <= place < len(self._words) else ""

    def _hyphen(self, place: int) -> bool:
        return place < len(self._tokens) and bool(self._tokens[place]["hyphen"])

    def _stroke(self, place: int) -> bool:
        """Whether a stroke stands between two numbers: 7/8."""
        return self._tokens[place]["join"] == "/" and self._word(place - 1).isdigit() and self._word(place + 1).isdigit()

    def _elided(self, place: int) -> bool:
        """Whether a word lost its last letter before the next: *d'été*."""
        token = self._tokens[place]
        return token.string[token.end() :].startswith("'")

    def _idle(self, word: str) -> bool:
        return word.partition("'")[0] in NOTHING or one_form(word) in NOTHING

    def _says(self, place: int) -> bool:
        """Whether a word says something of a piece, or of whom it is for."""
        word = self._words[place]
        return bool(self._tokens[place]["age"]) or bool(word and not self._idle(word) and word not in GIFTS)

    def _term(self, place: int) -> tuple[Atom, int] | None:
        """The longest run of words from a place that names something, as it stands or but for a slip; people with how old they are."""
        if place < len(self._tokens) and self._tokens[place]["age"]:
            return self._aged(place)
        found = self._called(place)
        if found is None or (meaning := found[0].meaning) is None or not meaning.people:
            return found
        after = next((at for at in range(found[1], len(self._tokens)) if not self._joins_age(at)), found[1])
        aged = self._aged(after, whom=found[0]) if after < len(self._tokens) and self._tokens[after]["age"] else None
        return aged or found

    def _joins_age(self, place: int) -> bool:
        word = self._words[place]
        return bool(word) and (word in self._of_words or self._idle(word))

    def _aged(self, place: int, *, whom: Atom | None = None) -> tuple[Atom, int] | None:
        """An age, and whom the words before or behind it name: a son of 8 is a boy, one of 20 a man."""
        age = self._ages[int(self._tokens[place]["age"])]
        end = place + 1
        if whom is None:
            behind = next((at for at in range(end, len(self._tokens)) if not self._joins_age(at)), end)
            named = self._called(behind) if behind < len(self._tokens) and self._words[behind] else None
            if named and named[0].meaning and named[0].meaning.people:
                whom, end = named
        genders = frozenset[str]().union(*(one.genders for one in whom.meaning.people)) if whom and whom.meaning else GENDERS
        people = Audience(genders, ages_in(age.first, age.last))
        start, stop = (min(age.start, whom.start), max(age.end, whom.end)) if whom else (age.start, age.end)
        if not self._vocabulary.tells(people, age.first, age.last):
            return None
        meaning = Meaning(AUDIENCE, (people.people,), AUDIENCE if whom else _AGE, people=(people,), months=(age.first, age.last))
        return Atom("term", start, stop, key=whom.key if whom else _AGE, meaning=meaning), end

    def _called(self, place: int) -> tuple[Atom, int] | None:
        """Likewise, whatever their age."""
        runs = self._runs(place)
        for key, last in runs:
            meaning = self._vocabulary.meaning(key)
            if meaning and (last > place or not self._idle(self._words[place]) or self._names(place, meaning)):
                return self._atom("term", place, last, key=key, meaning=meaning), last + 1
            if (whose := WORN_AT.get(key, "")) and last == place + 1 and (meaning := self._vocabulary.meaning(whose)):
                return self._atom("term", place, key=whose, meaning=meaning), last  # a wedding dress is a bride's
        for key, last in runs[-_MISTYPED:]:
            if any(not self._known(at) for at in range(place, last + 1)) and (right := self._likely(key)):
                return self._atom("term", place, last, key=right, meaning=self._vocabulary.meaning(right)), last + 1
        return None

    def _names(self, place: int, meaning: Meaning) -> bool:
        """Whether a word that says nothing by itself is a name here: a brand by "by New", or all that a phrase says, or an attribute's."""
        if self._word(place - 1) in {"by", "from"}:
            return meaning.field == BRAND
        alone = self._end_of_phrase(place) == place + 1 and (not self._word(place - 1) or self._word(place - 1) in grammar.PHRASE_ENDS)
        of = self._word(place + 1)
        alone = alone or one_form(self._words[place]) in INSTEAD  # new jeans, where some are
        return (alone and meaning.field.startswith(ATTRIBUTE)) or (bool(of) and self._vocabulary.is_attribute(of, meaning))

    def _runs(self, place: int) -> list[tuple[str, int]]:
        """Keys of the runs of words that start at a place, longest first, with the last token of each."""
        words: list[str] = []
        found = []
        for at in range(place, min(len(self._tokens), place + 2 * _LONGEST)):
            if self._tokens[at]["hyphen"]:
                continue
            if not self._words[at] or len(words) == _LONGEST:
                break
            words.append(one_form(self._words[at]))
            if len(words) == 1 or not self._hyphen(at + 1) or self._hyphen(at - 1):  # of a striped t-shirt no "striped t"
                found.append(("".join(words), at))
        return found[::-1]

    def _likely(self, key: str) -> str | None:
        if key not in self._slips and len(self._slips) < _MOST_SLIPS:
            self._slips[key] = self._vocabulary.likely(key)
        return self._slips.get(key)

    def _known(self, place: int) -> bool:
        word = self._words[place]
        return not word or self._idle(word) or word in grammar.GRAMMAR or self._vocabulary.known(word)

    def _end_of_phrase(self, place: int) -> int:
        """The token before which a phrase ends: at a comma, a price, or a word that begins another."""
        while place < len(self._tokens) and not (
            self._tokens[place]["end"] or self._tokens[place]["price"] or self._ends_phrase(self._words[place])
        ):
            place += 1
        return min(place, len(self._tokens))

    def _ends_phrase(self, word: str) -> bool:
        return word in self._for_words or (word in grammar.PHRASE_ENDS and not self._joins(word))

    def _joins(self, word: str) -> bool:
        """Whether a word only joins here what in another language it turns: *no* in Portuguese."""
        return word in self._of_words and word not in grammar.OF

    def _terms(self, place: int, end: int) -> list[Atom] | None:
        """The terms from a place to an end; None where something there is none, or nothing is one."""
        found: list[Atom] = []
        while place < end:
            if self._words[place] in self._or_words:
                found.append(self._atom("or", place))
            elif self._says(place):
                term = self._term(place)
                if term is None or term[1] > end or term[0].of_kind.startswith(SAYING):
                    return None
                found.append(term[0])
                place = term[1] - 1
            place += 1
        return found if any(atom.kind == "term" for atom in found) else None
