"""From a draft to an item: every field in its type, or what is wrong with it and what to do."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
from pydantic_core import from_json

from models.datasets.attributes import attributes_text
from models.datasets.audience import departments
from models.datasets.feeds.active import read_active
from models.datasets.feeds.bad import BadValueError, bad
from models.datasets.feeds.dates import as_iso, is_over
from models.datasets.feeds.money import currency_of, read_money
from models.datasets.feeds.pictures import pictures_of
from models.datasets.feeds.records import Draft, Fault, Item, Rules
from models.datasets.feeds.sizes import sizes_text
from models.datasets.feeds.stock import read_stock
from models.datasets.feeds.words import plain
from models.datasets.shown import shown
from models.datasets.urls import is_url

LONGEST_TEXT: Final = 2_000
"""Characters of a title and the like, in files as in requests."""
LONGEST_EXTRA: Final = 10_000
"""Characters of a value that is passed through."""
MOST_EXTRAS: Final = 100
_NUMBER_LIKE: Final = re.compile(r"\d+\.0+|\d(?:[.,]\d+)?[eE]\+?\d+")
_LINK: Final = re.compile(r"(?:https?:)?//\S+|/\S*", re.IGNORECASE)


def read_item(draft: Draft, rules: Rules) -> Item:
    """Read a draft. An item with faults has no more than its other fields."""
    item = Item({}, [], [*draft.notes])
    for name, raw in draft.values.items():
        if raw is None or name not in _READ:
            continue
        try:
            _READ[name](item, raw, rules)
        except BadValueError as error:
            item.faults.append(Fault(error.field or name, raw, error.problem))
    _add_attributes(item, draft.attributes)
    _add_department(item, draft.whom)
    if draft.extras:
        _add_extras(item, draft.extras)
    if "currency" not in item.values and rules.currency and "price" in item.values:
        item.values["currency"] = rules.currency
    if draft.sale and "sale_price" in item.values and is_over(*draft.sale, datetime.now(UTC)):
        item.notes.append(Fault("sale_price", item.values.pop("sale_price"), "its dates are over or have not begun; left out"))
    return item


def _text(name: str) -> Callable[[Item, Any, Rules], None]:
    def read(item: Item, raw: Any, _: Rules) -> None:
        if isinstance(raw, list) and len(raw) > 1:
            bad(f"{shown(raw)} are several values; give one")
        if isinstance(raw, bool) or not isinstance(raw, str | int | float):
            bad(f"{shown(raw)} should be a valid string")
        long = len(raw) if isinstance(raw, str) else 0
        text = plain(str(raw)) if long <= LONGEST_EXTRA else ""
        if (long := max(len(text), long if long > LONGEST_EXTRA else 0)) > LONGEST_TEXT:
            bad(f"is {long:,} characters long; use at most {LONGEST_TEXT:,}")
        if isinstance(raw, str) and "\0" in raw:
            item.notes.append(Fault(name, raw, f"{shown(raw)} holds NUL characters; they were taken out"))
        if text:
            item.values[name] = text

    return read


def _name(name: str) -> Callable[[Item, Any, Rules], None]:
    """Of an id or a category, in which entities are decoded and nothing else changes."""

    def read(item: Item, raw: Any, _: Rules) -> None:
        if name == "id" and isinstance(raw, int | float) and not isinstance(raw, bool):
            bad(f'{shown(raw)} should be a valid string: leading zeros are lost in numbers; write "{raw}", or the id as it was')
        if isinstance(raw, list) and len(raw) > 1:
            bad(f"{shown(raw)} are several values; give one: a mapping takes the last by `[-1]` behind the name of the column")
        if not isinstance(raw, str):
            bad(f"{shown(raw)} should be a valid string")
        if name == "id" and _NUMBER_LIKE.fullmatch(raw.strip()):
            bad(f"{shown(raw)} is what a spreadsheet or pandas makes of a number; keep ids as text when the feed is written")
        item.values[name] = plain(raw) if name == "category" and "&" in raw and ";" in raw else raw

    return read


def _price(name: str) -> Callable[[Item, Any, Rules], None]:
    def read(item: Item, raw: Any, rules: Rules) -> None:
        money = read_money(raw, comma=rules.comma)
        if money is not None and (money.amount or name == "price"):  # a sale price of 0 is how exporters write none
            item.values[name] = money.amount
            if money.currency:
                item.values.setdefault("currency", money.currency)

    return read


def _currency(item: Item, raw: Any, _: Rules) -> None:
    if code := currency_of(str(raw)):
        item.values["currency"] = code
    elif str(raw).strip():
        item.notes.append(Fault("currency", raw, f"{shown(raw)} is no currency of ISO 4217; left out"))


def _in_stock(item: Item, raw: Any, _: Rules) -> None:
    item.values["in_stock"] = read_stock(raw)


def _active(item: Item, raw: Any, _: Rules) -> None:
    if raw != "" and read_active(raw) is None:
        item.notes.append(Fault("active", raw, "does not say whether it is for sale, as 0 and 1 do; it is taken as if it were"))


def _url(item: Item, raw: Any, _: Rules) -> None:
    text = str((raw[0] if isinstance(raw, list) and raw else raw) or "").strip()
    if _LINK.fullmatch(text) and len(text) <= LONGEST_TEXT:
        item.values["url"] = text
    elif text:
        item.notes.append(Fault("url", raw, f"{shown(text)} is no address of the web; left out"))


def _image(item: Item, raw: Any, _: Rules) -> None:
    if isinstance(raw, dict) and raw.get("bytes") is not None:
        item.values["image"] = {"bytes": _decoded(raw["bytes"]), "path": raw.get("path")}
        return
    if not isinstance(raw, str | list | dict):
        bad(f'{shown(raw)} is neither a path nor {{"bytes": base64}} nor {{"path": …}}; name a picture')
    _add_pictures(item, pictures_of(raw))


def _images(item: Item, raw: Any, _: Rules) -> None:
    _add_pictures(item, pictures_of(raw))


def _add_pictures(item: Item, named: list[str]) -> None:
    """The first file is the item's picture, else the first that is elsewhere; several, and those elsewhere, are listed."""
    image = item.values.get("image")
    before = item.values.get("images") or ([image["path"]] if image and image["path"] and image["bytes"] is None else [])
    every = list(dict.fromkeys([*before, *named]))
    local = [name for name in every if not is_url(name)]
    if every and image is None:
        item.values["image"] = {"bytes": None, "path": (local or every)[0]}
    if len(every) > 1 or len(local) < len(every):
        item.values["images"] = every


