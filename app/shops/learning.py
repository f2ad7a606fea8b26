"""The worker of several shops: archives and feeds are kept for all at once; what takes long is done for one shop at a time, by turns."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from structlog.contextvars import bound_contextvars

from app.ground.errors import ROOTS
from app.ground.logs import logger
from app.home.alone import alone
from app.home.store import ReleaseStore
from app.log.open import check_place, opened_log
from app.shops.told import Shop
from app.worker.loop import Worker

AGAIN_S: Final = 30.0
"""Seconds after which a shop that cannot be worked for is tried again."""


async def learn_for(shops: Sequence[Shop], again_s: float = AGAIN_S) -> None:
    """Work for all shops until it is cancelled. A shop that fails is told, and holds up no other."""
    turn = asyncio.Lock()  # whoever waits for it longest has it next, so shops take turns
    async with asyncio.TaskGroup() as group:
        for shop in shops:
            with bound_contextvars(shop=shop.name):
                group.create_task(_learn(shop, turn, again_s), name=shop.name)


async def _learn(shop: Shop, turn: asyncio.Lock, again_s: float) -> None:
    while True:
        try:
            with alone(shop.settings.home):
                if (current := ReleaseStore(shop.settings.home).current()) is not None:
                    check_place(shop.settings.log, current.id, current.catalog_offset)
                async with opened_log(shop.settings.log, shop.settings.home) as log:
                    await Worker(shop.settings, log, turn).forever()
        except (*ROOTS, OSError) as error:
            logger().error("shop_not_worked_for", why=str(error), again_s=again_s)
        except Exception:  # noqa: BLE001 - a mistake in one shop's work is no other shop's
            logger().exception("shop_not_worked_for", again_s=again_s)
        await asyncio.sleep(again_s)
