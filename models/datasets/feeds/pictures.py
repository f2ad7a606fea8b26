"""Pictures as shops name them: paths and addresses, several in a cell, in lists and in objects."""

from __future__ import annotations

import re
from typing import Any, Final

from models.datasets.urls import is_url

_NEXT_URL: Final = re.compile(r"[\s,|;]+(?=(?:https?:)?//)", re.IGNORECASE)
_PATH: Final = re.compile(r"[^,|;]+\.(?:jpe?g|png|webp|gif|avif|bmp|tiff?|heic)", re.IGNORECASE)
MOST: Final = 100
"""Pictures of one item that are kept."""


def pictures_of(value: Any) -> list[str]:
    """The paths and addresses that a cell or a value of JSON names, each once, in order.

    >>> pictures_of("images/a.png, images/b.png"), pictures_of([{"url": "https://shop.example/a,b.jpg"}])
    (['images/a.png', 'images/b.png'], ['https://shop.example/a,b.jpg'])
    >>> pictures_of({"resim": ["a.jpg", "b.jpg"]})
    ['a.jpg', 'b.jpg']
    """
    return list(dict.fromkeys(_named(value)))[:MOST]


def _named(value: Any) -> list[str]:
    if isinstance(value, str):
        return _split(value.strip())
    if isinstance(value, list):
        return [name for one in value for name in _named(one)]
    if isinstance(value, dict):
        known = next((value[key] for key in ("url", "contentUrl", "src", "path", "@id", "large", "hi_res") if value.get(key)), None)
        return _named(next(iter(value.values())) if known is None and len(value) == 1 else known)
    return []


def _split(text: str) -> list[str]:
    if not text:
        return []
    if is_url(text):
        return [part.strip(" ,|;") for part in _NEXT_URL.split(text)]
    parts = [part.strip() for part in re.split(r"[,|;]", text)]
    parts = [part for part in parts if part]
    return parts if len(parts) > 1 and all(_PATH.fullmatch(part) or is_url(part) for part in parts) else [text]
