"""The release store: a home directory, where everything but ``CURRENT`` and ``SERVED`` is written once and never changed.

bundles/<id>/ · snapshots/<id>/ · images/ · thumbnails/ · encoded/ · releases/<id>.json · CURRENT (the id of the release that is
served) · SERVED (the ids that led to it, oldest first: what a rollback goes back along) · imported.json (what was imported last) ·
rejects.jsonl (rows set aside) · feeds/ (what came of each feed that is synchronised)

Release ids count up (``r3-1f0c9a2b``).
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Final

from pydantic import NonNegativeInt, StringConstraints
from pydantic.dataclasses import dataclass as checked

from app.ground.errors import HomeError
from app.ground.places import shown
from app.ground.shortened import shortened
from app.home.alone import one_by_one
from app.home.encodings import Encodings
from app.home.halves import refuse_half
from app.home.images import ImageStore
from app.home.origin import origin_of, refreshed
from app.home.runs import now
from app.home.thumbnails import Thumbnails
from sealed import directories
from sealed.errors import SealedError
from sealed.files import write_whole
from sealed.manifest import STRICT, read_as

_RELEASE_ID: Final = re.compile(r"r(\d+)-[0-9a-f]{8}")
_REMEMBERED: Final = 1_000
"""Releases that a rollback can go back along."""
_LOCKED: Final = "releases"
"""Held by who changes what is there, or what is served: two at once would count to the same number, and one lose its way back."""

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""Of a directory in the home; never a path out of it."""


