"""A feed's bytes as text: byte-order marks, UTF-8 and UTF-16, the old encodings of one byte a letter, and every kind of line end."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from models.datasets.feeds.old_encodings import guessed, words_of
from models.datasets.feeds.packed import head_of, opened, packing_of

LONGEST_LINE: Final = 8 << 20
"""Characters; a longer line is set aside."""
_CHUNK: Final = 1 << 20
_DECLARED: Final = re.compile(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)""")
_SAMPLE: Final = 20_000
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NAMES: Final = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a byte-order mark",
    "utf-16": "UTF-16",
    **{f"cp{number}": f"Windows-{number}" for number in range(1250, 1255)},
}


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file's text is written.

    Attributes:
        name: as Python's codecs call it. packed: in what, as a person is told it; empty where it is as it is.
        words: where the encoding is a guess, some by which a person sees whether it is right. declared: another, which is not true.
    """

    name: str
    packed: str = ""
    words: tuple[str, ...] = ()
    declared: str | None = None

    @property
    def doubt(self) -> str | None:
        """What is told of a guess."""
        if self.declared:
            return f"declares that it is {self.declared}, and is {self}; it was read as that, declare it so"
        if not self.words:
            return None
        name, words = _NAMES.get(self.name, self.name), ", ".join(self.words)
        return f"is not UTF-8, and was taken for {name}: {words}; if that is wrong, save it as UTF-8"

    def __str__(self) -> str:
        """As a person is told it."""
        return f"{_NAMES.get(self.name, self.name)}{f', {self.packed}' if self.packed else ''}"


def encoding_of(path: Path, *, only_utf: bool = False) -> Encoding:
    """How a file's text is written: by its mark, by its zeros, else UTF-8 where most of what is not ASCII fits that.

    Args:
        only_utf: for formats that are never written otherwise.
    """
    packed, head = packing_of(path), head_of(path)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name, packed)
    if (zeros := head[:4_096].count(0)) * 4 > len(head[:4_096]):
        return Encoding("utf-16-le" if head[1:4_096:2].count(0) * 2 > zeros else "utf-16-be", packed)
    return Encoding("utf-8", packed) if only_utf or _is_utf8(path) else _old(path, packed)


def encoding_of_xml(path: Path, head: bytes) -> Encoding:
    """How an XML is written: as it declares, unless that is UTF-8, or not said, and not true, or it is UTF-8 and says otherwise."""
    found, said = encoding_of(path), _DECLARED.match(head)
    declared = said[1].decode() if said else "UTF-8"
    if found.name == "utf-8" and not _is_ascii(path) and not declared.casefold().startswith("utf"):
        return replace(found, declared=declared)
    return found if declared.casefold() == "utf-8" else Encoding("utf-8", found.packed)


def _is_ascii(path: Path) -> bool:
    with opened(path) as file:
        return all(chunk.isascii() for chunk in iter(lambda: file.read(_CHUNK), b""))


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with opened(path) as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _old(path: Path, packed: str) -> Encoding:
    """UTF-8 all the same where more lines fit than not; else the likeliest encoding of one or two bytes a letter."""
    fit = broken = 0
    sample = bytearray()
    with opened(path) as file:
        while line := file.readline(_CHUNK):
            if line.isascii():
                continue
            try:
                line.decode()
                fit += 1
            except UnicodeDecodeError:
                broken += 1
                sample += line if len(sample) < _SAMPLE else b""
    if fit >= broken:
        return Encoding("utf-8", packed)
    name = guessed(bytes(sample))
    return Encoding(name, packed, words_of(bytes(sample), name))


def last_line(path: Path) -> int:
    """The number of the last line of a file that is not empty; every line end is one byte of it, whatever the encoding."""
    ends = {b"\n": 0, b"\r": 0}
    with opened(path) as file:
        while chunk := file.read(_CHUNK):
            for end in ends:
                ends[end] += chunk.count(end)
    return max(ends.values()) + 1


def lines_of(path: Path, encoding: Encoding) -> Iterator[tuple[int, str]]:
    """1-based numbers and lines, each with its end as a line feed, but for the last; of a line beyond ``LONGEST_LINE`` only the beginning.

    Bytes that are not UTF-8 come as lone surrogates (``surrogateescape``), those that no other encoding has as U+FFFD.
    """
    errors = "surrogateescape" if encoding.name.startswith("utf-8") else "replace"
    with opened(path) as file:
        text = io.TextIOWrapper(file, encoding.name, errors=errors, newline=None)
        number, inside = 1, False
        while line := text.readline(LONGEST_LINE):
            if not inside:
                yield number, line
            inside = not line.endswith("\n")
            number += not inside
        text.detach()


def undecodable(line: str) -> int | None:
    """The place from 1 of the first byte of a line that is not UTF-8."""
    if line.isascii() or not any("\udc80" <= sign <= "\udcff" for sign in line):
        return None
    before = next(place for place, sign in enumerate(line) if "\udc80" <= sign <= "\udcff")
    return len(line[:before].encode()) + 1
