"""Which shops there are, by ``ATTIRE_SHOPS`` or a file: name -> what is its own of the settings; others are the installation's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import permutations
from pathlib import Path
from typing import Any, Final

from app.ground.log_urls import databases
from app.ground.settings import PREFIX, Settings
from app.log.open import sqlite_file
from models.errors import InputError, nearest

_INSTALLATIONS: Final = frozenset(
    {"shops", "shops_file", "shops_held", "encoders", "host", "port", "workers", "connections", "grace_s", "traces"}
)
"""Settings that no shop has of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What tells which shop is asked.

    Attributes:
        home: where its keys are. hosts: names that it alone is asked under; none: it is known by its keys.
    """

    name: str
    home: Path
    hosts: tuple[str, ...] = ()

    def answers_to(self, host: str) -> bool:
        """Whether it is asked under this name."""
        return any(fnmatchcase(host, one.lower()) for one in self.hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop(Named):
    """One shop."""

    settings: Settings


def shops_of(settings: Settings) -> list[Shop]:
    """The shops, in the order in which they are told.

    Raises:
        InputError: a setting cannot be read or is no shop's own; or two shops have a home, a host or a log in common, or one
            answers to another's host.
    """
    field = f"{PREFIX}SHOPS" if settings.shops_file is None else str(settings.shops_file)
    shops = [_shop(name, said, field) for name, said in settings.shops.items()]
    for what, mend in (("home", "its own"), ("host", "another"), ("log", 'its own, as {"log": {"url": "redis://HOST/1"}}')):
        known: dict[str, str] = {}
        for shop in shops:
            for value in _of(shop, what):
                if (other := known.setdefault(value, shop.name)) != shop.name:
                    msg = f"shops {other!r} and {shop.name!r} have the same {what}; give each {mend}"
                    raise InputError(msg, field=field)
    for asked, owner in permutations(shops, 2):
        if found := next((host for host in owner.hosts if asked.answers_to(host.lower())), None):
            msg = f"shop {asked.name!r} answers to {found!r}, a host of shop {owner.name!r}; give each hosts that are no other's"
            raise InputError(msg, field=field)
    return shops


def _shop(name: str, said: Mapping[str, Any], field: str) -> Shop:
    own = Settings.model_fields.keys() - _INSTALLATIONS
    for one in said:
        if one not in own:
            near = nearest(one, own)
            msg = f"{one!r} is no setting of a shop's own" + (f"; did you mean {near!r}?" if near else "; see docs/settings.md")
            raise InputError(msg, field=f"{field}[{name!r}]")
    if "home" not in said:
        msg = "a shop has a home of its own; name it"
        raise InputError(msg, field=f"{field}[{name!r}]")
    try:
        settings = Settings.of_shop(said)
    except InputError as error:
        msg = f"{name!r}: {error}"
        raise InputError(msg, field=field) from error
    hosts = settings.hosts if "hosts" in said else ()
    return Shop(name=name, home=settings.home, hosts=hosts, settings=settings)


def _of(shop: Shop, what: str) -> Iterator[str]:
    """What of a shop must be no other's."""
    settings = shop.settings
    if what == "home":
        yield str(settings.home.resolve())
    elif what == "host":
        yield from (host.lower() for host in shop.hosts)
    elif (file := sqlite_file(settings.log, settings.home.resolve())) is not None:
        yield str(file.resolve())
    else:
        yield from databases(settings.log.url.get_secret_value())
