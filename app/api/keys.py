"""Who may change the catalogue, and who may administer: whoever has the key, or, where no key is set, whoever sits at this machine.

Where no key is set, changes are taken only from the machine itself: the peer is a loopback address, and the request says ``Host:
localhost`` or another loopback name. A proxy that passes the shop's own host name on does not say so, nor does a web page under a foreign
name. A request that a foreign web page makes through a browser is refused by its ``Origin`` or ``Sec-Fetch-Site``. Where keys are set, the
origin does not matter: a foreign page has no key.
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
    """Allow requests with the catalogue key or the admin key; raises as ``_check`` does."""
    keys = services.settings.keys
    _check(request, key, keys, keys.catalogue, keys.admin)


async def may_administer(request: Request, services: InjectedServices, key: SentKey) -> None:
    """Allow requests with the admin key; raises as ``_check`` does."""
    _check(request, key, services.settings.keys, services.settings.keys.admin)


def asker(request: Request, keys: Keys) -> str:
    """Who asks, for whoever shares something out: the key, where it is one that is set, else the address."""
    sent = request.headers.get("x-api-key") or request.headers.get("authorization", "").partition(" ")[2]
    if sent and _is_one_of(sent, keys.catalogue, keys.admin):
        return sent
    return request.client.host if request.client else ""


def _check(request: Request, key: str | None, keys: Keys, *enough: SecretStr | None) -> None:
    """Compare the key that was sent with the keys that are enough.

    Raises:
        KeyMissingError: keys are set, and none was sent.
        KeyRefusedError: the key is none of these; or no key is set, and the request comes from another machine or a foreign page.
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
    if not _is_one_of(key, *enough):
        problem = "this key does not open this"
        raise KeyRefusedError(problem, [Detail("X-API-Key", f"{len(key)} characters", problem)])


def _is_one_of(key: str, *secrets: SecretStr | None) -> bool:
    sent = key.encode("utf-8", "surrogateescape")
    return any(hmac.compare_digest(sent, secret.get_secret_value().encode()) for secret in secrets if secret is not None)


def _from_this_machine(request: Request) -> bool:
    try:
        named = request.url.hostname or ""
    except ValueError:  # whatever the Host header says
        return False
    return _loopback(request.client.host if request.client else "") and (named == "localhost" or _loopback(named))


def _foreign_page(request: Request) -> str | None:
    """The origin of a web page of another address that sent this; None where no such page did. Browsers send it, other clients do not."""
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
