"""What stands before the routes; from the outside in: HEAD as GET, host names, pages, keys, rates, room, compression, entity tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette_compress import CompressMiddleware, add_compress_type
from structlog.contextvars import get_contextvars

from app.api.bodiless import Bodiless
from app.api.doors import Doors
from app.api.full import Full
from app.api.hosts import Hosts
from app.api.origins import Origins
from app.api.rates import Rates
from app.api.ring import Ring
from app.api.room.entrance import Entrance
from app.api.unchanged import Unchanged
from app.ground.errors import HomeError
from app.ground.logs import logger
from app.ground.places import shown
from app.ground.settings import Settings
from app.home.keys import KeyFile

COMPRESSED_FROM: Final = 1_000
"""Bytes of an answer from which it is compressed; pictures never are, since they are already."""


def guard(app: FastAPI, routers: Sequence[APIRouter], settings: Settings) -> None:
    """Put the doors before the routes of an application, whatever else is put before those later."""
    ring, rates = Ring(KeyFile(settings.home), settings.keys), Rates(settings)
    app.state.ring, app.state.rates = ring, rates
    app.state.entrance = Entrance(settings.home, ring, rates)
    app.add_middleware(Unchanged)
    add_compress_type("text/html", streaming=True)  # a page that comes in parts is shown in parts
    app.add_middleware(CompressMiddleware, minimum_size=COMPRESSED_FROM)
    app.add_middleware(Full)
    app.add_middleware(Doors, routers=routers, settings=settings, ring=ring, rates=rates)
    app.add_middleware(Origins, allowed=settings.origins, ring=ring)
    app.add_middleware(Hosts, allowed=settings.hosts)
    app.add_middleware(Bodiless)


def make_first_key(settings: Settings) -> None:
    """Make a key where there never was one, and print it, once: nothing is changed without. Warn where none is an admin's."""
    if settings.keys.admin is not None or settings.keys.open_on_loopback:
        return
    file = KeyFile(settings.home)
    try:
        made = file.create_first("first", ["admin"]) if settings.keys.none_set else None
    except OSError as error:
        logger().warning("no_key", why=f"{file.path} cannot be written ({error.strerror or error}); set ATTIRE_KEYS__ADMIN")
        return
    if made:
        shop = get_contextvars().get("shop")
        print(f"Key that opens everything{f' of shop {shop}' if shop else ''}, shown this once: {made[1]}", flush=True)  # noqa: T201 - to whoever starts it; the log never has it
    else:
        _warn_without_admin(file)


def _warn_without_admin(file: KeyFile) -> None:
    try:
        if any("admin" in key.scopes and not key.revoked for key in file.all()):
            return
    except HomeError:  # told when the first key is asked for
        return
    why = "no key opens the ops room, nor changes releases and experiments"
    logger().warning("no_admin_key", why=f"{why}; make one: attire keys create --home {shown(file.home)} --scope admin")
