"""The content of a dataset directory as values: the catalogue, outfits, the three kinds of question, and sessions.

The on-disk format is the public contract ("Dataset directory"). A line is read as a value of its class; the types of its fields
(``fields``) say what the line may hold. ``questions`` checks rows against the catalogue, ``read`` reads a directory.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field, StrictBool, StrictInt

from models.datasets.fields import ItemIds, Label, OptionalText, Text, Timestamp
from models.datasets.sizes import first_sizes
from models.datasets.urls import is_url

Split = Literal["train", "valid", "test"]
SPLITS: Final[tuple[Split, ...]] = ("train", "valid", "test")

Attributes = Mapping[str, str | Sequence[str]]

ITEM_SCHEMA: Final = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("category", pa.string(), nullable=False),
        pa.field("subcategory", pa.string()),
        pa.field("title", pa.string()),
        pa.field("attributes", pa.string()),  # a JSON object: name -> string or list of strings
        pa.field("price", pa.float64()),
        pa.field("brand", pa.string()),
        pa.field("in_stock", pa.bool_()),
        pa.field("image", pa.struct([pa.field("bytes", pa.binary()), pa.field("path", pa.string())])),
        pa.field("split", pa.string()),
        pa.field("features", pa.list_(pa.float32())),  # the shop's own vectors; null for a whole file without them
        pa.field("url", pa.string()),  # of the item's own page
        pa.field("currency", pa.string()),  # a code of ISO 4217
        pa.field("sale_price", pa.float64()),
        pa.field("group_id", pa.string()),  # what colours and sizes of one product have in common
        pa.field("sizes", pa.string()),  # JSON: a list of {"size", "in_stock"}
        pa.field("images", pa.list_(pa.string())),  # several pictures, and those that lie elsewhere: paths and addresses
        pa.field("created", pa.string()),  # ISO 8601
        pa.field("extras", pa.string()),  # a JSON object: whatever else the shop says, passed through
    ]
)


@dataclass(frozen=True)
class Catalogue:
    """The items of a shop, in columns.

    Attributes:
        table: N rows in ``ITEM_SCHEMA``; ids are unique.
        root: the directory that relative image paths start from; None when every image is embedded.
    """

    table: pa.Table
    root: Path | None = None

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @cached_property
    def ids(self) -> Sequence[str]:
        """Item ids, by row: some 70 bytes a row, from when they are first asked for."""
        return list(self.table.column("id").to_pylist())

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """Item id -> row of ``table``: some 100 bytes a row beside the ids, likewise."""
        return {item_id: row for row, item_id in enumerate(self.ids)}

    @cached_property
    def first_row_of(self) -> Mapping[str, int]:
        """Item id -> row of its first size; see ``first_sizes``."""
        return dict(zip(self.ids, self.first_sizes.tolist(), strict=True))

    @cached_property
    def one_size(self) -> Mapping[str, str]:
        """Item id -> id of its first size."""
        return {item_id: self.ids[row] for item_id, row in self.first_row_of.items()}

    @cached_property
    def id_by_letters(self) -> Mapping[str, str]:
        """Item id in small letters -> an item id: what is probably meant by one that is in another case."""
        return {item_id.casefold(): item_id for item_id in self.ids}

    @cached_property
    def first_sizes(self) -> NDArray[np.int64]:
        """For each row the first that a size alone tells apart from it; see ``models.datasets.sizes``."""
        return first_sizes(self.table)

    def id_of(self, row: int | np.integer[Any]) -> str:
        """The id of one row."""
        return str(self.table.column("id")[row].as_py())

    @property
    def categories(self) -> list[str]:
        """The category of each item, by row."""
        return [str(value) for value in self.table.column("category").to_pylist()]

    @property
    def titles(self) -> list[str | None]:
        """The title of each item, by row."""
        return list(self.table.column("title").to_pylist())

    def texts(self) -> list[str]:
        """All text of each item, by row; see ``item_text``."""
        columns = [self.table.column(name).to_pylist() for name in ("title", "subcategory", "brand", "attributes")]
        return [
            item_text(title, subcategory, brand, json.loads(attributes) if attributes else {})
            for title, subcategory, brand, attributes in zip(*columns, strict=True)
        ]

    def image(self, row: int) -> bytes | None:
        """The picture of one item as the shop encoded it, or None.

        Raises:
            OSError: its path cannot be read, or is a URL.
        """
        picture = self.picture(row)
        return picture.read_bytes() if isinstance(picture, Path) else picture

    def picture(self, row: int) -> bytes | Path | None:
        """The same, or the file that holds it.

        Raises:
            OSError: its path is a URL.
        """
        picture: Mapping[str, Any] = self.table.column("image")[row].as_py() or {"bytes": None, "path": None}
        if picture["bytes"] is not None or picture["path"] is None:
            return picture["bytes"]  # type: ignore[no-any-return]
        if is_url(picture["path"]):
            raise FileNotFoundError(errno.ENOENT, "it is named by URL, which only `attire import` fetches", picture["path"])
        return (self.root or Path()) / str(picture["path"])


def item_text(title: str | None, subcategory: str | None, brand: str | None, attributes: Attributes) -> str:
    """One line of words for an item tower: the words of the title, and ``name=value`` tokens for the other columns.

    >>> item_text("Linen Shirt", "shirts", None, {"season": "Summer"})
    'linen shirt subcategory=shirts season=summer'
    """
    tokens = (title or "").lower().split()
    own = [(name, value) for name, value in (("subcategory", subcategory), ("brand", brand)) if value]
    for name, value in [*own, *((name, attributes[name]) for name in sorted(attributes))]:
        tokens += [f"{name}={text}".lower().replace(" ", "_") for text in ([value] if isinstance(value, str) else value)]
    return " ".join(tokens)


ENOUGH_OUTFITS: Final = 100
"""Fewer training outfits than these do not tell how likely anything is; see docs/dataset.md."""


@dataclass(frozen=True, slots=True)
class Outfit:
    """Items worn together; order has no meaning. ``part``: whether it may be a part of an outfit, as what is bought together is."""

    id: Text
    items: ItemIds
    split: Split
    user: OptionalText = None
    timestamp: Timestamp | None = None
    part: StrictBool | None = None


@dataclass(frozen=True, slots=True)
class FillInTheBlank:
    """Which of ``candidates`` completes ``items``? ``answer`` is a position in ``candidates``."""

    id: Text
    items: ItemIds
    candidates: ItemIds
    answer: StrictInt
    split: Split
    user: OptionalText = None


@dataclass(frozen=True, slots=True)
class Compatibility:
    """Do ``items`` go together? ``label`` is 1 for an outfit that was worn."""

    id: Text
    items: ItemIds
    label: Label
    split: Split
    user: OptionalText = None


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Which item of all in ``category`` completes ``items``? ``answer`` is its id."""

    id: Text
    items: ItemIds
    answer: Text
    category: Text
    split: Split
    user: OptionalText = None


