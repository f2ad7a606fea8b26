"""What words ask, as conditions on the rows of a catalogue.

Prices and what is not wanted hold always. What is wanted gives way, in a category of which no item is so: none is better than a scarf
that is no leather for one who asks "leather", but not for one who asks "no leather".

Shape legend: N rows of all · n rows of a category.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from app.recommend.direction import Direction, direction_of
from app.recommend.leaning import Leaning
from app.release.release import Release
from app.words.forms import WORD, one_form
from app.words.meaning import SAYING, Meaning
from app.words.named import CATEGORY, CUP, KIN_OF, TITLE
from app.words.occasions import DRESS_CODES, OCCASIONS, dress_codes
from app.words.suited import Suited, suited
from app.words.vocabulary import Vocabulary, vocabulary_of
from app.words.wishes import Wish, Wishes, read
from app.words.worn_for import NEEDED
from index.backends.base import BoolArray, IntArray
from index.selection import Condition, Selection, of_mask
from models.datasets.audience import Audience

_GARMENT: Final = "type"
_MOVED: Final = frozenset({"top", "bottom", "full-body", "outer", "footwear"})
"""What clothes and shoes are worn as: an occasion takes others of them."""
_UNMET: Final = "no item of category {!r} is as asked ({}), so these are not"


@dataclass(frozen=True, eq=False, slots=True)
class Steering:
    """What a text asks of this catalogue.

    Attributes:
        must: what holds always: prices, and what is not wanted.
        wanted: masks, ``(N,)``, each with what was said; alternatives are one of them.
        terms: masks, ``(N,)``, of each term of what is wanted, by itself.
        suited: what suits the occasions that were named, and what contradicts them.
        people: masks, ``(N,)``, each of what is for people who are named.
        implied: what is worn by a dress code that was named, and what nobody goes without in such weather, where there is any.
        unread: words that were not understood.
        beside: what else moves candidates: a taste, a preferred price.
    """

    wishes: Wishes = field(default_factory=Wishes)
    must: tuple[Condition, ...] = ()
    wanted: tuple[tuple[str, BoolArray], ...] = ()
    terms: tuple[BoolArray, ...] = ()
    direction: Direction | None = None
    people: tuple[BoolArray, ...] = ()
    suited: Suited | None = None
    implied: tuple[Wish, ...] = ()
    unread: tuple[str, ...] = ()
    beside: tuple[Leaning, ...] = ()

    @property
    def leanings(self) -> tuple[Leaning, ...]:
        """All that moves candidates."""
        return self.beside if self.direction is None else (self.direction, *self.beside)

    @property
    def asks(self) -> bool:
        """Whether there is something that items must be or cost."""
        return bool(self.wishes.wishes) or self.wishes.budget is not None

    @property
    def named_people(self) -> tuple[Audience, ...]:
        """Those whom it is for, where one person is named, in as many words as may be."""
        asked = [wish for wish in self.wishes.wishes if not wish.turned]
        return tuple(whom for wish in asked for some in wish.terms for one in some for whom in one.people if whom is not None)

    @property
    def occasion(self) -> bool:
        """Whether some word is one of an occasion, or of weather."""
        return any(one_form(word) in OCCASIONS for said in (*self.wishes.rest, *self.wishes.against) for word in WORD.findall(said))

    @property
    def refused(self) -> str:
        """What holds always, in the shopper's words."""
        return (
            quoted([wish.said for wish in self.wishes.wishes if wish.turned or not wish.terms])
            or "what is left is blocked, or was met already"
        )

    def named(self, taken: Sequence[str], rows_in: Callable[[str], IntArray]) -> list[str]:
        """The categories that are asked for and are none of those that are taken; what is but implied only where there is any.

        Args:
            rows_in: the rows of a category that may be suggested: of one wish the category counts that has most of what is wanted.
        """
        found: list[str] = []
        for wish in (*self.wishes.wishes, *self.implied):
            if wish.categories and wish.terms and not wish.turned and not {*wish.categories} & {*taken, *found}:
                lacking = {name: self.kept(rows_n)[1] for name in wish.categories if len(rows_n := rows_in(name))}
                best = min(lacking.items(), key=lambda one: len(one[1]), default=(None,))[0]
                found += [best] if best else [] if wish in self.implied else [wish.categories[0]]
        return found

    def instead(self, slots: Sequence[str], rows_in: Callable[[str], IntArray]) -> dict[str, str]:
        """Of slots that have nothing of what is wanted of them another category that the same wish names and that has."""
        found: dict[str, str] = {}
        for wish in self.wishes.wishes:
            mine = [name for name in slots if name in wish.categories] if wish.terms and not wish.turned else []
            if mine and all(self.kept(rows_in(name))[1] for name in mine):
                others = [name for name in wish.categories if name not in {*slots, *found.values()}]
                some = [name for name in others if len(rows_n := rows_in(name)) and not self.kept(rows_n)[1]]
                found |= {mine[0]: some[0]} if some else {}
        return found

    def dressed(self, slots: Sequence[str], rows_in: Callable[[str], IntArray], worn_as: Mapping[str, str | None]) -> dict[str, str]:
        """Of slots of which everything contradicts the occasion another category that is worn so: the one of which most suits it.

        So of clothes and shoes of which nothing suits it, and of what is for nobody whom the words name; what is asked for stays.

        Args:
            worn_as: of each category.
        """
        found: dict[str, str] = {}
        if not self.moves:
            return found
        for name in [name for name in slots if name not in self.asked_of and worn_as.get(name)]:
            rows_n, role = rows_in(name), worn_as[name]
            others = [other for other, one in worn_as.items() if one == role and other not in {*slots, *found.values()}]
            counts = {other: self._counted(rows_in(other)) for other in others} if len(rows_n) and self._misses(rows_n, role) else {}
            best = max(counts, key=lambda other: (counts[other], other), default="")
            found |= {name: best} if counts.get(best) else {}
        return found

    @property
    def moves(self) -> bool:
        """Whether an occasion or people that are named may take other categories than usual."""
        return self.suited is not None or bool(self.people)

    def _misses(self, rows_n: IntArray, role: str | None) -> bool:
        """Whether none of some rows is for whom the words name, or what they are worn as takes others on the occasion."""
        if not self.for_them(rows_n).any():
            return True
        worn = self.suited
        return worn is not None and bool(worn.never_N[rows_n].all() or (role in _MOVED and not worn.suits_N[rows_n].any()))

    def _counted(self, rows_n: IntArray) -> int:
        """How many of some rows suit the occasion and are for whom the words name."""
        them_n = self.for_them(rows_n)
        return int((them_n if self.suited is None else them_n & self.suited.suits_N[rows_n]).sum())

    @property
    def asked_of(self) -> set[str]:
        """The categories of which something is wanted."""
        return {name for wish in self.wishes.wishes if wish.terms and not wish.turned for name in wish.categories}

    @property
    def unwanted(self) -> set[str]:
        """The categories that are not wanted at all."""
        turned = [wish.terms[0] for wish in self.wishes.wishes if wish.turned and len(wish.terms) == 1]
        return {name for terms in turned for meaning in terms if meaning.field == CATEGORY for name in meaning.values}

    def settled(self, release: Release, selection: Selection, categories: Sequence[str]) -> tuple[Condition | None, Mapping[str, str]]:
        """What is wanted, as far as each category has an item in a selection that is so; and of a category what it has none of."""
        if not self.wanted:
            return None, {}
        passes_N = np.ones(selection.count, dtype=np.bool_)
        unmet: dict[str, str] = {}
        for category in dict.fromkeys(categories):
            if category in release.snapshot.sizes:
                rows_n = release.snapshot.rows_in(category)
                kept_n, lacking = self.kept(rows_n[selection.passes(rows_n)])
                passes_N[rows_n] = False
                passes_N[kept_n] = True
                unmet |= {category: _UNMET.format(category, quoted(lacking))} if lacking else {}
        return of_mask(passes_N), unmet

    def kept(self, rows_n: IntArray) -> tuple[IntArray, list[str]]:
        """Rows that are as wanted, as far as any of them is; and what none is."""
        lacking = []
        for said, mask_N in self.wanted:
            narrowed_n = rows_n[mask_N[rows_n]]
            if len(narrowed_n):
                rows_n = narrowed_n
            elif len(rows_n):
                lacking.append(said)
        return rows_n, lacking

    @property
    def limits(self) -> bool:
        """Whether there are prices, or things that are not wanted: what no encoder can tell."""
        return bool(self.must) or self.wishes.budget is not None

    def allowed(self, release: Release, rows_n: IntArray) -> IntArray:
        """The rows within those limits, of the categories that are asked for, if any are; a budget is the most that one item may cost.

        Who names but what a garment is not to be like asks for it otherwise: "not black leather jacket" for other jackets.
        """
        wishes = [wish for wish in self.wishes.wishes if wish.terms]
        asked = [wish for wish in wishes if not wish.turned] or [wish for wish in wishes if len(wish.terms) > 1]
        vocabulary = vocabulary_of(release.snapshot, release.traits)
        if named := [_named(vocabulary, wish) for wish in asked if wish.categories]:
            rows_n = rows_n[np.logical_or.reduce(named)[rows_n]]
        for condition in self.must:
            rows_n = rows_n[condition.test(rows_n)]
        if self.wishes.budget is not None:
            rows_n = rows_n[release.snapshot.columns.prices[rows_n] <= self.wishes.budget]
        return rows_n

    def for_them(self, rows_n: IntArray) -> BoolArray:
        """Which rows, ``(n,)``, are for the people whom the words name: what is worn by others is no answer, whatever else it is."""
        return np.asarray(np.logical_and.reduce([np.ones(len(rows_n), dtype=np.bool_), *(for_N[rows_n] for for_N in self.people)]))

    def satisfied(self, rows_n: IntArray) -> IntArray:
        """Of rows that are allowed, those of which all else is so, too."""
        for _, mask_N in self.wanted:
            rows_n = rows_n[mask_N[rows_n]]
        return rows_n

    def nearest(self, rows_n: IntArray) -> IntArray:
        """Of rows that are allowed, those that are so by most terms; none where no row is so by any."""
        met_n = np.sum([term_N[rows_n] for term_N in self.terms], axis=0) if self.terms else np.zeros(len(rows_n), dtype=np.int64)
        most = met_n.max(initial=0)
        return rows_n[met_n == most] if most else rows_n[:0]