@checked(frozen=True, slots=True, kw_only=True, config=STRICT)
class ReleaseRecord:
    """A bundle and a snapshot that belong together.

    Attributes:
        catalog_offset: the place in the ``catalog`` log up to which the snapshot has the changes; later ones are replayed over it.
    """

    id: str
    bundle: Name
    snapshot: Name
    recipe: str
    items: NonNegativeInt
    created: str
    catalog_offset: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseStore:
    """A home directory."""

    home: Path

    @property
    def images(self) -> ImageStore:
        """The pictures of the catalogue."""
        return ImageStore(self.home / "images")

    @property
    def thumbnails(self) -> Thumbnails:
        """Those pictures, small."""
        return Thumbnails(self.home / "thumbnails", self.images)

    def encodings(self, fingerprint: str) -> Encodings:
        """The features of changed items, by the encoder of that fingerprint."""
        return Encodings(self.home / "encoded" / fingerprint)

    def bundle_path(self, bundle_id: str) -> Path:
        """Where a bundle lies."""
        return self.home / "bundles" / bundle_id

    def snapshot_path(self, snapshot_id: str) -> Path:
        """Where a snapshot lies."""
        return self.home / "snapshots" / snapshot_id

    def staging(self, kind: str) -> Path:
        """A path beside the finished ``bundles`` or ``snapshots`` to write to, nobody else's; ``keep`` gives it its name."""
        path = self.home / kind / f"new-{secrets.token_hex(8)}"  # not by process: those of two containers have the same numbers
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def keep(self, staged: Path, name: str) -> None:
        """Give a finished directory its content's name; one that is already there is kept instead, if it is still what it was."""
        directories.keep(staged, staged.with_name(name))

    def copy_bundle(self, source: Path, bundle_id: str) -> None:
        """Take a bundle into the store; see ``keep`` for one that is there already."""
        final = self.bundle_path(bundle_id)
        if not directories.same(source, final):
            with directories.staged(final) as staging:
                shutil.copytree(source, staging, dirs_exist_ok=True, copy_function=shutil.copyfile)  # open as the umask says

    def current(self) -> ReleaseRecord | None:
        """The release that is served, or None on a fresh home.

        Raises:
            HomeError: ``CURRENT`` cannot be read, or names a release that is not there; a restore was broken off.
        """
        refreshed(self.home)
        return self._named()

    def _named(self) -> ReleaseRecord | None:
        """The release that ``CURRENT`` names here; raises as ``current``."""
        path = self.home / "CURRENT"
        try:
            name = path.read_text().strip()
        except FileNotFoundError:
            refuse_half(self.home)
            return None
        except NotADirectoryError as error:
            msg = f"{shown(self.home)}: not a directory; choose another --home"
            raise HomeError(msg) from error
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "not text"
            msg = f"{path}: cannot be read ({why}); remove it, and name a release again with `attire releases activate`"
            raise HomeError(msg) from error
        if name not in (known := [record.stem for record in self._paths()]):
            msg = (
                f"{path}: names {shortened(name)!r}, and there are: {', '.join(known) or 'none'}; name one with `attire releases activate`"
            )
            raise HomeError(msg)
        return self.record(name)

    def served(self) -> ReleaseRecord:
        """The release that is served.

        Raises:
            HomeError: there is none; and as ``current``.
        """
        record = self.current()
        if record is None:
            msg = f"{shown(self.home)}: no release here yet; run `attire import DATA --home {shown(self.home)}` first"
            raise HomeError(msg)
        return record

    def bring(self, record: ReleaseRecord) -> ReleaseRecord:
        """The same release, once what it is made of is here, which it is not yet where the home is in object storage.

        Raises:
            HomeError: something of it is missing there, or is not what was published.
        """
        if (origin := origin_of(self.home)) is not None:
            origin.bring(f"bundles/{record.bundle}")
            origin.bring(f"snapshots/{record.snapshot}")
        return record

    def bring_pictures(self) -> None:
        """Have all pictures here, for what reads each of them."""
        if (origin := origin_of(self.home)) is not None:
            origin.bring_pictures()

    def record(self, release_id: str) -> ReleaseRecord:
        """Read one release.

        Raises:
            HomeError: there is none of that id, or its file is broken.
        """
        path = self.home / "releases" / f"{release_id}.json"
        if not path.exists():
            refreshed(self.home)
        known = [record.stem for record in self._paths()]
        if not _RELEASE_ID.fullmatch(release_id) or not path.exists():
            msg = f"{shown(self.home)}: no release {shortened(release_id)!r}; there are: {', '.join(known) or 'none'}"
            raise HomeError(msg)
        try:
            record = read_as(ReleaseRecord, path, "a release")
        except SealedError as error:
            msg = f"{error}; activate another with `attire releases activate`"
            raise HomeError(msg) from error
        if record.id != release_id:
            msg = f"{path}: not a release (its id is {shortened(record.id)!r}); activate another with `attire releases activate`"
            raise HomeError(msg)
        return record

    def records(self) -> list[ReleaseRecord]:
        """Every release that can be read, oldest first."""
        return self.survey()[0]

    def survey(self) -> tuple[list[ReleaseRecord], list[HomeError]]:
        """Every release that can be read, oldest first, and why the others cannot."""
        records: list[ReleaseRecord] = []
        broken: list[HomeError] = []
        for path in self._paths():
            try:
                records.append(self.record(path.stem))
            except HomeError as error:
                broken.append(error)
        return records, broken

    def add(self, *, bundle: str, snapshot: str, recipe: str, items: int, catalog_offset: str = "") -> ReleaseRecord:
        """Write down a new release; ``activate`` serves it."""
        with one_by_one(self.home, _LOCKED):
            number = max((_number(path.stem) for path in self._paths()), default=0) + 1
            digest = hashlib.sha256(f"{number} {bundle} {snapshot}".encode()).hexdigest()[:8]
            record = ReleaseRecord(
                id=f"r{number}-{digest}",
                bundle=bundle,
                snapshot=snapshot,
                recipe=recipe,
                items=items,
                created=now(),
                catalog_offset=catalog_offset,
            )
            path = self.home / "releases" / f"{record.id}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, json.dumps(asdict(record), indent=1))
            return record

    def activate(self, release_id: str, *, back: bool = False) -> ReleaseRecord:
        """Serve this release from now on.

        Args:
            back: it is ``before_current``, and a further rollback goes on from there.

        Raises:
            HomeError: there is none of that id; or, of a home in object storage, somebody else has made another current meanwhile.
        """
        with one_by_one(self.home, _LOCKED):
            record, served = self.record(release_id), self._served()
            if not back:
                served = [*(served_id for served_id in served if served_id != record.id), record.id][-_REMEMBERED:]
            if (origin := origin_of(self.home)) is not None:
                self.bring(record)
                origin.publish(record.id, record.bundle, record.snapshot, served)
            if not back:  # before CURRENT: what a kill in between leaves behind the current one does not count
                write_whole(self.home / "SERVED", "\n".join(served))
            write_whole(self.home / "CURRENT", record.id)
            return record

    def before_current(self) -> ReleaseRecord:
        """The release that a rollback goes back to: the one that served before the current one, so never one that did not serve.

        Raises:
            HomeError: nothing is served, or nothing served before.
        """
        current = self.served()
        for record in self.served_before():
            return record
        msg = f"{shown(self.home)}: no release served before {current.id}; see `attire releases list`"
        raise HomeError(msg)

    def served_before(self) -> Iterator[ReleaseRecord]:
        """Those that served before the current one, the last first, but for those that are gone or broken."""
        for release_id in reversed(self._served()[:-1]):
            with suppress(HomeError):
                yield self.record(release_id)

    def gone_back_to(self) -> list[ReleaseRecord]:
        """What may be gone back to from the current release: the one that served before it, and the last one of another bundle."""
        found: list[ReleaseRecord] = []
        served = self._served()
        for release_id in reversed(served):
            with suppress(HomeError):
                found.append(self.record(release_id))
        return [*found[1:2], *[record for record in found if record.bundle != found[0].bundle][:1]]

    def _served(self) -> list[str]:
        """The releases that led to the current one, which is the last; those behind it were rolled back."""
        try:
            current = self._named()
        except HomeError:  # what it named is not there; whatever is activated now is a new beginning
            current = None
        if current is None:
            return []
        path = self.home / "SERVED"
        ids = path.read_text(errors="replace").split() if path.exists() else []
        while ids and ids[-1] != current.id:
            ids.pop()
        return ids or [current.id]

    def _paths(self) -> list[Path]:
        found = (path for path in (self.home / "releases").glob("r*.json") if _RELEASE_ID.fullmatch(path.stem))
        return sorted(found, key=lambda path: _number(path.stem))


def _number(release_id: str) -> int:
    found = _RELEASE_ID.fullmatch(release_id)
    return int(found[1]) if found else 0
