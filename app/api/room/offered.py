"""What a catalogue offers to whoever fills in the form of a rule, within bounds: what is not offered can be typed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.ground.parts import Limits
from app.recommend.facets import facets_of
from app.recommend.search import sought
from app.release.groups import rows_named
from app.release.release import CatalogueItem, Release
from app.rules.said import kind, opening, people
from app.rules.shelves import Shelves
from models.datasets.audience import SEASONS, is_for, says_season, seasons_named

_BOXES, _MORE, _ATTRIBUTES, _MOST_NAMED, _MOST_FOUND = 24, 500, 30, 1_000, 12
_PEOPLE: Final = ("women", "men", "girls", "boys", "kids", "baby")
_SAID: Final[Mapping[str, Callable[[str], str]]] = {
    "category": lambda name: opening(kind(name)),
    "brand": str,
    "audience": lambda name: opening(people(name)),
    "season": opening,
}
"""What the values of each field are called."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Values of a field: those that are ticked, with what each is called, and those that are proposed where one types."""

    boxes: Mapping[str, str] = field(default_factory=dict)
    more: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, values: Sequence[str], said: Callable[[str], str] = str) -> Choice:
        """Of these, the most usual first, or in any order; what is left of very many is typed without help."""
        words = {value: said(value) for value in values[:_BOXES]}
        many = Counter(words.values())
        boxes = {
            value: words[value] if many[words[value]] == 1 else f"{words[value]} ({value})"
            for value in sorted(words, key=words.__getitem__)
        }
        return cls(boxes, sorted(values[_BOXES : _BOXES + _MORE]))


NOTHING: Final = Choice()


@dataclass(frozen=True, slots=True)
class Offered:
    """What there is to choose from.

    Attributes:
        fields: by the name of a field of selectors. attributes: by their names. others: names of attributes that can be asked for.
    """

    fields: Mapping[str, Choice] = field(default_factory=lambda: dict.fromkeys(("category", "brand", "audience", "season"), NOTHING))
    attributes: Mapping[str, Choice] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)


def offered(release: Release | None, wanted: Collection[str] = ()) -> Offered:
    """What a catalogue has; nothing where none is served yet.

    Args:
        wanted: attributes that are offered, beside the first.
    """
    if release is None:
        return Offered()
    shelves, sizes = Shelves(release), release.snapshot.sizes
    named = [*filter(shelves.has_for, _PEOPLE)]
    labels = [one for one in sorted(shelves.audiences) if not any(is_for(one, name) and people(one) == people(name) for name in named)]
    seasons = {labels.season for labels in release.traits.labels if labels.season} & SEASONS
    own_words = (word for word in sorted(shelves.seasons) if seasons.isdisjoint(seasons_named({"season": word})))
    fields = {
        "category": sorted(sizes, key=lambda name: (-sizes[name], name)),
        "brand": [brand.name for brand in facets_of(release).brands],
        "audience": [*named, *labels],
        "season": [*sorted(seasons), *own_words],
    }
    names = sorted(shelves.attributes)
    first = [name for name in names if not says_season(name)][:_ATTRIBUTES]  # seasons are a field of their own
    shown = [name for name in names if name in first or name in wanted]
    attributes = {name: Choice.of(sorted(shelves.values(name))) for name in shown}
    others = [name for name in names if name not in attributes][:_MORE]
    return Offered({name: Choice.of(values, _SAID[name]) for name, values in fields.items()}, attributes, others)


def titled(release: Release | None, ids: Iterable[str]) -> dict[str, CatalogueItem]:
    """The item that each id names, or the first of its group; of very many the first, without those that are not there."""
    if release is None:
        return {}
    named = rows_named(release, [*dict.fromkeys(ids)][:_MOST_NAMED])
    items = release.items([int(rows[0]) for _, rows in named]) if named else []
    return {name: item for (name, _), item in zip(named, items, strict=True)}


def called(titles: Mapping[str, CatalogueItem], item: str) -> str:
    """An id with the title of what it names."""
    title = titles[item].title if item in titles else None
    return f"{opening(title)} ({item})" if title else item


def found(release: Release, words: str, limits: Limits) -> dict[str, CatalogueItem]:
    """What words find, the first few, by the ids that rules name: of a product its group's, which stands for all sizes and colours."""
    rows = sought(release, None, words, limits).rows
    rows = rows[release.traits.leading(rows)][:_MOST_FOUND]
    ids = release.snapshot.row_of
    return {item.group_id if item.group_id and item.group_id not in ids else item.id: item for item in release.items(rows)}
