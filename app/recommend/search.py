"""Items by words: of titles, ids and attributes, in other forms or with a slip of the finger, else by what the words ask, or mean.

Shape legend: N rows of all, n found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
import pyarrow.compute as pc

from app.ground.errors import NoEncoderError
from app.ground.parts import Limits
from app.recommend.led import led
from app.recommend.limits import known_categories
from app.recommend.similar import Similar, similar_to_words
from app.recommend.steering import Steering, but_for_sayings, constraints_of, directed
from app.release.release import Release
from app.words import grammar_abroad as abroad
from app.words.abroad import COMPOUNDING, HEAD_FIRST
from app.words.forms import ELIDED, SHORTEST, fold, forms, near, one_form, phrase, spellings
from app.words.grammar import PRONOUNS, SIZES, turned
from app.words.lexicon import CLOTHES, GIFTS, NOTHING, ON_SALE, OTHERS, SAID
from app.words.size_names import spelt
from app.words.texts import Texts
from app.words.vocabulary import Vocabulary, vocabulary_of
from app.words.worn_for import WORN
from app.words.years import ages_said
from index.backends.base import BoolArray, IntArray
from index.columns import Filter
from models.datasets.ages import CLOTHES as CLAD
from models.datasets.audience import WORDS
from models.datasets.scripts import plain
from models.datasets.size_scale import alone, double, number
from models.errors import EncoderError

MEANT: Final = "no title has all of these words, so these are what looks most as they say"
ASKED: Final = "no title has all of these words, so these are what is as they describe"
NEAREST: Final = "no title has all of these words, and nothing here is all of that, so these come nearest"
LED: Final = "no title has all of these words, so these are what is most in their spirit"
UNMET: Final = "no title has all of these words, and nothing here is all of that"
UNKNOWN: Final = "no title has all of these words, and not all were understood"
UNHEARD: Final = "no title has all of these words, and none was understood"
OTHERS_ASKED: Final = "no title has all of these words, and not all were understood, so these are what is as the others describe"
LEFT_OUT: Final = "nothing here has “{}”, so these have the other words"
NOBODYS: Final = "nothing here that is as the other words say is for “{}”"
_LONGEST: Final = 4
_MOST_READ: Final = 5
_JOINING: Final = (
    frozenset({"for", "of", "with", "and", "the", "a", "an", "&"}) | PRONOUNS | abroad.OF | abroad.ARTICLES | abroad.FOR | abroad.OR
)
_ELIDED: Final = re.compile(rf"(?<!\w){ELIDED}'")


@dataclass(frozen=True, eq=False, slots=True)
class Found:
    """What words find.

    Attributes:
        rows: ascending; most alike first where they were found by what the words mean.
        by_meaning: whether they were.
        note: how the words were read, where not as they stand.
        wishes: what they ask, where they were read as that.
        words: those that titles are compared with: of one with a slip, what it was read as.
    """

    rows: IntArray
    by_meaning: bool = False
    note: str | None = None
    wishes: Steering | None = None
    words: tuple[str, ...] = ()


def sought(
    release: Release, category: str | None, text: str | None, limits: Limits, *, meaning: bool = True, wanted: Filter | None = None
) -> Found:
    """The rows of a category, or of all, that have all words of a text, in any case, singular or plural.

    A title or an id has a word also as a part of one of its own, but where it says for whom ("men" is no part of "women"); a category, a
    brand or an attribute is called so, or ends with it. Words that only join others ("for men") are left out beside them.

    A word that none has, or only as a part of one that it is a letter short of, is read as those of the catalogue that differ by one
    slip. Where no row has all words, they are read as wishes ("black shoes under 80"), as are an age, and an occasion that is all that they
    name. It orders what is as wished by what is worn for it and by where its words lead, as it does suggestions; where other words are left
    without a meaning, or nothing is found, the encoder says what looks so, if it knows the words, among what passes, costs what was asked
    and is of the categories that were named.
    Where nothing is found so, words that nothing here has, and that nobody understood, are left out, if others are left.
    Where nothing is found either way, what was understood is told.

    Args:
        meaning: whether it may be asked.
        wanted: what rows must satisfy besides.

    Raises:
        UnknownCategoryError: no such category.
    """
    rows, passing = of_category(release, category), release.snapshot.columns.selection(spelt(release.snapshot, wanted or Filter()))
    vocabulary = vocabulary_of(release.snapshot, release.traits)
    text = plain(vocabulary.parted(text or ""))
    spoken = text.lower().replace("\u2019", "'").split()
    said = list(dict.fromkeys(_ELIDED.sub("", word) for word in spoken))
    kinds = _kinds(release, [word for word in said if word not in _JOINING] or said)
    words = [word for word in kinds if word not in CLOTHES] or kinds
    rows = rows if words == kinds else _clothes(release, rows)
    words = [word for word in words if word not in GIFTS] if any(map(vocabulary.whom, words)) else words
    sizes = _sizes(release, text) if len(words) > 1 else frozenset()
    if not words:
        return Found(rows[passing.passes(rows)])
    keep_N, notes, read = np.full(release.snapshot.items.num_rows, not _of_size(release, spoken)), list[str](), list[str]()
    turns = turned(spoken)
    of_occasion = meaning and len(text.split()) > 1 and _only_occasions(vocabulary, words)  # alone it is what titles say
    for word in () if any(ages_said(text)) else words:
        has_N, right = (_titled(release, word), []) if word in sizes else _having(release, word, alone=len(words) == 1)
        keep_N &= has_N
        notes += [_slipped(word, right)] if right else []
        read += right or [word]
        if not keep_N.any():
            break
    found, whom = rows[keep_N[rows]], [word for word in words if vocabulary.whom(word, alone=len(words) == 1)]
    if turns:
        found = constraints_of(release, text).allowed(release, found)
    titled = Found(found[passing.passes(found)] if read else found[:0], note="; ".join(notes) or None, words=tuple(read))
    if len(found) and read and not of_occasion:
        return titled
    rows = rows[passing.passes(rows)]
    read_as = replace(_wished(release, text, rows, limits, meaning=meaning), words=tuple(whom))
    if len(titled.rows) and not (read_as.wishes and read_as.wishes.direction):
        return titled
    turns = turns or bool(vocabulary.may_turn(spoken))
    if not (len(read_as.rows) or read_as.wishes or turns) and len((others := _with_others(release, rows, words)).rows):
        return others
    if not (len(read_as.rows) or read_as.wishes or whom):
        return replace(read_as, note=UNHEARD, wishes=constraints_of(release, text))
    return read_as if len(read_as.rows) or not whom else replace(read_as, note=NOBODYS.format(", ".join(whom)))


def _with_others(release: Release, rows: IntArray, words: Sequence[str]) -> Found:
    """Those of some rows that have all words but those that nothing here has; none where no word is left out, or none is left."""
    of_all = release.snapshot.rows
    having = {word: _having(release, word) for word in words}
    had = {word: right for word, (has_N, right) in having.items() if has_N[of_all].any()}
    if not 0 < len(had) < len(having):
        return Found(rows[:0])
    keep_N = np.logical_and.reduce([having[word][0] for word in had])
    notes = [LEFT_OUT.format(", ".join(word for word in having if word not in had)), *(_slipped(*one) for one in had.items() if one[1])]
    return Found(rows[keep_N[rows]], note="; ".join(notes), words=tuple(one for word, right in had.items() for one in right or [word]))


def alike_in_words(release: Release, text: str, k: int, limits: Limits, *, category: str | None = None, wanted: Filter) -> Similar:
    """The k items that look most as a text says: first those that are as it asks, then others of the categories that it names, then others.

    Raises:
        UnknownCategoryError, LimitExceededError, NoEncoderError, EncoderError: see ``similar_to_words``.
    """
    found = similar_to_words(release, text, k, limits, category=category, wanted=wanted)
    asked = constraints_of(release, text)
    if not (asked.asks and found.rows):
        return found
    allowed = asked.allowed(release, of_category(release, category))
    nearer = [
        similar_to_words(release, text, k, limits, among=some, wanted=wanted) for some in (asked.satisfied(allowed), allowed) if len(some)
    ]
    scores = {row: score for rank in (found, *nearer) for row, score in zip(rank.rows, rank.scores, strict=True)}
    ranked = np.array(list(dict.fromkeys(row for rank in (*nearer, found) for row in rank.rows)), dtype=np.int64)
    rows = tuple(int(row) for row in ranked[release.traits.leading(ranked)][:k])
    return replace(found, rows=rows, scores=tuple(scores[row] for row in rows))


def _wished(release: Release, text: str, rows: IntArray, limits: Limits, *, meaning: bool) -> Found:
    """Those of some rows that are as words wish, no title having all of them; else what is most in their spirit, or looks most so.

    Words that were not understood take nothing away from what was: they order it where the encoder reads them.
    """
    asked = constraints_of(release, text)
    rows = rows[asked.for_them(rows)]
    asked = _loosened(asked, release, rows)
    rows = asked.allowed(release, rows)
    none, so = rows[:0], asked.satisfied(rows)
    if asked.asks and not asked.unread and len(so):
        return Found(so, note=ASKED, wishes=asked)
    holding, named = bool(asked.terms) and len(so) > 0, asked.occasion
    if meaning and len(rows) and (holding or named) and ((asked := directed(release, asked)).direction or asked.suited):
        if named or not len(alike := _meant(release, text, so, none, limits)):
            return Found(led(release, asked, so if len(so) else rows, limits.max_k), by_meaning=True, note=LED, wishes=asked)
        return Found(alike, by_meaning=True, note=MEANT, wishes=asked)
    sale = _of_sale(asked.unread)
    if holding and not sale:
        return Found(so, note=OTHERS_ASKED, wishes=asked)
    return _looking_so(release, text, asked, rows, limits, meaning=meaning and (asked.asks or not sale))


def _looking_so(release: Release, text: str, asked: Steering, rows: IntArray, limits: Limits, *, meaning: bool) -> Found:
    """What looks most as a text says of which nothing was understood, or of which nothing is all; and how it was read."""
    nearest = asked.nearest(rows)
    alike = _meant(release, text, rows, nearest, limits) if meaning else rows[:0]
    if len(alike):
        told = asked if asked.limits or asked.wishes.foreign or asked.terms or (asked.unread and asked.asks) else None
        note = NEAREST if len(nearest) and not len(asked.satisfied(rows)) else MEANT
        return Found(alike, by_meaning=True, note=note, wishes=told)
    if not (asked.asks or asked.wishes.foreign or _of_sale(asked.unread)):
        return Found(alike)
    unknown = not asked.asks or (bool(asked.unread) and len(rows) > 0)
    return Found(alike, note=UNKNOWN if unknown else UNMET, wishes=asked)


def _of_sale(unread: Sequence[str]) -> bool:
    """Whether what was not understood is but that something is reduced, where nothing is."""
    return bool(unread) and all(one_form(word) in ON_SALE for word in " ".join(unread).lower().split())


def _loosened(asked: Steering, release: Release, rows: IntArray) -> Steering:
    """What is asked of a garment but for words that titles merely say, a model's name, where nothing of some rows has them and the rest."""
    if len(asked.satisfied(asked.allowed(release, rows))):
        return asked
    loose = but_for_sayings(release, asked)
    named = any(wish.categories and wish.terms for wish in loose.wishes.wishes)
    return loose if named and len(loose.satisfied(loose.allowed(release, rows))) else asked


