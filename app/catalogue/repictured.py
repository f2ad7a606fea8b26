"""The pictures of a feed beside those that are served: only what may have changed is read or fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Error

import pyarrow as pa

from app.catalogue.fetched import fetched
from app.fetch.fetcher import Validators
from app.fetch.pictures import FILE, Counts
from app.fetch.remembered import Remembered
from app.ground.fetching import Fetching
from app.home.store import ReleaseStore
from models.datasets.schema import Catalogue
from models.datasets.urls import is_url
from models.encoders.pictures import check_size
from models.errors import ImageError
from models.progress import Progress


@dataclass(frozen=True, slots=True)
class Repictured:
    """Pictures.

    Attributes:
        names: row of the feed -> the name of its picture in the store, where it has another than the item that is served.
        refused: row -> why its picture cannot be had or used.
    """

    names: Mapping[int, str | None]
    refused: Mapping[int, str]
    counts: Counts


def repictured(
    feed: Catalogue, served: Mapping[str, tuple[str | None, list[str]]], store: ReleaseStore, settings: Fetching, progress: Progress
) -> Repictured:
    """Look at the pictures of a feed.

    Those by URL whose addresses are the same are not asked for again, nor are files read that have the same size and time.

    Args:
        served: item id -> the name of its picture, and the addresses of its pictures.
    """
    column = feed.table.column("image")
    if column.null_count == len(feed):
        return Repictured({}, {}, Counts())
    names: dict[int, str | None] = {}
    rows: list[int] = []
    remembered = Remembered(store.home / FILE)
    try:
        for row, (item, picture, more) in enumerate(zip(feed.ids, column, feed.table.column("images"), strict=True)):
            before, urls = served.get(item, (None, []))
            if not picture.is_valid:
                names |= {row: None} if before else {}
            elif not (before and _same(feed.root, picture, [url for url in more.as_py() or [] if is_url(url)] == urls, before, remembered)):
                rows.append(row)
        if not rows:
            return Repictured(names, {}, Counts())
        part = Catalogue(feed.table.take(pa.array(rows, pa.int64())), feed.root)
        found = fetched(part, store, settings, progress)
        refused: dict[int, str] = {}
        for place, row in enumerate(rows):
            item = feed.ids[row]
            name, why = _kept(found.catalogue, place, store, remembered)
            if why := found.refused.get(item, why):
                refused[row] = why
            elif name != served.get(item, (None, []))[0]:
                names[row] = name
    finally:
        remembered.close()
    return Repictured(names, refused, found.counts)


def _same(root: Path | None, picture: pa.StructScalar, same_urls: bool, before: str, remembered: Remembered) -> bool:  # noqa: FBT001 - of one caller
    """Whether a picture is the one that is served, as far as can be told without reading it."""
    path = picture["path"].as_py()
    if picture["bytes"].is_valid or path is None:
        return False
    if is_url(path):
        return same_urls
    key, validators = _stamp(root, path)
    with suppress(Error):
        kept = remembered.recall(key)
        return kept is not None and kept.picture == before and kept.validators == validators
    return False


def _stamp(root: Path | None, path: str) -> tuple[str, Validators]:
    """What a file is remembered by, and its size and time."""
    place = ((root or Path()) / path).resolve()
    with suppress(OSError):
        known = place.stat()
        return f"file:{place}", Validators(f"{known.st_size}-{known.st_mtime_ns}")
    return f"file:{place}", Validators()


def _kept(catalogue: Catalogue, row: int, store: ReleaseStore, remembered: Remembered) -> tuple[str | None, str]:
    """The name of a picture in the store, or why it is none."""
    try:
        data = catalogue.image(row)
        if data is None:
            return None, ""
        check_size(data)
        name = store.images.put(data, to_disk=True)
    except (OSError, ImageError) as error:
        return None, str(error)
    path = catalogue.table.column("image")[row]["path"].as_py()
    if name is not None and path is not None and not Path(path).is_absolute():
        key, validators = _stamp(catalogue.root, path)
        with suppress(Error):
            remembered.keep(key, name, validators, 0.0)
    return name, "" if name else "it is of no format that is kept"


def pictures_served(items: pa.Table) -> dict[str, tuple[str | None, list[str]]]:
    """Item id -> the name of its picture, and the addresses of its pictures, for ``repictured``."""
    columns: Sequence[list[object]] = [items.column(name).to_pylist() for name in ("id", "image", "images")]
    return {str(item): (None if image is None else str(image), list(urls or [])) for item, image, urls in zip(*columns, strict=True)}
