"""Reads the wishes of a shopper: what their words name in the catalogue, what they turn away from, what it may cost, and what is left.

A small grammar over ``atoms``. *Terms* name a type of garment ("heels", a noun) or what it is like ("black", linen, a brand). Those
before a noun are of it ("no black shoes"), as are those that "in", "of", "by" and the like join to it; terms without a noun are of
everything. "no", "not", "without" turn what follows round, up to its noun and what "or" adds. What follows "for" is an occasion, unless all
of it are terms ("for women").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

import numpy as np

from app.words.atoms import atoms_of
from app.words.clauses import Clause, Group, categories_of, instead, together
from app.words.forms import WORD
from app.words.grammar import BACK_TO, EXCEPT
from app.words.meaning import Meaning
from app.words.named import CATEGORY, RITE, TITLE
from app.words.prices import Price, prices_in
from app.words.terms import Atom
from app.words.vocabulary import Vocabulary
from app.words.years import ages_said
from models.datasets.audience import Audience
from models.datasets.japanese import as_written
from models.datasets.scripts import plain

_MOST: Final = 24
"""Wishes of one text; each is a pass over the catalogue. What is beyond is unread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One thing that was asked.

    Attributes:
        said: in the shopper's words.
        terms: all of these, and of each any of its meanings.
        turned: whether what is so is not wanted.
        categories: what it is asked of; empty: of everything.
        but: what it is not asked of: "everything under 50 except the coat".
        least, most: price of each item, inclusive.
    """

    said: str
    terms: tuple[tuple[Meaning, ...], ...] = ()
    turned: bool = False
    categories: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a text asks.

    Attributes:
        budget: the most that all added items may cost together. budget_said: in the shopper's words.
        rest: words that name nothing in the catalogue, in phrases. against: likewise, where they are not wanted.
        foreign: prices in a currency that the catalogue's are not in: each as it was said, and why it is not applied.
        unread: what the grammar has no place for: numbers, and what the outfit is to match; all of a text of which nothing else was read.
    """

    wishes: tuple[Wish, ...] = ()
    budget: float | None = None
    budget_said: str = ""
    rest: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def people(self) -> tuple[Audience, ...]:
        """Whom it names."""
        wanted = (wish for wish in self.wishes if not wish.turned)
        return tuple(whom for wish in wanted for terms in wish.terms for meaning in terms for whom in meaning.people)


def read(text: str, vocabulary: Vocabulary) -> Wishes:
    """What a text asks, by the words of a catalogue."""
    written = " ".join(text.replace("\u2019", "'").split())
    text = " ".join(vocabulary.parted(written).split())
    wishes = _as_written(_Clauses(text, vocabulary).read(_atoms(plain(text), vocabulary)), written)
    return wishes if wishes != Wishes() or not WORD.search(text) else Wishes(unread=(written,))


def _atoms(text: str, vocabulary: Vocabulary) -> list[Atom]:
    """The atoms of a text; what is an age is no price, and who goes back to school goes to school."""
    ages = [*ages_said(text)]
    for start, end in (*((age.start, age.end) for age in ages), *(found.span() for found in BACK_TO.finditer(text))):
        text = text[:start] + " " * (end - start) + text[end:]
    return atoms_of(text, list(prices_in(text)), ages, vocabulary)


def _as_written(wishes: Wishes, text: str) -> Wishes:
    """Wishes in the words of a text, which was read with its words apart."""

    def told(words: Sequence[str]) -> tuple[str, ...]:
        return tuple(as_written(one, text) for one in words)

    said = tuple(replace(one, said=as_written(one.said, text)) for one in wishes.wishes)
    rest, against, unread = told(wishes.rest), told(wishes.against), told(wishes.unread)
    return replace(wishes, wishes=said, budget_said=as_written(wishes.budget_said, text), rest=rest, against=against, unread=unread)


