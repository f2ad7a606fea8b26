"""What the words of an item say of it: what it is worn as, for whom, and when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic_core import from_json

from models.datasets.aged import is_private
from models.datasets.ages import size_names
from models.datasets.audience import audience_label, season_called, season_label, sizes_said
from models.datasets.feeds.words import bare
from models.datasets.garments import JOINS, NOT_WORN, is_outfit, is_worn_over, role_of, tailoring_of
from models.datasets.garments_abroad import speaks_french
from models.datasets.nameless import says_nothing, says_small_things
from models.datasets.occasion import DRESS, EVENING, FESTIVE, NIGHT, occasion_label
from models.datasets.ranges import range_label
from models.datasets.rites import rite_label
from models.datasets.sports import sport_label
from models.datasets.trades import trade_label
from models.datasets.wholes import (
    OUTFIT,
    OWN_PART,
    OWN_PLACE,
    PYJAMA_BOTTOM,
    PYJAMA_TOP,
    SUIT,
    co_ord_of,
    half_of,
    kind_of,
    sells_saris,
)

LABEL_COLUMNS: Final = ["category", "subcategory", "title", "attributes", "sizes"]
"""The columns of an items table that ``piece_labels`` reads."""
OVER: Final = {"swimwear": "cover-up", "sleepwear": "robe"}
"""What a piece is called that is worn over others of a role."""
SIZED_COLUMNS: Final = ["group_id", "attributes", "sizes"]
"""Those that tell the sizes of a product."""
PATH_COLUMN: Final = "extras"
"""The one in which the path of its categories is, which is read where a table has it."""
_HALF_CALLED: Final = {"top": PYJAMA_TOP, "bottom": PYJAMA_BOTTOM}
HALF_OF_CO_ORD: Final = frozenset({"top", "bottom", "outer"})
"""What the pieces of a co-ord are worn as."""
_PATH: Final = r'"category_path":"(?P<path>[^"\\]*)"'
"""The path of categories that a feed had, of which the category is one step, in ``extras``."""
_AT_ONCE: Final = 16_384  # rows that are Python objects at a time

_SPOKEN_FOR: Final = re.compile(
    r"^\W*(?:sold(?:\s*[-\u2013\u2014:!*|]|\s+to\b)|reserved(?:\s*[-\u2013\u2014:!*|@]|\s+for\b)|do not buy\b|wanted\s*[!:])", re.IGNORECASE
)
"""How a private seller's title begins of what nobody else can have; *Reserved* is a brand, too."""


@dataclass(frozen=True, slots=True)
class PieceLabels:
    """Role, audience, season, occasion, sport and rite of a piece; None where nothing says, and then it conflicts with nothing.

    Attributes:
        over: whether it is worn over others of its role, as a robe over pyjamas.
        kind: what it is among those of its role, as a suit, a blazer (``garments.tailoring_of``) or a sari (``wholes.kind_of``).
        rite: whose part at a wedding it is for (``rites.rite_label``), else what one works in it as (``trades.trade_label``), else the
            range of sizes that it is made in (``ranges.range_label``).
        private: whether children are kept apart from it where it is not known to be a child's (``aged``).
        co_ord: what the titles of a co-ord's pieces share (``wholes.co_ord_of``).
    """

    role: str | None = None
    audience: str | None = None
    season: str | None = None
    occasion: str | None = None
    over: bool = False
    sport: str | None = None
    kind: str | None = None
    rite: str | None = None
    private: bool = False
    co_ord: str | None = None

    @property
    def place(self) -> str | None:
        """What it takes the place of, a key of ``roles.PLACES``: its role, but for what is worn beside others of it (``OWN_PLACE``)."""
        return self.kind if self.kind in OWN_PLACE else self.role

    @property
    def part(self) -> str | None:
        """What it is worn as in an outfit: its role, but for what is worn over others of it (``OVER``), slippers, and ``OWN_PART``."""
        if self.over:
            return OVER[self.role or ""]
        if self.kind in OWN_PART:
            return self.kind
        return "slippers" if self.role == "footwear" and self.occasion == NIGHT else self.role

    def worn_as(self, part: str | None) -> bool:
        """Whether it is worn as a part of an outfit, or is of such a kind: a sari is one, and the dress of an outfit."""
        return part in {self.part, self.kind}


def labels_of(items: pa.Table, categories: Iterable[str], beside: pa.Table | None = None) -> Iterator[PieceLabels]:
    """Of each row of an items table in turn; the sizes of all rows of a product tell for whom it is, as 34 alone may be anybody's.

    Args:
        categories: those of the whole catalogue. beside: further rows of these products, of which ``SIZED_COLUMNS`` are read.
    """
    categories = [*categories]
    french, saris, sizes_of = speaks_french(categories), sells_saris(categories), dict[str, set[str]]()
    for table in (items,) if beside is None else (items, beside):
        for item in _rows(table.filter(pc.is_valid(table.column("group_id"))), SIZED_COLUMNS):
            sizes_of.setdefault(item["group_id"], set()).update(_sizes(item))
    items = items.select([*LABEL_COLUMNS, "group_id", *({PATH_COLUMN} & {*items.column_names})])
    if PATH_COLUMN in items.column_names:
        path = pc.extract_regex(items.column(PATH_COLUMN), _PATH)
        items = items.drop_columns(PATH_COLUMN).append_column("category_path", pc.struct_field(path, "path"))
    for item in _rows(items, items.column_names):
        yield piece_labels(item, sorted(sizes_of.get(item["group_id"], ())), french=french, saris=saris)


