"""Translates items between HTTP and the domain: those of a request into references, those of the catalogue into answers."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from app.api.schemas.answers import ItemOut
from app.api.schemas.requests import ItemIn
from app.ground.errors import BadPictureError, Detail, refused
from app.recommend.outfit import ItemRef, Photo
from app.release.release import CatalogueItem


def item_ref(item: ItemIn, field: str) -> ItemRef:
    """An item of a request as the domain takes it.

    Raises:
        BadPictureError: the picture is not base64.
    """
    if item.id is not None:
        return item.id
    image = None if item.image is None else decoded(item.image.base64, f"{field}.image.base64")
    return Photo(field=field, category=item.category or "", image=image, title=item.title)


def item_refs(items: Sequence[ItemIn], field: str = "items") -> list[ItemRef]:
    """The items of a request as the domain takes them; see ``item_ref``."""
    return [item_ref(item, f"{field}[{position}]") for position, item in enumerate(items)]


def decoded(text: str, field: str) -> bytes:
    """The bytes of a picture in base64, with or without a ``data:`` prefix.

    Raises:
        BadPictureError: it is not base64.
    """
    data = text.partition(",")[2] if text.startswith("data:") else text
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise refused(Detail(field, text, f"not base64: {error}"), BadPictureError) from error


def image_url(item: CatalogueItem) -> str | None:
    """Path of the item's picture on this service; None without one."""
    return f"/items/{quote(item.id, safe='')}/image" if item.image else None


def item_out(item: CatalogueItem) -> ItemOut:
    """An item for an answer."""
    return ItemOut(
        id=item.id,
        category=item.category,
        subcategory=item.subcategory,
        title=item.title,
        price=item.price,
        brand=item.brand,
        in_stock=item.in_stock,
        attributes={name: value if isinstance(value, str) else list(value) for name, value in item.attributes.items()} or None,
        image_url=image_url(item),
    )


def shown(item: CatalogueItem) -> dict[str, Any]:
    """The fields of an item that suggestions, looks and swaps show."""
    fields = ("id", "category", "title", "price", "currency", "brand", "in_stock", "url", "group_id")
    return {**{name: getattr(item, name) for name in fields}, "image_url": image_url(item)}
