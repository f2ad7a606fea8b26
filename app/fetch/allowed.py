"""Which URLs may be fetched, by what they say; where their names lead is checked when they are resolved (``network``)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

import httpx2

from app.ground.errors import RefusedUrlError

_LONGEST: Final = 2_048
_PORTS: Final = {"https": 443, "http": 80}
_LAST_PORT: Final = 65_535
_NUMBER: Final = re.compile(r"0x[0-9a-f]*|\d+", re.ASCII)
_NAME: Final = re.compile(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?|[0-9a-f:]*:[0-9a-f:.]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a checked URL leads: what is connected to and asked for, and nothing is parsed a second time.

    Attributes:
        host: in ASCII, without a dot at its end or the brackets of an IPv6 address.
    """

    url: str
    scheme: str
    host: str
    port: int
    path: bytes

    @property
    def place(self) -> str:
        """The host as a ``Host`` header names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Allowed:
    """The hosts that may be asked.

    Attributes:
        hosts: patterns (``HostPattern``) of those that may be asked by https.
        http_hosts: those of them that may be asked by http.
        setting: which lists them; for what is said to a person.
    """

    hosts: Sequence[str]
    http_hosts: Sequence[str] = ()
    setting: str = "ATTIRE_FETCH__IMPORT_HOSTS"

    def target(self, url: str) -> Target:
        """Where a URL leads.

        Raises:
            RefusedUrlError: it is none that may be fetched; says what may.
        """
        if len(url) > _LONGEST:
            raise RefusedUrlError(url, f"is longer than {_LONGEST:,} characters")
        if "\\" in url:
            raise RefusedUrlError(url, "holds a backslash, which programs read differently; write /")
        try:
            parsed = httpx2.URL(url.strip())
            host, port = parsed.raw_host.decode("ascii").lower().removesuffix("."), parsed.port
        except (httpx2.InvalidURL, UnicodeError) as error:
            raise RefusedUrlError(url, f"is no URL ({error})") from None
        if parsed.scheme not in _PORTS:
            raise RefusedUrlError(url, "is not fetched; use https://")
        if parsed.userinfo:
            raise RefusedUrlError(url, "names a user or password; leave that out")
        if not _NAME.fullmatch(host) or _disguised(host) or port == 0 or (port or 1) > _LAST_PORT:
            raise RefusedUrlError(url, "names no host as it is usually written; use a name, or an address in four decimal parts")
        target = Target(str(parsed), parsed.scheme, host, port or _PORTS[parsed.scheme], parsed.raw_path)
        if not _listed(target, self.hosts):
            raise RefusedUrlError(url, f"{target.place} is none of the hosts that may be asked: {self._told()} ({self.setting})")
        if parsed.scheme == "http" and not _listed(target, self.http_hosts):
            raise RefusedUrlError(url, f"use https://, or name {target.place} in ATTIRE_FETCH__HTTP_HOSTS")
        return target

    def _told(self) -> str:
        return ", ".join(self.hosts) or "none"


def _disguised(host: str) -> bool:
    """Whether a host is an IPv4 address in another spelling: decimal, octal, hexadecimal, with fewer parts."""
    if not _NUMBER.fullmatch(host.rpartition(".")[2]):
        return False
    try:
        return str(IPv4Address(host)) != host
    except ValueError:
        return True


def _listed(target: Target, patterns: Sequence[str]) -> bool:
    return any(one in {"*", target.place} or (one.startswith("*.") and target.place.endswith(one[1:])) for one in patterns)
