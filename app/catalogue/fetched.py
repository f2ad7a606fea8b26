"""The pictures that a catalogue names by URL, fetched into the home: of an item's several, the first that can be had."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from app.fetch.allowed import Allowed
from app.fetch.network import check_literal
from app.fetch.pictures import Counts, Pictures
from app.ground.errors import FetchError, RefusedUrlError
from app.ground.fetching import Fetching
from app.home.store import ReleaseStore
from models.datasets.schema import Catalogue
from models.datasets.urls import is_url
from models.progress import Progress


@dataclass(frozen=True, slots=True)
class WithPictures:
    """A catalogue without URLs.

    Attributes:
        catalogue: each of its pictures is embedded, a file of its directory, or one of the home.
        refused: item id -> why none of its pictures can be had.
    """

    catalogue: Catalogue
    refused: Mapping[str, str]
    counts: Counts


def fetched(catalogue: Catalogue, store: ReleaseStore, settings: Fetching, progress: Progress) -> WithPictures:
    """Fetch the pictures of items that have none but by URL; those that are unchanged since the last time are not fetched again."""
    wanted = _wanted(catalogue)
    if not wanted:
        return WithPictures(catalogue, {}, Counts())
    return asyncio.run(_fetched(catalogue, store, settings, wanted, progress))


def never_fetched(catalogue: Catalogue, settings: Fetching) -> dict[str, str]:
    """Item id -> why none of its pictures may be fetched, as far as their addresses tell; nothing is asked."""
    allowed, found = Allowed(settings.import_hosts, settings.http_hosts), dict[str, str]()
    for row, named in _wanted(catalogue).items():
        refused = [_refused(name, allowed, settings) if is_url(name) else None for name in named]
        if all(refused):
            found[catalogue.ids[row]] = str(refused[0])
    return found


def _refused(url: str, allowed: Allowed, settings: Fetching) -> RefusedUrlError | None:
    try:
        check_literal(allowed.target(f"https:{url}" if url.lstrip().startswith("//") else url), settings.networks)
    except RefusedUrlError as error:
        return error
    return None


def _wanted(catalogue: Catalogue) -> dict[int, list[str]]:
    """Row -> the URLs and paths of its pictures, best first, where the first of them is a URL or there is no other."""
    table = catalogue.table
    pictures = table.column("image")
    if all(table.column(name).null_count == len(table) for name in ("image", "images") if name in table.column_names):
        return {}
    paths, embedded = (pc.struct_field(pictures, name) for name in ("path", "bytes"))
    further = table.column("images").to_pylist() if "images" in table.column_names else [None] * len(table)
    wanted = {}
    for row, (path, has_bytes, more) in enumerate(zip(paths.to_pylist(), pc.is_valid(embedded).to_pylist(), further, strict=True)):
        if not has_bytes and (path is None or is_url(path)) and (named := [path] * (path is not None) + (more or [])):
            wanted[row] = list(dict.fromkeys(named))
    return wanted


async def _fetched(
    catalogue: Catalogue, store: ReleaseStore, settings: Fetching, wanted: dict[int, list[str]], progress: Progress
) -> WithPictures:
    found, refused = dict[int, str](), dict[int, str]()
    allowed = Allowed(settings.import_hosts, settings.http_hosts)
    async with Pictures.opened(settings, allowed, store.home) as pictures:
        while wanted:
            firsts = {row: named.pop(0) for row, named in wanted.items()}
            answers = await _answers({name for name in firsts.values() if is_url(name)}, pictures, progress)
            for row, name in firsts.items():
                answer = answers[name] if name in answers else _file(catalogue.root, name)
                if isinstance(answer, FetchError):
                    refused[row] = str(answer)
                else:
                    found[row] = answer if name not in answers else str(store.images.path(answer).resolve())
            wanted = {row: named for row, named in wanted.items() if row not in found and named}
    why = {catalogue.ids[row]: reason for row, reason in refused.items() if row not in found}
    return WithPictures(_with_paths(catalogue, {**dict.fromkeys(refused), **found}), why, pictures.counts)


async def _answers(urls: set[str], pictures: Pictures, progress: Progress) -> dict[str, str | FetchError]:
    """Each URL with the name of its picture in the store, or why there is none."""
    named = {f"https:{url}" if url.lstrip().startswith("//") else url: url for url in sorted(urls)}
    answers: dict[str, str | FetchError] = {}
    with progress("fetching pictures", len(named)) as advance:
        async for url, answer in pictures.fetch_all(named):
            answers[named[url]] = answer
            advance(MB=pictures.counts.size / 1e6, failed=str(pictures.counts.failed))
    return answers


def _file(root: Path | None, name: str) -> str | FetchError:
    """The path of a file of the directory, as a picture beside others that are named by URL."""
    home = (root or Path()).resolve()
    place = (home / name).resolve()
    return str(place) if place.is_relative_to(home) and place.is_file() else FetchError(name, f"there is no such file in {home}")


def _with_paths(catalogue: Catalogue, paths: Mapping[int, str | None]) -> Catalogue:
    """The catalogue with other paths of pictures in some rows; chunk by chunk, as embedded ones may be more than one chunk can hold."""
    table, parts, start = catalogue.table, list[pa.StructArray](), 0
    for chunk in table.column("image").chunks:
        content = pc.struct_field(chunk, "bytes")
        before = pc.struct_field(chunk, "path").to_pylist()
        now = pa.array([paths.get(row, path) for row, path in enumerate(before, start)], pa.string())
        missing = pc.and_(pc.is_null(content), pc.is_null(now))
        parts.append(pa.StructArray.from_arrays([content, now], fields=list(chunk.type), mask=missing))
        start += len(chunk)
    place = table.column_names.index("image")
    return Catalogue(table.set_column(place, table.schema.field("image"), pa.chunked_array(parts)), catalogue.root or Path())
