"""eBay's report of all active listings, as sellers export it; sold and unsold listings have the same columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from models.datasets.audience import says_only_whom
from models.datasets.feeds.layouts.base import Layout, attribute_name, category_from, given, pass_through, take_active
from models.datasets.feeds.records import Draft, Record, Records
from models.datasets.feeds.words import path_of
from models.datasets.garments import role_of

_LABEL: Final = ("custom_label_sku", "custom_label")
_CATEGORY: Final = ("ebay_category_1_name", "category_name")
_VARIATION: Final = "variation_details"
_PHOTOS: Final = ("item_photo_url", "picture_url", "pic_url")
_TELLING: Final = frozenset((*_LABEL, _CATEGORY[0], "available_quantity", _VARIATION))
_FEWEST: Final = 2
_SPECIFICS: Final = ("size", "colour", "color", "department", "material", "condition", "pattern", "style", "gender", "season", "fabric")
_SPECIFIC: Final = re.compile(rf"c_(?P<name>.+)|(?P<plain>{'|'.join(_SPECIFICS)})")
"""An item specific: ``C:Colour``, or one that everybody calls so."""
_KNOWN: Final = re.compile(
    rf"item_number|title|start_price|current_price|currency|start_date|brand|{'|'.join((*_LABEL, *_CATEGORY, *_PHOTOS, _VARIATION))}"
    rf"|available_quantity|format|sold_quantity|watchers|bids|ebay_category_\d_n\w+|reserve_price|auction_buy_it_now_price|{_SPECIFIC.pattern}"
)
_PARENT: Final = "listings with variations, each of which is an item"


@dataclass(slots=True)
class _Listings:
    """What a first look at a report tells: labels that come more than once, and the listings whose variations have rows of their own."""

    labels: Counter[str] = field(default_factory=Counter)
    varied: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, records: Records) -> _Listings:
        found = cls()
        for record in records():
            found.labels[_text(given(record.values, *_LABEL))] += 1
            if record.values.get(_VARIATION):
                found.varied.add(_text(record.values.get("item_number")))
        return found


def _drafts(records: Records, _: Path) -> Iterator[Draft]:
    listings, parents = _Listings.of(records), dict[str, Mapping[str, Any]]()
    for record in records():
        number, varies = _text(record.values.get("item_number")), bool(record.values.get(_VARIATION))
        if number in listings.varied and not varies:
            parents[number] = record.values
            yield Draft(record.line, (record.values,), passed=_PARENT)
        else:
            yield _draft(record, listings, parents.get(number, {}) if varies else {})


def _draft(record: Record, listings: _Listings, parent: Mapping[str, Any]) -> Draft:
    """An item of a row; what a variation does not say its listing does."""
    own, values = record.values, {**parent, **record.values}
    draft = Draft(record.line, (own, parent) if parent else (own,))
    variation = _variation(own.get(_VARIATION))
    label, number = _text(given(own, *_LABEL)), _text(own.get("item_number"))
    said = {
        "id": label if label and listings.labels[label] == 1 else " ".join((number, *variation.values())) or None,
        "title": values.get("title"),
        "brand": values.get("brand") or values.get("c_brand"),
        "price": given(values, "current_price", "start_price"),
        "currency": values.get("currency"),
        "in_stock": given(own, "available_quantity"),
        "images": given(values, *_PHOTOS),
        "created": values.get("start_date"),
        "group_id": number if variation else None,
    }
    draft.values = {name: value for name, value in said.items() if value not in (None, "")}
    _take_category(draft, given(values, *_CATEGORY))
    for name, value in values.items():
        if value not in (None, "") and (found := _SPECIFIC.fullmatch(name)) and found["name"] != "brand":
            draft.attributes[attribute_name(found["name"] or found["plain"])] = value
    draft.attributes |= variation
    pass_through(draft, values, _KNOWN)
    take_active(draft)
    return draft


def _take_category(draft: Draft, cell: Any) -> None:
    """Of a path the last step that names a garment, else the last; what is finer is the subcategory (*Women > Dresses > Maxi*)."""
    steps = path_of(cell if ">" in _text(cell) else _text(cell).replace(":", ">"))
    place = next((at for at in reversed(range(len(steps))) if role_of(steps[at]) and not says_only_whom(steps[at])), len(steps) - 1)
    category_from(draft, steps[: place + 1])
    if finer := steps[place + 1 :]:
        draft.values["subcategory"] = finer[-1]
        draft.extras["category_path"] = " > ".join(steps)


def _variation(cell: Any) -> dict[str, str]:
    """The options of a variation.

    >>> _variation("[Colour=Red;Size=UK 8]"), _variation("Size:M|Color:Navy"), _variation(None)
    ({'color': 'Red', 'size': 'UK 8'}, {'size': 'M', 'color': 'Navy'}, {})
    """
    parts = (re.split(r"[=:]", part, maxsplit=1) for part in re.split(r"[;|]", _text(cell).strip("[]")))
    return {attribute_name(part[0]): part[1].strip() for part in parts if len(part) > 1 and part[1].strip()}


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _fits(names: frozenset[str]) -> bool:
    return {"item_number", "title"} <= names and len(names & _TELLING) >= _FEWEST


EBAY: Final = Layout("eBay active listings", _fits, _drafts)
