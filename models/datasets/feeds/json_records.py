"""JSON as feeds have it: one object a line, one document, or ``ld+json`` within a page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from pydantic_core import from_json, to_json

from models.datasets.feeds.opened import LONGEST_LINE, Encoding, lines_of, undecodable
from models.datasets.feeds.packed import opened
from models.datasets.feeds.records import EMPTY_ROWS, Broken, Record
from models.datasets.shown import shown
from models.errors import refuse

LARGEST_DOCUMENT: Final = 1 << 30
"""Bytes of a document, which is read whole; a larger feed has one object a line."""
_LISTS: Final = ("products", "items", "results", "data", "feed", "entries", "looks", "outfits", "orders", "events")
_SCRIPT: Final = re.compile(r"<script[^>]*application/ld\+json[^>]*>(.*?)</script>", re.IGNORECASE | re.DOTALL)
_WRAPPED: Final = re.compile(r"^\s*(?://\s*)?(?:<!--|<!\[CDATA\[)|(?://\s*)?(?:-->|\]\]>)\s*$")
"""What old pages put about a script."""
_REPLACED: Final = "\ufffd"
_NO_NUMBER: Final = re.compile(r"\b(?:NaN|Infinity)\b")


def read_json_lines(path: Path, encoding: Encoding, passed: Counter[str]) -> Iterator[Record | Broken]:
    """The objects of a file that has one a line.

    Args:
        passed: counts blank lines.
    """
    for number, line in lines_of(path, encoding):
        text = line.strip("\ufeff \t\r\n")
        if not text:
            passed[EMPTY_ROWS] += 1
        elif (place := undecodable(line)) is not None:
            yield Broken(number, f"is not UTF-8 (byte {place} of the line); save the file as UTF-8")
        elif len(line) >= LONGEST_LINE:
            yield Broken(number, f"is longer than {LONGEST_LINE:,} characters; shorten it")
        else:
            yield _record(number, text)


def read_document(path: Path, encoding: Encoding) -> Iterator[Record | Broken]:
    """The objects of a file that holds one JSON value; an element's number takes the place of its line.

    Raises:
        InputError: the file is no JSON, or larger than ``LARGEST_DOCUMENT``.
    """
    text = _whole(path, encoding).lstrip("\ufeff")
    try:
        value = from_json(text, allow_inf_nan=False)
    except ValueError as error:
        if "EOF" in str(error):  # within a value, as the reader calls it
            refuse(f"is cut off: {error}; fetch the feed again", path=path)
        several = "are several documents; put them into one list" if "trailing characters" in str(error) else None
        refuse(several or _known_problem(text) or f"is not JSON: {error}; a feed may also have one object a line", path=path)
    if _REPLACED in text:
        yield Broken(1, f"holds bytes that are not {encoding}, which became {_REPLACED}; save it as UTF-8", mended=True)
    yield from _elements(value)


def read_page(path: Path, encoding: Encoding) -> Iterator[Record | Broken]:
    """The ``ld+json`` of a page; the number of its script takes the place of a line."""
    for number, script in enumerate(_SCRIPT.findall(_whole(path, encoding)), 1):
        try:
            value = from_json(_WRAPPED.sub("", script).strip(), allow_inf_nan=False)
        except ValueError as error:
            yield Broken(number, f"is not JSON: {error}; correct the script", script.strip())
            continue
        for found in _elements(value):
            yield Record(number, found.values) if isinstance(found, Record) else Broken(number, found.problem, found.value)


def has_ld_json(page: str) -> bool:
    """Whether a page holds a script of ``ld+json``."""
    return _SCRIPT.search(page) is not None or "application/ld+json" in page


def _whole(path: Path, encoding: Encoding) -> str:
    with opened(path) as file:
        raw = file.read(LARGEST_DOCUMENT + 1)
    if len(raw) > LARGEST_DOCUMENT:
        refuse(f"is one JSON document of more than {LARGEST_DOCUMENT:,} bytes; write one object a line (.jsonl)", path=path)
    return raw.decode(encoding.name, errors="replace")


def _elements(value: Any) -> Iterator[Record | Broken]:
    if isinstance(value, dict):
        inside = next((value[name] for name in _LISTS if isinstance(value.get(name), list)), None)
        value = [value] if inside is None or "@type" in value else inside
    for number, element in enumerate(value if isinstance(value, list) else [value], 1):
        if isinstance(element, dict):
            yield Record(number, _told(element))
        else:
            yield Broken(number, f"{shown(element)} should be an object; give each item as one", str(element))


def _record(number: int, text: str) -> Record | Broken:
    try:
        value = from_json(text, allow_inf_nan=False)
    except ValueError as error:
        return Broken(number, _problem(text, error), text)
    if not isinstance(value, dict):
        return Broken(number, f"{shown(value)} should be an object; give each item as one", text)
    return Record(number, _told(value))


def _told(value: dict[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in value.items() if one is not None and one != ""}


def _problem(text: str, error: ValueError) -> str:
    return _known_problem(text) or f"is not JSON: {str(error).replace('line 1 column', 'character')}; one object a line"


def _known_problem(text: str) -> str | None:
    if re.match(r"\[?\s*\{\s*'", text):
        return "is not JSON: a Python dict; write it with json.dumps, with double quotes"
    if _NO_NUMBER.search(text):
        with suppress(ValueError):
            value = from_json(text)
            known = value if isinstance(value, dict) else {}
            item = f" (item {shown(known['id'])})" if "id" in known else ""
            fields = ", ".join(name for name, one in known.items() if _NO_NUMBER.search(to_json(one, inf_nan_mode="constants").decode()))
            return f"is not JSON: {fields or 'it'} holds NaN or Infinity{item}; use finite numbers, or null"
    return None
