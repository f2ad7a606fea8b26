"""The worker of several shops: archives and feeds are kept for all at once; what takes long is done for one shop at a time, by turns."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final

from structlog.contextvars import bound_contextvars

from app.ground.errors import ROOTS
from app.ground.logs import logger
from app.ground.stopping import stopped
from app.home.alone import alone
from app.home.store import ReleaseStore
from app.log.open import check_place, opened_log
from app.shops.followed import Followed
from app.shops.told import Shop
from app.worker.loop import Worker

AGAIN_S: Final = 30.0
"""Seconds after which a shop that cannot be worked for is tried again."""
_PATIENCE_S: Final = 60.0  # longer than its worker has with what it stops itself


class _Turn(AbstractAsyncContextManager[None]):
    """A shop's way to have its turn.

    Attributes:
        taken: whether it has it now.
    """

    def __init__(self, turn: asyncio.Lock) -> None:
        self._turn, self.taken = turn, False  # whoever waits for it longest has it next, so shops take turns

    async def __aenter__(self) -> None:
        await self._turn.acquire()
        self.taken = True

    async def __aexit__(self, *_: object) -> None:
        self.taken = False
        self._turn.release()


@dataclass(frozen=True, slots=True)
class _Work:
    """What is done for a shop."""

    shop: Shop
    turn: _Turn
    task: asyncio.Task[None]

    def ends(self, told: Shop | None) -> bool:
        """Whether it is to end: at once where the shop is told no more, after its turn where it is told otherwise."""
        return told is None or (told != self.shop and not self.turn.taken)

    async def end(self) -> None:
        await stopped(self.task, again_s=_PATIENCE_S)


async def learn_for(followed: Followed, poll_s: float, again_s: float = AGAIN_S) -> None:
    """Work for all shops until it is cancelled. A shop that fails is told, and holds up no other.

    Args:
        poll_s: seconds between two looks at which shops there are.
    """
    turn, at_work = asyncio.Lock(), dict[str, _Work]()
    async with asyncio.TaskGroup() as group:
        while True:
            told = {shop.name: shop for shop in followed.shops}
            ends = [name for name, work in at_work.items() if work.ends(told.get(name))]
            await asyncio.gather(*(at_work.pop(name).end() for name in ends))
            for name in told.keys() - at_work.keys():
                own = _Turn(turn)
                with bound_contextvars(shop=name):
                    at_work[name] = _Work(told[name], own, group.create_task(_learn(told[name], own, again_s), name=name))
            await asyncio.sleep(poll_s)
            await asyncio.to_thread(followed.look)


async def _learn(shop: Shop, turn: _Turn, again_s: float) -> None:
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
