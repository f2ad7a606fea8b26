"""What a sealed directory says of itself: ``manifest.json`` with the sha256 of each file, under an id that is its content's digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from sealed.errors import OtherVersionError, SealedError
from sealed.files import sha256

MANIFEST: Final = "manifest.json"
STRICT: Final = ConfigDict(strict=True, extra="forbid")
"""What is read from the disk is of the type and the fields that were written, or refused."""
_ID_LENGTH: Final = 16

T = TypeVar("T")


@checked(frozen=True, kw_only=True, config=STRICT)
class Manifest:
    """What every manifest says; the manifest of a kind of directory adds to it what that kind is.

    Attributes:
        format: of the directory.
        files: name -> sha256, of everything but the manifest.
        id: the digest of all that counts.
        created: when, ISO 8601, UTC.
    """

    format: int = 0
    files: Mapping[str, str] = field(default_factory=dict)
    id: str = ""
    created: str = ""


ManifestT = TypeVar("ManifestT", bound=Manifest)


@dataclass(frozen=True, kw_only=True)
class Seal(Generic[ManifestT]):
    """How one kind of directory is sealed and opened.

    Attributes:
        kind: what it is called in messages.
        manifest: what its manifest holds.
        older: the same for formats that are still read, by format.
        uncounted: fields that are no content, so that they do not change the id.
        separators: of the JSON that the id is the digest of.
    """

    kind: str
    manifest: type[ManifestT]
    format: int
    older: Mapping[int, type[ManifestT]] = field(default_factory=dict)
    uncounted: frozenset[str] = frozenset()
    separators: tuple[str, str] = (", ", ": ")

    def put(self, directory: Path, manifest: ManifestT) -> ManifestT:
        """Write ``manifest.json`` over the files that are in a directory now; returns the manifest with their digests and its id."""
        files = sorted(path for path in directory.rglob("*") if path.is_file() and path != directory / MANIFEST)
        digests = {path.relative_to(directory).as_posix(): sha256(path) for path in files}
        said = TypeAdapter(self.manifest).dump_python(manifest, mode="json")
        body = {name: value for name, value in said.items() if name not in {"files", "id", "created"}}
        body |= {"format": self.format, "files": digests}
        body |= {"id": self._content_id(body), "created": datetime.now(UTC).isoformat(timespec="seconds")}
        (directory / MANIFEST).write_text(json.dumps(body, indent=1, ensure_ascii=False))
        return self.read(directory)

    def read(self, directory: Path) -> ManifestT:
        """The manifest of a directory.

        Raises:
            SealedError: missing, malformed or altered. OtherVersionError: of a format, or with fields, that this version does not read.
        """
        path = directory / MANIFEST
        if not path.exists():
            msg = f"{directory}: no {self.kind} here ({MANIFEST} is missing)"
            raise SealedError(msg)
        try:
            body = json.loads(_content(path))
        except (ValueError, RecursionError) as error:
            msg = f"{path}: not JSON"
            raise SealedError(msg) from error
        form = body.get("format") if isinstance(body, dict) else self.format
        manifest = {self.format: self.manifest, **self.older}.get(form if isinstance(form, int) else 0)
        if manifest is None:
            msg = f"{path}: format {form!r}, this version reads {self.format}"
            raise (OtherVersionError if isinstance(form, int) and form > self.format else SealedError)(msg)
        try:
            found = read_as(manifest, path, f"a {self.kind}'s manifest")
        except SealedError as error:
            if isinstance(body, dict) and self._content_id(body) == body.get("id"):  # it is what whoever wrote it meant
                msg = f"{path}: written by another version ({_first(error.__cause__)})"
                raise OtherVersionError(msg) from error
            raise
        if self._content_id(body) != found.id:
            msg = f"{path}: corrupted (altered: its content does not give the id {found.id!r})"
            raise SealedError(msg)
        return found

    def check(self, directory: Path, manifest: ManifestT, digests: Mapping[str, str] | None = None) -> None:
        """See that every file is there and is what was written.

        Args:
            digests: name -> sha256 of the files, where they are known already; None reads them.

        Raises:
            SealedError: one is missing, unreadable or altered; the message names it.
        """
        for name, digest in manifest.files.items():
            try:
                found = sha256(directory / name) if digests is None else digests[name]
            except (FileNotFoundError, KeyError) as error:
                msg = f"{directory / name}: missing from the {self.kind}"
                raise SealedError(msg) from error
            except OSError as error:
                raise _unreadable(directory / name, error) from error
            if found != digest:
                msg = f"{directory / name}: corrupted (its sha256 is not the manifest's)"
                raise SealedError(msg)

    def _content_id(self, body: Mapping[str, Any]) -> str:
        """The id that a manifest's content gives it, the digests of its files among it; when it was made never counts."""
        content = {name: value for name, value in body.items() if name not in {"id", "created", *self.uncounted}}
        return hashlib.sha256(json.dumps(content, sort_keys=True, separators=self.separators).encode()).hexdigest()[:_ID_LENGTH]


def read_as(kind: type[T], path: Path, what: str) -> T:
    """What a JSON file holds, checked strictly.

    Args:
        what: it should be, for the message: ``a release``.

    Raises:
        SealedError: it cannot be read, or is something else; the message names the file and the field.
    """
    try:
        found = TypeAdapter(kind).validate_json(_content(path), strict=True)
    except ValidationError as error:
        msg = f"{path}: not {what} ({_first(error)})"
        raise SealedError(msg) from error
    return found


def _first(error: BaseException | None) -> str:
    """The first thing that is wrong, and where."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc'])) or 'content'}: {first['msg']}"


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> SealedError:
    return SealedError(f"{path}: cannot be read ({error.strerror})")
