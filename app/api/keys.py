"""Who may go through a door: whoever has a key for it, whoever sits at this machine where it asks for none, or anyone where it is public.

A request comes from this machine where all says so: the peer is a loopback address, ``Host`` is ``localhost`` or a loopback address, and no
header is there that a proxy adds. A proxy that adds none and says ``Host: localhost``, as nginx's ``proxy_pass`` does where nothing else is
set, cannot be told from the machine itself; so nothing is changed without a key but where ``ATTIRE_KEYS__OPEN_ON_LOOPBACK`` says so. A
browser of this machine that a foreign web page uses is told by its ``Origin`` or ``Sec-Fetch-Site``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from fastapi import Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from app.api.ring import Ring
from app.ground.addresses import known
from app.ground.doors import OPENED_BY, Door, Network
from app.ground.errors import Detail, KeyMissingError, KeyRefusedError, RequestError
from app.ground.settings import Settings
from app.home.keys import Key

_HEADER: Final = APIKeyHeader(name="X-API-Key", auto_error=False, description="A key: of `attire keys create`, or from the environment.")
_BEARER: Final = HTTPBearer(auto_error=False, description="The same key, as a bearer token.")
_BEARS: Final = re.compile(r"bearer +(\S+)", re.IGNORECASE)
_FORWARDING: Final = re.compile(
    r".*forwarded.*|via|cdn-loop|(.*-)?(client)?(ip|addr)|(cf|do|fastly|fly)-.*"
    r"|x-(amz|amzn|azure|envoy|nf|original|rewrite|varnish|vercel)(-.*)?|x-(cloud-trace-context|host|request-start)"
)
"""Headers that proxies add, and that no client has a reason to send."""
_CHANGING: Final = frozenset({Door.EVENTS, Door.LOOK, Door.WRITE, Door.ADMIN})
_NEEDS: Final = "this needs a key; send it as X-API-Key, or as a bearer token"


async def _documented(
    _: Annotated[str | None, Security(_HEADER)], __: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]
) -> None:
    """Nothing is asked here: the doors are before the routes, so that a body is not read for whom is refused. This documents them."""


async def _open() -> None:
    """Nothing is asked, and nothing documented."""


def behind(door: Door) -> Any:  # noqa: ANN401 - as FastAPI types it
    """The dependency of routes that are behind this door."""
    return Security(_open if door is Door.OPEN else _documented, scopes=[door.value])


def sent_token(headers: Mapping[str, str]) -> str | None:
    """The key that a request carries, in either header."""
    bears = _BEARS.fullmatch(headers.get("authorization", ""))
    return headers.get("x-api-key") or (bears[1] if bears else None)


def admit(connection: HTTPConnection, door: Door, *, token: str | None, key: Key | None, settings: Settings, ring: Ring) -> None:
    """Let a request through a door, or say why not.

    Args:
        token: the key that was sent, and ``key`` what it is; None where there is none.

    Raises:
        KeyMissingError: none was sent, and the door is not open without one.
        KeyRefusedError: the key is none, was revoked, is another web page's or not for this; or a foreign web page asks.
    """
    if door is Door.OPEN:
        return
    if token is not None:
        _check_key(connection, token, key)
        if key is not None and _opens(key, door):
            return
    if is_public(door, settings):
        return
    if _open_on_loopback(door, settings) and from_this_machine(connection, settings.proxies):
        page = foreign_page(connection) if door in _CHANGING else None
        if page is None or (door is Door.EVENTS and (page in settings.origins or page in ring.origins)):
            return
        problem = "a web page of another address sent this, so it needs a key; send it as X-API-Key, or as a bearer token"
        raise KeyRefusedError(problem, [Detail("Origin", page, problem)])
    if key is None:
        raise KeyMissingError(_NEEDS, [Detail("X-API-Key", "", _NEEDS)])
    problem = f"this key opens {' and '.join(key.scopes)}; this needs {' or '.join(sorted(OPENED_BY[door]))}"
    raise _refused(problem, key.id)


def is_public(door: Door, settings: Settings) -> bool:
    """Whether anyone on any machine may go through without a key."""
    return door.value in settings.public or (door is Door.PICTURES and "read" in settings.public)


def from_this_machine(connection: HTTPConnection, proxies: Sequence[Network]) -> bool:
    """Whether everything says that no other machine is behind this request.

    Args:
        proxies: addresses or networks; whatever comes from there comes from elsewhere, also where nothing else says so.
    """
    try:
        named = connection.url.hostname or ""
    except ValueError:  # whatever the Host header says
        return False
    peer = connection.client.host if connection.client else ""
    passed_on = any(_FORWARDING.fullmatch(name) for name in connection.headers)
    says_so = "host" in connection.headers and (named == "localhost" or _loopback(named))
    return _loopback(peer) and says_so and not passed_on and not is_one_of(peer, proxies)


def is_one_of(address: str, networks: Sequence[Network]) -> bool:
    """Whether this is an address, and of one of the networks."""
    found = known(address)
    return found is not None and any(found in network for network in networks)


def _check_key(connection: HTTPConnection, token: str, key: Key | None) -> None:
    if key is None:
        problem = "this key is not known to the home that is served, or was revoked"
        raise _refused(problem, f"{len(token)} characters")
    origin = connection.headers.get("origin") or _of_referer(connection)
    if key.is_publishable and origin not in key.origins:
        asks = origin or "a program, which needs a key without an origin"
        problem = f"this key is for pages of {', '.join(key.origins)} only, not for {asks}"
        raise KeyRefusedError(problem, [Detail("Origin", origin or "", problem)])


def _refused(problem: str, value: str) -> RequestError:
    return KeyRefusedError(problem, [Detail("X-API-Key", value, problem)])


def _opens(key: Key, door: Door) -> bool:
    return not OPENED_BY[door].isdisjoint(key.scopes) and not (door is Door.METRICS and key.is_publishable)


def _open_on_loopback(door: Door, settings: Settings) -> bool:
    """Whether this machine itself needs no key here: to ask, never; to change, where a setting says so; to look, where there is no key."""
    if door in {Door.WRITE, Door.ADMIN}:
        return settings.keys.open_on_loopback
    return door is not Door.LOOK or settings.keys.open_on_loopback or settings.keys.none_set


def foreign_page(connection: HTTPConnection, schemes: Sequence[str] = ("http", "https")) -> str | None:
    """The origin of a web page of another address that sent this; None where no such page did. Browsers send it, other clients do not.

    Args:
        schemes: by which the service's own pages are asked; where nothing else is known, a proxy may speak TLS for it.
    """
    origin = connection.headers.get("origin")
    if connection.headers.get("sec-fetch-site") == "cross-site":
        return origin or "cross-site"
    own = [f"{scheme}://{connection.headers.get('host', '')}".lower() for scheme in schemes]
    return None if origin is None or origin.lower() in own else origin


def scheme_of(connection: HTTPConnection) -> str:
    """By what a browser asked: as a proxy says that ended TLS, whichever that is, as no page can send that header; else as it came."""
    said = connection.headers.get("x-forwarded-proto", "").partition(",")[0].strip().lower()
    return said or str(connection.scope["scheme"])


def _of_referer(connection: HTTPConnection) -> str | None:
    """The origin of the page that a browser says it reads for; to its own server it sends no ``Origin`` with GET and HEAD."""
    try:
        page = urlsplit(connection.headers.get("referer", ""))
    except ValueError:  # whatever the header says
        return None
    return f"{page.scheme}://{page.netloc}".lower() if page.netloc and connection.headers.get("sec-fetch-site") == "same-origin" else None


def _loopback(address: str) -> bool:
    found = known(address)
    return found is not None and found.is_loopback
