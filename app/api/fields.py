"""``fields=``: which fields of an item an answer tells; ``ids=``: which items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.api.schemas.items import ItemOut
from app.api.translate import shown
from app.ground.errors import Detail, refused
from app.recommend.products import sized
from app.release.release import CatalogueItem, Release
from index.backends.base import IntArray
from index.columns import extras_of
from models.errors import did_you_mean

_ALWAYS: Final = frozenset({"id", "category"})
_SUGGESTED: Final = _ALWAYS | {
    *("title", "price", "sale_price", "currency", "brand", "in_stock", "url", "image_url", "thumbnail_url", "group_id"),
}
"""What is always told of an item that is suggested."""
_MOST_TOLD: Final = 40
Extras = frozenset[str] | None
"""Names of what may be told of the fields that a shop passes through; None for all."""


@dataclass(frozen=True, slots=True)
class Fields:
    """What is asked of each item.

    Attributes:
        names: fields of ``ItemOut``; None for all but extras.
        extras: names of extras; None for all of them, where ``names`` has ``extras``.
    """

    names: frozenset[str] | None = None
    extras: Extras = frozenset()

    @classmethod
    def of(cls, asked: str | None, release: Release, told: Extras = None) -> Fields:
        """Read what is asked for, with commas between.

        Raises:
            RequestError: no item has such a field, or it is not told; names the nearest one that some have.
        """
        return cls() if asked is None else cls._of(filter(None, map(str.strip, asked.split(","))), release, told, _ALWAYS)

    @classmethod
    def suggested(cls, asked: Sequence[str] | None, release: Release, told: Extras = None) -> Fields:
        """What is told of an item that is suggested, and what is asked for besides, of the items of a release.

        Raises:
            RequestError: as ``of``.
        """
        return cls._of(asked or (), release, told, _SUGGESTED)

    @classmethod
    def _of(cls, asked: Iterable[str], release: Release, told: Extras, always: frozenset[str]) -> Fields:
        names = frozenset(asked)
        own = names & ItemOut.model_fields.keys()
        further = sorted(names - own)
        there = (release.snapshot.columns.extra_names if told is None else told) if further else frozenset()
        if unknown := next((name for name in further if name not in there), None):
            lacks = "no item has it" if told is None else "anybody is told no such thing, only who has a key that no page shows"
            raise refused(Detail("fields", unknown, f"{lacks}; {_instead(unknown, sorted(there))}"))
        return cls(own | always, told if "extras" in own else frozenset(further))

    def items(self, release: Release, rows: Sequence[int] | IntArray) -> list[CatalogueItem]:
        """The items of rows, with the sizes of their products where sizes are told."""
        return sized(release, rows) if self.names is None or "sizes" in self.names else release.items(rows)

    def told(self, release: Release, rows: Sequence[int] | IntArray) -> list[ItemOut]:
        """The items of rows as they are answered."""
        return [ItemOut(**self.said(item)) for item in self.items(release, rows)]

    def said(self, item: CatalogueItem) -> dict[str, Any]:
        """What is told of the item."""
        said: dict[str, Any] = shown(item)
        if self.names is not None:
            said = {name: value for name, value in said.items() if name in self.names}
        extras = {} if self.extras == frozenset() else extras_of(item.extras)
        kept = {name: value for name, value in extras.items() if self.extras is None or name in self.extras}
        return {**said, "extras": kept or None}


def _instead(name: str, extras: Sequence[str]) -> str:
    known = [*ItemOut.model_fields, *extras]
    more = f" and {len(known) - _MOST_TOLD} more" if len(known) > _MOST_TOLD else ""
    return did_you_mean(name, known, f"known are {', '.join(known[:_MOST_TOLD])}{more}")


def listed_ids(ids: str, **others: object) -> list[str]:
    """The ids of ``ids=``, each once.

    Raises:
        RequestError: something else says which items, or in which order; names it.
    """
    for name, value in others.items():
        if value:
            raise refused(Detail(name, str(value), "goes without ids, which say which items, and in which order"))
    return [*dict.fromkeys(filter(None, ids.split(",")))]
