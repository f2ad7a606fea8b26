"""Categories that name no garment (*Other*, *Sale*, *New in*): what a title names is put where the catalogue's others of that garment are.

A category fills one slot, so one that holds jeans and shorts, or dresses and heels, makes outfits that nobody wears.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from pydantic_core import from_json

from models.datasets.attributes import attributes_text
from models.datasets.audience import Audience, audience_label, departments
from models.datasets.category_names import category_named, language_of
from models.datasets.feeds.words import path_of
from models.datasets.garments import NOT_WORN, garment_of, role_of
from models.datasets.garments_abroad import speaks_french
from models.datasets.labels import LABEL_COLUMNS, PATH_COLUMN, PieceLabels, labels_of
from models.datasets.nameless import says_nothing, says_small_things, words_of_name
from models.datasets.names import spelling_of
from models.datasets.occasion import CASUAL, EVERYDAY, FESTIVE, LOUNGE, SMART, SMART_CASUAL, occasion_label
from models.datasets.rites import rite_label
from models.datasets.schema import ITEM_SCHEMA
from models.datasets.sports import sport_named
from models.datasets.trades import trade_named
from models.progress import Progress, counted, silent

_CLOTHES: Final = frozenset({"top", "bottom", "full-body", "outer"})
_FEWEST_KINDS: Final = 3
_SHARE: Final = 0.1
"""The least share of a category's items that make a kind of it."""
_ANY: Final = frozenset({None, SMART, SMART_CASUAL, CASUAL, EVERYDAY, FESTIVE, LOUNGE})
"""Occasions of categories that all clothes are for."""
_FEW: Final = 5
"""Items that do not tell yet for whom a category is."""
_LOOKED_AT: Final = 20_000  # items, spread over all, by which it is known where a garment is
_OWN_WORDS: Final = ["title", "subcategory"]
_UNNAMED: Final = "no category"


@dataclass(frozen=True, slots=True)
class Placed:
    """A table whose items are where their titles say.

    Attributes:
        into: how many items went into each category. of: the names that they had, empty for none, with what is left in each.
        whole: whether no item had a category.
    """

    table: pa.Table
    into: Counter[str] = field(default_factory=Counter)
    of: Mapping[str, int] = field(default_factory=dict)
    whole: bool = False

    def __str__(self) -> str:
        """What became of them, for a person; empty where nothing did."""
        kinds = ", ".join(f"{name} {count:,}" for name, count in self.into.most_common())
        if not kinds:
            return ""
        if self.whole:
            return f"no item names a category: it was taken from the words of titles ({kinds}); `--map` takes it from a column"
        names = " and ".join(repr(name) if name else _UNNAMED for name in self.of)
        left = sum(count for name, count in self.of.items() if name)
        stay = f"; {left:,} more stay, as theirs name none" if left else ""
        put = f"{self.into.total():,} items of {names} are put where their titles say: {kinds}"
        return f"{put}{stay}; `catch_all: []` in a mapping leaves them"


def placed_by_titles(
    table: pa.Table, asked: Collection[str] | None = None, beside: pa.Table | None = None, progress: Progress = silent
) -> Placed:
    """Put items of no category, and of one that names no garment, where the catalogue's other items of the same garment are.

    Those for the same people come first; where there are none, they get a category of that garment's own. What no title tells stays. An
    item that is in the catalogue already, with the same words, stays where it was put, whatever became of the others.

    Args:
        table: items in ``ITEM_SCHEMA``. asked: the only categories that are taken for such; None for those that their names or items show.
        beside: items of the catalogue that are there already, which stay where they are.
    """
    counts = {size["values"] or "": size["counts"] for size in pc.value_counts(table.column("category")).to_pylist()}
    counts = {name if name.strip() else "": count for name, count in counts.items()}
    silent = [name for name in counts if asked is None and name and role_of(name) is None]
    if not (silent or "" in counts or asked):
        return Placed(table)
    some = _rows(_spread(table), counts, progress=progress)
    told = {spelling_of(name) for name in asked or ()}
    several = _of_several_kinds(some)
    opened = {name for name in counts if not name or spelling_of(name) in told}
    opened |= {name for name in silent if says_nothing(name) or says_small_things(name) or (name in several and not trade_named(name))}
    if not opened:
        return Placed(table)
    others: list[_Row] = []
    if beside is not None:
        stays = pc.invert(pc.is_in(pc.fill_null(table.column("category"), ""), value_set=pa.array(opened, pa.string())))
        further = beside.filter(pc.invert(pc.is_in(beside.column("id"), value_set=table.column("id").filter(stays))))
        others = _rows(_spread(further), counts, progress=progress)
    places = _Places.of(row for row in (*some, *others) if row.category not in opened and not says_nothing(row.category))
    return _moved(table, counts, opened, places, beside, progress)


