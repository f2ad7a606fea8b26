"""The feeds that a home is kept fresh from.

Of each there is ``feeds/<key>.json``, what came of it; ``<key>.ids``, the items that it named last (``imported.ids`` those of the
last import, until a feed that names some of them is synchronised in its place); ``<key>.no_pieces``, what of it nobody wears, also of a
feed that was imported; and ``<key>.rejects.jsonl``, the rows that the worker set aside. Commands write those of the feed that they read to
``rejects.jsonl`` in the home.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final

from app.ground.bare_urls import without_secrets
from app.home.alone import holding
from sealed.files import replacing, write_whole

FEEDS: Final = "feeds"
_NO_PIECES: Final = "no_pieces"
REJECTS: Final = "rejects.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRecord:
    """What is known of one feed.

    Attributes:
        source: its URL or path; where it was read from a file, without what may be secret in a URL.
        digest: of its content when it was synchronised; empty where something of it is still to be had.
        reading: a digest of how it was read.
        etag, modified: what its server said to tell a later version by.
        catalogue, offset: a digest of the catalogue that was served, and the end of the catalogue's log, once that was done.
        folders, pictures: the folders that its pictures were read from, and a digest of these.
        synced: when, in seconds since 1970. rows, rejected: how many it had then, and how many of them were set aside.
        failures: how often it failed, in all. why: the last failure; None once it went well.
    """

    source: str
    digest: str = ""
    reading: str = ""
    etag: str | None = None
    modified: str | None = None
    catalogue: str = ""
    offset: str = ""
    folders: Sequence[str] = ()
    pictures: str = ""
    synced: float = 0.0
    rows: int = 0
    rejected: int = 0
    failures: int = 0
    why: str | None = None

    @property
    def name(self) -> str:
        """The source without what may be secret in a URL."""
        return without_secrets(self.source)

    @property
    def when(self) -> str:
        """When it was last synchronised, for a person."""
        return datetime.fromtimestamp(self.synced, UTC).isoformat(timespec="seconds") if self.synced else "never"

    def __str__(self) -> str:
        """How it stands, for a person."""
        aside = f", {self.rejected:,} of {self.rows:,} rows set aside" if self.rejected else ""
        return f"{self.name}: synchronised {self.when}{aside}" + (
            f"; failed {self.failures:,} times, at last: {self.why}" if self.why else ""
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """A row that was set aside, as ``models.datasets.rejects`` tells it."""

    file: str
    line: int | None
    id: str | None
    field: str | None
    value: str | None
    problem: str
    what_to_do: str | None


@dataclass(frozen=True, slots=True)
class FeedRecords:
    """The records of a home."""

    home: Path

    def read(self, source: str) -> FeedRecord:
        """The record of one feed; a new one where there is none, or a damaged one."""
        return replace(_read(self._path(source, "json")) or FeedRecord(source=source), source=source)

    def all(self) -> list[FeedRecord]:
        """Every record."""
        return [record for path in sorted((self.home / FEEDS).glob("*.json")) if (record := _read(path))]

    def keep(self, record: FeedRecord) -> None:
        """Write a record down, without what may be secret."""
        said = {**asdict(record), "source": record.name, "why": record.why and without_secrets(record.why)}
        write_whole(self._path(record.source, "json"), json.dumps(said, indent=1), private=True)

    def failed(self, source: str, why: str) -> None:
        """Count a failure."""
        record = self.read(source)
        self.keep(replace(record, failures=record.failures + 1, why=why))

    def keep_ids(self, source: str, ids: Sequence[str], no_pieces: Sequence[str]) -> None:
        """Write down which items a feed named, and what it passed over as nobody wears it."""
        _keep_ids(self._path(source, "ids"), ids)
        self.keep_no_pieces(source, no_pieces)

    def keep_no_pieces(self, source: str, ids: Sequence[str]) -> None:
        """Write down what a feed passed over as nobody wears it."""
        path = self._path(source, _NO_PIECES)
        if ids or path.exists():
            _keep_ids(path, ids)

    def no_pieces(self) -> set[str]:
        """What feeds passed over as nobody wears it: what orders name so is no piece."""
        return set().union(*map(_ids, (self.home / FEEDS).glob(f"*.{_NO_PIECES}")))

    def keep_imported(self, ids: Sequence[str]) -> None:
        """Write down which items an import brought."""
        _keep_ids(self._imported, ids)

    def is_imported(self, ids: Iterable[str]) -> bool:
        """Whether a feed names what was imported, so that it stands for it from now on; one that names nothing of it is another feed."""
        return not _ids(self._imported).isdisjoint(ids)

    def forget_imported(self) -> None:
        """Let a feed stand for what was imported."""
        self._imported.unlink(missing_ok=True)

    def ids_of_others(self, source: str, named: Collection[str]) -> set[str]:
        """The items that other feeds named, where this one names these."""
        others = [path for path in (self.home / FEEDS).glob("*.ids") if path not in {self._path(source, "ids"), self._imported}]
        if not self.is_imported(named):
            others.append(self._imported)
        return set().union(*map(_ids, others))

    def rejects_file(self, source: str) -> Path:
        """Where the rows of a feed go that are set aside."""
        return self._path(source, REJECTS)

    def rejects(self, most: int) -> list[Reject]:
        """The first rows that were set aside, by commands and of each feed; a damaged file is passed over."""
        found: list[Reject] = []
        for path in (self.home / REJECTS, *sorted((self.home / FEEDS).glob(f"*.{REJECTS}"))):
            with suppress(OSError, ValueError, AttributeError), path.open(encoding="utf-8") as lines:
                told = [json.loads(line) for line in islice(lines, most)]
                found += [Reject(**{one.name: said.get(one.name) for one in fields(Reject)}) for said in told]
        return found

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the lock of synchronising.

        Raises:
            HomeError: another process has it.
        """
        taken = f"{self.home}: another feed is being synchronised here; try again when it is done"
        with holding(self.home / FEEDS / "lock", taken):
            yield

    @property
    def _imported(self) -> Path:
        return self.home / FEEDS / "imported.ids"

    def _path(self, source: str, ending: str) -> Path:
        return self.home / FEEDS / f"{hashlib.sha256(source.encode()).hexdigest()[:16]}.{ending}"


def _keep_ids(path: Path, ids: Sequence[str]) -> None:
    with replacing(path) as staging:
        staging.write_text(json.dumps(list(ids)), encoding="utf-8")


def _ids(path: Path) -> set[str]:
    """Those in a file; none of one that is not there, or damaged."""
    with suppress(OSError, ValueError):
        return set(json.loads(path.read_text(encoding="utf-8")))
    return set()


def _read(path: Path) -> FeedRecord | None:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        found = FeedRecord(**{one.name: said[one.name] for one in fields(FeedRecord) if one.name in said})
        return replace(found, source=found.name, why=found.why and without_secrets(found.why))
    except (OSError, ValueError, TypeError, AttributeError):
        return None
