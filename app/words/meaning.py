"""What words name, and which rows of a served catalogue are as they say.

Shape legend: N rows of all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from app.release.traits import Traits
from app.words.forms import fold, named_together, spellings
from app.words.lexicon import LONGER, PARTS, SAID, worn_as
from app.words.named import ATTRIBUTE, BRAND, CATEGORY, PRICE, RITE, SALE_PRICE, SIZE, SUBCATEGORY, TITLE
from app.words.titles import ids_of, pattern, titles_of, written
from index.backends.base import BoolArray, IntArray
from index.columns import Filter
from index.delta import Overlay
from index.snapshot import Snapshot
from models.datasets.ages import months_of
from models.datasets.audience import IN_TITLES, Audience
from models.datasets.labels import PieceLabels

NAMING: Final = "naming"
"""Words of people that titles have, whole ones."""
SAYING: Final = "saying "
"""Begins the kind of what titles say."""
_JOINED: Final = "joined"
"""Words of titles that others may be joined to by hyphens: who wants no logos wants nothing logo-embroidered."""
_WHOLE: Final = {
    NAMING: r"(?:^|[^\pL])(?:{})(?:$|[^\pL])",
    _JOINED: r"(?:^|[^\pL\pN-])(?:[\pL\pN]+-)*(?:{})(?:-[\pL\pN]+)*(?:$|[^\pL\pN-])",
}
_TYPE: Final = "type"
_WITHOUT: Final = r"(?:^|\P{L})(?:without|non|sans|ohne|sin|senza|zonder|sem|bez|utan|uden|uten)"
"""Before what something is without, in titles."""
_KEPT: Final = 32
_SHARE: Final = 0.25


@dataclass(frozen=True, slots=True)
class Meaning:
    """What words name.

    Attributes:
        field: ``category``, ``subcategory``, ``brand``, ``title``, ``size``, ``price``, ``sale_price``, ``audience``, ``rite``,
            ``attributes.NAME``.
        values: any of these; of a title, the words that it says; of an audience, likewise; of a price, which part of those of its category.
        kind: words of one kind are alternatives: "black or brown". ``type`` names a garment, any other what it is like; what is but said in
            titles begins with ``SAYING``.
        titled: how titles say it: a colour, of items that lack the attribute; a garment, of those that other categories have.
        besides: how titles say the other kinds that its categories join: what is called so is none.
        people: any of whom they name: asked of all that tells for whom a row is, not of one field.
        months: of people, how old they are, from which month to which: of what comes in sizes by age, one of theirs.
        wearers: who alone wears the garment for which the values stand in: of swimwear, who wears a bikini.
    """

    field: str
    values: tuple[str, ...]
    kind: str
    titled: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()
    people: tuple[Audience, ...] = ()
    wearers: tuple[Audience, ...] = ()
    months: tuple[int, int] | None = None

    def joined(self, other: Meaning) -> Meaning:
        """Either of two of one field."""
        values, titled = dict.fromkeys(self.values + other.values), dict.fromkeys(self.titled + other.titled)
        people, besides = dict.fromkeys(self.people + other.people), (one for one in self.besides + other.besides if one not in titled)
        return replace(other, values=tuple(values), titled=tuple(titled), besides=tuple(besides), people=tuple(people))


def _of_anybody(labels: PieceLabels) -> bool:
    """Whether women and men may wear a piece, as far as more than its title says."""
    return labels.audience is not None and labels.audience.startswith("men+women")


class Rows:
    """The rows of one state of a catalogue that are as words mean.

    Attributes:
        titles: of all rows, without accents; empty where there is none. ids: likewise.

    Args:
        compounding: whether titles are in a language that joins what a thing is like to what it is, by a hyphen too: *Baby-Pullover*.
    """

    def __init__(self, snapshot: Snapshot | Overlay, traits: Traits, compounding: Callable[[], bool] = bool) -> None:
        self._traits, self._compounding = traits, compounding
        self._items, self._columns, self._live = snapshot.items, snapshot.columns, snapshot.rows
        self.titles, self.ids = titles_of(snapshot), ids_of(snapshot)
        self._categories = np.asarray(self._items.column(CATEGORY).to_pylist(), dtype=object)
        self._masks: dict[tuple[str, tuple[str, ...]], BoolArray] = {}

    def in_categories(self, categories: Sequence[str]) -> BoolArray:
        """The rows of some categories, ``(N,)``."""
        return self.mask(CATEGORY, tuple(categories))

    def mostly(self, rows_n: IntArray) -> str | None:
        """What most of some rows are worn as; None where that is no one thing."""
        roles = Counter[str | None]()
        for label, count in zip(*np.unique(self._traits.label_N[rows_n], return_counts=True), strict=True):
            roles[self._traits.labels[label].role] += int(count)
        role, count = roles.most_common(1)[0] if roles else (None, 0)
        return role if 2 * count > len(rows_n) else None

    def for_whom(self, *people: Audience | None, only: bool = False) -> BoolArray | None:
        """The rows that are for some people, ``(N,)``; None where these are nobody, or no row says for whom it is.

        Args:
            only: whether they must be for nobody else.
        """
        asked = [whom for whom in people if whom is not None]
        if not asked or not any(labels.audience for labels in self._traits.labels):
            return None

        def passes(labels: PieceLabels) -> bool:
            said = Audience.of_label(labels.audience or "")
            return said is not None and any(said <= whom if only else (said & whom).possible for whom in asked)

        return self._traits.mask(passes) & ~self._titled_for_others(asked)

    def _titled_for_others(self, asked: Sequence[Audience]) -> BoolArray:
        """The rows of which no more than the title says for whom they are, and that this is for none of some people, ``(N,)``."""
        ours = {word for word, whom in IN_TITLES.items() if any((whom & one).possible for one in asked)}
        others_N, ours_N = (self.mask(NAMING, tuple(sorted(map(fold, some)))) for some in (IN_TITLES.keys() - ours, ours))
        return np.asarray(others_N & ~ours_N & self._traits.mask(_of_anybody))

    def of_age(self, months: tuple[int, int]) -> BoolArray:
        """The rows that come in a size for someone so old, or in none that is an age, ``(N,)``."""
        aged = {size: span for size in self._columns.sizes if (span := months_of(size))}
        fitting = [size for size, (first, last) in aged.items() if first <= months[1] and months[0] <= last]
        fits_N, aged_N = (self._in_sizes(some) for some in (fitting, [*aged]))
        return np.asarray(fits_N | ~aged_N)

    def _in_sizes(self, sizes: Sequence[str]) -> BoolArray:
        found = np.zeros(self._items.num_rows, dtype=np.bool_)
        if sizes:
            found[self._columns.selection(Filter(size=tuple(sizes))).rows()] = True
        return found

    def so(self, meaning: Meaning, *, turned: bool = False) -> BoolArray:
        """The rows that are as a meaning says, ``(N,)``: by its field, or by their titles where the field says nothing of them.

        Args:
            turned: whether it is not wanted; who wants nothing for men may be offered what is for everyone.
        """
        if meaning.months is not None:
            return self.of_age(meaning.months) & (True if (for_N := self.for_whom(*meaning.people)) is None else for_N)
        if meaning.field == RITE:
            return self._traits.mask(lambda labels: labels.rite in meaning.values)
        if (for_N := self.for_whom(*meaning.people, only=turned)) is not None:
            return for_N
        so_N = self.mask(meaning.field, meaning.values)
        if turned and meaning.field == TITLE and meaning.kind != _TYPE:
            so_N = so_N | self.mask(_JOINED, meaning.values)
        if (worn_N := self.for_whom(*meaning.wearers)) is not None and (so_N & worn_N)[self._live].any():
            so_N &= worn_N
        if not meaning.titled:
            return so_N
        if meaning.field == CATEGORY:
            return self._of_kind(so_N, meaning)
        told_N = self.mask(meaning.field, self._columns.attribute_values(meaning.field.removeprefix(ATTRIBUTE)))
        return np.asarray(so_N | (~told_N & self.mask(TITLE, meaning.titled)))

    def _of_kind(self, so_N: BoolArray, meaning: Meaning) -> BoolArray:
        """Of some categories the rows of one of the kinds that they join, and those of others that are called and worn so, ``(N,)``.

        A row is of each kind that its category joins where its title names none of them.
        """
        role, said_N = worn_as(meaning.titled[0].replace("-", "")), self.mask(TITLE, meaning.titled)
        if joined := tuple(name for name in meaning.values if named_together(name)):
            other_N = self._traits.mask(lambda labels: labels.role not in {None, role}) if role else np.zeros_like(so_N)
            other_N = other_N | (self.mask(TITLE, meaning.besides) if meaning.besides else False)
            so_N = so_N & ~(other_N & ~said_N & self.in_categories(joined))
        if role is None:
            return so_N
        elsewhere_N = said_N & ~so_N & self._traits.mask(lambda labels: labels.role == role)
        if elsewhere_N.any() and (longer := LONGER.get(meaning.titled[0])):
            elsewhere_N &= ~self.mask(TITLE, longer)
        return np.asarray(so_N | elsewhere_N)

    def exists(self, *meanings: Meaning) -> bool:
        """Whether something is as all of some meanings say."""
        return bool(np.logical_and.reduce([self.so(one) for one in meanings])[self._live].any())

    def categories_of(self, meaning: Meaning) -> tuple[str, ...]:
        """The categories in which what words name is common, the commonest first."""
        own = meaning.values if meaning.field == CATEGORY else ()
        if own and not meaning.titled:
            return own
        rows = self._live[self.so(meaning)[self._live]]
        names, counts = np.unique(self._categories[rows].astype(str), return_counts=True)
        order, least = np.argsort(-counts, kind="stable"), 0 if own else _SHARE * counts.max(initial=0)
        return tuple(dict.fromkeys([*own, *(str(names[place]) for place in order if counts[place] >= least)]))

    def with_all(self, meanings: Sequence[Meaning]) -> tuple[str, ...]:
        """The categories of what is as all of some meanings say, the commonest first."""
        rows = self._live[np.logical_and.reduce([self.so(one) for one in meanings])[self._live]]
        names, counts = np.unique(self._categories[rows].astype(str), return_counts=True)
        return tuple(map(str, names[np.argsort(-counts, kind="stable")]))

    def mask(self, field: str, values: tuple[str, ...]) -> BoolArray:
        """The rows of which a field says any of these values, ``(N,)``; some are kept, as shoppers ask for the same things."""
        found = self._masks.get((field, values))
        if found is None:
            found = self._mask(field, values)
            if len(self._masks) >= _KEPT:
                self._masks = {}
            self._masks[field, values] = found
        return found

    def _mask(self, field: str, values: tuple[str, ...]) -> BoolArray:
        if field in _WHOLE:
            words = values if field == NAMING else sorted(form for value in values for form in spellings(value))
            return self.titles.matching(_WHOLE[field].format("|".join(map(re.escape, words)) or "$^"))
        if field == TITLE:
            found = [self._titled(value) for value in values]
            return np.asarray(np.logical_or.reduce(found), dtype=np.bool_)
        if field in {CATEGORY, SUBCATEGORY}:
            isin = pc.is_in(self._items.column(field), value_set=pa.array(values, pa.string()))
            return np.asarray(isin, dtype=np.bool_)
        if field == PRICE:
            return np.asarray(np.logical_or.reduce([self._priced(*PARTS[value]) for value in values]), dtype=np.bool_)
        if field == SALE_PRICE:
            less = pc.less(self._items.column(SALE_PRICE), self._items.column(PRICE))
            return np.asarray(pc.fill_null(less, fill_value=False), dtype=np.bool_)
        name = field.removeprefix(ATTRIBUTE)
        wanted = {BRAND: Filter(brand=values), SIZE: Filter(size=values)}.get(field) or Filter(attributes={name: values})
        return self._columns.selection(wanted).mask()

    def _titled(self, value: str) -> BoolArray:
        """The rows whose titles have words, but for those that are called without that, ``(N,)``."""
        named = self._pattern(value)
        titled_N = self.titles.matching(named, written(value))
        rows = np.flatnonzero(titled_N & self._without)
        titled_N[rows] = ~np.asarray(pc.match_substring_regex(self.titles.of(rows), _WITHOUT + named, ignore_case=True), dtype=np.bool_)
        return titled_N

    @cached_property
    def _without(self) -> BoolArray:
        """The rows whose titles say that something is without something."""
        return self.titles.matching(_WITHOUT + r"(?:$|\s)")

    def _pattern(self, value: str) -> str:
        key = value.replace("-", "")
        made_so = any(key in SAID[kind] for kind in ("material", "pattern"))  # brushed-leather, leopard-print
        return pattern(value, joined=made_so or (key in SAID[_TYPE] and self._compounding()))

    def _priced(self, least: float, most: float) -> BoolArray:
        """The rows whose price is within two quantiles of what their category's items cost now, ``(N,)``; none where all cost the same."""
        price_N, found = self._columns.prices, np.zeros(self._items.num_rows, dtype=np.bool_)
        rows = self._live[~np.isnan(price_N[self._live])]
        for name in self._items.column(CATEGORY).unique().to_pylist():
            some = rows[self._mask(CATEGORY, (name,))[rows]]
            if len(some) and price_N[some].min() < price_N[some].max():
                low, high = np.quantile(price_N[some], (least, most))
                found[some] = (price_N[some] >= low) & (price_N[some] <= high)
        return found
