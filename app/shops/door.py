"""The door of what the process answers itself, as no shop is asked or one that does not run: who tries keys is counted as at a shop's."""

from __future__ import annotations

import hmac
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.doors import as_kept, telling
from app.api.keys import sent_token
from app.api.problems import respond_to
from app.api.rates import Rates, too_many
from app.ground.errors import Detail, KeyRefusedError
from app.ground.settings import Settings
from app.home.keys import Key

_ADMIN: Final = Key(id="environment:admin", name="admin", scopes=("admin",))
_TELLING: Final = frozenset({"/readyz", "/metrics"})
"""What is answered otherwise to the installation's own admin key; everything else is the same whatever key is sent."""
_REFUSED: Final = "this key is not the installation's own, ATTIRE_KEYS__ADMIN, nor that of a shop"


class OwnDoor:
    """Lets a request through, of whom the installation's admin key was sent with ``state["key"]``; or answers why not."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self._admin, self._rates = app, settings.keys.admin, Rates(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection, path = HTTPConnection(scope), scope["path"]
        token = sent_token(connection.headers)
        key = _ADMIN if token is not None and self._opens(token) else None
        if key is not None:
            scope.setdefault("state", {})["key"] = key.id
        probing = path == "/healthz" or (path == "/readyz" and token is None)
        allowance = None if probing else await self._rates.count(connection, key, self._rates.who(connection, key))
        refusal: Response | None = None
        if allowance is not None and not allowance.allowed:
            refusal = too_many(allowance)
        elif token is not None and key is None and path in _TELLING and scope["asked"] is None:
            refusal = respond_to(KeyRefusedError(_REFUSED, [Detail("X-API-Key", f"{len(token)} characters", _REFUSED)]))
        sending = as_kept(send, everybodys=token is None, by_key=path in _TELLING)
        await (refusal or self.app)(scope, receive, sending if allowance is None else telling(sending, {"allowance": allowance}))

    def _opens(self, token: str) -> bool:
        sent = token.encode("utf-8", "surrogateescape")
        return self._admin is not None and hmac.compare_digest(sent, self._admin.get_secret_value().encode())
