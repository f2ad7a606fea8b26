"""Which shop a request is for: the one that answers to its ``Host``; under any other name the one that has made its key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.api.keys import sent_token
from app.api.ring import Ring
from app.ground.parts import Keys
from app.home.keys import Key, KeyFile
from app.shops.told import Named


class Asked:
    """Tells it; a key only by its id, so whoever is told so has yet to ask for the whole of it."""

    def __init__(self, shops: Iterable[Named]) -> None:
        self._shops = [(shop, Ring(KeyFile(shop.home), Keys())) for shop in shops]

    def of(self, headers: Mapping[str, str]) -> str | None:
        """The name of the shop; None where it is for none.

        Args:
            headers: by names in lower case.
        """
        host = name_of(headers)
        named = next((shop.name for shop, _ in self._shops if shop.answers_to(host)), None)
        if named is not None:
            return named
        key_id = Key.id_of(sent_token(headers) or "")
        return next((shop.name for shop, ring in self._shops if key_id and ring.stamped(key_id)), None)


def name_of(headers: Mapping[str, str]) -> str:
    """The ``Host`` without its port.

    >>> [name_of({"host": host}) for host in ("Shop.Example:8000", "[::1]:80", "shop.example.")]
    ['shop.example', '[::1]', 'shop.example']
    """
    host = headers.get("host", "")
    name, _, port = host.rpartition(":")
    return (name if port.isdecimal() and name else host).lower().rstrip(".")
