"""Translates items between HTTP and the domain: those of a request into references, those of the catalogue into answers."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from app.api.schemas.narrowing import FiltersIn
from app.api.schemas.requests import ItemIn
from app.ground.errors import BadPictureError, Detail, UnknownItemError, refused
from app.recommend.outfit import ItemRef, Photo
from app.release.release import CatalogueItem, Release
from index.columns import Filter

_SLICE: Final = 1 << 20
"""Characters of base64 decoded at once: Python's lock is held for a millisecond or so. A multiple of four."""
_TILE: Final = 256
_VERSION: Final = 16
"""Digits of a picture's hash that tell its versions apart."""


def item_ref(item: ItemIn, field: str) -> ItemRef:
    """An item of a request as the domain takes it; raises as ``decoded`` does."""
    if item.id is not None:
        return item.id
    image = None if item.image is None else decoded(item.image.base64, f"{field}.image.base64")
    return Photo(field=field, category=item.category or "", image=image, title=item.title)


def item_refs(items: Sequence[ItemIn], field: str = "items") -> list[ItemRef]:
    """The items of a request as the domain takes them; see ``item_ref``."""
    return [item_ref(item, f"{field}[{position}]") for position, item in enumerate(items)]


def decoded(text: str, field: str) -> bytes:
    """The bytes of a picture in base64, of either alphabet, with or without line breaks, padding and a ``data:`` prefix.

    Raises:
        BadPictureError: it is not base64.
    """
    data = text.partition(",")[2] if text.startswith("data:") else text
    if "\n" in data:
        data = "".join(data.split())
    if "-" in data or "_" in data:
        data = data.replace("-", "+").replace("_", "/")
    data += "=" * (-len(data) % 4)
    try:
        if "=" in data[:-2]:  # padding amidst, which a slice would take for its end
            return base64.b64decode(data, validate=True)
        return b"".join(base64.b64decode(data[at : at + _SLICE], validate=True) for at in range(0, len(data), _SLICE))
    except (binascii.Error, ValueError) as error:
        raise refused(Detail(field, text, f"not base64: {error}"), BadPictureError) from error


def filter_of(filters: FiltersIn, exclude: Sequence[str] = (), *, candidates: bool = False) -> Filter:
    """The filters; being in stock is asked of candidates only where the request says so."""
    stock_is_asked = not candidates or "in_stock" in filters.model_fields_set
    return Filter(
        price_min=filters.price.min if filters.price else None,
        price_max=filters.price.max if filters.price else None,
        in_stock=filters.in_stock if stock_is_asked else None,
        brand=tuple(filters.brand),
        attributes=filters.attributes,
        size=tuple(filters.size),
        exclude=tuple(exclude),
    )


def row_of(release: Release, item_id: str) -> int:
    """The row of the item of that id.

    Raises:
        UnknownItemError: there is none.
    """
    row = release.snapshot.row_of.get(item_id)
    if row is None:
        msg = f"item {item_id!r} is not in the catalogue"
        raise UnknownItemError(msg, [Detail("item_id", item_id, "not in the catalogue")])
    return row


def shown(item: CatalogueItem) -> dict[str, Any]:
    """What answers show of an item, without its extras; each kind of answer takes the fields that it has."""
    said = {name: getattr(item, name) for name in CatalogueItem.__slots__}
    if item.price is not None and item.sale_price is not None and item.sale_price >= item.price:
        said["sale_price"] = None
    picture = f"/items/{quote(item.id, safe='')}/image" if item.image else None
    small = f"{picture}?width={_TILE}&v={(item.image or '')[:_VERSION]}" if picture else None
    return {**said, "attributes": item.attributes or None, "extras": None, "image_url": picture, "thumbnail_url": small}