class _Clauses:
    """Puts atoms together to wishes, from left to right.

    What is under way: ``_pending`` terms that wait for their noun; ``_noun``, the clause of the last one; ``_turned``, whether "no" was
    said; ``_spent``, whether its noun has come; ``_but``, behind "except" after what is asked of everything, what was read so far; ``_or``
    (``_also``: "and"), ``_of``, ``_article``, whether such a word came last; ``_from``, where "no" began.
    """

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self._text, self._vocabulary = text, vocabulary
        self._clauses: list[Clause] = []
        self._prices: list[Wish] = []
        self._budget: Price | None = None
        self._rest: list[str] = []
        self._against: list[str] = []
        self._foreign: list[str] = []
        self._unread: list[str] = []
        self._left_out = ""
        self._begin()

    def _begin(self, *, turned: bool = False) -> None:
        self._pending: list[Group] = []
        self._noun: Clause | None = None
        self._turned, self._spent, self._or, self._also, self._of, self._article = turned, False, False, False, False, False
        self._but: int | None = None
        self._from: int | None = None

    def read(self, atoms: Sequence[Atom]) -> Wishes:
        """The wishes of all atoms."""
        for place, atom in enumerate(atoms):
            if self._spent and atom.kind not in {"or", "free", "end"}:
                self._turned = self._spent = self._turned and self._or
            self._take(atom, atoms[place - 1] if place else None, atoms[place + 1 :])
        self._flush()
        wishes = [*map(self._wish, self._clauses), *self._prices]
        wishes = [replace(one, said=one.said + self._left_out) if one.but else one for one in wishes]
        self._unread += [wish.said for wish in wishes[_MOST:]]
        return Wishes(
            wishes=tuple(wishes[:_MOST]),
            budget=self._budget.most if self._budget else None,
            budget_said=self._budget.said if self._budget else "",
            rest=tuple(self._rest),
            against=tuple(self._against),
            foreign=tuple(self._foreign),
            unread=tuple(self._unread),
        )

    def _take(self, atom: Atom, before: Atom | None, after: Sequence[Atom]) -> None:  # noqa: C901 - one case for each kind
        said = self._text[atom.start : atom.end]
        match atom.kind:
            case "end":
                self._end(() if atom.key else after)
            case "not":
                of_noun = self._of or (before is not None and before.noun)
                self._flush()
                self._turned, self._spent, self._from, self._of = True, False, atom.start, of_noun
                asked: list[Wish | Clause] = [*self._prices, *self._clauses]
                excepts = said.lower() in EXCEPT and not all(one.turned or one.categories for one in asked)
                self._but = atom.start if excepts else None
            case "or":
                self._or, self._also, self._article = True, atom.key == "and", False
            case "of":
                self._of = self._noun is not None and not self._pending
            case "article":
                self._article = True
            case "free":
                self._free(atom)
            case "rest":
                (self._against if self._turned else self._rest).append(said)
            case "unread":
                self._unread.append(said)
            case "price":
                self._price(atom.price, before)
            case "term" if self._but is not None and atom.noun and (self._article or self._or):
                self._leave_out(atom, self._but)
            case "term" if self._turned and not self._vocabulary.alike(atom.key):  # what nothing is called by cannot be left out
                self._against.append(said)
                self._spent = atom.noun
            case "term":
                (self._name if atom.noun else self._describe)(atom, before)
                self._or, self._article, self._but = False, False, None

    def _leave_out(self, atom: Atom, behind: int) -> None:
        """What has an article is worn all the same, but need not be as everything is to be: "under 50 except the coat"."""
        but = self._vocabulary.rows.categories_of(atom.meaning) if atom.meaning else ()
        self._prices = [one if one.categories else replace(one, but=one.but + but) for one in self._prices]
        for clause in self._clauses:
            clause.but += () if clause.turned or clause.categories else but
        self._left_out += f" {self._text[behind : atom.end].strip()}"
        self._or, self._article, self._spent, self._from, self._but = False, False, True, None, atom.end

    def _end(self, after: Sequence[Atom]) -> None:
        """The end of a phrase; "no leather, suede or fur" goes on."""
        kinds = {group.kind for group in self._pending} if self._turned else set()
        self._flush()
        some = after[: next((place for place, atom in enumerate(after) if atom.kind == "end"), len(after))]
        listed = {atom.kind for atom in some} <= {"or", "term", "article", "rest"} and any(atom.kind == "or" for atom in some)
        self._begin(turned=listed and bool(kinds) and {atom.of_kind for atom in some if atom.meaning} == kinds)

    def _free(self, atom: Atom) -> None:
        """A leather-free bag."""
        if self._pending:
            group = self._pending.pop()
            self._clauses.append(Clause([group], turned=True, start=group.atoms[0].start, end=atom.end))

    def _price(self, price: Price | None, before: Atom | None) -> None:
        noun = self._noun if self._of or (before is not None and before.noun) else None
        self._flush()
        known = self._vocabulary.currencies
        if price is not None and price.currencies and known and not price.currencies & known:
            self._foreign.append(f"{price.said} (not applied: prices here are in {', '.join(sorted(known))})")
        elif price is not None and price.total:
            self._budget = price
        elif price is not None:
            categories = categories_of(noun) if noun is not None and not noun.turned else ()
            self._prices.append(Wish(said=price.said, least=price.least, most=price.most, categories=categories))
        self._noun = None

    def _describe(self, atom: Atom, before: Atom | None) -> None:
        """A term that says what something is like; right after a noun it is of that one, unless another noun comes."""
        self._of = self._of or (before is not None and before.noun)
        if self._pending and (self._pending[-1].kind == atom.of_kind or (self._or and not self._also and len(self._pending) == 1)):
            self._pending[-1].atoms.append(atom)
            return
        if self._pending and self._or:
            self._flush(goes_on=True)
        self._pending.append(Group(atom.of_kind, [atom]))

    def _name(self, atom: Atom, before: Atom | None) -> None:
        """A noun: another one of those before, the rest of a compound, or one that ends a clause of its own."""
        categories = self._vocabulary.rows.categories_of(atom.meaning) if atom.meaning else ()
        if self._turned:
            alike = (one.values for one in self._vocabulary.alike(atom.key) if one.field == CATEGORY)
            categories = tuple(dict.fromkeys(chain(categories, *alike)))
        if self._pending and self._or:
            self._flush(goes_on=True)
        last = None if self._pending else self._noun
        if last is not None and self._asks_both(last, atom):
            self._noun = Clause([Group("type", [atom])], turned=False, start=atom.start, end=atom.end, categories=categories, beside=last)
            self._share(self._noun, last.groups[:-1])
            self._clauses.append(self._noun)
        elif last is not None and self._or and last.turned == self._turned and not (self._also and self._article and not self._turned):
            last.groups[-1].atoms.append(atom)
            last.categories, last.end = tuple(dict.fromkeys([*last.categories, *categories])), atom.end
        elif last is not None and before is not None and before.noun:
            both, first = tuple(name for name in categories if name in last.categories), self._vocabulary.head_first
            last.groups = self._compound(last.groups, atom)
            last.categories, last.end = both or (last.categories if first else self._where(last.groups, categories)), atom.end
        else:
            groups = [*self._but_led(self._pending, [atom]), Group("type", [atom])]
            start = groups[0].atoms[0].start if self._from is None else self._from
            self._noun = Clause(groups, turned=self._turned, start=start, end=atom.end, categories=categories)
            self._clauses.append(self._noun)
            self._pending, self._of, self._from = [], False, None
        self._spent = True

    def _asks_both(self, last: Clause, atom: Atom) -> bool:
        """Whether "and" asks for a garment with the one before: "shirt and tie"."""
        return self._or and self._also and not (self._turned or self._article or last.turned or instead(last, atom))

    def _share(self, clause: Clause, groups: Sequence[Group]) -> None:
        """What is said of a garment is said of one beside it, too, where such a one is so: no cufflinks are "double cuff"."""
        [noun] = [atom.meaning for atom in clause.groups[-1].atoms[:1]]
        shared = [
            one for one in groups if noun and any(atom.meaning and self._vocabulary.rows.exists(atom.meaning, noun) for atom in one.atoms)
        ]
        clause.groups = [*shared, *clause.groups]
        said = [self._text[one.atoms[0].start : one.end] for one in shared]
        clause.shared = "".join(f"{one} " for one in (clause.shared.strip(), *said) if one)

    def _compound(self, groups: list[Group], atom: Atom) -> list[Group]:
        """Two nouns in a row: the later is what it is, the earlier what it is like, if anything is both ("shirt dress").

        Also where only titles say the earlier of it: "tuxedo shirt". Where names begin with what a thing is, the earlier is it: *jaqueta
        jeans*.
        """
        *before, first = groups
        like_what = first.atoms[-1]
        called = Meaning(TITLE, (like_what.key,), "type")
        of_it = atom.key.endswith(like_what.key)  # a bow tie is called a tie
        for like in (like_what.meaning, *(() if of_it else (called,))):
            masks = [self._vocabulary.rows.so(one) for one in (like, atom.meaning) if one]
            if np.logical_and.reduce(masks).any():
                as_said = first if like is not called else Group("type", [replace(like_what, meaning=called)])
                return [*before, as_said, Group("type", [atom])]
        return groups if self._vocabulary.head_first else [*before, Group("type", [atom])]

    def _where(self, groups: Sequence[Group], categories: tuple[str, ...]) -> tuple[str, ...]:
        """The categories of a noun, or where what it and the one before name is in none: no bikini is a maternity top."""
        so = self._vocabulary.rows.with_all([meaning for one in groups[-2:] if (meaning := one.atoms[-1].meaning)])
        return categories if not so or {*categories} & {*so} else so

    def _flush(self, *, goes_on: bool = False) -> None:
        """Pending terms have no noun of their own: they are of the one before where "in" or the like says so, else of everything.

        Args:
            goes_on: whether what was turned round stays so.
        """
        noun = self._noun if self._of else None
        groups, self._pending = self._but_led(self._pending, noun.groups[-1].atoms if noun else ()), []
        if groups and noun is not None and self._turned == noun.turned:
            noun.groups, noun.end = [*groups, *noun.groups], groups[-1].end
            for one in together(noun)[1:]:
                self._share(one, groups)
        elif groups and noun is not None:
            nouns = Group("type", [atom for one in together(noun) for atom in one.groups[-1].atoms])
            self._add([*groups, nouns], groups[-1].end, categories_of(noun))
        elif groups and self._turned:
            self._add(groups, groups[-1].end)
        else:
            for group in groups:
                self._add([group], group.end)
        self._or = False
        if not goes_on:
            self._turned, self._of, self._from = False, False, None

    def _but_led(self, groups: Sequence[Group], nouns: Sequence[Atom]) -> list[Group]:
        """Groups without those of a part at a rite that nothing of their noun is for, or that have none: these lead as occasions do."""
        named = [noun.meaning for noun in nouns if noun.meaning]
        kept = list[Group]()
        for group in groups:
            told = self._turned or group.kind != RITE
            if told or any(self._vocabulary.rows.exists(atom.meaning, noun) for atom in group.atoms if atom.meaning for noun in named):
                kept.append(group)
            else:
                self._rest += [self._text[atom.start : atom.end] for atom in group.atoms]
        return kept

    def _add(self, groups: list[Group], end: int, categories: tuple[str, ...] = ()) -> None:
        start = groups[0].atoms[0].start if self._from is None else self._from
        self._clauses.append(Clause(groups, turned=self._turned, start=start, end=end, categories=categories))

    def _wish(self, clause: Clause) -> Wish:
        terms = tuple(self._meanings(group.atoms, turned=clause.turned) for group in clause.groups)
        said = clause.shared + self._text[clause.start : clause.end]
        return Wish(said=said, terms=terms, turned=clause.turned, categories=clause.categories, but=clause.but)

    def _meanings(self, atoms: Sequence[Atom], *, turned: bool) -> tuple[Meaning, ...]:
        """What atoms mean, any of it: one meaning for each field."""
        found: dict[str, Meaning] = {}
        for atom in atoms:
            own = (atom.meaning,) if atom.meaning else ()
            for meaning in (self._vocabulary.alike(atom.key) or own) if turned else own:
                found[meaning.field] = found[meaning.field].joined(meaning) if meaning.field in found else meaning
        return tuple(found.values())
