"""PrestaShop's product sheet, and exports with a row for each combination, which takes from its product's others what it leaves empty."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from models.datasets.feeds.active import all_active
from models.datasets.feeds.dates import end_of, moment
from models.datasets.feeds.layouts.base import NOT_SOLD, Layout, amount_of, attribute_name, gross_of, take_tags
from models.datasets.feeds.layouts.paths import category_of, is_no_kind
from models.datasets.feeds.layouts.prestashop_words import field_of
from models.datasets.feeds.records import Draft, Record, Records
from models.datasets.feeds.words import bare, path_of

_ROOT_WORDS: Final = "root home accueil racine startseite hauptkategorie inicio raiz radice"
_ROOTS: Final = frozenset(_ROOT_WORDS.split())
_OF_PRODUCTS: Final = (
    *("name", "categories", "price", "net", "tax", "amount", "percent", "from", "to", "brand", "images", "url", "tags", "features"),
    *("visibility", "orderable", "status", "active"),
)
"""What the rows of one product say for each other, where they are empty."""
_VALUE: Final = re.compile(r"(.+?):\d+\s*(?:,|$)")
_PLACED: Final = re.compile(r"([^:,]+):(.+?):\d+(?::\d+)?\s*(?:,|$)")
_MOSTLY: Final = 0.9
_LEAST: Final = 2


def _drafts(records: Records, _: Path) -> Iterator[Draft]:
    products: dict[str, dict[str, Any]] = {}
    rows, references = Counter[str](), Counter[str]()
    for record in records():
        values = _read(record)
        product = products.setdefault(_id(values), {})
        for name in _OF_PRODUCTS:
            if name in values:
                product.setdefault(name, values[name])
        rows[_id(values)] += 1
        references[str(values.get("reference") or "").strip()] += 1
    told = references.total() - references[""]
    by_reference = len(references.keys() - {""}) >= _MOSTLY * told > 0
    for record in records():
        values = _read(record)
        yield _item(record, values, products[_id(values)], by_reference=by_reference, alone=rows[_id(values)] == 1)


def _read(record: Record) -> dict[str, Any]:
    """What a row says, by field."""
    values: dict[str, Any] = {}
    for name, cell in record.values.items():
        if (field := field_of(name)) and cell not in (None, ""):
            values[field] = all_active((values.get(field), cell)) if field == "active" else values.get(field, cell)
    return values


def _id(values: Mapping[str, Any]) -> str:
    return str(values.get("id") or "").strip()


def _item(record: Record, own: Mapping[str, Any], product: Mapping[str, Any], *, by_reference: bool, alone: bool) -> Draft:
    values = {**product, **own}
    if str(values.get("visibility") or "").strip().casefold() == "none":
        return Draft(record.line, passed=NOT_SOLD)
    draft = Draft(record.line, (record.values,))
    options = _options(own)
    reference = str(own.get("reference") or "").strip() if by_reference else ""
    parts = [_id(own), str(own.get("combination") or "").strip() or ("" if alone else "-".join(map(str, options.values())))]
    draft.values = {
        "id": reference or "-".join(filter(None, parts)),
        "title": values.get("name"),
        "brand": values.get("brand"),
        "group_id": _id(own) or None,
        "images": values.get("images"),
        "in_stock": False if str(values.get("orderable")).strip() == "0" else own.get("quantity"),
        "active": all_active((values.get("active"), values.get("status"))) if "active" in values else _status(values.get("status")),
        "url": values.get("url"),
    }
    _add_prices(draft, values)
    draft.attributes = {attribute_name(name): value for name, value in {**_pairs(values.get("features")), **options}.items()}
    _add_columns(draft, record)
    _add_category(draft, str(values.get("categories") or ""))
    take_tags(draft, values.get("tags"))
    return draft


def _status(cell: Any) -> Any:
    """The back office's list says 0 or 1 by it; a sheet says by the same name whether a piece is new."""
    return cell if str(cell).strip() in {"0", "1"} else None


def _add_prices(draft: Draft, values: Mapping[str, Any]) -> None:
    price = values.get("price")
    if price is None and (net := values.get("net")) is not None:
        price = gross_of(draft, net, values.get("tax"))
    draft.values["price"] = price
    before, amount, percent = (amount_of(cell) for cell in (price, values.get("amount"), str(values.get("percent") or "").rstrip("% ")))
    if before is not None and (less := amount or (percent or 0) * before / 100):
        draft.values["sale_price"] = round(before - less, 2)
        draft.sale = _date(values.get("from")), end_of(values["to"]) if _date(values.get("to")) else None


def _date(cell: Any) -> datetime | None:
    return None if str(cell or "").startswith("0000") else moment(cell or "")


def _options(values: Mapping[str, Any]) -> dict[str, str]:
    """What tells a combination: ``Taille : 34, Couleur : Rose``, or ``Color:color:0,Size:select:1`` with ``Rose:0,34:1`` beside it."""
    names, told = str(values.get("attributes") or ""), values.get("values")
    if told is None:
        return _pairs(names)
    heads = [part.split(":")[0].strip() for part in names.split(",")]
    cells = [cell.strip() for cell in _VALUE.findall(str(told)) or str(told).split(",")]
    return dict(zip(heads, cells, strict=False)) if len(heads) == len(cells) else {}


def _pairs(cell: Any) -> dict[str, str]:
    """Names and values, with or without their places: ``Taille : 34, Couleur : Rose``, ``Style:Casual:1:0``, ``Size - S, Color - Pink``."""
    text = str(cell or "")
    if _PLACED.sub("", text) == "":
        return {name.strip(): value.strip() for name, value in _PLACED.findall(text)}
    mark = ":" if ":" in text else " - "
    parts = (part.split(mark) for part in re.split(rf",\s*(?=[^,]*{mark})", text))
    return {part[0].strip(): part[1].strip() for part in parts if len(part) > 1 and part[1].strip()}


def _add_columns(draft: Draft, record: Record) -> None:
    """Columns of no field: colours, sizes and for whom are attributes, several sizes of one row its sizes; others pass through."""
    for column, cell in record.values.items():
        if field_of(column) is not None or cell in (None, ""):
            continue
        name = attribute_name(column.replace("_", " "))
        if name not in {"color", "size", "gender", "age_group"}:
            draft.extras[column] = cell
        elif name == "size" and len(sizes := [part.strip() for part in re.split(r"[,|;](?!5\b)", str(cell)) if part.strip()]) > 1:
            draft.values["sizes"] = sizes
        else:
            draft.attributes.setdefault(name, cell)


def _add_category(draft: Draft, cell: str) -> None:
    """Of the categories of a product, from the widest to the finest, the last that names a garment; else the last that is no sale."""
    paths = [path_of(part.replace("/", ">") if bare(part.split("/")[0]).strip() in _ROOTS else part) for part in cell.split(",")]
    steps = [step for path in paths for step in path if bare(step) not in _ROOTS]
    kinds = [step for step in steps if not is_no_kind(step)]
    category_of(draft, [kinds], kinds or steps)


def _fits(names: frozenset[str]) -> bool:
    fields = {field_of(name) for name in names}
    rest = {"reference", "quantity", "active", "status", "brand", "attributes", "combination", "features"} & fields
    sure = {"id", "name", "categories"} <= fields and not fields.isdisjoint({"price", "net"}) and len(rest) >= _LEAST
    return sure and not {"id", "category", "title"} <= names


PRESTASHOP: Final = Layout("PrestaShop product CSV", _fits, _drafts)
