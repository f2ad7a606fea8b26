"""The keys that open a replica: those of the environment, and those of its home, which other processes make and revoke."""

from __future__ import annotations

import hashlib
import hmac

from app.ground.doors import Scope
from app.ground.errors import HomeError
from app.ground.logs import logger
from app.ground.parts import Keys
from app.home.keys import Key, KeyFile


class Ring:
    """Finds the key that a client sent.

    The file is looked at each time, and read again where it is another one: so a key that was revoked is refused at once, on every replica
    that shares the home. While the file has nonsense in it, those keys stay that were read before; while it may not be read, none opens.

    Attributes:
        trouble: why the file cannot be read; None while it can.
    """

    def __init__(self, file: KeyFile, settings: Keys) -> None:
        named: list[tuple[str, tuple[Scope, ...]]] = [("admin", ("admin",)), ("catalogue", ("write",))]
        self._fixed: list[tuple[bytes, Key]] = []
        for name, scopes in named:
            secret = getattr(settings, name)
            if secret is not None:
                key = Key(id=f"environment:{name}", name=name, scopes=scopes)
                self._fixed.append((secret.get_secret_value().encode(), key))
        self._file = file
        self.trouble: str | None = None
        self._seen: tuple[int, int, int] | None = None
        self._by_id: dict[str, Key] = {}
        self._origins: frozenset[str] = frozenset()

    def find(self, token: str) -> Key | None:
        """The key of this token; None where it opens nothing."""
        sent = token.encode("utf-8", "surrogateescape")
        for secret, key in self._fixed:
            if hmac.compare_digest(sent, secret):
                return key
        self._look()
        return next((key for key in self._candidates(token) if key.is_of(token)), None)

    def stamped(self, key_id: str) -> tuple[Key, bytes] | None:
        """The key of this id, and bytes that are others for another key of the same id; None where it opens nothing."""
        for secret, key in self._fixed:
            if key.id == key_id:
                return key, hashlib.blake2b(secret).digest()
        self._look()
        found = self._by_id.get(key_id)
        return None if found is None or found.revoked else (found, found.hash.encode())

    @property
    def origins(self) -> frozenset[str]:
        """The web pages that publishable keys are bound to."""
        self._look()
        return self._origins

    def opens(self) -> bool:
        """Read the file if it is another, so that what is wrong is known before anybody comes; whether any of its keys is known."""
        self._look()
        return bool(self._by_id)

    def _candidates(self, token: str) -> list[Key]:
        key = self._by_id.get(Key.id_of(token) or "")
        return [] if key is None or key.revoked else [key]

    def _look(self) -> None:
        """Read the file if it is another than the last time; to see that it is not takes microseconds."""
        try:
            about = self._file.path.stat()
            seen = about.st_ctime_ns, about.st_size, about.st_ino
        except OSError:
            seen = None
        if seen == self._seen:
            return
        self._seen, self.trouble = seen, None
        try:
            keys = self._file.all()
        except HomeError as error:
            self.trouble = str(error)
            logger().error("keys_unreadable", why=self.trouble)
            if isinstance(error.__cause__, OSError):  # not even to be looked at: what was revoked must not open for ever
                self._by_id, self._origins = {}, frozenset()
            return
        self._by_id = {key.id: key for key in keys}
        self._origins = frozenset(origin for key in keys if not key.revoked for origin in key.origins)
