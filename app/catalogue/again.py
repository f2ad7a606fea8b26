"""Whether what is to be imported is what was imported last: then nothing has to be done.

``imported.json`` in the home holds the digest of the last import, the folders whose pictures it read, and the catalogue that came of it,
which stays what it is when another bundle is published that reads the same features. A digest is of content, but for pictures: of these it
is of names, sizes and times.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.ground.parts import LogSettings
from app.home.store import ReleaseRecord, ReleaseStore
from app.log.base import START, Stream
from app.log.open import opened_log
from index.manifest import SNAPSHOT
from models.datasets.feeds.mapping import mapping_beside
from models.datasets.items import items_file
from sealed.errors import SealedError
from sealed.files import write_whole

_FILE: Final = "imported.json"
_FORMAT: Final = 7  # of what is read from a feed: another makes every import a new one
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """What is to be imported: a dataset directory or a feed, by a mapping, with an encoder."""

    data: Path
    mapping: Path | None = None
    encoder: str | None = None
    strict: bool = False

    def digest(self) -> str:
        """The content of the items and of their mapping, and the names, sizes and times of what lies beside them in a directory."""
        items = items_file(self.data)
        mapping = self.mapping or (mapping_beside(self.data) if self.data.is_dir() else None)
        found = hashlib.sha256(repr((reading(mapping), self.encoder, self.strict)).encode())
        with items.open("rb") as file:
            while chunk := file.read(_CHUNK):
                found.update(chunk)
        if self.data.is_dir():
            others = [path for path in self.data.iterdir() if path.is_file() and path not in {items, mapping}]
            found.update(_listed(others).encode())
        return found.hexdigest()


def reading(mapping: Path | None) -> str:
    """A digest of how a feed is read: of the mapping's content, and of what this version of Attire makes of feeds."""
    return hashlib.sha256(repr((_FORMAT, mapping.read_bytes() if mapping else b"")).encode()).hexdigest()


def end_of_changes(settings: LogSettings | None, home: Path) -> str:
    """The offset of the last catalogue change in the log; the beginning where there is no log.

    Raises:
        LogUnavailableError: the log cannot be read now.
    """

    async def end(settings: LogSettings) -> str:
        async with opened_log(settings, home) as log:
            return (await log.append(Stream.CATALOGUE, [])).end

    return asyncio.run(end(settings)) if settings else START


def imported_before(store: ReleaseStore, source: Source, offset: str) -> ReleaseRecord | None:
    """The current release, where it came of just this source and nothing has changed it since.

    Args:
        offset: the end of the catalogue log.

    Raises:
        InputError: the source is not there. HomeError: the home is broken.
    """
    current = store.current()
    try:
        said = json.loads((store.home / _FILE).read_text(encoding="utf-8"))
        same = current is not None and current.catalog_offset == offset and said["catalogue"] == catalogue_served(store, current)
        if same and said["digest"] == source.digest() and said["pictures"] == pictures_in(map(Path, said["folders"])):
            return current
    except (OSError, ValueError, KeyError, TypeError, SealedError):
        pass
    return None


def catalogue_served(store: ReleaseStore, release: ReleaseRecord) -> str:
    """A digest of what a release has of the catalogue, without later changes, whichever bundle serves it.

    Raises:
        SealedError: its snapshot is damaged. HomeError: it cannot be had.
    """
    manifest = SNAPSHOT.read(store.snapshot_path(store.bring(release).snapshot))
    return hashlib.sha256(manifest.catalogue.encode()).hexdigest()


def remember(store: ReleaseStore, digest: str, release: ReleaseRecord, folders: Iterable[Path]) -> None:
    """Write down that the catalogue of this release came of a source with that digest, and of the pictures in these folders."""
    names = sorted({str(folder.resolve()) for folder in folders})
    said = {"digest": digest, "catalogue": catalogue_served(store, release), "folders": names, "pictures": pictures_in(map(Path, names))}
    write_whole(store.home / _FILE, json.dumps(said, indent=1))


def pictures_in(folders: Iterable[Path]) -> str:
    """A digest of the names, sizes and times of what lies in these folders."""
    return hashlib.sha256("".join(_listed(folder.iterdir()) for folder in folders).encode()).hexdigest()


def _listed(paths: Iterable[Path]) -> str:
    lines = []
    for path in sorted(paths):
        known = path.stat()
        lines.append(f"{path.name} {known.st_size} {known.st_mtime_ns}\n")
    return "".join(lines)
