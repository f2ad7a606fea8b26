"""CSV and its kin, record by record: a broken one costs its own line, not those behind it."""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from models.datasets.feeds.opened import LONGEST_LINE, Encoding, lines_of, undecodable
from models.datasets.feeds.records import EMPTY_COLUMNS, EMPTY_ROWS, NAMELESS_COLUMNS, Broken, Record
from models.datasets.feeds.words import plain_name
from models.errors import refuse

SEPARATORS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_MOST_LINES: Final = 2_000  # of one record; a quote that nothing closes must not swallow the file
_OPEN: Final = "unexpected end of data"
_UNCLOSED: Final = "a quote is opened and not closed"

csv.field_size_limit(LONGEST_LINE * 2)  # of the whole process: the default of 131,072 is less than a description may be


def header_of(path: Path, encoding: Encoding, known: Collection[str], separator: str | None = None) -> tuple[int, str, list[str]]:
    """The line of a file's header, the separator that makes most of it, and its names, as ``plain_name`` has them."""
    for number, line in lines_of(path, encoding):
        text = line.strip("\ufeff\r\n")
        if text[:4].casefold() == "sep=" and len(text) == 5:  # noqa: PLR2004 - Excel's own line: sep=;
            separator = separator or text[4]
        elif text.strip(" ,;\t|"):
            return _split(number, text, known, [separator] if separator else list(SEPARATORS))
    return 0, separator or ",", []


def _split(number: int, text: str, known: Collection[str], separators: Sequence[str]) -> tuple[int, str, list[str]]:
    ways = []
    for separator in separators:
        cells = _cells(text, separator)
        names = [plain_name(cell) for cell in (cells if isinstance(cells, list) else text.split(separator))]
        ways.append((len({*names} & {*known}), len(names), separator, names))
    *_, separator, names = max(ways, key=lambda way: way[:2])
    return number, separator, names


def read_delimited(
    path: Path, encoding: Encoding, separator: str, header: tuple[int, Sequence[str]], passed: Counter[str], *, spill: str | None = None
) -> Iterator[Record | Broken]:
    """The records below a header.

    Args:
        header: its line, and the names of the columns; one without a name is not read.
        passed: counts rows and columns of nothing, and columns without a name.
        spill: the column to which cells too many belong, as in files that were written without quotes.

    Raises:
        InputError: the file ends within its last row: it is cut off, and who knows how much of it is left.
    """
    lines = _Lines((number, line) for number, line in lines_of(path, encoding) if number > header[0])
    names = list(header[1])
    while spill and names and not names[-1]:
        names.pop()
    at = names.index(spill) if spill else None
    nameless, lost = [place for place, name in enumerate(names) if not name], set[int]()
    for number, cells, ended in _rows(lines, separator, len(names)):
        if not ended and (isinstance(cells, str) or (len(cells) < len(names) and any(cells))):
            where = "within quotes" if isinstance(cells, str) else f"after {len(cells)} of {len(names)} cells"
            refuse(f"is cut off: its last line ends {where}; fetch the feed again", path=path, line=number)
        if isinstance(cells, str):
            yield Broken(number, cells, "")
            continue
        if not any(cells) or not any(cell.strip() for cell in cells):
            passed[EMPTY_ROWS] += 1
            continue
        if len(cells) > len(names):
            cells = _fitted(cells, len(names), separator, at)  # noqa: PLW2901 - the same row
        if len(cells) != len(names):
            problem = f"has {len(cells)} cells where the header names {len(names)}; put quotes about a cell that holds a separator"
            yield Broken(number, problem, separator.join(cells))
        else:
            lost.update(place for place in nameless if cells[place].strip())
            yield Record(number, {name: _plain(cell) for name, cell in zip(names, cells, strict=True) if cell and name})
    for words, count in ((EMPTY_COLUMNS, len(nameless) - len(lost)), (NAMELESS_COLUMNS, len(lost))):
        if count:
            passed[words] += count


def _plain(cell: str) -> str:
    """Without the ``'`` by which a spreadsheet, and who writes for one, keeps a cell from being a formula or a number."""
    return cell[1:] if cell[0] == "'" and (cell[1:2] in {"=", "+", "-", "@"} or cell[1:].isdecimal()) else cell


def _fitted(cells: list[str], width: int, separator: str, spill: int | None) -> list[str]:
    last = max((place + 1 for place, cell in enumerate(cells) if cell.strip()), default=0)
    if last <= width:
        return cells[:width]
    if spill is None:
        return cells
    cells = cells[:last]
    behind = spill + 1 + last - width
    return [*cells[:spill], separator.join(cells[spill:behind]), *cells[behind:]]


class _Lines:
    """Numbered lines, which can be put back."""

    def __init__(self, lines: Iterable[tuple[int, str]]) -> None:
        self._rest, self._back = iter(lines), deque[tuple[int, str]]()

    def next(self) -> tuple[int, str] | None:
        return self._back.popleft() if self._back else next(self._rest, None)

    def put_back(self, lines: Sequence[tuple[int, str]]) -> None:
        self._back.extendleft(reversed(lines))


def _rows(lines: _Lines, separator: str, width: int) -> Iterator[tuple[int, list[str] | str, bool]]:
    """Each row's first line, its cells or why it has none, and whether that line has an end; only the last of a file may have none."""
    while first := lines.next():
        number, text = first
        if (place := undecodable(text)) is not None:
            yield number, f"is not UTF-8 (byte {place} of the line); save the file as UTF-8", True
            continue
        if len(text) >= LONGEST_LINE:
            yield number, f"is longer than {LONGEST_LINE:,} characters; shorten it", True
            continue
        cells = _cells(text, separator)
        if cells == _OPEN:
            cells = _continued(first, lines, separator, width)
        if isinstance(cells, str) and separator == "\t" and text.count("\t") == width - 1:
            cells = [cell.strip("\r\n") for cell in text.split("\t")]  # tab-separated text need not quote at all
        ended = text.endswith("\n") or (isinstance(cells, str) and cells != _UNCLOSED)
        yield number, cells if isinstance(cells, list) else f"is not CSV: {cells}; double a quote within quotes", ended


def _continued(first: tuple[int, str], lines: _Lines, separator: str, width: int) -> list[str] | str:
    """The cells of a row whose quotes stay open at the end of its first line; where nothing comes of it, the other lines are put back."""
    taken: list[tuple[int, str]] = []
    size = len(first[1])
    while len(taken) < _MOST_LINES and size < LONGEST_LINE and (line := lines.next()):
        taken.append(line)
        size += len(line[1])
        if '"' not in line[1]:
            continue
        cells = _cells("".join([first[1], *(text for _, text in taken)]), separator)
        if isinstance(cells, list) and len(cells) >= width:
            return cells
        if cells != _OPEN:
            break
    lines.put_back(taken)
    return _UNCLOSED


def _cells(text: str, separator: str) -> list[str] | str:
    """The cells of a row, or what the csv module says of it."""
    try:
        rows = list(csv.reader([text], delimiter=separator, strict=True))
    except csv.Error as error:
        return str(error)
    return rows[0] if rows else []
