"""WooCommerce's product CSV, in English or the language of the shop: variations take from their parent what they leave empty."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from models.datasets.audience import says_only_whom
from models.datasets.feeds.dates import end_of, moment
from models.datasets.feeds.layouts.base import (
    NOT_SOLD,
    NOT_WORN,
    Layout,
    attribute_name,
    given,
    hold_stock,
    pass_through,
    take_tags,
    title_of,
)
from models.datasets.feeds.layouts.paths import category_of, is_no_kind
from models.datasets.feeds.layouts.woocommerce_words import LANGUAGES, english, in_english, with_english
from models.datasets.feeds.records import Draft, Record, Records
from models.datasets.feeds.words import path_of

_INHERITED: Final = ("categories", "images", "brands", "meta_brand", "description", "short_description", "tags", "published")
_KNOWN: Final = re.compile(
    r"id|type|sku|name|published|visibility_in_catalog|date_sale_price_(?:starts|ends)|tax_(?:status|class)|in_stock|stock|low_stock_amount|"
    r"backorders_allowed|sold_individually|allow_customer_reviews|purchase_note|sale_price|regular_price|categories|images|"
    r"download.*|parent|external_url|button_text|position|brands|meta_brand|attribute_\d+_.*|meta_.*cost.*"
)
"""The columns of every export, and what plugins write of costs."""
_KINDS_NOT_WORN: Final = frozenset({"grouped", "bundle", "composite", "woosb", "virtual", "downloadable"})
"""What is made of other products, of plugins, too; gift cards; patterns to sew by."""
_NOT_PUBLISHED: Final = frozenset({"0", "-1", "2"})  # private, a draft, pending
_SURE: Final = frozenset({"published", "visibility_in_catalog"})


def _drafts(records: Records, _: Path, english: Callable[[str], str] = str) -> Iterator[Draft]:
    """The items; ``english`` is what a column is called in English, under which name it is there as well."""
    parents: dict[str, Mapping[str, Any]] = {}
    with_variations: set[str] = set()
    for record in records():
        kinds = _kinds(record)
        if "variation" in kinds:
            with_variations.add(_parent(record))
        elif "variable" in kinds:
            parents |= dict.fromkeys(_names(record.values), record.values)
    for record in records():
        kinds = _kinds(record)
        if "variable" in kinds and with_variations & set(_names(record.values)):
            continue  # its variations stand for it
        parent = parents.get(_parent(record)) if "variation" in kinds else None
        said = (record.values, parent or {})
        published = {str(values.get("published")).strip() for values in said}
        seen = {str(values.get("visibility_in_catalog")).strip().casefold() for values in said}
        if kinds & _KINDS_NOT_WORN:
            yield Draft(record.line, passed=NOT_WORN, ids=(str(given(record.values, "sku", "id")),))
        elif published & _NOT_PUBLISHED or "hidden" in seen:
            yield Draft(record.line, passed=NOT_SOLD)
        else:
            yield _item(record, parent or {}, english)


def _kinds(record: Record) -> set[str]:
    return {kind.strip().casefold() for kind in str(record.values.get("type") or "").split(",")}


def _names(values: Mapping[str, Any]) -> list[str]:
    """What variations may call a product: its SKU, or ``id:44``."""
    return [name for name in (str(values.get("sku") or "").strip(), f"id:{values.get('id')}") if name]


def _parent(record: Record) -> str:
    return str(record.values.get("parent") or "").strip()


def _item(record: Record, parent: Mapping[str, Any], english: Callable[[str], str]) -> Draft:
    values = {**{name: parent[name] for name in _INHERITED if name in parent}, **record.values}
    draft = Draft(record.line, (record.values, parent))
    regular, sale = given(values, "regular_price"), given(values, "sale_price")
    draft.values = {
        "id": given(values, "sku", "id"),
        "title": title_of(given(record.values, "name"), given(parent, "name"), options=_attributes(record.values)),
        "brand": given(values, "brands", "meta_brand"),
        "group_id": str(given(parent, "sku", "id") or _parent(record)).removeprefix("id:") or None,
        "images": given(values, "images"),
        "in_stock": given(values, "in_stock", "stock"),
        "price": regular if regular is not None else sale,
        "sale_price": sale if regular is not None else None,
        "url": given(values, "external_url"),
    }
    hold_stock(draft, parent.get("in_stock"))
    draft.sale = moment(values.get("date_sale_price_starts")), end_of(values.get("date_sale_price_ends"))
    paths = _paths(str(values.get("categories") or ""))
    kinds = [steps for steps in paths if not is_no_kind(steps[-1])]
    category_of(draft, kinds, min(kinds, key=_tells_little, default=[]))
    draft.whom += [step for steps in paths for step in steps if says_only_whom(step)]
    for name, value in {**_attributes(parent), **_attributes(values)}.items():
        draft.attributes[attribute_name(name)] = value
    take_tags(draft, values.get("tags"))
    pass_through(draft, {name: value for name, value in values.items() if english(name) == name}, _KNOWN)
    return draft


def _paths(categories: str) -> list[list[str]]:
    """Several paths, of a product that stands in each of them and often in their parents, too."""
    return [steps for part in re.split(r"(?<!\\),", categories) if (steps := path_of(part.replace("\\,", ",")))]


def _tells_little(steps: list[str]) -> tuple[bool, bool]:
    """Whether a path ends with for whom, and whether it says nothing else: of several, the first that says most of what a piece is."""
    return says_only_whom(steps[-1]), all(map(says_only_whom, steps))


def _attributes(values: Mapping[str, Any]) -> dict[str, Any]:
    """``Attribute 1 name`` and ``Attribute 1 value(s)``; several values are a list."""
    found: dict[str, Any] = {}
    for name, label in values.items():
        if match := re.fullmatch(r"attribute_(\d+)_name", name):
            several = [part.strip() for part in str(values.get(f"attribute_{match[1]}_value_s") or "").split(",") if part.strip()]
            if several:
                found[str(label).strip()] = several[0] if len(several) == 1 else several
    return found


def _fits(names: frozenset[str]) -> bool:
    return {"id", "name"} <= names and len({"sku", "type", "regular_price", "categories", "parent"} & names) >= 3  # noqa: PLR2004


def _in(language: str) -> Layout:
    """The export of a shop in another language, which only it would name so."""

    def fits(names: frozenset[str]) -> bool:
        columns = in_english(names, language)
        return _fits(columns) and bool(_SURE & columns)

    def drafts(records: Records, root: Path) -> Iterator[Draft]:
        return _drafts(with_english(records, language), root, english(language))

    return Layout(f"WooCommerce product CSV in {language}", fits, drafts)


WOOCOMMERCE: Final = (Layout("WooCommerce product CSV", _fits, _drafts), *map(_in, LANGUAGES))
