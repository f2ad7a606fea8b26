"""Text as shops write it: entities, tags, control characters and blanks of every kind; and paths of categories."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from typing import Any, Final

_TAG: Final = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|</?[a-zA-Z][^<>]*>", re.DOTALL | re.IGNORECASE)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_INVISIBLE: Final = re.compile("[\u00ad\u200b\ufeff]")
_STEP: Final = re.compile(r"\s*(?:>|＞|»|›|&gt;)\s*")  # noqa: RUF001 - such a mark is meant


def plain(text: str) -> str:
    """A text without entities, tags, what scripts and styles hold, control characters and doubled blanks.

    >>> plain("Men&#39;s &amp; Women&#39;s <b>Tee</b>")
    "Men's & Women's Tee"
    """
    if text.isascii() and text.isprintable() and "&" not in text and "<" not in text and "  " not in text:
        return text.strip()
    if "&" in text:
        text = html.unescape(html.unescape(text)) if "&amp;" in text else html.unescape(text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    text = _INVISIBLE.sub("", _CONTROL.sub(" ", text.encode(errors="replace").decode()))
    return " ".join(unicodedata.normalize("NFC", text).split())


def path_of(value: Any) -> list[str]:
    """The steps of a path of categories, from the widest to the finest.

    >>> path_of("Apparel & Accessories > Clothing > Dresses")
    ['Apparel & Accessories', 'Clothing', 'Dresses']
    """
    steps = value if isinstance(value, list) else [value]
    return [step for text in steps if isinstance(text, str | int) for step in map(plain, _STEP.split(str(text))) if step]


@lru_cache(maxsize=4_096)
def plain_name(name: str) -> str:
    """A name of a column without differences of case, blanks and marks; Turkish's dotted and dotless i are one.

    >>> plain_name(" In stock? "), plain_name("g:image_link"), plain_name("Attribute 1 value(s)")
    ('in_stock', 'image_link', 'attribute_1_value_s')
    >>> plain_name("SİPARİŞ ADI") == plain_name("Sipariş Adı")
    True
    """
    if name.startswith("@"):
        return name
    found = re.sub(r"[\W_]+", "_", _folded(unicodedata.normalize("NFKC", name).strip()).removeprefix("g:")).strip("_")
    return found or name.strip()


def bare(text: str) -> str:
    """A text in lower case and without accents.

    >>> bare("ÉPUISÉ"), bare("Rückerstattet"), bare("İptal alındı")
    ('epuise', 'ruckerstattet', 'iptal alindi')
    """
    return "".join(sign for sign in unicodedata.normalize("NFKD", _folded(text)) if not unicodedata.combining(sign))


def _folded(text: str) -> str:
    """In lower case, with one i: of Turkish's two, each is the other's capital where the writer's language is not known."""
    return text.casefold().replace("i\N{COMBINING DOT ABOVE}", "i").replace("ı", "i")
