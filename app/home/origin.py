"""What a working copy of a home in object storage shares with it (``app.ground.places``).

``CURRENT`` of the bucket names the release that is served and those that led to it, in one object that is only ever replaced by whoever has
seen what it replaces. Releases, bundles and snapshots are written before it names them and never changed; they are taken over file by
file, each by its sha256, and are there whole or not at all. ``rules.json``, ``experiments.json`` and ``keys.json`` are replaced as
``CURRENT`` is. Pictures have the sha256 of their content for a name. All else of a home is this machine's own.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Final

from app.ground.errors import HomeError
from app.ground.logs import logger
from app.ground.places import origin_url
from app.home.bucket import Bucket, Kept
from sealed.directories import flush_all
from sealed.files import flush, replacing, sha256, write_whole
from sealed.manifest import MANIFEST

CURRENT, SERVED, SHADOW = "CURRENT", "SERVED", "SHADOW"
SHARED: Final = frozenset({CURRENT, "rules.json", "experiments.json", "keys.json"})
_AT_ONCE: Final = 8


class Origin:
    """One home in object storage and its working copy; of use to several threads at once.

    Everything raises ``HomeError`` where the storage does not answer, or refuses.
    """

    def __init__(self, home: Path, url: str) -> None:
        self.home, self.bucket = home, Bucket(url)
        self._seen: dict[str, str] = {}  # name of what is shared -> the tag that this process saw last
        self._lock = threading.Lock()

    def refresh(self) -> None:
        """Take over what was shared since; whoever was seen last is whom a change of this process replaces."""
        with self._lock:
            told = self.bucket.names(deep=False)
            for name in sorted(SHARED & told.keys(), reverse=True):  # CURRENT last
                if told[name].tag != self._seen.get(name):
                    content, tag = self.bucket.read(name)
                    if name == CURRENT:
                        self._take_current(content)
                    else:
                        self._keep(self.home / name, content)
                    self._seen[name] = tag

    def replace(self, name: str, content: bytes) -> None:
        """Share a new content of one of ``SHARED``.

        Raises:
            ReplacedError: somebody else has changed it since this process has seen it.
        """
        with self._lock:
            self._seen[name] = self.bucket.replace(name, content, self._seen.get(name))

    def publish(self, release_id: str, bundle: str, snapshot: str, served: Sequence[str]) -> None:
        """Have this release be served: first all that it is made of, then ``CURRENT``.

        Raises:
            ReplacedError: another release has been made current since this process has seen which one was. Nothing else serves then.
        """
        self._send_directory(f"bundles/{bundle}")
        self._send_directory(f"snapshots/{snapshot}")
        self._send_new("images", {path.relative_to(self.home / "images").as_posix() for path in (self.home / "images").glob("??/[!.]*")})
        self.bucket.write(f"releases/{release_id}.json", self.home / "releases" / f"{release_id}.json")
        self.replace(CURRENT, json.dumps({"current": release_id, "served": list(served)}).encode())

    def bring(self, place: str) -> None:
        """Take over a sealed directory, ``bundles/<id>`` or ``snapshots/<id>``; after a kill it goes on where it was.

        Raises:
            HomeError: a file is missing, or is not what was published: the message names it.
        """
        final = self.home / place
        if (final / MANIFEST).is_file():
            return
        coming = final.with_name(f".coming-{final.name}")
        final.parent.mkdir(parents=True, exist_ok=True)
        with _alone(final.with_name(".coming.lock")):
            if (final / MANIFEST).is_file():
                return
            coming.mkdir(exist_ok=True)
            said = self._manifest(place)
            told = self.bucket.names(f"{place}/")
            for name, digest in said.items():
                self._bring_file(f"{place}/{name}", coming / name, digest, told.get(name))
            (coming / MANIFEST).write_bytes(self.bucket.read(f"{place}/{MANIFEST}")[0])
            flush_all(coming)
            coming.replace(final)
            flush(final.parent)

    def bring_picture(self, name: str, path: Path) -> None:
        """Take over a picture, if there is one of that name."""
        with suppress(FileNotFoundError):
            content, _ = self.bucket.read(f"images/{name[:2]}/{name}")
            if hashlib.sha256(content).hexdigest() != name.partition(".")[0]:
                msg = f"{self.bucket.url}/images/{name[:2]}/{name}: truncated or altered (its sha256 is not its name)"
                raise HomeError(msg)
            with replacing(path, to_disk=False) as staging:
                staging.write_bytes(content)

    def bring_pictures(self) -> None:
        """Take over all pictures, for what reads each of them."""
        named = self.bucket.names("images/")
        missing = [path.rpartition("/")[2] for path in named if not (self.home / "images" / path).is_file()]
        with ThreadPoolExecutor(_AT_ONCE, "pictures") as threads:
            list(threads.map(lambda name: self.bring_picture(name, self.home / "images" / name[:2] / name), missing))

    def send_picture(self, name: str, path: Path) -> None:
        """Share a picture."""
        self.bucket.write(f"images/{name[:2]}/{name}", path)

    def _take_current(self, content: bytes) -> None:
        try:
            said = json.loads(content)
            current, served = str(said["current"]), [str(one) for one in said["served"]]
        except (ValueError, KeyError, TypeError) as error:
            msg = f"{self.bucket.url}/{CURRENT}: not as `attire publish` writes it; put an earlier version back"
            raise HomeError(msg) from error
        for name in self.bucket.names("releases/"):
            if not (self.home / "releases" / name).exists():
                self._keep(self.home / "releases" / name, self.bucket.read(f"releases/{name}")[0])
        write_whole(self.home / SERVED, "\n".join(served))
        write_whole(self.home / CURRENT, current)

    def _keep(self, path: Path, content: bytes) -> None:
        if path.exists() and path.read_bytes() == content:
            return
        with replacing(path, private=True) as staging:
            staging.write_bytes(content)

    def _manifest(self, place: str) -> dict[str, str]:
        """Name -> sha256, of the files of a directory."""
        where, wanted = f"{self.bucket.url}/{place}/{MANIFEST}", place.rpartition("/")[2]
        try:
            said = json.loads(self.bucket.read(f"{place}/{MANIFEST}")[0])
            files = {str(name): str(digest) for name, digest in said["files"].items()}
        except FileNotFoundError as error:
            msg = f"{where}: missing; publish the release again"
            raise HomeError(msg) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            msg = f"{where}: not a manifest; publish the release again"
            raise HomeError(msg) from error
        if said.get("id") != wanted or any(name.startswith("/") or ".." in Path(name).parts for name in files):
            msg = f"{where}: not the manifest of {wanted}; publish the release again"
            raise HomeError(msg)
        return files

    def _bring_file(self, name: str, path: Path, digest: str, told: Kept | None) -> None:
        if told is None:
            msg = f"{self.bucket.url}/{name}: missing; publish the release again"
            raise HomeError(msg)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        while (have := path.stat().st_size) < told.size:
            with path.open("ab") as file:
                file.write(self.bucket.part(name, have))
        if sha256(path) != digest:
            path.unlink()  # what is kept of it may be of a download that was damaged
            msg = f"{self.bucket.url}/{name}: truncated or altered (its sha256 is not the manifest's); publish the release again"
            raise HomeError(msg)

    def _send_directory(self, place: str) -> None:
        """The manifest last: who finds it finds all files."""
        said = json.loads((self.home / place / MANIFEST).read_bytes())
        self._send_new(place, said["files"])
        self._send_new(place, [MANIFEST])

    def _send_new(self, place: str, names: Iterable[str]) -> None:
        """Write what is not there, or not as long as here."""
        told = self.bucket.names(f"{place}/")
        new = [name for name in names if name not in told or told[name].size != (self.home / place / name).stat().st_size]
        with ThreadPoolExecutor(_AT_ONCE, "send") as threads:
            list(threads.map(lambda name: self.bucket.write(f"{place}/{name}", self.home / place / name), new))


_KNOWN: Final[dict[Path, Origin]] = {}


def origin_of(home: Path) -> Origin | None:
    """Where a home is shared; None for one that is a directory of its own."""
    if (found := _KNOWN.get(home)) is None and (url := origin_url(home)) is not None:
        found = _KNOWN.setdefault(home, Origin(home, url))
    return found


def refreshed(home: Path) -> None:
    """Take over what was shared since; where the storage does not answer, what is here already does, if a release is."""
    if (origin := origin_of(home)) is None:
        return
    try:
        origin.refresh()
    except HomeError as error:
        if not (home / CURRENT).exists():
            raise
        logger().warning("origin_gone", why=str(error), goes_on="with what was taken over before")


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        flock(file, LOCK_EX)
        yield
