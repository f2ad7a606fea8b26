"""Objects below one URL of object storage, through s3fs (``attire[s3]``), which is imported when the first is asked for.

Who may ask, and where (another endpoint, a region), is told as to every program that uses S3: by ``AWS_…`` variables, a profile, or the
machine's role.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from app.ground.errors import ReplacedError, StorageGoneError

BLOCK: Final = 16 * 2**20
"""Bytes that are asked for at once, and kept when the next ones do not come."""
_KEYS: Final = "see that AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the profile or the machine's role may read and write there"
_MENDS: Final = {
    "NoSuchBucket": "make the bucket, or name another in ATTIRE_HOME",
    **dict.fromkeys(("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "403", "NoCredentialsError"), _KEYS),
}
_CHANGED: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})


@dataclass(frozen=True, slots=True)
class Kept:
    """What is told of an object: the entity tag of its content, and its bytes."""

    tag: str
    size: int


class Bucket:
    """The objects below ``url``; of use to several threads at once.

    Every method raises ``StorageGoneError`` where the storage does not answer, or refuses.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._bucket, _, prefix = url.removeprefix("s3://").partition("/")
        self._prefix = f"{prefix}/" if prefix else ""

    @cached_property
    def _files(self) -> Any:  # noqa: ANN401 - s3fs has no types
        from s3fs import S3FileSystem  # noqa: PLC0415 - an extra

        bounds = {"connect_timeout": 5, "read_timeout": 60, "retries": {"max_attempts": 3}}
        return S3FileSystem(use_listings_cache=False, skip_instance_cache=True, max_concurrency=2, config_kwargs=bounds)

    def names(self, below: str = "", *, deep: bool = True) -> Mapping[str, Kept]:
        """The objects whose names begin with ``below``, without that; not ``deep``: only those without a further ``/``."""
        found: dict[str, Kept] = {}
        prefix, after = f"{self._prefix}{below}", None
        while True:
            with self._asked(below):
                told = self._files.call_s3(
                    "list_objects_v2",
                    Bucket=self._bucket,
                    Prefix=prefix,
                    **({} if deep else {"Delimiter": "/"}),
                    **({"ContinuationToken": after} if after else {}),
                )
            found |= {one["Key"].removeprefix(prefix): Kept(one["ETag"], one["Size"]) for one in told.get("Contents", ())}
            after = told.get("NextContinuationToken")
            if not after:
                return found

    def read(self, name: str) -> tuple[bytes, str]:
        """A small object's content, and its tag.

        Raises:
            FileNotFoundError: there is none.
        """
        with self._asked(name):
            tag = str(self._files.info(self._path(name))["ETag"])  # first: of a change in between it is the older, which replaces nothing
            return self._files.cat_file(self._path(name)), tag

    def part(self, name: str, start: int) -> bytes:
        """The next ``BLOCK`` bytes of an object from ``start`` on, which is inside it; raises as ``read``."""
        with self._asked(name):
            found: bytes = self._files.cat_file(self._path(name), start=start, end=start + BLOCK)
            return found

    def replace(self, name: str, content: bytes, tag: str | None) -> str:
        """Write a small object in the place of that with this tag, or where there is none; returns the new tag.

        Raises:
            ReplacedError: it is another one by now.
        """
        condition = {"IfNoneMatch": "*"} if tag is None else {"IfMatch": tag}
        try:
            with self._asked(name):
                told = self._files.call_s3("put_object", Bucket=self._bucket, Key=f"{self._prefix}{name}", Body=content, **condition)
        except FileNotFoundError as error:  # what was to be replaced is gone
            raise self._replaced(name) from error
        return str(told["ETag"])

    def write(self, name: str, file: Path) -> None:
        """Write an object that is a file, large or small, whatever was there."""
        with self._asked(name):
            self._files.put_file(str(file), self._path(name))

    def _path(self, name: str) -> str:
        return f"{self._bucket}/{self._prefix}{name}"

    def _replaced(self, name: str) -> ReplacedError:
        why = "was changed by another meanwhile, or the storage did not answer when this process was to look at it"
        return ReplacedError(f"{self.url}/{name} {why}; so it stays as it is: look, and try again")

    @contextmanager
    def _asked(self, name: str) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - an extra

        try:
            yield
        except (OSError, BotoCoreError) as error:
            code = getattr(error.__cause__, "response", {}).get("Error", {}).get("Code")
            if code in _CHANGED:
                raise self._replaced(name) from error
            if isinstance(error, FileNotFoundError) and code != "NoSuchBucket":
                raise
            kind = type(error).__name__
            why = " ".join(str(error).split()) or kind
            mend = _MENDS.get(code or kind, "see that AWS_ENDPOINT_URL names it, if it is not Amazon's, and that it runs")
            msg = f"{self.url}/{name}: the object storage does not give or take it ({why}); {mend}"
            raise StorageGoneError(msg) from error
