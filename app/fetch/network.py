"""Connections to public addresses only: a name is resolved once, all its addresses are checked, and one of exactly these is connected to.

TLS and ``Host`` go by the name, as ever. A resolver that answers otherwise the next time (DNS rebinding) is not asked a second time.
"""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from ipaddress import ip_address
from typing import Final

import anyio
import httpcore2

from app.fetch.addresses import Networks, why_not
from app.fetch.allowed import Target
from app.ground.errors import RefusedUrlError

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port -> the addresses of the host. OSError: it has none."""
_MOST_TRIED: Final = 3
_NOT_ASKED: Final = "leads to {}, which is not asked; see ATTIRE_FETCH__NETWORKS"


async def system_resolver(host: str, port: int) -> list[str]:
    """The addresses that the system finds."""
    found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(where[0]) for *_, where in found))


def check_literal(target: Target, networks: Networks) -> None:
    """Refuse a URL whose host is an address, and one that may not be asked; where a name leads is not looked up.

    Raises:
        RefusedUrlError: it is one.
    """
    with suppress(ValueError):
        ip_address(target.host)
        if problem := why_not(target.host, networks):
            raise RefusedUrlError(target.url, _NOT_ASKED.format(problem))


class PublicNetwork(httpcore2.AsyncNetworkBackend):
    """Connects to hosts by name, if all their addresses may be asked.

    Args:
        networks: addresses that may be asked although they are not public.
        resolve: finds addresses. dial: connects to one of them, given as a number.
    """

    def __init__(
        self, networks: Networks = (), resolve: Resolve = system_resolver, dial: httpcore2.AsyncNetworkBackend | None = None
    ) -> None:
        self._networks, self._resolve, self._dial = networks, resolve, dial or httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature of httpcore
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect.

        Raises:
            RefusedUrlError: an address of the host may not be asked. httpcore2.ConnectError: there is none, or none answers.
        """
        try:
            addresses = await self._resolve(host, port)
        except OSError as error:
            msg = f"its host has no address ({error.strerror or error})"
            raise httpcore2.ConnectError(msg) from error
        for address in addresses:
            if problem := why_not(address, self._networks):
                raise RefusedUrlError(host, _NOT_ASKED.format(problem))
        last: Exception = httpcore2.ConnectError("its host has no address")
        for address in addresses[:_MOST_TRIED]:
            try:
                return await self._dial.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                last = error
        raise last

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await anyio.sleep(seconds)