Question = FillInTheBlank | Compatibility | Retrieval


@dataclass(frozen=True)
class Dataset:
    """A dataset directory, read and checked.

    Attributes:
        name: the directory's name.
        outfits: of the splits that were asked for.
        tasks: file stem (``fitb``, ``fitb_popularity``, ``compatibility``, ``retrieval``…) -> its questions of the splits asked for.
        oracle: the figures of ``oracle.json``, task -> metric -> value; None without that file.
        sent_back: items that were bought and came back, so that they could have been worn; a directory tells none.
        counts: (outfit's id, item) -> how many this choice of the item stands for; 1 where nothing is said, as of a directory.
        sizes: item that was left out -> the one that is the same but for its size; see ``in_one_size``.
    """

    root: Path
    name: str
    catalogue: Catalogue
    outfits: tuple[Outfit, ...]
    tasks: Mapping[str, tuple[Question, ...]]
    oracle: Mapping[str, Mapping[str, float]] | None = None
    sent_back: Collection[str] = ()
    counts: Mapping[tuple[str, str], float] = field(default_factory=dict)
    sizes: Mapping[str, str] = field(default_factory=dict)

    def in_one_size(self) -> Dataset:
        """The same with the first of the items that a size alone tells apart, which outfits hold in place of the others.

        So one product is counted, remembered and drawn as one thing, whatever sizes were bought. Questions stay as they are.
        """
        catalogue = self.catalogue
        first_N = catalogue.first_sizes
        others = np.flatnonzero(first_N != np.arange(len(first_N)))
        if not len(others):
            return self
        sizes = {catalogue.id_of(row): catalogue.id_of(first_N[row]) for row in others}

        def in_first(items: Iterable[str]) -> tuple[str, ...]:
            return tuple(dict.fromkeys(sizes.get(item, item) for item in items))

        return replace(
            self,
            catalogue=replace(catalogue, table=catalogue.table.take(np.unique(first_N))),
            outfits=tuple(replace(outfit, items=in_first(outfit.items)) for outfit in self.outfits),
            sent_back=in_first(self.sent_back),
            counts={(outfit, sizes.get(item, item)): count for (outfit, item), count in self.counts.items()},
            sizes=sizes,
        )

    def outfits_of(self, split: Split) -> list[Outfit]:
        """The outfits of one split."""
        return [outfit for outfit in self.outfits if outfit.split == split]


@dataclass(frozen=True, slots=True)
class SessionEvent:
    """One thing a shopper did with an item; ``type`` is ``view``, ``add_to_cart``, ``purchase`` or another word."""

    type: Text
    item: Text


@dataclass(frozen=True, slots=True)
class Session:
    """What one shopper did in one visit, in order. ``timestamp`` is ISO 8601 or seconds since 1970."""

    session: Text
    timestamp: Timestamp
    events: Annotated[tuple[SessionEvent, ...], Field(min_length=1)]
    user: OptionalText = None
