"""The release store: a home directory, where everything but ``CURRENT`` is written once and never changed.

bundles/<id>/ · snapshots/<id>/ · images/ · releases/<id>.json · CURRENT (the id of the release that is served)

Release ids count up (``r3-1f0c9a2b``), so that "the one before" has a meaning.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from app.errors import HomeError
from app.images import ImageStore

_RELEASE_ID: Final = re.compile(r"r(\d+)-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRecord:
    """A bundle and a snapshot that belong together."""

    id: str
    bundle: str
    snapshot: str
    recipe: str
    items: int
    created: str

    @property
    def number(self) -> int:
        """Releases of one home are numbered from 1 up."""
        return _number(self.id)


@dataclass(frozen=True, slots=True)
class ReleaseStore:
    """A home directory."""

    home: Path

    @property
    def images(self) -> ImageStore:
        """The pictures of the catalogue."""
        return ImageStore(self.home / "images")

    def bundle_path(self, bundle_id: str) -> Path:
        """Where a bundle lies."""
        return self.home / "bundles" / bundle_id

    def snapshot_path(self, snapshot_id: str) -> Path:
        """Where a snapshot lies."""
        return self.home / "snapshots" / snapshot_id

    def staging(self, kind: str) -> Path:
        """A path beside the finished ``bundles`` or ``snapshots`` to write to; ``keep`` gives it its name."""
        path = self.home / kind / f"new-{os.getpid()}"
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(path, ignore_errors=True)
        return path

    def keep(self, staged: Path, name: str) -> Path:
        """Give a finished directory its content's name; one that is already there is kept instead."""
        final = staged.with_name(name)
        if final.exists():
            shutil.rmtree(staged)
        else:
            staged.replace(final)
        return final

    def copy_bundle(self, source: Path, bundle_id: str) -> Path:
        """Take a bundle into the store; one that is there already is kept."""
        final = self.bundle_path(bundle_id)
        if final.exists():
            return final
        return self.keep(Path(shutil.copytree(source, self.staging("bundles"))), bundle_id)

    def current(self) -> ReleaseRecord | None:
        """The release that is served, or None on a fresh home.

        Raises:
            HomeError: ``CURRENT`` names a release that is not there.
        """
        try:
            name = (self.home / "CURRENT").read_text().strip()
        except FileNotFoundError:
            return None
        return self.record(name)

    def record(self, release_id: str) -> ReleaseRecord:
        """Read one release.

        Raises:
            HomeError: there is none of that id, or its file is broken.
        """
        path = self.home / "releases" / f"{release_id}.json"
        known = [record.stem for record in self._paths()]
        if not _RELEASE_ID.fullmatch(release_id) or not path.exists():
            msg = f"{self.home}: no release {release_id!r}; there are: {', '.join(known) or 'none'}"
            raise HomeError(msg)
        try:
            return ReleaseRecord(**json.loads(path.read_text()))
        except (ValueError, TypeError) as error:
            msg = f"{path}: not a release ({error}); activate another with `attire releases activate`"
            raise HomeError(msg) from error

    def records(self) -> list[ReleaseRecord]:
        """Every release, oldest first."""
        return [self.record(path.stem) for path in self._paths()]

    def add(self, *, bundle: str, snapshot: str, recipe: str, items: int) -> ReleaseRecord:
        """Write down a new release; ``activate`` serves it."""
        number = max((_number(path.stem) for path in self._paths()), default=0) + 1
        digest = hashlib.sha256(f"{number} {bundle} {snapshot}".encode()).hexdigest()[:8]
        created = datetime.now(UTC).isoformat(timespec="seconds")
        record = ReleaseRecord(id=f"r{number}-{digest}", bundle=bundle, snapshot=snapshot, recipe=recipe, items=items, created=created)
        path = self.home / "releases" / f"{record.id}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, json.dumps(asdict(record), indent=1))
        return record

    def activate(self, release_id: str) -> ReleaseRecord:
        """Serve this release from now on.

        Raises:
            HomeError: there is none of that id.
        """
        record = self.record(release_id)
        _write(self.home / "CURRENT", record.id)
        return record

    def before_current(self) -> ReleaseRecord:
        """The release that a rollback goes back to: the newest one older than the current one.

        Raises:
            HomeError: nothing is served, or nothing is older.
        """
        current = self.current()
        older = [record for record in self.records() if current and record.number < current.number]
        if not older:
            msg = f"{self.home}: no release before {current.id if current else 'the first'}; see `attire releases list`"
            raise HomeError(msg)
        return older[-1]

    def _paths(self) -> list[Path]:
        return sorted((path for path in (self.home / "releases").glob("r*.json") if _RELEASE_ID.fullmatch(path.stem)), key=_file_number)


def _number(release_id: str) -> int:
    found = _RELEASE_ID.fullmatch(release_id)
    return int(found[1]) if found else 0


def _file_number(path: Path) -> int:
    return _number(path.stem)


def _write(path: Path, text: str) -> None:
    """Write a small file so that it is there whole or as it was, after a crash too."""
    staging = path.with_name(f".{path.name}.{os.getpid()}")
    with staging.open("w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    staging.replace(path)
