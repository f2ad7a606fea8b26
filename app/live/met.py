"""What shoppers have met: the items that they looked at and those that they bought, from the log, as far back as it is kept.

Nothing is read before someone asks. From then on the log is followed, and the newest shoppers are remembered, so an answer costs no look
into the log.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from app.ground.errors import LogError, TrimmedError
from app.log.base import START, Log, Stream

_TOGETHER: Final = 1_000
_WAIT_S: Final = 1.0
_SHOPPERS: Final = 100_000
_ITEMS: Final = 500
_SEEN: Final = frozenset({"view", "add_to_cart", "purchase", "dismiss", "return"})
NOT_ALL_READ: Final = "the log is not read to its end, so some may be missing"


@dataclass(frozen=True, slots=True)
class Encounters:
    """The ids of what a shopper has met; ``complete`` says whether the log was read to its end."""

    seen: frozenset[str]
    purchased: frozenset[str]
    complete: bool


class Met:
    """Follows the log from the first question on; used from the event loop only."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._task: asyncio.Task[None] | None = None
        self._read = asyncio.Event()
        self._after = START
        self._of: OrderedDict[str, dict[str, bool]] = OrderedDict()

    async def by(self, user: str | None, session: str | None, patience_s: float) -> Encounters:
        """What a shopper has met, as a user or in a session.

        Args:
            patience_s: how long a first question waits for the log to be read.
        """
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._follow())
        with suppress(TimeoutError):
            await asyncio.wait_for(self._read.wait(), patience_s)
        found: dict[str, bool] = {}
        for name in _names(user, session):
            for item, bought in self._of.get(name, {}).items():
                found[item] = found.get(item, False) or bought
        return Encounters(frozenset(found), frozenset(item for item, bought in found.items() if bought), self._read.is_set())

    async def close(self) -> None:
        """Follow no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _follow(self) -> None:
        while True:
            try:
                entries = await self._log.read(Stream.EVENTS, self._after, limit=_TOGETHER, wait_s=_WAIT_S if self._read.is_set() else 0.0)
            except TrimmedError:
                self._after = START  # what is gone is remembered
                continue
            except LogError:
                self._read.clear()
                await asyncio.sleep(_WAIT_S)
                continue
            for entry in entries:
                self._note(entry.event.data)
            self._after = entries[-1].offset if entries else self._after
            if len(entries) < _TOGETHER:
                self._read.set()
            await asyncio.sleep(0)

    def _note(self, event: Mapping[str, Any]) -> None:
        if event.get("type") not in _SEEN or not event.get("item"):
            return
        item = str(event["item"])
        for name in _names(event.get("user"), event.get("session")):
            items = self._of.setdefault(name, {})
            self._of.move_to_end(name)
            bought = items.pop(item, False)
            items[item] = event["type"] == "purchase" or (bought and event["type"] != "return")
            if len(items) > _ITEMS:
                del items[next(iter(items))]
        while len(self._of) > _SHOPPERS:
            self._of.popitem(last=False)


def _names(user: str | None, session: str | None) -> Iterable[str]:
    return ([f"user:{user}"] if user else []) + ([f"session:{session}"] if session else [])
