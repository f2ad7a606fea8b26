"""What a served catalogue's own words name: its categories, subcategories, attributes, brands, and what titles say of garments.

Shape legend: N rows of all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, reduce
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from app.release.traits import Traits
from app.words.abroad import COMPOUNDING, HEAD_FIRST
from app.words.forms import SHORTEST, WORD, fold, near, one_form, phrase, spellings
from app.words.grammar import GRAMMAR, SAYING_NO, UNSPACED
from app.words.grammar_abroad import CHINESE
from app.words.kinds import Kinds
from app.words.lexicon import (
    ALIKE_ROLES,
    DOUBTFUL,
    ENGLISH,
    EVERYDAY,
    GIFTS,
    INSTEAD,
    KIND_IN,
    KINDS,
    LANGUAGE_OF,
    NOTHING,
    ON_SALE,
    PRICED,
    PRICED_ENGLISH,
    SAID,
    SAME,
    SAME_ENGLISH,
    SENSES,
    SPELT,
    WHOLE,
)  # fmt: skip
from app.words.meaning import SAYING, Meaning, Rows
from app.words.named import (
    ATTRIBUTE,
    AUDIENCE,
    BRAND,
    CATEGORY,
    CUP,
    CURRENCY,
    ENDS,
    EXACT,
    HOLDS,
    KIN_OF,
    PRICE,
    RITE,
    RITE_OF,
    SALE_PRICE,
    SIZE,
    SUBCATEGORY,
    TITLE,
    WHOM,
    for_some,
    is_of_people,
    keys_of,
    kind_of,
)  # fmt: skip
from app.words.occasions import OCCASIONS
from app.words.size_names import Cups, spellings_of
from app.words.unspaced import apart_by, in_kana, unspaced
from app.words.years import MONTHS_OF
from index.backends.base import BoolArray
from index.columns import Filter
from index.delta import Overlay
from index.snapshot import Snapshot
from models.datasets.audience import Audience, asked_for
from models.datasets.garments import garment_of, is_womens, role_of
from models.datasets.garments_abroad import speaks_french
from models.datasets.kin import DOUBTFUL as DOUBTFUL_KIN
from models.datasets.kin import KIN
from models.datasets.scripts import apart, plain

BELOW: Final = "below price"
_CHILDREN: Final = Audience(ages=frozenset({"child", "baby"}))
ORDINARY: Final = frozenset(OCCASIONS) | EVERYDAY
_NO_SLIPS: Final = ORDINARY | ON_SALE | GIFTS | NOTHING
_ENDINGS: Final = ("en", "em", "er", "es", "e")
"""Of German adjectives: "schwarze Schuhe", "rotes Kleid"."""
_SHORTEST_SAID: Final = 3
"""Letters and digits of a word that titles say: shorter ones are sizes and counts."""
_SAMPLE: Final = 500
_LONGEST_NO: Final = 5
"""Letters of a word that says no: *ilman*, *bez*, *ei*."""
_SPOKEN: Final = 0.1
"""Share of the items of which a title or a category has a word of a language that the catalogue speaks."""


class Vocabulary:
    """The words of one state of a catalogue; see ``vocabulary_of``.

    Attributes:
        rows: those that are as its words mean.
    """

    def __init__(self, snapshot: Snapshot | Overlay, traits: Traits) -> None:
        self.rows = Rows(snapshot, traits, lambda: bool(self.languages & COMPOUNDING))
        self._spellings = spellings_of(snapshot)
        self._items, self._columns, self._live, self._sizes = snapshot.items, snapshot.columns, snapshot.rows, snapshot.sizes
        self._worn: dict[Hashable, tuple[BoolArray, BoolArray]] = {}
        self._named: dict[str, dict[str, list[tuple[int, str]]]] = {}
        self._categories = snapshot.categories
        french = speaks_french(self._sizes)  # of the snapshot nothing is kept: it keeps this
        self._worn_by_name = {name: role_of(name, french=french) or self.rows.mostly(snapshot.rows_in(name)) for name in self._sizes}
        for field, values in self._columns_named():
            for value in values:
                for key, how in keys_of(field, value).items():
                    self._named.setdefault(key, {}).setdefault(field, []).append((how, value))

    @cached_property
    def currencies(self) -> frozenset[str]:
        """The currencies that some item's prices are in, by its column or its attribute; empty where none tells."""
        column = self._items.column(CURRENCY).take(pa.array(self._live)).drop_null().unique().to_pylist()
        return frozenset(code.upper() for code in (*column, *self._columns.attribute_values(CURRENCY)) if code)

    def meaning(self, key: str) -> Meaning | None:
        """What a word, or words without the spaces, name; other words for the same are asked where these name nothing.

        A garment that nothing is called by is read as what stands in for it, "sneakers" as running shoes, else as what is worn so: "bikini"
        as swimwear. A word that columns do not name is what titles say.
        """
        return self.called(key) or self._of_title(key) or self._any_of(INSTEAD.get(key, ())) or self._worn_as(key)

    def called(self, key: str) -> Meaning | None:
        """What is called by a word, or by another for the same; None where something would have to stand in.

        A colour that titles alone may say is the one that an attribute calls otherwise: *azul marino* is *Marino*.
        """
        own = self._own(key)
        if own is None or (own.field == TITLE and own.kind == "colour"):
            others = self._any_of(self._others(key))
            return others if own is None or (others and others.field.startswith(ATTRIBUTE)) else own
        return own

    def _any_of(self, keys: Sequence[str]) -> Meaning | None:
        """What any of some words name, in the field of the first of them that names anything, a column before titles."""
        found = sorted((meaning for one in keys if (meaning := self._own(one))), key=lambda meaning: meaning.field == TITLE)
        alike = [one for one in found if (one.field, one.kind) == (found[0].field, found[0].kind)]
        return reduce(Meaning.joined, alike) if alike else None

    def alike(self, key: str) -> tuple[Meaning, ...]:
        """All that a word and other words for the same name, in columns and in titles: who wants no heels wants no pumps."""
        if (whom := self.meaning(key)) and whom.people:  # "men" are not all who are male
            return (whom,)
        found: dict[tuple[str, str], Meaning] = {}
        for one in (key, *self._others(key)):
            own = (self._own(one), self._whole(one), self._of_titles(one), _of_prices(one))
            for meaning in own if any(own) or one != key else (self._of_title(one),):
                if meaning:
                    of = meaning.field, meaning.kind
                    found[of] = found[of].joined(meaning) if of in found else meaning
        return tuple(found.values())

    def named(self, words: Iterable[str]) -> BoolArray:
        """The rows of which a category, a brand or an attribute is called by any of some words, or ends with it, ``(N,)``.

        Of a name that joins several each part counts, and a word for all that is worn as one thing means all of that.
        """
        found = np.zeros(self._items.num_rows, dtype=np.bool_)
        for word in words:
            key = "".join(phrase(word))
            for field, entries in self._named.get(key, {}).items():
                if values := tuple(value for how, value in entries if how <= ENDS):
                    found |= self.rows.so(self.kinds.of_categories(key, values)) if field == CATEGORY else self.rows.mask(field, values)
            if rite := self._of_rite(key):
                found |= self.rows.so(rite)
            if made := self.kinds.made.get(key):
                found |= self.rows.mask(TITLE, made)
            if whole := self._whole(key):
                found |= self.rows.mask(CATEGORY, whole.values)
        return found

    def names_one(self, key: str) -> bool:
        """Whether words, without the spaces, are what categories are called, one that a name of several joins, or an attribute's value."""
        return self._whole(key) is not None or any(
            field == CATEGORY or any(how == EXACT for how, _ in entries) for field, entries in self._named.get(key, {}).items()
        )

    def is_attribute(self, name: str, meaning: Meaning) -> bool:
        """Whether a word is what the attribute is called that a meaning is of: "very good condition"."""
        return meaning.field.startswith(ATTRIBUTE) and phrase(meaning.field.removeprefix(ATTRIBUTE)) == phrase(name)

    def likely(self, key: str) -> str | None:
        """The key that another one was meant as: a value of an attribute as German adjectives end, else one that a slip tells from it."""
        for ending in _ENDINGS:
            meaning = self.meaning(key.removesuffix(ending)) if key.endswith(ending) else None
            if meaning and meaning.field.startswith(ATTRIBUTE):
                return key.removesuffix(ending)
        if len(key) < SHORTEST or key.isdigit():
            return None
        found = [one for one in near([self._keys], [key]) if one[0] == key[0] and abs(len(one) - len(key)) <= 1 and len(one) >= SHORTEST]
        return next((one for one in sorted(found, key=lambda one: (one[-1] != key[-1], one)) if self.meaning(one)), None)

    def known(self, word: str) -> bool:
        """Whether a word is none that was mistyped: titles have it, it names something, or is one of an occasion."""
        return self.says(word) or one_form(word) in ORDINARY | ON_SALE | SPELT or self.meaning(one_form(word)) is not None

    def means(self, word: str) -> bool:
        """Whether a word names a garment or something of it, here or elsewhere: none that was mistyped."""
        key = one_form(word)
        return (self._counts(key) and any(key in words for words in SAID.values())) or key in _NO_SLIPS or self.meaning(key) is not None

    def may_turn(self, words: Collection[str]) -> frozenset[str]:
        """Which of the words of a text may say no to what follows: the short ones that name nothing, where its language is not known.

        It is none that is known where most of its words, and of the catalogue's, are none of these.
        """
        told = [word for word in words if len(word) >= _SHORTEST_SAID]
        if self._understood or 2 * sum(map(self._of_a_language, told)) >= len(told):
            return frozenset()
        short = (word for word in words if len(word) <= _LONGEST_NO and word.isalpha() and word not in GRAMMAR)
        may = (word for word in short if SAYING_NO.search(word) or not UNSPACED.fullmatch(word))
        return frozenset(word for word in may if not (self.means(word) or self.says(word)))

    def _of_a_language(self, word: str) -> bool:
        """Whether a word is one of a language that is known, whatever it is here."""
        key = one_form(word)
        return key in _NO_SLIPS or word in GRAMMAR or (self._counts(key) and any(key in words for words in SAID.values()))

    @cached_property
    def _understood(self) -> bool:
        """Whether the catalogue speaks a language that is known: most titles or categories have a word of what things are."""
        return bool(self.languages) or 2 * sum(any(map(self._of_a_language, said)) for said in self._sample) >= len(self._sample)

    def says(self, word: str) -> bool:
        """Whether titles have a word, in any form."""
        return not self._said.isdisjoint(spellings(fold(word)))

    @cached_property
    def languages(self) -> frozenset[str]:
        """The languages besides English that titles and categories are in, as far as they are known; by a sample of the items.

        What a language shares with one that more of them are in does not tell it: a *vestido azul* beside a *calça* is not Spanish.
        """
        said, spoken = self._sample, dict[str, frozenset[str]]()
        for language, words in sorted(LANGUAGE_OF.items(), key=lambda one: -_count(one[1], said)):
            if _count(words.difference(*spoken.values()), said) > _SPOKEN * len(said):
                spoken[language] = words
        return frozenset(spoken) if in_kana(self._said) else frozenset(spoken) - {"ja"}

    def parted(self, text: str) -> str:
        """A text with all of its words apart; where these need no space, by what the catalogue calls its things."""
        return apart(text if "ja" in self.languages else apart_by(text, self._unspaced))

    @cached_property
    def _unspaced(self) -> frozenset[str]:
        """What columns name in letters that need no space, and words that are written in one with it."""
        names = unspaced(value for _, values in self._columns_named() for value in values)
        return names | CHINESE if names else names

    @cached_property
    def _sample(self) -> list[set[str]]:
        """What titles and categories of some items say, each word in one form."""
        rows = self._live[:: max(1, len(self._live) // _SAMPLE)]
        columns = [self._items.column(name).take(pa.array(rows)).to_pylist() for name in (TITLE, CATEGORY, SUBCATEGORY)]
        return [{one_form(word) for text in texts if text for word in WORD.findall(plain(text))} for texts in zip(*columns, strict=True)]

    @property
    def head_first(self) -> bool:
        """Whether names begin with what a thing is."""
        return not self.languages.isdisjoint(HEAD_FIRST)

    def _counts(self, key: str) -> bool:
        """Whether a word is not another one here: "pull" in a catalogue that is not French."""
        return key not in DOUBTFUL or not DOUBTFUL[key].isdisjoint(self.languages)

    def worn_for(self, wear: Hashable, made: Callable[[], tuple[BoolArray, BoolArray]]) -> tuple[BoolArray, BoolArray]:
        """What suits an occasion and what contradicts it, made when it is first asked for."""
        if wear not in self._worn:
            self._worn[wear] = made()
        return self._worn[wear]

    def called_here(self, garment: str) -> list[str]:
        """What a garment is called in English, and in the languages that the catalogue speaks; a hyphen joins the words of a name."""
        key = "".join(phrase(garment))
        spoken = frozenset[str]().union(*(LANGUAGE_OF.get(language, ()) for language in self.languages))
        others = [one for one in self._others(key) if one in spoken or (one in DOUBTFUL and one not in SAME_ENGLISH.get(key, ()))]
        return [garment, *("-".join(SAID["type"].get(one, (one,))) for one in others)]

    def _others(self, key: str) -> list[str]:
        """Other words for the same, the English ones first."""
        same = filter(self._counts, SAME.get(key, ())) if self._counts(key) else SAME_ENGLISH.get(key, ())
        alike = (one for one in same if self._in_one_sense(key, one) and self._in_one_sense(one, key))
        return sorted(alike, key=lambda one: (one not in SAME_ENGLISH.get(key, ()), one))

    def _in_one_sense(self, key: str, other: str) -> bool:
        """Whether a word is the same as another in a language that is spoken here; of what is the same everywhere it is."""
        senses = [words for language, words in SENSES.get(key, {}).items() if language in self.languages]
        return not senses or any(other in words for words in senses)

    def sizes(self, size: str) -> Meaning | None:
        """A size that some item has in stock, in any of its spellings."""
        cups = self.cups.meant(size)
        found = self._in_stock([*self._spellings.meant(size), *cups])
        return Meaning(SIZE, found, CUP if {*found} <= {*cups} else SIZE) if found else None

    def in_cup(self, cup: str) -> Meaning | None:
        """The sizes of a cup, of any band, that some item has in stock."""
        found = self._in_stock(self.cups.of(cup))
        return Meaning(SIZE, found, CUP) if found else None

    def _in_stock(self, sizes: Sequence[str]) -> tuple[str, ...]:
        return tuple(one for one in dict.fromkeys(sizes) if len(self._columns.selection(Filter(size=(one,))).rows()))

    @cached_property
    def cups(self) -> Cups:
        """The sizes of the catalogue that are a bra's."""
        return Cups(sorted(self._columns.sizes))

    def _columns_named(self) -> Iterator[tuple[str, Sequence[str]]]:
        yield CATEGORY, self._categories
        yield SUBCATEGORY, self._items.column(SUBCATEGORY).drop_null().unique().to_pylist()
        for name in self._columns.attribute_names:
            yield ATTRIBUTE + name, self._columns.attribute_values(name)
        yield BRAND, self._items.column(BRAND).drop_null().unique().to_pylist()

    def _own(self, key: str) -> Meaning | None:
        fields, rite = self._named.get(key, {}), self._of_rite(key)
        for most in (ENDS, HOLDS):
            for field, entries in fields.items():
                values = tuple(value for how, value in entries if how <= (EXACT if rite else most))
                if values and field == CATEGORY and key in WHOLE:
                    values = self._all_worn(key, values)
                if values and field == CATEGORY:
                    return self.kinds.of_categories(key, values)
                if values and not (most == HOLDS and self._otherwise(field, key)):
                    people = self._people(key) if is_of_people(field) else ()
                    return Meaning(field, self._for_all(field, values), kind_of(field), self._titled(field, key, values), people=people)
        return rite or self._whole(key) or self._of_titles(key) or _of_prices(key) or self._on_sale(key) or self._of_whom(key)

    def _all_worn(self, key: str, named: tuple[str, ...]) -> tuple[str, ...]:
        """The categories that are called by a word for all that is worn so, or all that is where these are for children only."""
        whole = self._of_role(WHOLE[key])
        if any(for_some(name, key) for name in named):
            return tuple(dict.fromkeys((*whole, *named)))
        children_N, named_N = self.rows.for_whom(_CHILDREN, only=True), self.rows.in_categories(named)
        only = children_N is not None and (children_N | ~named_N)[self._live].all()
        return tuple(dict.fromkeys((*named, *whole))) if only else named

    @cached_property
    def kinds(self) -> Kinds:
        """What titles say of kinds."""
        words = (word for part in self._columns.vocabularies for word in part)
        return Kinds(words if self.languages & COMPOUNDING else ())

    def _otherwise(self, field: str, key: str) -> Meaning | None:
        """What a word means that a value of a field only holds: a garment of titles, people."""
        return (self._of_titles(key) if key in SAID["type"] else None) or (None if is_of_people(field) else self._of_whom(key))

    def _titled(self, field: str, key: str, values: Sequence[str]) -> tuple[str, ...]:
        """How titles say the colours that an attribute says; nothing of what is no colour."""
        if not field.startswith(ATTRIBUTE) or kind_of(field) == "type":
            return ()
        said = {"-".join(words) for words in map(phrase, values) if not SAID["colour"].keys().isdisjoint(words)}
        asked = {"-".join(SAID["colour"][one]) for one in (key, *self._others(key)) if one in SAID["colour"]}
        return tuple(sorted(said | asked))

    def _people(self, key: str) -> tuple[Audience, ...]:
        return (whom,) if (whom := asked_for(WHOM.get(key, key)) or self._of_kin(key)) else ()

    def tells(self, whom: Audience, first: int, last: int) -> bool:
        """Whether something says that it is for people, or comes in sizes by age of which one is for those from a month to another."""
        return self.rows.for_whom(whom) is not None or not self.rows.of_age((first, last))[self._live].all()

    def whom(self, word: str, *, alone: bool = False) -> Audience | None:
        """Whom a word of a shopper's names: people, or by what they are to one; None where it names nobody, or may be said of clothes.

        Args:
            alone: whether it stands by itself, as nothing that is said of clothes does.
        """
        key = "".join(phrase(word))
        if self._of_rite(key):
            return None
        return next(iter(self._people(key)), None) if alone else asked_for(word) or self._of_kin(key)

    def _of_kin(self, key: str) -> Audience | None:
        word = KIN_OF.get(key)
        counts = word is not None and DOUBTFUL_KIN.get(word, frozenset()).isdisjoint(self.languages)
        return Audience.of_label(KIN[word]) if word and counts else None

    def _of_whom(self, key: str) -> Meaning | None:
        """Whom a word names, where some row says for whom it is."""
        people = self._people(key)
        told = self.rows.for_whom(*people) is not None
        return Meaning(AUDIENCE, (key,), AUDIENCE, people=people, months=MONTHS_OF.get(key)) if told else None

    def _of_rite(self, key: str) -> Meaning | None:
        """Whose part at a rite a word names, where something is for it."""
        said = Meaning(RITE, (RITE_OF[key],), RITE) if key in RITE_OF else None
        return said if said and self.rows.exists(said) else None

    def _whole(self, key: str) -> Meaning | None:
        """The categories of all that is worn as a word says: "shoes" are sneakers, heels and formal shoes; those with most items first."""
        if key in KINDS:
            return _categories(
                tuple(sorted((name for name in self._sizes if garment_of(name) in KINDS[key]), key=lambda name: -self._sizes[name]))
            )
        return _categories(self._of_role(WHOLE[key])) if key in WHOLE else None

    def _worn_as(self, key: str) -> Meaning | None:
        """The categories of what is worn as a garment is that nothing is called by, where such things stand in for each other."""
        name = " ".join(SAID["type"].get(key, ()))
        found = _categories(self._of_role(role)) if (role := role_of(name)) in ALIKE_ROLES else None
        return found and replace(found, wearers=(Audience(frozenset({"women"})),) if is_womens(name) else ())

    def _of_role(self, role: str | None) -> tuple[str, ...]:
        """The categories that are worn as one thing by their names, or by most of what is in one that is called nothing."""
        return tuple(name for name in sorted(self._sizes, key=lambda name: -self._sizes[name]) if self._worn_by_name[name] == role)

    def _for_all(self, field: str, values: tuple[str, ...]) -> tuple[str, ...]:
        """Values with those that are for everyone, where they say for whom."""
        name = field.removeprefix(ATTRIBUTE)
        if not is_of_people(field):
            return values
        return (*values, *(value for value in self._columns.attribute_values(name) if value.lower() == "unisex" and value not in values))

    def _on_sale(self, key: str) -> Meaning | None:
        """What costs less than it did, where anything does."""
        said = Meaning(SALE_PRICE, (BELOW,), SALE_PRICE)
        return said if key in ON_SALE and self.rows.mask(SALE_PRICE, (BELOW,))[self._live].any() else None

    def _of_titles(self, key: str) -> Meaning | None:
        kinds = SAID if self._counts(key) else ENGLISH
        here = [KIND_IN[key, language] for language in self.languages if (key, language) in KIND_IN]
        kind, parts = next(((kind, kinds[kind][key]) for kind in (*here, *kinds) if key in kinds[kind]), ("", ()))
        said = parts and (self.says(key) or all(map(self.says, parts)))
        compounds = {"type": self.kinds.compounds, "material": self.kinds.made, "colour": self.kinds.shades}.get(kind, {}).get(key, ())
        return Meaning(TITLE, (*(("-".join(parts),) if said else ()), *compounds), kind) if said or compounds else None

    def _of_title(self, key: str) -> Meaning | None:
        """A word of titles that is none of an occasion, nor a size: "waterproof", "501"; each is a kind of its own, unless a garment's.

        So are words that titles join, and one that stands in such words alone is all of them: "toe" is *cap-toe*.
        """
        if whole := self.hyphened.get(key):
            return Meaning(TITLE, (whole,), SAYING + key)
        ordinary = key in ORDINARY or key in GIFTS or len(key) < _SHORTEST_SAID or self.sizes(key) is not None
        kind = "type" if any(key in some for some in self.kinds.compounds.values()) else SAYING + key
        if ordinary or not self.says(key):
            return None
        among = () if self.rows.mask(TITLE, (key,)).any() else tuple(one for one in self._joined.values() if key in one.split("-"))
        return Meaning(TITLE, among or (key,), kind)

    def called_non(self, key: str) -> Meaning | None:
        """What titles call "non" something, where any does: non wired."""
        called = Meaning(TITLE, (f"non-{key}",), f"{SAYING}non{key}")
        return called if self.rows.exists(called) else None

    def counted(self, word: str) -> frozenset[str]:
        """The numbers that titles have before a word: 15 denier, 3 pack; none where most that have the word have no number before it."""
        titles = self.rows.titles.of(np.flatnonzero(self.rows.mask(TITLE, (word,))))
        counting = rf"(?i)(?:^|\s)(?P<count>\d+)[\s-]*(?:{'|'.join(map(re.escape, sorted(spellings(word))))})"
        found = pc.extract_regex(titles, counting).drop_null()
        counts = pc.struct_field(found, "count").unique().to_pylist() if 2 * len(found) > len(titles) else []
        return frozenset(counts)

    @cached_property
    def hyphened(self) -> dict[str, str]:
        """Words that titles join, and that tell what a thing is like: of a name that begins or ends in what it is, that is told apart."""
        return {key: one for key, one in self._joined.items() if self.called(one.split("-")[0 if self.head_first else -1]) is None}

    @cached_property
    def _joined(self) -> dict[str, str]:
        """Words that titles join by a hyphen, in one -> parted by hyphens; numbers that they join by a stroke, parted in both."""
        joined = (part for word in self.rows.titles.words for part in re.findall(r"\w+(?:-\w+)+|(?<![\d/])\d+/\d+(?![\d/])", fold(word)))
        found = (tuple(map(one_form, re.split("[-/]", word))) for word in sorted({*joined}))
        return {("-" if all(map(str.isdigit, parts)) else "").join(parts): "-".join(parts) for parts in found}

    @cached_property
    def _said(self) -> frozenset[str]:
        return frozenset(fold(word) for part in self._columns.vocabularies for text in part for word in plain(text).split())

    @cached_property
    def _keys(self) -> list[str]:
        """What another word may have been meant as; of prices in English only: *card* is no slip of *caro*."""
        shortest = SHORTEST + bool(self.languages)  # in another language a word of four letters is rather one of its own
        english: list[Iterable[str]] = [*ENGLISH.values(), PRICED_ENGLISH]
        known = {key for words in english for key in words if len(key) >= shortest}
        return sorted({*self._named, *known.union(*(LANGUAGE_OF[language] for language in self.languages))})


def _count(words: frozenset[str], said: Sequence[set[str]]) -> int:
    """Of how many items something says any of some words."""
    return sum(not words.isdisjoint(one) for one in said)


def _of_prices(key: str) -> Meaning | None:
    return Meaning(PRICE, (PRICED[key],), PRICE) if key in PRICED else None


def _categories(names: tuple[str, ...]) -> Meaning | None:
    return Meaning(CATEGORY, names, kind_of(CATEGORY)) if names else None


_VOCABULARIES: WeakKeyDictionary[Snapshot | Overlay, Vocabulary] = WeakKeyDictionary()


def vocabulary_of(snapshot: Snapshot | Overlay, traits: Traits) -> Vocabulary:
    """The vocabulary of what is served, made when it is first asked for; a pass over the columns, not over the words of titles."""
    found = _VOCABULARIES.get(snapshot)
    if found is None:
        found = _VOCABULARIES[snapshot] = Vocabulary(snapshot, traits)
    return found
