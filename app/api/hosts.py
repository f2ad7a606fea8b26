"""Under which names the service may be asked.

A web page whose name its owner points at this machine (DNS rebinding) reaches the service as if it were the service's own page. It can only
do so under a name of its own, which has a dot; so addresses, ``localhost`` and names without a dot are let through, and any other must be
a setting.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problems import respond
from app.ground.addresses import known
from app.ground.errors import UNKNOWN_HOST, Detail

_HOST: Final = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?\.?)(:\d{1,5})?", re.ASCII | re.IGNORECASE)


class Hosts:
    """Refuses requests under other names, with 400."""

    def __init__(self, app: ASGIApp, allowed: Sequence[str]) -> None:
        self.app, self.allowed = app, [name.lower() for name in allowed]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            named = Headers(scope=scope).getlist("host")
            problem = _problem(named, self.allowed, needed=scope.get("http_version", "1.1") != "1.0")
            if problem is not None:
                detail = [Detail("Host", ", ".join(named), problem)]
                await respond(UNKNOWN_HOST, f"Host: {problem}", detail, {"Connection": "close"})(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _problem(named: Sequence[str], allowed: Sequence[str], *, needed: bool) -> str | None:
    """What is wrong with the ``Host`` headers of a request.

    >>> _problem(["shop.example:8000"], ["*.example"], needed=True)
    >>> _problem(["evil.example"], ["shop.example"], needed=True)
    'the service is not asked under this name; add it to ATTIRE_HOSTS if it is'
    """
    if not named:
        return "is required" if needed else None
    found = _HOST.fullmatch(named[0])
    if len(named) > 1 or found is None:
        return "should be one name or address, and the port"
    if may_be_asked(found[1].lower().rstrip("."), allowed):
        return None
    return "the service is not asked under this name; add it to ATTIRE_HOSTS if it is"


def may_be_asked(host: str, allowed: Sequence[str]) -> bool:
    """Whether the service may be asked under a name or an address, in lower case and without a port."""
    return host == "localhost" or "." not in host or known(host.strip("[]")) is not None or any(fnmatchcase(host, one) for one in allowed)