@dataclass(frozen=True, slots=True)
class _Row:
    """An item by its words: those of its title, and those that call the garment, the finest first."""

    category: str
    title: frozenset[str]
    garments: tuple[str, ...]
    labels: PieceLabels

    @property
    def worn(self) -> bool:
        return self.labels.role not in {None, NOT_WORN}


def _spread(table: pa.Table) -> pa.Table:
    """The words of items from all over a table."""
    rows = range(0, len(table), len(table) // _LOOKED_AT + 1)
    return table.select([*LABEL_COLUMNS, "group_id", PATH_COLUMN]).take(pa.array(rows, pa.int64()))


def _rows(items: pa.Table, categories: Collection[str], opened: Collection[str] = (), *, progress: Progress) -> list[_Row]:
    """Items by their words.

    Args:
        opened: categories that tell for whom their items are, and not what.
    """
    french, rows = speaks_french(categories), list[_Row]()
    said = items.select(["category", "subcategory", "title"]).to_pylist()
    labels_N = counted(labels_of(_named(items), categories), progress, "looking where garments are", len(items))
    for item, whole in zip(said, labels_N, strict=True):
        category, labels = item["category"] or "", whole
        if category in opened:
            item["category"] = None
            labels = replace(whole, role=role_of(item["subcategory"], item["title"], french=french))
        garments = tuple(_garments(item, labels.role, french=french))
        rows.append(_Row(category, frozenset(words_of_name(item["title"] or "")), garments, labels))
    return rows


def _named(items: pa.Table) -> pa.Table:
    """The same with a category everywhere, as readers of words expect it."""
    place = items.schema.get_field_index("category")
    return items.set_column(place, ITEM_SCHEMA.field("category"), pc.fill_null(items.column("category"), ""))


def _garments(item: Mapping[str, Any], role: str | None, *, french: bool) -> Iterator[str]:
    """The words for an item in each of its texts that is worn as it is."""
    for name in ("subcategory", "title", "category"):
        if role is not None and role_of(item[name], french=french) == role and (word := garment_of(item[name], french=french)):
            yield word


def _of_several_kinds(rows: Sequence[_Row]) -> set[str]:
    """The categories that hold what is worn together, of several kinds: clothes beside shoes or bags."""
    kinds: dict[str, Counter[str]] = {}
    for row in rows:
        if row.worn:
            kinds.setdefault(row.category, Counter())[str(row.labels.role)] += 1
    found = {
        name: {role for role, count in roles.items() if count >= _SHARE * roles.total()}
        for name, roles in kinds.items()
        if rite_label([name], None) is None  # a school uniform is worn together
    }
    return {name for name, roles in found.items() if len(roles) >= _FEWEST_KINDS and roles & _CLOTHES and roles & {"footwear", "bag"}}


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the items of a catalogue are: of each garment, and of whatever is worn as it is; for some people, and for any (None).

    Attributes:
        people: of each category for whom its items are. rites: likewise whose part at a rite they are for.
    """

    garment: dict[tuple[str, str | None], Counter[str]]
    role: dict[tuple[str, str | None], Counter[str]]
    people: Mapping[str, Counter[str | None]]
    rites: Mapping[str, Counter[str | None]]

    @classmethod
    def of(cls, rows: Iterator[_Row]) -> _Places:
        """Of the items that are where they should be."""
        garment: dict[tuple[str, str | None], Counter[str]] = {}
        role: dict[tuple[str, str | None], Counter[str]] = {}
        words: dict[tuple[str, str], set[str]] = {}
        people: dict[str, Counter[str | None]] = {}
        rites: dict[str, Counter[str | None]] = {}
        worn_in: Counter[str] = Counter()
        for row in rows:
            people.setdefault(row.category, Counter())[row.labels.audience] += 1
            rites.setdefault(row.category, Counter())[row.labels.rite] += 1
            worn_in[row.category] += row.worn
            if not row.worn:
                continue
            worn = str(row.labels.role)
            words.setdefault((row.category, worn), set()).update(row.garments)
            for whom in {row.labels.audience, None}:
                role.setdefault((worn, whom), Counter())[row.category] += 1
                for word in set(row.garments):
                    garment.setdefault((word, whom), Counter())[row.category] += 1
        few = {name for name, said in people.items() if worn_in[name] * 2 < said.total()}  # dolls have dresses
        garment = {key: Counter({name: n for name, n in found.items() if name not in few}) for key, found in garment.items()}
        broad = {category for (category, _), found in words.items() if len(found) > 1} - few
        role = {key: Counter({name: n for name, n in found.items() if name in broad}) for key, found in role.items()}
        return cls(garment, role, people, rites)

    def best(self, row: _Row) -> str | None:
        """The category with most items of the same garment that is for nobody else, of those whose names the title has, if any has."""
        whom, word = row.labels.audience, row.garments[0] if row.garments else ""
        for held, what in ((self.garment, word), (self.role, str(row.labels.role))):
            for people in (whom, None):
                found = {
                    name: count
                    for name, count in held.get((what, people), {}).items()
                    if self._may_be_for(name, whom) and self._may_be_worn_at(name, row.labels.rite) and _is_for_it(name, row.labels)
                }
                if found:
                    return min(found, key=lambda name: (not row.title.issuperset(words_of_name(name)), -found[name], name))
        return None

    def may_be(self, row: _Row, category: str) -> bool:
        """Whether a category has items of the same garment, or of what is worn so, and its name does not say that it is for others."""
        kinds = ((self.garment, row.garments[0] if row.garments else ""), (self.role, str(row.labels.role)))
        there = any(category in held.get((what, None), ()) for held, what in kinds)
        return there and _is_for_it(category, row.labels) and _are_together(_named_whom(category), row.labels.audience)

    def _may_be_for(self, category: str, whom: str | None) -> bool:
        """Whether neither a category's name says that it is for others, nor nearly all of its items do, where they are not few."""
        people = self.people[category]
        others = sum(count for label, count in people.items() if not _are_together(label, whom))
        return _are_together(_named_whom(category), whom) and (others < _FEW or others <= (1 - _SHARE) * people.total())

    def _may_be_worn_at(self, category: str, rite: str | None) -> bool:
        """Whether not nearly all that a category has is for a part at a rite, as a bride's, that is another one."""
        return all(
            count <= (1 - _SHARE) * self.rites[category].total() for one, count in self.rites[category].items() if one not in {None, rite}
        )


@lru_cache(maxsize=8_192)
def _named_whom(category: str) -> str | None:
    return audience_label({}, [category])


def _is_for_it(category: str, labels: PieceLabels) -> bool:
    """Whether a piece is for all that the name of a category says it is for: jeans are not put among maternity wear."""
    sport, rite, occasion = sport_named(category), rite_label([category], None), occasion_label({}, [category], None, labels.role)
    return sport in {None, labels.sport} and rite in {None, labels.rite} and occasion in {*_ANY, labels.occasion}


@lru_cache(maxsize=8_192)
def _are_together(one: str | None, other: str | None) -> bool:
    """Whether somebody is of both audiences, as far as they are known."""
    whom = [Audience.of_label(label or "") for label in (one, other)]
    return whom[0] is None or whom[1] is None or (whom[0] & whom[1]).possible


def _moved(
    table: pa.Table, counts: Mapping[str, int], opened: Collection[str], places: _Places, beside: pa.Table | None, progress: Progress
) -> Placed:
    column = table.column("category").combine_chunks()
    names = [name for name in pc.unique(column).to_pylist() if name is not None]
    among = pa.array([name for name in names if name in opened or ("" in opened and not name.strip())], pa.string())
    mask = pc.or_(pc.is_null(column), pc.is_in(column, value_set=among)) if "" in opened else pc.is_in(column, value_set=among)
    rows = table.select(["id", *LABEL_COLUMNS, "group_id", PATH_COLUMN]).filter(mask)
    before, attributes = rows.column("category").to_pylist(), rows.column("attributes").to_pylist()
    language = language_of(counts)
    after, into, left = list(before), Counter[str](), Counter[str]()
    put = _put_before(rows, beside)
    for at, row in enumerate(_rows(rows, counts, opened, progress=progress)):
        name = row.category if row.category.strip() else ""
        own = None if says_small_things(name) else category_named(str(row.labels.role), language)
        place = None
        if row.worn:
            place = put[at] if put[at] and (put[at] == own or places.may_be(row, str(put[at]))) else places.best(row) or own
        if place is None:
            left[name] += 1
            continue
        after[at] = place
        into[place] += 1
        left[name] += 0
        attributes[at] = _with_department(attributes[at], name)
    if not into:
        return Placed(table)
    for name, values in (("category", after), ("attributes", attributes)):
        at = table.schema.get_field_index(name)
        whole = table.column(name).combine_chunks()
        table = table.set_column(at, ITEM_SCHEMA.field(name), pc.replace_with_mask(whole, mask, pa.array(values, pa.string())))
    return Placed(table, into, left, whole=set(counts) == {""})


def _put_before(rows: pa.Table, beside: pa.Table | None) -> list[str | None]:
    """The category of each item that is there already with the same words."""
    if beside is None:
        return [None] * len(rows)
    there = beside.select(["category", *_OWN_WORDS]).take(pc.index_in(rows.column("id"), value_set=beside.column("id")))
    words = [[row[name] or "" for name in _OWN_WORDS] for row in rows.select(_OWN_WORDS).to_pylist()]
    before = there.to_pylist()
    return [row["category"] if said == [row[name] or "" for name in _OWN_WORDS] else None for said, row in zip(words, before, strict=True)]


def _with_department(attributes: str | None, category: str) -> str | None:
    """Attributes that keep for whom the category said that its items are."""
    said = from_json(attributes) if attributes else {}
    whom = departments(said, path_of(category))
    return attributes_text({**said, "department": whom[0] if len(whom) == 1 else whom}) if whom else attributes
