"""Which addresses may be asked: those of the public internet. A stranger's URL must not reach what only this machine can."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from app.ground.addresses import Address, unmapped

Networks = Sequence[IPv4Network | IPv6Network]

_BESIDES: Final = [  # what Python, or some version of it, takes for public
    ip_network("192.0.0.0/24"),  # protocol assignments (RFC 6890)
    ip_network("192.88.99.0/24"),  # the relays of 6to4 (RFC 7526)
    ip_network("168.63.129.16/32"),  # the agent inside Azure's machines
    ip_network("2001:db8::/32"),  # documentation (RFC 3849)
    ip_network("3fff::/20"),  # likewise (RFC 9637)
]
_TUNNELS: Final = [ip_network("2001::/32"), ip_network("2002::/16")]  # Teredo (RFC 4380), 6to4 (RFC 3056): an IPv4 address is inside
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")  # NAT64 (RFC 6052): the last 32 bits are an IPv4 address


def why_not(text: str, allowed: Networks = ()) -> str | None:
    """Why an address may not be asked; None where it may.

    Args:
        text: as a resolver gives it.
        allowed: networks that may be asked whatever they are.

    >>> why_not("93.184.215.14")
    >>> why_not("::ffff:127.0.0.1")
    '127.0.0.1 (loopback)'
    >>> why_not("10.1.2.3", [IPv4Network("10.1.0.0/16")])
    """
    try:
        address = _inner(ip_address(text.partition("%")[0]))
    except ValueError:
        return f"{text} (no address)"
    if any(address in network for network in allowed if network.version == address.version):
        return None
    kind = _kind(address)
    return f"{address} ({kind})" if kind else None


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, where it is no more than that."""
    return IPv4Address(int(address) & 0xFFFF_FFFF) if address in _TRANSLATED else unmapped(address)


def _kind(address: Address) -> str | None:
    """What an address is other than public, in a word."""
    named = ("loopback", "unspecified", "link_local", "multicast")
    found = next((name.replace("_", "-") for name in named if getattr(address, f"is_{name}")), None)
    if found:
        return found
    if any(address in network for network in _TUNNELS):
        return "of a tunnel"
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return "reserved"
    public = address.is_global and not any(address in network for network in _BESIDES)
    return None if public else "private or reserved"