def called(release: Release, rows: IntArray, words: Sequence[str]) -> BoolArray:
    """Of which rows, ``(n,)``, the title ends with one of some words: what a thing is stands last, so that a dress shirt is no dress.

    Letters may stand before it (*Abendkleid*), digits before a number not. In French, Spanish and Italian it stands first.
    """
    vocabulary = vocabulary_of(release.snapshot, release.traits)
    words = [fold(word) for word in words if not vocabulary.whom(word)]
    ends = [rf"{r'(?:^|[^0-9])' * form[0].isdigit()}{re.escape(form)}" for word in words for form in {word, *forms(word)}]
    named = [f"(?:{'|'.join(ends)})(?:e?s)?$"] if ends else ["$^."]
    if ends and not vocabulary.languages.isdisjoint(HEAD_FIRST):
        named.append(f"^(?:{'|'.join(map(re.escape, sorted(set[str]().union(*map(spellings, words)))))})(?:$|[^\\pL])")
    return np.asarray(pc.match_substring_regex(vocabulary.rows.titles.of(rows), "|".join(named), ignore_case=True))


def for_them_alone(release: Release, rows: IntArray, found: Found) -> BoolArray:
    """Which rows, ``(n,)``, are for nobody but whom words named: a man's trousers, not those of which nothing says it."""
    vocabulary = vocabulary_of(release.snapshot, release.traits)
    named = [vocabulary.whom(word, alone=len(found.words) == 1) for word in found.words]
    asked = found.wishes.wishes.people if found.wishes else ()
    only_N = vocabulary.rows.for_whom(*(asked or named), only=True)
    return np.zeros(len(rows), dtype=np.bool_) if only_N is None else only_N[rows]