def _decoded(raw: Any) -> bytes:
    if isinstance(raw, bytes):
        return raw
    try:
        return base64.b64decode(raw, validate=True)
    except (ValueError, TypeError):
        bad("is not base64; write the picture's bytes so", "image.bytes")


def _features(item: Item, raw: Any, _: Rules) -> None:
    if isinstance(raw, str):
        try:
            raw = from_json(raw, allow_inf_nan=False)
        except ValueError:
            bad(f"{shown(raw)} is not a JSON list; write one, such as [0.1, 0.2]")
    if not isinstance(raw, list):
        bad(f"{shown(raw)} should be a valid array; write a list of numbers")
    for place, number in enumerate(raw):
        if isinstance(number, bool) or not isinstance(number, int | float):
            bad("is missing; write a number" if number is None else f"{shown(number)} should be a valid number", f"features[{place}]")
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and is refused as such
        item.values["features"] = np.array([_float(number) for number in raw], np.float32)


def _float(number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def _created(item: Item, raw: Any, _: Rules) -> None:
    moment = raw.isoformat() if isinstance(raw, datetime) else str(raw).strip()
    moment = as_iso(moment) or moment
    try:
        datetime.fromisoformat(moment)
    except ValueError:
        if moment:
            problem = f"{shown(raw)} is no date that can be read in one way only; left out: write ISO 8601, such as 2026-03-31"
            item.notes.append(Fault("created", raw, problem))
    else:
        item.values["created"] = moment


def _attributes(item: Item, raw: Any, _: Rules) -> None:
    try:
        item.values["attributes"] = attributes_text(raw)
    except ValueError as error:
        bad(str(error))


def _sizes(item: Item, raw: Any, _: Rules) -> None:
    item.values["sizes"] = sizes_text(raw)


def _extras(item: Item, raw: Any, _: Rules) -> None:
    try:
        value = from_json(raw) if isinstance(raw, str) else raw
    except ValueError:
        value = raw
    _add_extras(item, value if isinstance(value, dict) else {"extras": value})


def _add_attributes(item: Item, named: Mapping[str, Any]) -> None:
    values = {name: _word(value) for name, value in named.items()}
    values = {name: value for name, value in values.items() if value}
    if not values:
        return
    try:
        text = attributes_text(values)
    except ValueError as error:
        item.faults.append(Fault("attributes", named, str(error)))
        return
    own = item.values.get("attributes")
    item.values["attributes"] = text if not own else json.dumps({**from_json(text or "{}"), **from_json(own)}, ensure_ascii=False)


def _add_department(item: Item, whom: list[str]) -> None:
    """What stands above the category says for whom, where attributes say less: men are to be suggested no blouse of *Women > Tops*."""
    if whom and (said := departments(from_json(item.values.get("attributes") or "{}"), map(plain, whom))):
        _add_attributes(item, {"department": said[0] if len(said) == 1 else said})


def _word(value: Any) -> Any:
    if isinstance(value, list):
        return [plain(str(one)) for one in value if one is not None and plain(str(one))]
    return plain(value)[:LONGEST_TEXT] if isinstance(value, str) else value


def _add_extras(item: Item, extras: Mapping[str, Any]) -> None:
    kept: dict[str, Any] = from_json(item.values["extras"]) if item.values.get("extras") else {}
    for name, value in extras.items():
        if isinstance(value, str):
            if len(value) > LONGEST_EXTRA:
                item.notes.append(Fault(name, value, f"is longer than {LONGEST_EXTRA:,} characters; left out"))
                continue
            kept[name] = value
        elif isinstance(value, list | dict) and len(json.dumps(value, ensure_ascii=False, default=str)) > LONGEST_EXTRA:
            item.notes.append(Fault(name, None, f"is longer than {LONGEST_EXTRA:,} characters; left out"))
        elif isinstance(value, bool | int | list | dict) or (isinstance(value, float) and math.isfinite(value)):
            kept[name] = value
        elif not isinstance(value, bytes | float) and value is not None:
            kept[name] = str(value)
    if len(kept) > MOST_EXTRAS:
        kept = dict(list(kept.items())[:MOST_EXTRAS])
    try:
        text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=str)
    except ValueError:
        text = "{}"
    if kept and len(text) <= LONGEST_EXTRA * 10:
        item.values["extras"] = text


_READ: Final[Mapping[str, Callable[[Item, Any, Rules], None]]] = {
    "id": _name("id"),
    "category": _name("category"),
    **{name: _text(name) for name in ("subcategory", "title", "brand", "split", "group_id")},
    "price": _price("price"),
    "sale_price": _price("sale_price"),
    "currency": _currency,
    "in_stock": _in_stock,
    "active": _active,
    "url": _url,
    "image": _image,
    "images": _images,
    "features": _features,
    "created": _created,
    "attributes": _attributes,
    "sizes": _sizes,
    "extras": _extras,
}
