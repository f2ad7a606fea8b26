"""XML feeds, item by item: RSS and Atom with Google's ``g:`` names, and plain lists of products."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from lxml import etree

from models.datasets.feeds.opened import opened
from models.datasets.feeds.records import Broken, Record
from models.datasets.feeds.words import plain_name
from models.errors import refuse

_ITEMS: Final = ("item", "entry", "product", "offer")
_GOOGLE: Final = "http://base.google.com/ns/1.0"
_CUT: Final = frozenset({"ERR_DOCUMENT_END", "ERR_TAG_NOT_FINISHED", "ERR_GT_REQUIRED", "ERR_DOCUMENT_EMPTY", "ERR_CDATA_NOT_FINISHED"})
_MOST_TOLD: Final = 1_000


def read_xml(path: Path) -> Iterator[Record | Broken]:
    """The items of a feed. Entities are not resolved, and nothing is fetched; what is not well-formed is mended and told.

    Raises:
        InputError: it is no XML, or is cut off.
    """
    with opened(path) as file:
        tags = [f"{{*}}{name}" for name in _ITEMS]
        try:
            feed = etree.iterparse(
                file, tag=tags, recover=True, resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True
            )
            for _, element in feed:
                if any(etree.QName(above).localname in _ITEMS for above in element.iterancestors()):
                    continue  # part of an item, such as the product of an offer
                yield Record(element.sourceline or 0, _values(element))
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
        except etree.XMLSyntaxError as error:
            refuse(f"is not XML: {error.msg}; fetch the feed again", path=path, line=error.lineno)
        errors = list(feed.error_log)
    for found in errors:
        if found.type_name in _CUT or "premature end" in found.message.casefold():
            refuse(f"is cut off: {found.message}; fetch the feed again", path=path, line=found.line)
    for found in errors[:_MOST_TOLD]:
        yield Broken(found.line, f"is not well-formed XML: {found.message}; what could be read was", mended=True)


def _values(element: Any) -> dict[str, Any]:  # noqa: ANN401 - lxml is untyped
    """Text of each element within an item, by local name; lists where one comes again. Google's names go before others."""
    found: dict[str, Any] = {}
    ours: set[str] = set()
    for child in element:
        name = plain_name(etree.QName(child).localname)
        google = etree.QName(child).namespace == _GOOGLE
        value = _value(child)
        if not value or (name in ours and not google):
            continue
        if google and name not in ours:
            ours.add(name)
            found[name] = value
        elif name in found:
            found[name] = [*(found[name] if isinstance(found[name], list) else [found[name]]), value]
        else:
            found[name] = value
    return found


def _value(element: Any) -> Any:  # noqa: ANN401 - lxml is untyped
    if len(element):
        return _values(element)
    text = (element.text or "").strip()
    return text or element.get("href") or None
