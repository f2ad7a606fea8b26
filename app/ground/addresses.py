"""Addresses as they are counted and compared."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address
AnyNetwork = IPv4Network | IPv6Network

_MAPPED: Final = IPv6Network("::ffff:0:0/96")
_REMEMBERED: Final = 4_096


def unmapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 address (RFC 4291, 2.5.5.2) stands for, as where both are listened for on one socket; else itself."""
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address


@lru_cache(_REMEMBERED)
def known(text: str) -> Address | None:
    """The address that is written; None where none is.

    >>> known("::ffff:198.51.100.7"), known("nobody")
    (IPv4Address('198.51.100.7'), None)
    """
    try:
        return unmapped(ip_address(text))
    except ValueError:
        return None


def network(text: str) -> AnyNetwork:
    """The network that is written, as addresses are compared with it.

    >>> network("10.0.0.0/8"), network("::ffff:10.0.0.0/104")
    (IPv4Network('10.0.0.0/8'), IPv4Network('10.0.0.0/8'))

    Raises:
        ValueError: it is none.
    """
    found = ip_network(text)
    if isinstance(found, IPv6Network) and found.subnet_of(_MAPPED):
        return IPv4Network((int(found.network_address) & 0xFFFF_FFFF, found.prefixlen - _MAPPED.prefixlen))
    return found


def network_of(text: str) -> str:
    """What counts as one address: of IPv6 the network of 64 bits, all of which one customer of a provider has; what is none as it is.

    >>> network_of("::ffff:198.51.100.7"), network_of("2001:DB8::7%eth0")
    ('198.51.100.7', '2001:db8::/64')
    """
    address = known(text)
    if address is None:
        return text
    return str(address) if isinstance(address, IPv4Address) else str(ip_network(f"{str(address).partition('%')[0]}/64", strict=False))
