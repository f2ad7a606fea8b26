"""Splits the words of a shopper into atoms: terms, which name something in the catalogue, prices, and the words between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from app.words import grammar
from app.words.forms import one_form
from app.words.lexicon import BUT, CONDITIONS, GIFTS
from app.words.meaning import SAYING, Meaning
from app.words.named import PRICE, TITLE
from app.words.occasions import DRESS_CODE
from app.words.prices import Price
from app.words.size_names import cup_of
from app.words.terms import AGE_MARK, PRICE_MARK, Atom, Kind, Terms
from app.words.vocabulary import ORDINARY, Vocabulary
from app.words.worn_for import TOGETHER
from app.words.years import Age
from models.datasets.garments_abroad import parts_of
from models.datasets.size_scale import alone, double, number

_SIZE_TOKENS: Final = 3
_HEEL: Final = "heel"
_CUPS: Final = frozenset(("cup", "cups"))
_ANY_BAND: Final = 34
_DETERMINED: Final = grammar.ARTICLES | grammar.PRONOUNS
_TURNED: Final = "turned"
"""Marks the end of what was turned from behind."""

_Read = tuple[list[Atom], int]


def atoms_of(text: str, prices: Sequence[Price], ages: Sequence[Age], vocabulary: Vocabulary) -> list[Atom]:
    """The atoms of a text, in order; words that say nothing are left out.

    Args:
        prices: those that the text names; see ``prices_in``. ages: likewise; see ``ages_said``.
    """
    marked = [(PRICE_MARK, at, price.start, price.end) for at, price in enumerate(prices)]
    for mark, at, start, end in (*marked, *((AGE_MARK, at, age.start, age.end) for at, age in enumerate(ages))):
        text = text[:start] + f"{mark}{at}".ljust(end - start) + text[end:]
    return _Reader(text, prices, ages, vocabulary).atoms


class _Reader(Terms):
    """Reads from left to right; each method reads from a token on: atoms and the next token, or None where it is not its turn."""

    def __init__(self, text: str, prices: Sequence[Price], ages: Sequence[Age], vocabulary: Vocabulary) -> None:
        super().__init__(text, prices, ages, vocabulary)
        self.atoms: list[Atom] = []
        turns: tuple[Callable[[int], _Read | None], ...] = (
            self._mark, self._but, self._worn, self._dress_code, self._hyphened, self._turn, self._behind,
            self._without, self._match, self._occasion, self._counted, self._cup, self._size, self._or,
            self._flat, self._joined, self._compound, self._named, self._plain,
        )  # fmt: skip
        place = 0
        while place < len(self._tokens):
            found, place = next(read for turn in turns if (read := turn(place)) is not None)
            self.atoms += found
        self.atoms = self._doubted([self._sized(atom) for atom in self.atoms])

    def _sized(self, atom: Atom) -> Atom:
        """A number by itself that is a size which a garment that the text names comes in: "jeans 38"."""
        said = self._tokens[0].string[atom.start : atom.end] if atom.kind in {"unread", "rest"} else ""
        size = self._vocabulary.sizes(said) if any(map(str.isdigit, said)) else None
        rows, named = self._vocabulary.rows, [other.meaning for other in self.atoms if other.noun and other.meaning]
        if size is None or not any(rows.exists(size, meaning) for meaning in named):
            return atom
        return replace(atom, kind="term", key=said, meaning=size)

    def _doubted(self, atoms: Sequence[Atom]) -> list[Atom]:
        """Atoms, of which none is asked that may be what is not wanted: by a word that may turn it.

        It is what follows that word, up to its noun; where nothing does, what stands before it: a garment, or what one is like.
        """
        turning, found, doubted = self._vocabulary.may_turn(self._words), list[Atom](), False
        for place, atom in enumerate(atoms):
            if atom.kind != "term":
                doubted = self._tokens[0].string[atom.start : atom.end].lower() in turning
                at = len(found) if doubted and (place + 1 == len(atoms) or atoms[place + 1].kind == "end") else 0
                while at and found[at - 1].kind == "term" and (at == len(found) or not found[at - 1].noun):
                    at -= 1
                    found[at] = replace(found[at], kind="unread", meaning=None)
            found.append(replace(atom, kind="unread", meaning=None) if doubted and atom.kind == "term" else atom)
            doubted = doubted and not atom.noun
        return found

    def _mark(self, place: int) -> _Read | None:
        token = self._tokens[place]
        if token["price"]:
            price = self._prices[int(token["price"])]
            return [Atom("price", price.start, price.end, price=price)], place + 1
        word = self._words[place]
        if token["end"] or (
            ((word in grammar.ENDS and self._word(place + 1) != grammar.SIZE) or self._spoken(grammar.ENDS_IN, word))
            and not self._excepts(place)
            and self._word(place - 1) != "nothing"
        ):
            return [self._atom("end", place)], place + 1
        if word == grammar.OF_CHINESE and next((atom.kind for atom in reversed(self.atoms) if atom.kind in {"not", "end"}), "") == "not":
            return [self._atom("end", place, key=_TURNED)], place + 1
        return ([], place + 1) if token["hyphen"] else None

    def _turn(self, place: int) -> _Read | None:
        word, after = self._words[place], self._word(place + 1)
        if (only := self._only(place)) is not None:
            return [], only
        if word == "non" and (term := self._term(place + 1 + (self._hyphen(place + 1)))):
            called = self._vocabulary.called_non(term[0].key)
            so = [replace(term[0], start=self._tokens[place].start(), key=f"non{term[0].key}", meaning=called)] if called else []
            return [term[0], self._atom("free", place, term[1] - 1), *so], term[1]
        if (word, after) in grammar.TURNING_TWO:
            return [self._atom("not", place, place + 1)], place + 2
        if self._refuses_ahead(place) or self._excepts(place) or self._nor(place):
            return [self._atom("not", place)], place + 1
        if word == "free" and self.atoms and self.atoms[-1].kind == "term":
            return [self._atom("free", place)], place + 1
        return None

    def _refuses_ahead(self, place: int) -> bool:
        """Whether a word turns what follows; what is of two languages turns what stands before it in Japanese: *不要*."""
        word = self._words[place]
        if word in grammar.NOT_IN.values():
            return self._word(place + 1) in grammar.OF or self._spoken(grammar.NOT_IN, word)
        behind = word in grammar.BEHIND and "ja" in self._vocabulary.languages
        return word in grammar.NOT and not behind and not self._joins(word)

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
        told = end > last + 1 or last > place + 1 or self._word(place - 1) in self._for_alone
        return ([self._atom("rest", place, end - 1)], end) if told else None

    def _hyphened(self, place: int) -> _Read | None:
        """What hyphens or strokes join as titles do, whatever a part of it says alone: a non-iron shirt."""
        last = place
        while last + 2 < len(self._tokens) and (self._hyphen(last + 1) or self._stroke(last + 1)) and self._words[last + 2]:
            last += 2
        words = [one_form(word) for word in self._words[place : last + 1 : 2]]
        key = ("-" if all(map(str.isdigit, words)) else "").join(words)
        said = self._tokens[place].string[self._tokens[place].start() : self._tokens[last].end()]
        counts = last > place and key in self._vocabulary.hyphened and self._vocabulary.sizes(said) is None
        meaning = self._vocabulary.meaning(key) if counts else None
        return None if meaning is None else ([self._atom("term", place, last, key=key, meaning=meaning)], last + 1)

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

    def _spoken(self, words: Mapping[str, str], word: str) -> bool:
        """Whether a word is that of a language which the catalogue speaks."""
        return any(words.get(language) == word for language in self._vocabulary.languages)

    def _nor(self, place: int) -> bool:
        """Neither … nor in German, and in Dutch and Turkish, where both are one word."""
        others = (*self._words[:place], *self._words[place + 1 :])
        if self._words[place] in others and self._spoken(grammar.NOR_IN, self._words[place]):
            return True
        return self._words[place] == grammar.NOR and (grammar.NOR in others or not grammar.NOT.isdisjoint(self._words[:place]))

    def _match(self, place: int) -> _Read | None:
        """What the outfit goes with is not asked of it; "matching gloves" are asked for."""
        word = self._words[place]
        if word == "matching" and not (self.atoms and self.atoms[-1].noun) and self._word(place + 1) not in _DETERMINED:
            return ([], place + 1) if self._term(place + 1) else None
        if word not in grammar.MATCH and not (word in grammar.GOES and self._word(place + 1) == "with"):
            return None
        last = self._end_of_phrase(place + 2)
        return [self._atom("unread", place, last - 1)], last

    def _occasion(self, place: int) -> _Read | None:
        """What follows "for", "at a", "to the": terms where all of it are, up to an "and"; else whom it names first, or an occasion."""
        word = self._words[place]
        if word not in self._for_words or (word not in self._for_alone and self._word(place + 1) not in grammar.ARTICLES):
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
        if not content:
            return [], end
        first = content[0] - (self._word(content[0] - 1) + one_form(self._words[content[0]]) in TOGETHER)
        return [self._atom("rest", first, content[-1])], end

    def _size(self, place: int) -> _Read | None:
        """What follows "size", and what is a size by itself: "UK 5", "W32 L32", "XL", "74/80"; but in what names more, as in *M&S*.

        One that nothing comes in is unread as a whole: of "9.5" no 9 is meant.
        """
        named = self._words[place] in grammar.SIZES or (self._words[place] in grammar.IN_SIZE and self._is_last_number(place + 1))
        named = named or (self._words[place] in grammar.MEASURED and self._word(place + 1).isdigit())
        first = place + named
        for last in range(min(first + _SIZE_TOKENS, len(self._tokens)) - 1, first - 1, -1):
            size = self._tokens[first].string[self._tokens[first].start() : self._tokens[last].end()]
            of_itself = self._of_itself(size, first, last)
            if (named or of_itself) and (meaning := self._vocabulary.sizes(size)):
                return [self._atom("term", place, last, key=size, meaning=meaning)], last + 1
            if (named and number(size)) or (of_itself and (alone(size) or cup_of(size)) and any(map(str.isdigit, size))):
                return [self._atom("unread", place, last)], last + 1
        return None

    def _counted(self, place: int) -> _Read | None:
        """A number and what it counts, where titles say such a word behind one: 15 denier; unread where they say no such number.

        A garment is counted by nothing: 501 jeans.
        """
        words = self._words[place : place + 2]
        if len(words) == 1 or not words[0].isdigit() or not words[1] or self._idle(words[1]):
            return None
        term = self._called(place + 1)
        if (term and not term[0].of_kind.startswith(SAYING)) or not (counted := self._vocabulary.counted(one_form(words[1]))):
            return None
        if words[0] not in counted:
            return [self._atom("unread", place, place + 1)], place + 2
        key = f"{words[0]}-{one_form(words[1])}"
        meaning = Meaning(TITLE, (key,), SAYING + one_form(words[1]))
        return [self._atom("term", place, place + 1, key=key, meaning=meaning)], place + 2

    def _cup(self, place: int) -> _Read | None:
        """The cup of a bra, of any band: "DD cup", "cup size DD"; unread where nothing comes in it."""
        if not self._vocabulary.cups:
            return None
        behind = place + 1 + (self._word(place + 1) in grammar.SIZES)
        runs = ((place, place + 1, place + 1), (behind, place, behind))
        found = ((cup, last) for cup, named, last in runs if self._word(named) in _CUPS and cup_of(f"{_ANY_BAND}{self._word(cup)}"))
        cup, last = next(found, (0, 0))
        if not last:
            return None
        meaning = self._vocabulary.in_cup(self._words[cup])
        return [self._atom("term" if meaning else "unread", place, last, key=self._words[cup], meaning=meaning)], last + 1

    def _is_last_number(self, place: int) -> bool:
        """Whether a number ends its phrase: "shoes in 38", "zapatos del 38", but not "in 3 colours"."""
        return place < len(self._tokens) and number(self._words[place]) and self._end_of_phrase(place) == place + 1

    def _of_itself(self, size: str, first: int, last: int) -> bool:
        """Whether words are a size where nothing says so."""
        joined = any(0 <= at < len(self._tokens) and self._tokens[at]["join"] == "&" for at in (first - 1, last + 1))
        return (
            (alone(size) or double(size) or (bool(self._vocabulary.cups) and cup_of(size) is not None))
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
        joins = any(word in grammar.WORN_WITH.get(language, ()) for language in self._vocabulary.languages)
        if joins and before and self.atoms[-1].noun and (term := self._term(place + 1)) and term[0].noun:
            return [], place + 1
        kind: Kind | None = "of" if word in self._of_words else "article" if word in grammar.ARTICLES else None
        if kind is None and not self._idle(word) and word not in GIFTS:
            kind = "unread" if word.isdigit() or number(word) else "rest"
        return ([] if kind is None else [self._atom(kind, place)]), place + 1
