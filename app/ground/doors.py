"""The doors of the service, what opens each, and the words in which settings speak of them.

| door | opened by a key of the scope |
|---|---|
| ``pictures``, ``read`` | ``read``, ``write`` |
| ``events`` | ``events``; ``clicks``, for what is done on a page: nothing bought or sent back |
| ``metrics`` | ``read``, unless it is publishable |
| ``write`` | ``write`` |
| ``look`` (the list of releases), ``admin`` | ``admin``, which opens every other door, too |
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator

from app.ground.addresses import network

Scope = Literal["read", "clicks", "events", "write", "admin"]
SCOPES: Final[tuple[Scope, ...]] = ("read", "clicks", "events", "write", "admin")
PUBLISHABLE: Final[frozenset[Scope]] = frozenset({"read", "clicks", "events"})
"""The most that a key may open which a web page shows to everyone."""
OF_A_PAGE: Final[tuple[Scope, ...]] = ("events", "read")
"""What such a key opens where nothing else is said."""

Public = Literal["read", "pictures", "events", "metrics"]

_PARTS_OF_A_HOST: Final = re.compile(r"(?:[a-z]+://)?(?P<name>[^/:\s]+)(?::\d*)?(?:/.*)?", re.IGNORECASE)

_HOST: Final = re.compile(r"\*|(\*\.)?\w([\w.-]*\w)?\.?|\[[0-9a-f:.]+\]")
_PARTS_OF_AN_ORIGIN: Final = re.compile(r"(?:(?P<scheme>https?):)?(?:[a-z]*:?//)?(?:[^/@\s]*@)?(?P<name>[\w.-]+(?::\d+)?)(?:[/?#].*)?")


class Door(StrEnum):
    """What a route asks of whoever wants in."""

    OPEN = "open"
    PICTURES = "pictures"
    READ = "read"
    EVENTS = "events"
    METRICS = "metrics"
    LOOK = "look"
    WRITE = "write"
    ADMIN = "admin"


OPENED_BY: Final[Mapping[Door, frozenset[Scope]]] = {
    Door.PICTURES: frozenset({"read", "write", "admin"}),
    Door.READ: frozenset({"read", "write", "admin"}),
    Door.EVENTS: frozenset({"clicks", "events", "admin"}),
    Door.METRICS: frozenset({"read", "admin"}),
    Door.LOOK: frozenset({"admin"}),
    Door.WRITE: frozenset({"write", "admin"}),
    Door.ADMIN: frozenset({"admin"}),
}


def words(given: object) -> object:
    """Words with commas or spaces between them, or a JSON list of them, as a tuple; anything else as it is.

    >>> words("read, events")
    ('read', 'events')
    >>> words('["read"]')
    ('read',)
    """
    if not isinstance(given, str):
        return given
    if given.lstrip().startswith("["):
        return tuple(json.loads(given))
    return tuple(given.replace(",", " ").split())


def an_origin(text: str) -> str:
    """An origin as a browser writes it: scheme, host, and the port if it is not the scheme's.

    Raises:
        ValueError: it is none.
    """
    parts = urlsplit(text.strip().lower())
    if text != "*" and (
        parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query or parts.username
    ):
        msg = f"{text!r} is not the origin of a web page; write it as {_as_origin(text)}"
        raise ValueError(msg)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    netloc = parts.netloc.removesuffix(f":{usual}") if parts.port == usual else parts.netloc
    return text if text == "*" else f"{parts.scheme}://{netloc}"


def _as_origin(text: str) -> str:
    """The origin that was probably meant.

    >>> _as_origin("www.shop.example"), _as_origin("//boutique.fr/page"), _as_origin("https://a:b@shop.example:8443/x?y"), _as_origin("?")
    ('https://www.shop.example', 'https://boutique.fr', 'https://shop.example:8443', 'https://shop.example')
    """
    found = _PARTS_OF_AN_ORIGIN.fullmatch(text.strip().lower())
    return f"{found['scheme'] or 'https'}://{found['name']}" if found else "https://shop.example"


def a_host(text: str) -> str:
    """A name that requests give as ``Host``, or a pattern of such names.

    >>> a_host("*.shop.example")
    '*.shop.example'

    Raises:
        ValueError: it is a URL, has a port or a path, or is none.
    """
    parts = _PARTS_OF_A_HOST.fullmatch(text)
    if parts is not None and parts["name"] != text:
        msg = f"{text!r} is more than a name; write it as {parts['name']}"
        raise ValueError(msg)
    if not _HOST.fullmatch(text.lower()):
        msg = f"{text!r} is no name of a host; write it as looks.shop.example"
        raise ValueError(msg)
    return text


def _a_network(text: object) -> object:
    try:
        return network(str(text))
    except ValueError as error:
        msg = f"{text!r} is neither an address nor a network; write it as 10.0.0.7 or 10.0.0.0/8"
        raise ValueError(msg) from error


Words = BeforeValidator(words)
Host = Annotated[str, AfterValidator(a_host)]
Origin = Annotated[str, AfterValidator(an_origin)]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_a_network)]
