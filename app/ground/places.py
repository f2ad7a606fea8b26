"""Homes in object storage: ``s3://bucket/prefix`` is worked on in a directory of this machine that knows where it belongs, ``ORIGIN``.

Whatever reads or writes a home does so in that directory; what is shared goes to the bucket and comes from it by ``app.home.origin``.
"""

from __future__ import annotations

import hashlib
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from app.ground.errors import HomeError
from models.errors import InputError

ORIGIN: Final = "ORIGIN"
_FIELD: Final = "ATTIRE_HOME"
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
_PREFIX: Final = re.compile(r"[\w.=+-]+", re.ASCII)
_URL: Final = re.compile(r"[a-z][a-z0-9+.-]*:/|s3//", re.ASCII | re.IGNORECASE)


def as_home(told: str | Path) -> Path:
    """The path of a home as a person names it.

    Raises:
        InputError: it looks like a URL, and is none of a place in a bucket; it would be a directory of this machine.
    """
    if _URL.match(str(told)) and not (told.startswith("s3://") if isinstance(told, str) else told.parts[:1] == ("s3:",)):
        msg = f"{str(told)!r} looks like a URL, and a home is a directory or s3://BUCKET/PREFIX; write one of these"
        raise InputError(msg, field=_FIELD)
    if not str(told).strip():
        msg = "names no directory; leave it out for the default"
        raise InputError(msg, field=_FIELD)
    home = Path(told)
    in_bucket(home)
    return home


def in_bucket(home: Path) -> str | None:
    """The URL of a home in object storage; None for a directory. A path has lost one of the slashes.

    >>> in_bucket(Path("s3://shop/homes/a"))
    's3://shop/homes/a'

    Raises:
        InputError: it begins like one, and names no bucket.
    """
    if home.parts[:1] != ("s3:",):
        return None
    bucket, *prefix = home.parts[1:] or ("",)
    url = "s3://" + "/".join((bucket, *prefix))
    if not _BUCKET.fullmatch(bucket):
        msg = f"{url!r} names no bucket; its name has 3 to 63 lowercase letters, digits, hyphens and dots: write s3://BUCKET/PREFIX"
        raise InputError(msg, field=_FIELD)
    if ".." in prefix or not all(map(_PREFIX.fullmatch, prefix)):
        msg = f"{url!r} names no place in a bucket; write s3://BUCKET/PREFIX, the prefix of letters, digits and / . _ = + -"
        raise InputError(msg, field=_FIELD)
    return url


def working_copy(url: str, cache: Path) -> Path:
    """The directory of this machine in which a home of that URL is worked on; it is made where it is missing.

    Raises:
        InputError: ``attire[s3]`` is not installed, or the directory cannot be made.
    """
    if find_spec("s3fs") is None:
        msg = f"{url} is asked by s3fs, which is not installed; pip install 'attire[s3]'"
        raise InputError(msg, field=_FIELD)
    name = re.sub(r"[^\w.-]+", "-", url.removeprefix("s3://"))
    home = (cache.expanduser() / "homes" / f"{name}-{hashlib.sha256(url.encode()).hexdigest()[:8]}").resolve()
    try:
        home.mkdir(parents=True, exist_ok=True)
        (home / ORIGIN).write_text(url + "\n")
    except OSError as error:
        msg = f"{home}, where {url} is worked on, cannot be written ({error.strerror or error}); set ATTIRE_CACHE to a directory that can"
        raise InputError(msg, field=_FIELD) from error
    return home


def origin_url(home: Path) -> str | None:
    """The URL that a directory is the working copy of; None for a home of its own."""
    try:
        return (home / ORIGIN).read_text().strip() or None
    except (FileNotFoundError, NotADirectoryError):
        return None


def shown(home: Path) -> str:
    """A home as a person names it: the URL of a working copy, else the path."""
    return origin_url(home) or str(home)


def check_there(home: Path, instead: str = "name another --home") -> None:
    """Refuse a home that is not there.

    Raises:
        HomeError: it is not.
    """
    if not home.is_dir():
        msg = f"{shown(home)}: {'not a directory' if home.exists() else 'no home here'}; {instead}"
        raise HomeError(msg)


def refuse_in_bucket(home: Path, what: str, instead: str) -> None:
    """Refuse what cannot be done with a home in object storage.

    Raises:
        InputError: this is one.
    """
    if (url := origin_url(home)) is not None:
        msg = f"{what} is for a home that is a directory, not for {url}; {instead}"
        raise InputError(msg, field=_FIELD)