def of_category(release: Release, category: str | None) -> IntArray:
    """The rows of a category, or of all, ascending.

    Raises:
        UnknownCategoryError: no such category.
    """
    rows: IntArray = release.snapshot.rows
    if category is None:
        return rows
    (category,) = known_categories(release, [("category", category)])
    named: BoolArray = pc.equal(release.snapshot.items.column("category"), category).to_numpy()
    return rows[named[rows]]


def _kinds(release: Release, words: Sequence[str]) -> list[str]:
    """Words, those together that together are what a category is called."""
    vocabulary, found, at = vocabulary_of(release.snapshot, release.traits), list[str](), 0
    while at < len(words):
        runs = (words[at : at + count] for count in range(_LONGEST, 1, -1))
        run = next((run for run in runs if len(run) > 1 and vocabulary.names_one("".join(phrase(" ".join(run))))), words[at : at + 1])
        found.append(" ".join(run))
        at += len(run)
    return found


def _of_size(release: Release, words: Sequence[str]) -> bool:
    """Whether words name a size that something comes in: 38 is a part of other words and ids, too."""
    vocabulary = vocabulary_of(release.snapshot, release.traits)
    return any(one in SIZES and vocabulary.sizes(other) for one, other in pairwise(words))


def _sizes(release: Release, text: str) -> frozenset[str]:
    """The words of a text that are sizes which something comes in, in lower case: numbers, and letters in capitals."""
    vocabulary = vocabulary_of(release.snapshot, release.traits)
    return frozenset(word.lower() for word in text.split() if (number(word) or double(word) or alone(word)) and vocabulary.sizes(word))