NO_WISHES: Final = Steering()


def steering_of(release: Release, text: str | None, strength: float) -> Steering:
    """What a text asks of the catalogue that is served: nothing where there is none."""
    return directed(release, constraints_of(release, text), strength)


def directed(release: Release, constraints: Steering, strength: float = 1.0) -> Steering:
    """What a text asks, with where its words lead that name nothing."""
    wishes = constraints.wishes
    if not (wishes.rest or wishes.against):
        return constraints
    direction, unknown = direction_of(release, wishes.rest, wishes.against, strength)
    worn = constraints.suited.said if constraints.suited else ()
    return replace(constraints, direction=direction, unread=(*wishes.unread, *(word for word in unknown if word not in worn)))


def constraints_of(release: Release, text: str | None) -> Steering:
    """What a text asks, without a direction: words that name nothing are unread."""
    if not text or not text.strip():
        return NO_WISHES
    return _of_wishes(release, read(text, vocabulary_of(release.snapshot, release.traits)))


def merely_said(wish: Wish) -> bool:
    """Whether a wish asks of everything what but titles say, or a cup, which is no size of anything else."""
    kinds = [some[0].kind for some in wish.terms]
    return not (wish.turned or wish.categories) and bool(kinds) and all(kind == CUP or kind.startswith(SAYING) for kind in kinds)


