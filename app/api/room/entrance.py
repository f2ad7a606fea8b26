"""How a person comes in with a browser: a form takes an admin key once, and a cookie stands for it, for an hour.

The cookie says which key, until when, and a random word, signed with a secret that lies in the home beside the keys (and is in no backup).
It is asked each time whether the key still opens: one that was revoked ends its sessions with it. Who leaves is noted in the home, so that
no copy of the cookie opens any process that serves it. Scripts cannot read the cookie, and no
page of another site has it sent (``SameSite=Strict``); a form is taken only from a page of this service, with the word that its session
was given.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.requests import HTTPConnection

from app.api.keys import foreign_page, scheme_of
from app.api.rates import ENTRIES, Rates
from app.api.ring import Ring
from app.ground.errors import Detail, KeyRefusedError
from app.home.alone import in_turn
from app.home.keys import Key
from sealed.files import flush, replacing

COOKIE: Final = "attire_ops"
LIVES_S: Final = 3_600
_FILE: Final = ".ops-secret"  # begins with a dot: no backup has it
_LEFT: Final = ".ops-left"
_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who came in. ``word`` is what a form of theirs carries."""

    key: Key
    word: str


@dataclass(frozen=True, slots=True)
class Entrance:
    """The entrance of the ops room; every replica of a home has the same."""

    home: Path
    ring: Ring
    rates: Rates

    async def let_in(self, connection: HTTPConnection, token: str) -> str:
        """The cookie's value for whoever has an admin key.

        Raises:
            KeyRefusedError: it is none, or is asked too often from this address, or by another page.
        """
        self._check_page(connection)
        if not await self.rates.count_entry(connection):
            problem = f"too many tries: {ENTRIES} a minute; wait a little"
            raise _refused(problem, "")
        key = self.ring.find(token)
        if key is None or "admin" not in key.scopes:
            problem = "this is not a key of the scope admin of the home that is served, or it was revoked"
            raise _refused(problem, f"{len(token)} characters")
        said = f"{key.id}.{int(time.time()) + LIVES_S}.{secrets.token_urlsafe(12)}"
        return f"{said}.{self._signed('session', said, key.id)}"

    def session(self, cookie: str | None) -> Session | None:
        """Whose this cookie is; None where it is nobody's any more."""
        said, _, signature = (cookie or "").rpartition(".")
        parts = said.split(".")
        if len(parts) != 3 or not parts[1].isdecimal() or len(parts[1]) > 12:  # noqa: PLR2004 - key, until, word
            return None
        found = self.ring.stamped(parts[0])
        if found is None or "admin" not in found[0].scopes or int(parts[1]) < time.time():
            return None
        if not hmac.compare_digest(signature.encode(), self._signed("session", said, parts[0]).encode()):
            return None
        session = Session(found[0], self._signed("form", said, parts[0]))
        return None if self._left(session).exists() else session

    def let_out(self, session: Session) -> None:
        """Note that somebody has left; sessions that would have ended by themselves by now are forgotten."""
        path = self._left(session)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.touch()
        for other in path.parent.iterdir():
            with suppress(FileNotFoundError):  # of who leaves at once
                if other.stat().st_mtime + LIVES_S < time.time():
                    other.unlink()

    def check_form(self, connection: HTTPConnection, session: Session, word: str) -> None:
        """See that a form comes from a page of this service, and of this session.

        Raises:
            KeyRefusedError: it does not.
        """
        self._check_page(connection)
        if not hmac.compare_digest(word.encode(), session.word.encode()):
            problem = "this form is of another session; open the page again"
            raise _refused(problem, "")

    def _left(self, session: Session) -> Path:
        """What is there once it was left."""
        return self.home / _LEFT / hashlib.sha256(session.word.encode()).hexdigest()

    def _check_page(self, connection: HTTPConnection) -> None:
        page = foreign_page(connection, (scheme_of(connection),))
        if page is None and "origin" not in connection.headers:
            page = "none is told"
        if page is not None:
            scheme, host = scheme_of(connection), connection.headers.get("host", "").lower()
            tls = (
                f", which is asked by {scheme}: a proxy that ends TLS says so with X-Forwarded-Proto" if page.endswith(f"://{host}") else ""
            )
            problem = f"only pages of this service may send this{tls}"
            raise KeyRefusedError(problem, [Detail("Origin", page, problem)])

    def _signed(self, what: str, said: str, key_id: str) -> str:
        found = self.ring.stamped(key_id)
        stamp = found[1] if found else b""
        return hmac.new(self._secret(), b"\0".join([what.encode(), said.encode(), stamp]), hashlib.sha256).hexdigest()

    def _secret(self) -> bytes:
        path = self.home / _FILE
        try:
            found = path.read_bytes()
        except FileNotFoundError:
            found = b""
        if len(found) == _BYTES:
            return found
        with in_turn(self.home, _FILE.removeprefix(".")):
            if not path.exists() or path.stat().st_size != _BYTES:
                with replacing(path, private=True) as staging:
                    staging.write_bytes(secrets.token_bytes(_BYTES))
                flush(self.home)
            return path.read_bytes()


def _refused(problem: str, value: str) -> KeyRefusedError:
    return KeyRefusedError(problem, [Detail("key", value, problem)])