def _titled(release: Release, word: str) -> BoolArray:
    """The rows that have a size as a word of their title, or as what they are called; in ids and other words it says nothing."""
    vocabulary = vocabulary_of(release.snapshot, release.traits)
    return _with_word(vocabulary.rows.titles, [word]) | vocabulary.named([word])


def _only_occasions(vocabulary: Vocabulary, words: Sequence[str]) -> bool:
    """Whether words name an occasion that nothing here is called by, and beside it nothing but people: few titles of many say it."""
    others = [word for word in words if not (word in NOTHING or word in GIFTS or vocabulary.whom(word))]
    return bool(others) and all(one_form(word) in WORN and vocabulary.called(one_form(word)) is None for word in others)


def _clothes(release: Release, rows: IntArray) -> IntArray:
    """The clothes among some rows; all where there are none."""
    clothes = rows[release.traits.mask(lambda labels: labels.role in CLAD)[rows]]
    return clothes if len(clothes) else rows


def _having(release: Release, word: str, *, alone: bool = False) -> tuple[BoolArray, list[str]]:
    """The rows that have a word, ``(N,)``, and what it was read as; see ``sought``."""
    vocabulary = vocabulary_of(release.snapshot, release.traits)
    titles = vocabulary.rows.titles
    named_N = vocabulary.named([word])
    parts = word.split()
    if len(parts) > 1:
        having = [_having(release, part)[0] for part in parts]
        return np.asarray(named_N | np.logical_and.reduce(having)), []
    bare, who = fold(word), {*forms(re.sub(r"\Ws$", "", word))}
    whom = vocabulary.whom(word, alone=alone)
    for_N = vocabulary.rows.for_whom(whom)
    whole = whom is not None or word in NOTHING
    if whole or WORDS.keys() & who:
        titled_N = _with_word(titles, map(fold, who))
    elif "".join(phrase(word)) in SAID["type"]:
        titled_N = _with_garment(titles, bare, vocabulary.kinds.otherwise.get(one_form(word), ()))
        if not titled_N.any() and not vocabulary.languages.isdisjoint(COMPOUNDING):
            titled_N = titles.matching(rf"(?:^|[^\pL]){re.escape(bare)}\pL")  # a Bikinitopp
    else:
        titled_N = _with_beginning(vocabulary, forms(bare))
    has_N = titled_N | named_N if whole else titled_N | named_N | vocabulary.rows.ids.having((word,))
    has_N = has_N if for_N is None else has_N | for_N
    had = has_N[release.snapshot.rows].any()
    if len(word) < SHORTEST or (had and (vocabulary.says(word) or named_N.any())) or vocabulary.means(word):
        return has_N, []
    alike = near(release.snapshot.columns.vocabularies, {word, *forms(word)})
    if had:
        return has_N, [one for one in alike if word in one]
    return (titles.having(map(fold, alike)) | vocabulary.named(alike), alike) if alike else (has_N, [])