def placed(release: Release, asked: Steering, slots: Sequence[str], worn: Sequence[str], rows_in: Callable[[str], IntArray]) -> Steering:
    """What a text asks, but what titles merely say of the category in which most do, where no slot has any: a tiara, of no shoes.

    Args:
        rows_in: the rows of a category that may be suggested.
    """
    rows = vocabulary_of(release.snapshot, release.traits).rows

    def where_said(wish: Wish) -> tuple[str, ...]:
        so_N = np.logical_and.reduce([rows.so(some[0]) for some in wish.terms])
        if any(so_N[rows_in(name)].any() for name in slots):
            return ()
        names = [name for name in rows.categories_of(wish.terms[0][0]) if name not in worn and len(rows_in(name))]
        return (*[name for name in names if so_N[rows_in(name)].any()], *names)[:1]

    wishes = tuple(replace(wish, categories=where_said(wish)) if merely_said(wish) else wish for wish in asked.wishes.wishes)
    made = _of_wishes(release, replace(asked.wishes, wishes=wishes))
    return replace(asked, wishes=made.wishes, wanted=made.wanted)


def but_for_sayings(release: Release, constraints: Steering) -> Steering:
    """What a text asks without the words that titles merely say, as a model's name: these are unread."""
    kept, unsaid = list[Wish](), list[str]()
    for wish in constraints.wishes.wishes:
        terms = wish.terms if wish.turned else tuple(some for some in wish.terms if not some[0].kind.startswith(SAYING))
        keys = {value for some in wish.terms if some not in terms for meaning in some for value in meaning.values}
        unsaid += [word for word in WORD.findall(wish.said) if one_form(word) in keys]
        kept += [replace(wish, terms=terms)] if terms or not wish.terms else []
    wishes = constraints.wishes
    return _of_wishes(release, replace(wishes, wishes=tuple(kept), rest=(*wishes.rest, *unsaid))) if unsaid else constraints


