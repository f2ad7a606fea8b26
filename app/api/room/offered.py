"""What a catalogue offers to whoever fills in the form of a rule, within bounds: what is not offered can be typed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.ground.parts import Limits
from app.recommend.facets import facets_of
from app.recommend.search import sought
from app.release.groups import rows_named
from app.release.release import CatalogueItem, Release
from app.rules.shelves import Shelves

_BOXES, _MORE, _ATTRIBUTES, _MOST_NAMED, _MOST_FOUND = 24, 500, 30, 1_000, 12
_PEOPLE: Final = ("women", "men", "girls", "boys", "kids", "baby")


@dataclass(frozen=True, slots=True)
class Choice:
    """Values of a field: those that are ticked, and those that are proposed where one types."""

    boxes: list[str] = field(default_factory=list)
    more: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, values: Sequence[str]) -> Choice:
        """Of these, the most usual first, or in any order; what is left of very many is typed without help."""
        return cls(sorted(values[:_BOXES]), sorted(values[_BOXES : _BOXES + _MORE]))


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
    labels = [name for name in sorted(shelves.audiences) if name not in _PEOPLE]
    seasons = {labels.season for labels in release.traits.labels if labels.season}
    fields = {
        "category": sorted(sizes, key=lambda name: (-sizes[name], name)),
        "brand": [brand.name for brand in facets_of(release).brands],
        "audience": [*filter(shelves.has_for, _PEOPLE), *labels],
        "season": [*sorted(seasons), *sorted(shelves.seasons - seasons)],
    }
    names = sorted(shelves.attributes)
    shown = [*names[:_ATTRIBUTES], *(name for name in names[_ATTRIBUTES:] if name in wanted)]
    attributes = {name: Choice.of(sorted(shelves.values(name))) for name in shown}
    others = [name for name in names if name not in attributes][:_MORE]
    return Offered({name: Choice.of(values) for name, values in fields.items()}, attributes, others)


def titled(release: Release | None, ids: Iterable[str]) -> dict[str, CatalogueItem]:
    """The item that each id names, or the first of its group; of very many the first, without those that are not there."""
    if release is None:
        return {}
    named = rows_named(release, [*dict.fromkeys(ids)][:_MOST_NAMED])
    items = release.items([int(rows[0]) for _, rows in named]) if named else []
    return {name: item for (name, _), item in zip(named, items, strict=True)}


def called(titles: Mapping[str, CatalogueItem], item: str) -> str:
    """An id with the title of what it names."""
    return f"{titles[item].title} ({item})" if item in titles and titles[item].title else item


def found(release: Release, words: str, limits: Limits) -> dict[str, CatalogueItem]:
    """What words find, the first few, by the ids that rules name: of a product its group's, which stands for all sizes and colours."""
    rows = sought(release, None, words, limits).rows
    rows = rows[release.traits.leading(rows)][:_MOST_FOUND]
    ids = release.snapshot.row_of
    return {item.group_id if item.group_id and item.group_id not in ids else item.id: item for item in release.items(rows)}
