"""Who may change the catalogue, and who may administer: API keys, or whoever sits at this machine where no key is set.

Without a key a change is taken from the machine itself only: the peer is a loopback address, and the request names the machine so
(``Host: localhost``), which neither a proxy that passes the shop's own name on nor a web page under a foreign name does. A web
page from elsewhere that has a browser ask here is refused by what the browser says of it (``Origin``, ``Sec-Fetch-Site``). With keys that
is not looked at: such a page has none.
"""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from pydantic import SecretStr

from app.api.services import InjectedServices
from app.ground.errors import Detail, KeyMissingError, KeyRefusedError
from app.ground.settings import Keys

_HEADER = APIKeyHeader(name="X-API-Key", auto_error=False, description="The catalogue key or the admin key.")
_BEARER = HTTPBearer(auto_error=False, description="The same key, as a bearer token.")


async def sent_key(
    header: Annotated[str | None, Security(_HEADER)], bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]
) -> str | None:
    """The key of a request, from either header."""
    return header or (bearer.credentials if bearer else None)


SentKey = Annotated[str | None, Depends(sent_key)]


async def may_change_catalogue(request: Request, services: InjectedServices, key: SentKey) -> None:
    """Let through who holds the catalogue key or the admin key.

    Raises:
        KeyMissingError, KeyRefusedError: see ``_check``.
    """
    keys = services.settings.keys
    _check(request, key, keys, keys.catalogue, keys.admin)


async def may_administer(request: Request, services: InjectedServices, key: SentKey) -> None:
    """Let through who holds the admin key.

    Raises:
        KeyMissingError, KeyRefusedError: see ``_check``.
    """
    keys = services.settings.keys
    _check(request, key, keys, keys.admin)


def _check(request: Request, key: str | None, keys: Keys, *enough: SecretStr | None) -> None:
    """Compare a key with those that are enough.

    Raises:
        KeyMissingError: none was sent, and one is set.
        KeyRefusedError: the key opens something else, or nothing; or none is set, and the request comes from elsewhere.
    """
    if keys.none_set:
        page = _foreign_page(request)
        if page is not None:
            problem = "a web page of another address sent this, and no key is set; set ATTIRE_KEYS__ADMIN and ATTIRE_KEYS__CATALOGUE"
            raise KeyRefusedError(problem, [Detail("Origin", page, problem)])
        if key is None and _from_this_machine(request):
            return
        problem = "no key is set, so this is taken from the machine itself only; set ATTIRE_KEYS__ADMIN and ATTIRE_KEYS__CATALOGUE"
        raise KeyRefusedError(problem, [Detail("client", request.client.host if request.client else "", problem)])
    if key is None:
        problem = "this needs a key; send it as X-API-Key, or as a bearer token"
        raise KeyMissingError(problem, [Detail("X-API-Key", "", problem)])
    sent = key.encode("utf-8", "surrogateescape")
    if not any(hmac.compare_digest(sent, secret.get_secret_value().encode()) for secret in enough if secret is not None):
        problem = "this key does not open this"
        raise KeyRefusedError(problem, [Detail("X-API-Key", f"{len(key)} characters", problem)])


def _from_this_machine(request: Request) -> bool:
    try:
        named = request.url.hostname or ""
    except ValueError:  # whatever the Host header says
        return False
    return _loopback(request.client.host if request.client else "") and (named == "localhost" or _loopback(named))


def _foreign_page(request: Request) -> str | None:
    """The origin of the web page that sent this, where it is another than the address asked; a page sends it, a person's tool does not."""
    origin = request.headers.get("origin")
    if request.headers.get("sec-fetch-site") == "cross-site":
        return origin or "cross-site"
    return None if origin is None or _authority(origin) == request.headers.get("host", "").lower() else origin


def _authority(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:  # whatever the Origin header says
        return None


def _loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
