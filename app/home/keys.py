"""The keys of a home, ``keys.json``: of each its scopes and a hash, never the key itself.

A key is ``attire_ID_SECRET``, with 256 random bits for a secret. Nobody can guess or try that many, so one fast salted hash is enough: the
slow hashes that passwords need protect what people choose, and would cost every request what they cost an attacker.

The file is replaced as a whole, under a lock, so that two who change it at once both do; who reads it sees it before or after.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Final

from pydantic import StringConstraints, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from app.ground.doors import PUBLISHABLE, Scope, an_origin
from app.ground.errors import HomeError
from app.ground.places import shown
from app.home.alone import in_turn
from app.home.origin import origin_of
from app.home.runs import now
from sealed.files import flush, replacing
from sealed.manifest import STRICT

FILE: Final = "keys.json"
_FORMAT: Final = 1
_TOKEN: Final = re.compile(r"attire_([0-9a-f]{8})_[\w-]{43}", re.ASCII)


@checked(frozen=True, slots=True, kw_only=True, config=STRICT)
class Key:
    """What is kept of a key.

    Attributes:
        scopes: what it opens; one that only a later version knows opens nothing here.
        origins: web pages that it is bound to; a key that has some is publishable: a page shows it to everyone.
        salt, hash: in hexadecimal; of a key from the environment they are empty.
        revoked: since when it opens nothing any more.
    """

    id: str
    name: str
    scopes: tuple[str, ...]
    origins: tuple[str, ...] = ()
    salt: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{32})?$")] = ""
    hash: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = ""
    created: str = ""
    revoked: str | None = None

    @property
    def is_publishable(self) -> bool:
        """Whether it is bound to web pages, so that everyone may know it."""
        return bool(self.origins)

    @staticmethod
    def id_of(token: str) -> str | None:
        """The id of the key whose token this would be; None where it has not the form of one."""
        found = _TOKEN.fullmatch(token)
        return found[1] if found else None

    def is_of(self, token: str) -> bool:
        """Whether this is the token of this key, in a time that does not tell how nearly."""
        return hmac.compare_digest(_hashed(token, bytes.fromhex(self.salt)), bytes.fromhex(self.hash))


@dataclass(frozen=True, slots=True)
class KeyFile:
    """The keys of one home."""

    home: Path

    @property
    def path(self) -> Path:
        """The file."""
        return self.home / FILE

    def all(self) -> list[Key]:
        """All keys, oldest first, revoked ones too.

        Raises:
            HomeError: the file cannot be read.
        """
        try:
            said = json.loads(self.path.read_bytes())
            return _KEYS.validate_json(json.dumps(said["keys"]))
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, KeyError, ValidationError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not as this version writes it"
            mended = "use the version that wrote it, or put a copy back; without either remove it, and make every key anew"
            msg = f"{self.path}: cannot be read ({why}); {mended}"
            raise HomeError(msg) from error

    def create(self, name: str, scopes: Iterable[Scope], origins: Iterable[str] = ()) -> tuple[Key, str]:
        """Make a key; returns it with the token that opens, which is kept nowhere.

        Raises:
            HomeError: a scope is none that a publishable key may have, an origin is none, or the file cannot be read.
        """
        key, token = _made(name, scopes, origins)
        with in_turn(self.home, FILE):
            self._write([*self.all(), key])
        return key, token

    def create_first(self, name: str, scopes: Iterable[Scope]) -> tuple[Key, str] | None:
        """Make the home's first key; None where it has had one already, also if another process is faster by a moment."""
        if self.path.exists():
            return None
        key, token = _made(name, scopes, ())
        with in_turn(self.home, FILE):
            if self.path.exists():
                return None
            self._write([key])
        return key, token

    def revoke(self, key_id: str) -> Key:
        """Have a key open nothing from now on.

        Raises:
            HomeError: there is none of that id, or the file cannot be read.
        """
        with in_turn(self.home, FILE):
            keys = self.all()
            found = next((key for key in keys if key.id == key_id), None)
            if found is None:
                msg = f"{shown(self.home)}: no key {key_id!r}; there are: {', '.join(key.id for key in keys) or 'none'}"
                raise HomeError(msg)
            revoked = found if found.revoked else replace(found, revoked=now())
            self._write([revoked if key.id == key_id else key for key in keys])
        return revoked

    def _write(self, keys: Sequence[Key]) -> None:
        """Write the file as a whole, readable for whom it was, or, the first time, for whom the home belongs to: the service reads it."""
        text = json.dumps({"format": _FORMAT, "keys": [asdict(key) for key in keys]}, indent=1)
        if (origin := origin_of(self.home)) is not None:
            origin.replace(FILE, f"{text}\n".encode())
        owner = (self.path if self.path.exists() else self.home).stat()
        with replacing(self.path, private=True) as staging:
            if os.geteuid() == 0:
                os.chown(staging, owner.st_uid, owner.st_gid)
            staging.write_text(text + "\n")
        flush(self.home)


def _made(name: str, scopes: Iterable[Scope], origins: Iterable[str]) -> tuple[Key, str]:
    try:
        pages = tuple(dict.fromkeys(an_origin(origin) for origin in origins))
    except ValueError as error:
        raise HomeError(str(error)) from error
    if "*" in pages:
        msg = "a key that web pages show is bound to some of them; name each, as https://shop.example"
        raise HomeError(msg)
    wanted = tuple(dict.fromkeys(scopes))
    if pages and not PUBLISHABLE.issuperset(wanted):
        msg = f"a key that web pages show may have {' and '.join(sorted(PUBLISHABLE))} only, not {', '.join(wanted)}"
        raise HomeError(msg)
    if not wanted or not name.isprintable() or not name.strip():
        msg = "a key needs a scope, and a name that can be printed"
        raise HomeError(msg)
    key_id, salt = secrets.token_hex(4), secrets.token_bytes(16)
    token = f"attire_{key_id}_{secrets.token_urlsafe(32)}"
    kept = Key(id=key_id, name=name, scopes=wanted, origins=pages, salt=salt.hex(), hash=_hashed(token, salt).hex(), created=now())
    return kept, token


def _hashed(token: str, salt: bytes) -> bytes:
    return hashlib.blake2b(token.encode(), salt=salt, digest_size=32).digest()


_KEYS: Final = TypeAdapter(list[Key])