def sizes_of_items(items: pa.Table) -> tuple[list[tuple[str, ...]], NDArray[np.int64]]:
    """What rows of an items table say of sizes, each once, and the place of each row's among it, ``(N,)``; -1 where it says nothing."""
    attributes, sizes = (items.column(name).combine_chunks().dictionary_encode() for name in ("attributes", "sizes"))
    of_attributes, of_sizes = (
        [tuple(dict.fromkeys(read(text))) for text in encoded.dictionary.to_pylist()] + [()]
        for encoded, read in ((attributes, lambda text: sizes_said(_said(text))), (sizes, size_names))
    )
    code_of: dict[tuple[str, ...], int] = {}
    text_N, listed_N = (encoded.indices.fill_null(len(encoded.dictionary)).to_numpy().astype(np.int64) for encoded in (attributes, sizes))
    pairs, pair_N = np.unique(text_N * len(of_sizes) + listed_N, return_inverse=True)
    said = (of_sizes[pair % len(of_sizes)] or of_attributes[pair // len(of_sizes)] for pair in pairs.tolist())
    codes = np.array([code_of.setdefault(some, len(code_of)) if some else -1 for some in said], dtype=np.int64)
    return list(code_of), codes[pair_N] if len(codes) else np.zeros(0, np.int64)


def _rows(table: pa.Table, columns: list[str]) -> Iterator[dict[str, Any]]:
    for batch in table.select(columns).to_batches(max_chunksize=_AT_ONCE):
        yield from batch.to_pylist()


def _sizes(item: Mapping[str, Any]) -> list[str]:
    return [*sizes_said(_said(item["attributes"])), *size_names(item["sizes"])]


@lru_cache(maxsize=8_192)  # those of sizes and colours recur
def _said(attributes: str | None) -> Mapping[str, Any]:
    read: Mapping[str, Any] = from_json(attributes) if attributes else {}
    return read


def piece_labels(item: Mapping[str, Any], sizes: Sequence[str] = (), *, french: bool = False, saris: bool = False) -> PieceLabels:
    """Of a row of an items table, as ``to_pylist`` gives it.

    Args:
        sizes: those of its product, beside its own. french: see ``garments.role_of``. saris: see ``wholes.kind_of``.

    >>> heels = piece_labels({"category": "shoes", "subcategory": "Heels", "title": None, "attributes": '{"gender": "Women"}'})
    >>> heels == PieceLabels("footwear", "women adult", occasion="festive"), piece_labels({"category": "Bras", "title": None}).private
    (True, True)
    """
    category, subcategory, title = item["category"], item.get("subcategory"), item.get("title")
    path = item.get("category_path") or ""
    above = _above(path)
    of_kind = (title, above) if above and (says_nothing(category) or says_small_things(category)) else (above, title)
    role = NOT_WORN if title and _SPOKEN_FOR.search(title) else role_of(subcategory, category, *of_kind, french=french)
    attributes = _said(item.get("attributes"))
    sizes = [*sizes, *size_names(item.get("sizes"))]
    audience = audience_label(attributes, (subcategory, category), title, sizes, french=french)
    categories = [subcategory, category, *reversed(path.split(" > "))]
    sport = sport_label(attributes, categories, title, role)
    part = rite_label(categories, title, french=french)
    occasion = occasion_label(attributes, categories, title, role, sport, part)
    over = role in OVER and is_worn_over(subcategory, category, title, french=french)
    tailoring = tailoring_of(role, title, subcategory, category, french=french)
    if tailoring == SUIT and occasion not in {DRESS, EVENING, FESTIVE}:  # one to ski in, or of a tradition
        tailoring = None
    texts = (title, subcategory, category)
    kind = tailoring or half_of(role, texts) or _half_called(role, title) or kind_of(role, texts, saris=saris)
    if kind is None and role == "full-body" and any(map(is_outfit, texts)):
        kind = OUTFIT
    rite = part or trade_label(categories, title, role, sport) or range_label(attributes, categories, title, role)
    private = is_private(texts, role, [*sizes, *sizes_said(attributes)])
    co_ord = co_ord_of(title) if role in HALF_OF_CO_ORD else None
    season = season_label(attributes, role)
    if season is None:
        of_one = (text for text in (subcategory, category) if text and not JOINS.search(text))
        season = season_called(" ".join(filter(None, (title, *of_one))), role)
    return PieceLabels(role, audience, season, occasion, over, sport, kind, rite, private, co_ord)


def _half_called(role: str | None, title: str | None) -> str | None:
    """Which half of what one lounges in a piece is that is filed there, and is called as what is worn by day: a hoodie, joggers."""
    return _HALF_CALLED.get(role_of(title) or "") if role == "sleepwear" else None


@lru_cache(maxsize=8_192)
def _above(path: str) -> str | None:
    """The finest step of a path that names a garment, or what is not worn, as *Dresses* above *Maxi*; *Home* may be the root of any page.

    >>> _above("Home > Women > Dresses > Maxi"), _above("Home > Women > New in"), _above("Beauty > Body")
    ('Dresses', None, 'Beauty')
    """
    root, *steps = path.split(" > ")
    return next((step for step in reversed(steps if bare(root) == "home" else [root, *steps]) if role_of(step)), None)