def _of_wishes(release: Release, wishes: Wishes) -> Steering:
    vocabulary = vocabulary_of(release.snapshot, release.traits)
    must = [wish for wish in wishes.wishes if wish.turned or not wish.terms]
    asked = [wish for wish in wishes.wishes if wish not in must]
    implied, needed, worn = (
        _implied(vocabulary, wishes),
        _needed(vocabulary, wishes),
        suited(vocabulary, release.snapshot, release.traits, wishes.rest),
    )
    worn = worn and _but_for_named(vocabulary, worn, asked)
    return Steering(
        wishes=wishes,
        must=tuple(of_mask(_mask(release, vocabulary, wish)) for wish in must),
        wanted=(
            *_wanted(release, vocabulary, [*asked, *implied]),
            *_wanted(release, vocabulary, needed),
            *([(" ".join(worn.said), ~worn.never_N)] if worn else []),
            *([(theirs.said, _any(vocabulary, _whose(theirs)))] if (theirs := _of_one(asked)) else []),
        ),
        suited=worn,
        implied=(*implied, *needed),
        terms=tuple(_any(vocabulary, meanings) for wish in asked for meanings in wish.terms),
        people=tuple(_any(vocabulary, meanings) for wish in asked for meanings in wish.terms if all(one.people for one in meanings)),
        unread=(*wishes.unread, *wishes.rest, *wishes.against),
    )


def _of_one(asked: Sequence[Wish]) -> Wish | None:
    """Of wishes of garments the one that tells for whom of one's own, or how old, all is: a school uniform for my son of 7.

    None where several do, or one of everything, which tells it itself.
    """
    told = [wish for wish in asked if _whose(wish)]
    return told[0] if len(told) == 1 and told[0].categories else None


def _whose(wish: Wish) -> tuple[Meaning, ...]:
    """Whom a wish names by what they are to one, or by how old they are."""
    return next((some for some in wish.terms if all(one.people and (one.months or {*one.values} & KIN_OF.keys()) for one in some)), ())


def _but_for_named(vocabulary: Vocabulary, worn: Suited, asked: Sequence[Wish]) -> Suited:
    """What suits occasions, where what is asked for does not contradict them though all of it would: a T-shirt for the office."""
    never_N = worn.never_N
    for wish in asked:
        if wish.categories:
            named_N = np.logical_and.reduce([_named(vocabulary, wish), *(_any(vocabulary, meanings) for meanings in wish.terms)])
            never_N = never_N & ~named_N if never_N[named_N].all() else never_N
    return replace(worn, never_N=never_N)


def quoted(some: Sequence[str]) -> str:
    """Words of the shopper, in quotes."""
    return ", ".join(f"“{one}”" for one in some)


