"""Splits the words of a shopper into atoms: terms, which name something in the catalogue, prices, and the words between them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from app.words import grammar
from app.words.forms import WORD, one_form
from app.words.lexicon import BUT, CONDITIONS, GIFTS, INSTEAD, NOTHING
from app.words.meaning import SAYING, Meaning
from app.words.named import ATTRIBUTE, AUDIENCE, BRAND, PRICE
from app.words.occasions import DRESS_CODE
from app.words.prices import Price
from app.words.vocabulary import ORDINARY, Vocabulary
from app.words.years import Age
from models.datasets.ages import ages_in
from models.datasets.audience import GENDERS, Audience
from models.datasets.garments_abroad import parts_of
from models.datasets.scripts import bare
from models.datasets.size_scale import alone, double

Kind = Literal["term", "price", "not", "free", "or", "of", "article", "rest", "unread", "end"]

_PRICE_MARK, _AGE_MARK = "\ue000", "\ue001"
_TOKEN: Final = re.compile(
    rf"{_PRICE_MARK}(?P<price>\d+)|{_AGE_MARK}(?P<age>\d+)|(?P<word>(?i:gr\.(?=\s*\d)|{WORD.pattern}))|(?P<end>[,;.!?:()])|(?P<join>[/&+])|(?P<hyphen>-)"
)
_LONGEST: Final = 4
_SIZE_TOKENS: Final = 3
_HEEL: Final = "heel"
_AGE: Final = "age"
_TURNED: Final = "turned"
"""Marks the end of what was turned from behind."""
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


_Read = tuple[list[Atom], int]


def atoms_of(text: str, prices: Sequence[Price], ages: Sequence[Age], vocabulary: Vocabulary) -> list[Atom]:
    """The atoms of a text, in order; words that say nothing are left out.

    Args:
        prices: those that the text names; see ``prices_in``. ages: likewise; see ``ages_said``.
    """
    marked = [(_PRICE_MARK, at, price.start, price.end) for at, price in enumerate(prices)]
    for mark, at, start, end in (*marked, *((_AGE_MARK, at, age.start, age.end) for at, age in enumerate(ages))):
        text = text[:start] + f"{mark}{at}".ljust(end - start) + text[end:]
    return _Reader(text, prices, ages, vocabulary).atoms


class _Reader:
    """Reads from left to right; each method reads from a token on: atoms and the next token, or None where it is not its turn."""

    def __init__(self, text: str, prices: Sequence[Price], ages: Sequence[Age], vocabulary: Vocabulary) -> None:
        self._prices, self._ages, self._vocabulary = prices, ages, vocabulary
        self._tokens = list(_TOKEN.finditer(text))
        self._words = [bare((token["word"] or "").lower()) or {"&": "and"}.get(token["join"] or "", "") for token in self._tokens]
        self._or_words = grammar.OR.union(*(words for language, words in grammar.OR_IN.items() if language in vocabulary.languages))
        self.atoms: list[Atom] = []
        self._slips: dict[str, str | None] = {}
        turns: tuple[Callable[[int], _Read | None], ...] = (
            self._mark, self._but, self._worn, self._dress_code, self._turn, self._behind,
            self._without, self._match, self._occasion, self._size, self._or,
            self._flat, self._joined, self._compound, self._named, self._plain,
        )  # fmt: skip
        place = 0
        while place < len(self._tokens):
            found, place = next(read for turn in turns if (read := turn(place)) is not None)
            self.atoms += found
        self.atoms = [self._sized(atom) for atom in self.atoms]

    def _sized(self, atom: Atom) -> Atom:
        """A number by itself that is a size which a garment that the text names comes in: "jeans 38"."""
        said = self._tokens[0].string[atom.start : atom.end] if atom.kind in {"unread", "rest"} else ""
        size = self._vocabulary.sizes(said) if any(map(str.isdigit, said)) else None
        rows, named = self._vocabulary.rows, [other.meaning for other in self.atoms if other.noun and other.meaning]
        if size is None or not any(rows.exists(size, meaning) for meaning in named):
            return atom
        return replace(atom, kind="term", key=said, meaning=size)

    def _mark(self, place: int) -> _Read | None:
        token = self._tokens[place]
        if token["price"]:
            price = self._prices[int(token["price"])]
            return [Atom("price", price.start, price.end, price=price)], place + 1
        word = self._words[place]
        if token["end"] or (word in grammar.ENDS and not self._excepts(place) and self._word(place - 1) != "nothing"):
            return [self._atom("end", place)], place + 1
        return ([], place + 1) if token["hyphen"] else None

    def _turn(self, place: int) -> _Read | None:
        word, after = self._words[place], self._word(place + 1)
        if (only := self._only(place)) is not None:
            return [], only
        if word == "non" and (term := self._term(place + 1 + (self._hyphen(place + 1)))):
            return [term[0], self._atom("free", place, term[1] - 1)], term[1]
        if (word, after) in grammar.TURNING_TWO:
            return [self._atom("not", place, place + 1)], place + 2
        if word in grammar.NOT or self._excepts(place) or self._nor(place):
            return [self._atom("not", place)], place + 1
        if word == "free" and self.atoms and self.atoms[-1].kind == "term":
            return [self._atom("free", place)], place + 1
        return None

    def _behind(self, place: int) -> _Read | None:
        """What turns what stands before it: a garment and what it is like, or a word of any other kind, with what "or" joins."""
        if not (turns := self._words[place] in grammar.BEHIND) and not self._refuses(place):
            return None
        if not self.atoms or self.atoms[-1].kind not in {"term", "rest"}:
            return [self._atom("unread", place)], place + 1
        first = self._first_turned(refused=not turns)
        start, end = self.atoms[first].start, self._tokens[place].end()
        if not turns:
            self.atoms[first:] = [Atom("unread", start, end)]
            return [], place + 1
        if self.atoms[-1].kind == "term":
            self.atoms[-1] = replace(self.atoms[-1], end=end)
        self.atoms.insert(first, Atom("not", start, start))
        return [Atom("end", end, end, key=_TURNED)], place + 1

    def _refuses(self, place: int) -> bool:
        """Whether a word that is no name is a verb that says no, so that what stands before it is no wish."""
        word = self._words[place]
        spoken = not self._vocabulary.languages.isdisjoint({"ja", "tr"}) and grammar.REFUSING.fullmatch(word) is not None
        return spoken and not self._vocabulary.known(word)

    def _first_turned(self, *, refused: bool) -> int:
        """Where that begins; a word that names nothing is of what stands before it, of a garment where a verb says no to both."""
        first = len(self.atoms) - 1
        while first:
            atom, before = self.atoms[first], self.atoms[first - 1]
            if before.kind == "or" and first > 1 and self.atoms[first - 2].kind in {"term", "rest"}:
                first -= 2
            elif (atom.noun or atom.kind == "rest") and before.kind in {"term", "rest"} and (refused or not before.noun):
                first -= 1
            else:
                break
        return first

    def _without(self, place: int) -> _Read | None:
        """A Turkish word that says what something is without: *topuksuz*."""
        word = grammar.WITHOUT.fullmatch(self._words[place])
        if word is None or "tr" not in self._vocabulary.languages or self._vocabulary.meaning(one_form(word.group())):
            return None
        key = one_form(word[1])
        if (meaning := self._vocabulary.meaning(key)) is None:
            return None
        term, start = self._atom("term", place, key=key, meaning=meaning), self._tokens[place].start()
        return [Atom("not", start, start), term, Atom("end", term.end, term.end, key=_TURNED)], place + 1

    def _but(self, place: int) -> _Read | None:
        """A price that something is not: "not too expensive"; "no expensive dress" asks for a dress, as "no heels" does not for shoes."""
        word = self._words[place]
        term = self._term(place + 1 + (self._word(place + 1) in grammar.TOO)) if word in grammar.IS_NOT or word == "no" else None
        if term is None or (meaning := term[0].meaning) is None or meaning.kind != PRICE:
            return None
        if word == "no" and not ((named := self._term(term[1])) and named[0].noun):
            return None
        but = replace(meaning, values=tuple(BUT[value] for value in meaning.values))
        return [self._atom("term", place, term[1] - 1, key=term[0].key, meaning=but)], term[1]

    def _worn(self, place: int) -> _Read | None:
        """How much a piece was worn, in words that turn or say nothing alone: "never worn", "like new"; unread where nothing says it."""
        for key, last in self._runs(place):
            if last > place and key in CONDITIONS and (meaning := self._vocabulary.meaning(key)) is None:
                return [self._atom("unread", place, last)], last + 1
            if last > place and key in CONDITIONS:
                return [self._atom("term", place, last, key=key, meaning=meaning)], last + 1
        return None

    def _dress_code(self, place: int) -> _Read | None:
        """A black tie wedding: an occasion, where one follows or the words are hyphenated; else a tie that is black."""
        code = DRESS_CODE.match(self._tokens[place].string, self._tokens[place].start()) if place < len(self._tokens) else None
        if code is None:
            return None
        last = next(at for at, token in reversed([*enumerate(self._tokens)]) if token.start() < code.end())
        end = last + 1
        while one_form(self._word(end)) in ORDINARY and ((term := self._term(end)) is None or term[1] == end + 1):
            end += 1
        told = end > last + 1 or last > place + 1 or self._word(place - 1) in grammar.FOR_ALONE
        return ([self._atom("rest", place, end - 1)], end) if told else None

    def _excepts(self, place: int) -> bool:
        """Anything but that; other than that."""
        word = self._words[place]
        return (word == "but" and bool(grammar.ANYTHING & {*self._words[:place]})) or (
            word in grammar.THAN and not grammar.OTHER.isdisjoint(self._words[max(0, place - grammar.BEFORE_THAN) : place])
        )

    def _only(self, place: int) -> int | None:
        """Behind "nothing but", "nothing other than": what asks for what follows."""
        if self._words[place] not in grammar.NOTHING:
            return None
        if self._word(place + 1) in grammar.BUT:
            return place + 2
        ahead = range(place + 1, place + 1 + grammar.BEFORE_THAN)
        found = (at + 2 for at in ahead if self._word(at) in grammar.OTHER and self._word(at + 1) in grammar.THAN)
        return next(found, None)

    def _nor(self, place: int) -> bool:
        """Neither … nor in German, and in Dutch and Turkish, where both are one word."""
        others = (*self._words[:place], *self._words[place + 1 :])
        if self._words[place] in others and self._words[place] in map(grammar.NOR_IN.get, self._vocabulary.languages):
            return True
        return self._words[place] == grammar.NOR and (grammar.NOR in others or not grammar.NOT.isdisjoint(self._words[:place]))

    def _match(self, place: int) -> _Read | None:
        """What the outfit goes with is not asked of it."""
        word = self._words[place]
        if word not in grammar.MATCH and not (word in grammar.GOES and self._word(place + 1) == "with"):
            return None
        last = self._end_of_phrase(place + 2)
        return [self._atom("unread", place, last - 1)], last

    def _occasion(self, place: int) -> _Read | None:
        """What follows "for", "at a", "to the": terms where all of it are, up to an "and"; else whom it names first, or an occasion."""
        word = self._words[place]
        if word not in grammar.FOR or (word not in grammar.FOR_ALONE and self._word(place + 1) not in grammar.ARTICLES):
            return None
        last = self._end_of_phrase(place + 1)
        joins = [at for at in range(place + 2, last) if self._words[at] in self._or_words and self._terms(at + 1, last)]
        end = joins[0] if joins else last
        code, terms = self._dress_code(place + 1), self._terms(place + 1, end)
        if code is not None or terms is not None:
            return code or (terms or [], end)
        content = [at for at in range(place + 1, end) if self._says(at)]
        whom = self._term(content[0]) if content else None
        if whom and whom[1] <= end and whom[0].meaning and whom[0].meaning.people:
            return [whom[0]], whom[1]
        return ([self._atom("rest", content[0], content[-1])] if content else []), end

    def _says(self, place: int) -> bool:
        """Whether a word says something of a piece, or of whom it is for."""
        word = self._words[place]
        return bool(self._tokens[place]["age"]) or bool(word and not self._idle(word) and word not in GIFTS)

    def _size(self, place: int) -> _Read | None:
        """What follows "size", and what is a size by itself: "UK 5", "W32 L32", "XL", "74/80"; but in what names more, as in *M&S*."""
        named = self._words[place] in grammar.SIZES or (self._words[place] in grammar.IN_SIZE and self._is_last_number(place + 1))
        first = place + named
        for last in range(min(first + _SIZE_TOKENS, len(self._tokens)) - 1, first - 1, -1):
            size = self._tokens[first].string[self._tokens[first].start() : self._tokens[last].end()]
            if (named or self._of_itself(size, first, last)) and (meaning := self._vocabulary.sizes(size)):
                return [self._atom("term", place, last, key=size, meaning=meaning)], last + 1
        return None

    def _is_last_number(self, place: int) -> bool:
        """Whether a number ends its phrase: "shoes in 38", "zapatos del 38", but not "in 3 colours"."""
        return place < len(self._tokens) and self._words[place].isdigit() and self._end_of_phrase(place) == place + 1

    def _of_itself(self, size: str, first: int, last: int) -> bool:
        """Whether words are a size where nothing says so."""
        joined = any(0 <= at < len(self._tokens) and self._tokens[at]["join"] == "&" for at in (first - 1, last + 1))
        return (
            (alone(size) or double(size))
            and not joined
            and not self._elided(last)
            and ((term := self._term(first)) is None or term[1] <= last + 1)
        )

    def _or(self, place: int) -> _Read | None:
        if not self._tokens[place]["join"] and self._words[place] not in self._or_words:
            return None
        return [self._atom("or", place, key="and" if self._words[place] in grammar.AND else "")], place + 1

    def _flat(self, place: int) -> _Read | None:
        """Flat shoes in other languages, which have no noun for them: those without heels."""
        heel = self._vocabulary.meaning(_HEEL) if self._words[place] in grammar.FLAT and self._vocabulary.alike(_HEEL) else None
        if heel is None:
            return None
        return [self._atom("not", place), self._atom("term", place, key=_HEEL, meaning=heel), self._atom("end", place)], place + 1

    def _joined(self, place: int) -> _Read | None:
        """An Arabic "and", which is written in one with what follows."""
        word = self._words[place]
        key = one_form(word[1:]) if word.startswith(grammar.AND_ARABIC) and self._vocabulary.meaning(one_form(word)) is None else ""
        meaning = self._vocabulary.meaning(key) if key else None
        if meaning is None:
            return None
        return [self._atom("or", place, key="and"), self._atom("term", place, key=key, meaning=meaning)], place + 1

    def _compound(self, place: int) -> _Read | None:
        """A word that names nothing as a whole, by its parts: "Damenjeans" are jeans for women."""
        word = self._words[place]
        parts = parts_of(word) if word and self._vocabulary.meaning(one_form(word)) is None else None
        key = one_form(parts[1]) if parts else ""
        if not parts or (head := self._vocabulary.meaning(key)) is None or self._likely(one_form(word)):
            return None
        start, end = self._tokens[place].span()
        middle, first = end - len(parts[1]), self._vocabulary.meaning(one_form(parts[0]))
        before = Atom("term" if first else "rest", start, middle, one_form(parts[0]), first)
        return [before, Atom("term", middle, end, key, head)], place + 1

    def _named(self, place: int) -> _Read | None:
        found = self._term(place)
        return None if found is None else ([found[0]], found[1])

    def _plain(self, place: int) -> _Read:
        word = self._words[place]
        before = self.atoms[-1].meaning if self.atoms else None
        if self._elided(place) or (before and self._vocabulary.is_attribute(word, before)):
            return [], place + 1
        kind: Kind | None = "of" if word in grammar.OF else "article" if word in grammar.ARTICLES else None
        if kind is None and not self._idle(word) and word not in GIFTS:
            kind = "unread" if word.isdigit() else "rest"
        return ([] if kind is None else [self._atom(kind, place)]), place + 1

    def _atom(self, kind: Kind, first: int, last: int | None = None, *, key: str = "", meaning: Meaning | None = None) -> Atom:
        return Atom(kind, self._tokens[first].start(), self._tokens[first if last is None else last].end(), key, meaning)

    def _word(self, place: int) -> str:
        return self._words[place] if 0 <= place < len(self._words) else ""

    def _hyphen(self, place: int) -> bool:
        return place < len(self._tokens) and bool(self._tokens[place]["hyphen"])

    def _elided(self, place: int) -> bool:
        """Whether a word lost its last letter before the next: *d'été*."""
        token = self._tokens[place]
        return token.string[token.end() :].startswith("'")

    def _idle(self, word: str) -> bool:
        return word.partition("'")[0] in NOTHING or one_form(word) in NOTHING

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
        return bool(word) and (word in grammar.OF or self._idle(word))

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
            self._tokens[place]["end"] or self._tokens[place]["price"] or self._words[place] in grammar.PHRASE_ENDS
        ):
            place += 1
        return min(place, len(self._tokens))

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