def _slipped(word: str, alike: Sequence[str]) -> str:
    listed = ", ".join(alike[:_MOST_READ]) + (f" and {len(alike) - _MOST_READ} more" if len(alike) > _MOST_READ else "")
    return f"no title has “{word}”, so it was read as {listed}"


def _with_word(texts: Texts, words: Iterable[str]) -> BoolArray:
    """Where a text has any of these words as a whole one, in any case, its possessive among them."""
    return texts.matching(rf"(?:^|[^\pL\pN])(?:{'|'.join(map(re.escape, words))})(?:[^\pL\pN\s]?s)?(?:[^\pL\pN]|$)")


def _with_beginning(vocabulary: Vocabulary, words: Sequence[str]) -> BoolArray:
    """Where a title has words that begin with any of these, one of few letters as a whole; else within words, as in compounds."""
    titles = vocabulary.rows.titles
    if vocabulary.languages.isdisjoint(COMPOUNDING):
        end = r"(?:[^\pL\pN]|$)" if min(map(len, words)) < SHORTEST else ""
        begun_N = titles.matching(rf"(?:^|[^\pL\pN])(?:{'|'.join(map(re.escape, words))}){end}")
        if begun_N.any():
            return begun_N
    return titles.having(words)


def _with_garment(texts: Texts, word: str, others: Sequence[str]) -> BoolArray:
    """Where a text has a garment as a word, or what one ends with, but for names of other things: a waistcoat is no coat."""
    named = rf"(?:{'|'.join(map(re.escape, sorted(spellings(word))))})(?:$|[^\pL])"
    named_N = texts.matching(named)
    if others := (*others, *OTHERS.get("".join(phrase(word)), ())):
        rows, other = np.flatnonzero(named_N), "|".join(one.replace("-", r"[\s-]*") for one in others)
        left = pc.replace_substring_regex(texts.of(rows), rf"(?i)(?:{other})(?:e?s)?(?:$|[^\pL\pN])", " ")
        named_N[rows] = np.asarray(pc.match_substring_regex(left, named, ignore_case=True))
    return named_N


def _meant(release: Release, text: str, among: IntArray, first: IntArray, limits: Limits) -> IntArray:
    """The rows of some that look most as a text says, those of the first before others; none where the encoder knows no word of it."""
    try:
        ranks = [similar_to_words(release, text, limits.max_k, limits, among=some) for some in (first, among) if len(some)]
    except (NoEncoderError, EncoderError):
        return np.zeros(0, dtype=np.int64)
    rows = dict.fromkeys(row for rank in ranks if not rank.fallback for row in rank.rows)
    return np.array([*rows][: limits.max_k], dtype=np.int64)