def _wanted(release: Release, vocabulary: Vocabulary, wishes: Sequence[Wish]) -> list[tuple[str, BoolArray]]:
    """Masks of what is wanted. Wishes of the same kinds are alternatives: "black shoes, brown shoes"."""
    groups: list[list[Wish]] = []
    for wish in wishes:
        group = next((group for group in groups if _alternatives(group[0], wish)), None)
        if group is None:
            groups.append([wish])
        else:
            group.append(wish)
    found = []
    for group in groups:
        categories = tuple(dict.fromkeys(name for wish in group for name in wish.categories))
        masks = [_mask(release, vocabulary, replace(wish, categories=categories)) for wish in group]
        found.append((" or ".join(wish.said for wish in group), np.asarray(np.logical_or.reduce(masks))))
    return found


def _implied(vocabulary: Vocabulary, wishes: Wishes) -> list[Wish]:
    """What is worn by the dress codes that are named, of what the catalogue calls so."""
    codes = [code for said in wishes.rest for code in dress_codes(said)]
    worn = [(code, meaning) for code in codes for key in DRESS_CODES[code] if (meaning := vocabulary.called(key))]
    return [Wish(said=code, terms=((meaning,),), categories=vocabulary.rows.categories_of(meaning)) for code, meaning in worn]


def _needed(vocabulary: Vocabulary, wishes: Wishes) -> list[Wish]:
    """What nobody goes without on an occasion that is named; where garments are asked for, of these alone: "rain boots" are no jacket."""
    asked = {name for wish in wishes.wishes if not wish.turned for name in wish.categories}
    found = []
    for said in dict.fromkeys(word for text in wishes.rest for word in WORD.findall(text) if one_form(word) in NEEDED):
        meaning = Meaning(TITLE, NEEDED[one_form(said)], _GARMENT)
        categories = tuple(name for name in vocabulary.rows.categories_of(meaning) if name in asked or not asked)
        found += [Wish(said=said, terms=((meaning,),), categories=categories)] if categories else []
    return found


def _alternatives(one: Wish, other: Wish) -> bool:
    """Whether either will do: of one kind ("black, brown"), or two garments of which none is both ("shorts, a midi skirt")."""
    kinds, others = ([terms[0].kind for terms in wish.terms] for wish in (one, other))
    overlap = bool({*one.categories} & {*other.categories}) or one.categories == other.categories
    return overlap and (kinds == others or (_GARMENT in kinds and _GARMENT in others))


def _named(vocabulary: Vocabulary, wish: Wish) -> BoolArray:
    """The rows of the categories that a wish is asked of, ``(N,)``; of those that it does not name, what titles call so."""
    own = {name for meanings in wish.terms for meaning in meanings if meaning.field == CATEGORY for name in meaning.values}
    if not own:
        return vocabulary.rows.in_categories(wish.categories)
    called_N = np.logical_and.reduce([_any(vocabulary, meanings) for meanings in wish.terms if meanings[0].kind == _GARMENT])
    return np.asarray(vocabulary.rows.in_categories(sorted(own.intersection(wish.categories))) | called_N)


def _mask(release: Release, vocabulary: Vocabulary, wish: Wish) -> BoolArray:
    """The rows that are as a wish says, or of which it does not speak, ``(N,)``."""
    count = release.snapshot.items.num_rows
    of_N = vocabulary.rows.in_categories(wish.categories) if wish.categories else np.ones(count, dtype=np.bool_)
    of_N &= ~vocabulary.rows.in_categories(wish.but) if wish.but else True
    if not wish.terms:
        price_N = release.snapshot.columns.prices
        least, most = (-np.inf if wish.least is None else wish.least), (np.inf if wish.most is None else wish.most)
        return np.asarray(~of_N | ((price_N >= least) & (price_N <= most)))
    so_N = np.ones(count, dtype=np.bool_)
    for terms in wish.terms:
        so_N &= _any(vocabulary, terms, turned=wish.turned)
    return np.asarray(~(of_N & so_N) if wish.turned else ~of_N | so_N)


def _any(vocabulary: Vocabulary, terms: Sequence[Meaning], *, turned: bool = False) -> BoolArray:
    """The rows that are as any of some meanings says, ``(N,)``."""
    return np.asarray(np.logical_or.reduce([vocabulary.rows.so(meaning, turned=turned) for meaning in terms]))
