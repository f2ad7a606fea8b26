"""XML feeds, item by item: RSS and Atom with Google's ``g:`` names, and plain lists of products, whatever these are called."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from lxml import etree

from models.datasets.feeds.packed import opened
from models.datasets.feeds.records import Broken, Record
from models.datasets.feeds.words import plain_name
from models.errors import refuse

_ITEMS: Final = ("item", "entry", "product", "offer")
_GOOGLE: Final = "http://base.google.com/ns/1.0"
_CUT: Final = frozenset({"ERR_DOCUMENT_END", "ERR_TAG_NOT_FINISHED", "ERR_GT_REQUIRED", "ERR_DOCUMENT_EMPTY", "ERR_CDATA_NOT_FINISHED"})
_MOST_TOLD: Final = 1_000
_LOOKED_AT: Final = 20_000
"""Elements by which the one that is an item is found, where it has no usual name."""
_SAFE: Final[Any] = {
    "recover": True,
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "remove_comments": True,
    "remove_pis": True,
}


def read_xml(path: Path, encoding: str | None = None) -> Iterator[Record | Broken]:
    """The items of a feed. Entities are not resolved, and nothing is fetched; what is not well-formed is mended and told.

    Args:
        encoding: in place of the one that it declares.

    Raises:
        InputError: it is no XML, holds none of the elements that are items, or is cut off.
    """
    first: int | None = None
    items = _item_names(path, encoding)
    with opened(path) as file:
        try:
            feed = etree.iterparse(file, tag=[f"{{*}}{name}" for name in items], encoding=encoding, **_SAFE)
            for _, element in feed:
                above = [name for one in element.iterancestors() if (name := _name(one)[1]) in items]
                if _name(element)[1] in above:
                    yield Broken(element.sourceline or 0, f"stands within another {above[0]}; close that before this begins")
                if above:
                    continue  # part of an item, such as the product of an offer
                line = element.sourceline or 0
                first = line if first is None else first
                yield _defined_elsewhere(element, line) or Record(line, _values(element))
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
        except etree.XMLSyntaxError as error:
            refuse(f"is not XML: {error.msg}; fetch the feed again", path=path, line=error.lineno)
        errors = list(feed.error_log)
    _refuse_if_lost(path, errors, first)
    for found in errors[:_MOST_TOLD]:
        yield Broken(found.line, f"is not well-formed XML: {' '.join(found.message.split())}; what could be read was", mended=True)


def _item_names(path: Path, encoding: str | None) -> Sequence[str]:
    """The names of elements that are items: the usual ones, else that which comes again nearest to the root and holds others."""
    again: Counter[tuple[str, ...]] = Counter()
    holds: set[tuple[str, ...]] = set()
    steps: list[str] = []
    with opened(path) as file:
        try:
            for event, element in islice(etree.iterparse(file, events=("start", "end"), encoding=encoding, **_SAFE), _LOOKED_AT):
                if event == "end":
                    steps.pop()
                    element.clear()
                    continue
                if (name := _name(element)[1]) in _ITEMS:
                    return _ITEMS
                holds.add((*steps,))
                steps.append(name)
                again[(*steps,)] += 1
        except etree.XMLSyntaxError:
            return _ITEMS
    several = [one for one, count in again.items() if count > 1 and one in holds]
    return [min(several, key=len)[-1]] if several else _ITEMS


def _refuse_if_lost(path: Path, errors: Sequence[Any], first: int | None) -> None:
    """Refuse a feed that the parser gave up, or that has no first item."""
    for found in errors:
        if found.type_name == "ERR_RESOURCE_LIMIT":
            refuse(f"holds entities within entities ({found.message}); write texts without", path=path, line=found.line)
        again = found.type_name == "ERR_RESERVED_XML_NAME" and first is not None and found.line > first
        if again or "extra content" in found.message.casefold():
            refuse("goes on behind its end, as two feeds in one file do; keep one document in a file", path=path, line=found.line)
        if found.type_name in _CUT or "premature end" in found.message.casefold():
            refuse(f"is cut off: {found.message}; fetch the feed again", path=path, line=found.line)
    if first is None:
        why = f" ({errors[0].message})" if errors else ""
        names = f"no element {', '.join(_ITEMS)}, and none that comes again with others in it"
        refuse(f"holds no items: {names}{why}; name the feed of products", path=path)


def _defined_elsewhere(element: Any, line: int) -> Broken | None:
    """What is told of an item of which an element says nothing but an entity that HTML does not know either."""
    for entity in element.iter(etree.Entity):
        field = entity.getparent()
        if not _says_text(field) and html.unescape(entity.text) == entity.text:
            problem = f"{_name(field)[1]} is only {entity.text}, a text that is defined elsewhere and not looked up; write the text itself"
            return Broken(line, problem, entity.text)
    return None


def _values(element: Any) -> dict[str, Any]:
    """Text of each element within an item, by local name; lists where one comes again. Google's names go before others."""
    found: dict[str, Any] = {}
    ours: set[str] = set()
    for child in element:
        space, local = _name(child)
        name, google = plain_name(local), space == _GOOGLE
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


def _name(element: Any) -> tuple[str, str]:
    """Its namespace and name; Google's, too, where nothing declares the ``g:`` before it. An entity has neither."""
    if not isinstance(element.tag, str):
        return "", ""
    space, _, local = element.tag.rpartition("}")
    return (_GOOGLE, local[2:]) if local.startswith("g:") else (space[1:], local)


def _value(element: Any) -> Any:
    """Its text, with that of tags within text and with entities as they stand; the values of elements that have no text about them."""
    if any(isinstance(child.tag, str) for child in element) and not _says_text(element):
        return _values(element)
    text = "".join([element.text or "", *(f"{_inside(child)}{child.tail or ''}" for child in element)]).strip()
    return text or element.get("href") or None


def _says_text(element: Any) -> bool:
    """Whether there is text in it beside the elements and entities."""
    return any((text or "").strip() for text in (element.text, *(child.tail for child in element)))


def _inside(element: Any) -> str:
    return "".join(element.itertext()) if isinstance(element.tag, str) else element.text or ""
