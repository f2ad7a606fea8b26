"""What shoppers have met: the items that they looked at and those that they bought, from the worker's archive and then from the log.

Nothing is read before someone asks. Then the newest events of the archive are, as the log lets go of what is there, and from then on the
log is followed. The newest shoppers are remembered, so an answer costs no look into either. Users are remembered beside sessions, not among
them: anybody may make up sessions, and however many they are, no user is forgotten for them.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal

from anyio import to_thread

from app.ground.errors import LogError, TrimmedError
from app.ground.stopping import stopped
from app.home.archived import newest_of
from app.home.forgotten import stamp
from app.log.base import START, Log, Stream, order

_TOGETHER: Final = 1_000
_WAIT_S: Final = 1.0
_SHOPPERS: Final = 100_000
"""Users that are remembered, and as many sessions."""
_ITEMS: Final = 500
_ARCHIVED: Final = 200_000
"""Events of users that are read of the archive, the newest, and as many of nobody's sessions."""
_LATELY: Final = 20
_KINDS: Final = frozenset({"view", "add_to_cart", "purchase"})
_SEEN: Final = frozenset({"view", "add_to_cart", "purchase", "dismiss", "return"})
_Whose = Literal["session", "user"]
_WHOSE: Final[tuple[_Whose, ...]] = ("session", "user")
NOT_ALL_READ: Final = "the log is not read to its end, so some may be missing"
FORGOTTEN: Final = "more shoppers have come than are remembered, so some may be missing"


@dataclass(frozen=True, slots=True)
class Encounters:
    """The ids of what a shopper has met.

    Attributes:
        complete: whether all was read, to the log's end. remembered: whether nobody was forgotten whom this may have been.
        lately: the last 20 items that were looked at, put in the bag or bought, and not dismissed or returned, newest first, and which of
            it; those of the session, else of the user. of: whose they are.
    """

    seen: frozenset[str]
    purchased: frozenset[str]
    complete: bool
    lately: tuple[tuple[str, str], ...] = ()
    of: _Whose | None = None
    remembered: bool = True

    @property
    def note(self) -> str | None:
        """Why some may be missing."""
        return NOT_ALL_READ if not self.complete else None if self.remembered else FORGOTTEN


class _Shoppers:
    """The newest users, or sessions.

    Attributes:
        of: shopper -> item -> what was done with it, the newest of each last. forgot: whether any was forgotten, or never read.
    """

    def __init__(self) -> None:
        self.of = OrderedDict[str, dict[str, str]]()
        self.forgot = False

    def note(self, name: str, item: str, kind: str) -> None:
        """Remember what one of them did."""
        items = self.of.setdefault(name, {})
        self.of.move_to_end(name)
        items[item] = _after(items.pop(item, None), kind)
        if len(items) > _ITEMS:
            del items[next(iter(items))]
        while len(self.of) > _SHOPPERS:
            self.of.popitem(last=False)
            self.forgot = True


_Remembered = dict[_Whose, _Shoppers]


class Met:
    """Follows the log from the first question on; used from the event loop only."""

    def __init__(self, log: Log, home: Path) -> None:
        self._log, self._home = log, home
        self._task: asyncio.Task[None] | None = None
        self._begun = False  # whether what the archive has is remembered
        self._read = False  # to the end, at some moment
        self._moved = asyncio.Condition()
        self._after = START
        self._of = _nobody()
        self._stamp = stamp(home)

    def follow(self) -> None:
        """Read the log, and go on reading."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._follow())

    async def by(self, user: str | None, session: str | None, patience_s: float) -> Encounters:
        """What a shopper has met, as a user or in a session.

        Args:
            patience_s: how long the answer waits until all that the log holds now is read; 0: what is read already has to do.
        """
        if (stamped := stamp(self._home)) != self._stamp:  # somebody is to be forgotten
            self._stamp, self._of, self._read, self._begun = stamped, _nobody(), False, False
        self.follow()
        complete = await self._reads_all(patience_s) if patience_s else self._read
        named: dict[_Whose, str | None] = {"session": session, "user": user}
        found = {whose: self._of[whose].of.get(name, {}) for whose, name in named.items() if name}
        seen = frozenset(item for items in found.values() for item in items)
        bought = frozenset(item for items in found.values() for item, kind in items.items() if kind == "purchase")
        lately: tuple[tuple[str, str], ...] = ()
        of: _Whose | None = None
        for whose, items in found.items():
            if not lately:
                lately = tuple(islice(((item, kind) for item, kind in reversed(items.items()) if kind in _KINDS), _LATELY))
                of = whose if lately else None
        return Encounters(seen, bought, complete, lately, of, remembered=not any(self._of[whose].forgot for whose in found))

    async def close(self) -> None:
        """Follow no more."""
        await stopped(self._task)

    async def _reads_all(self, patience_s: float) -> bool:
        """Wait until all is read that the log holds now: who has just bought something is not shown it again."""
        try:
            async with asyncio.timeout(patience_s):
                end = [order(entry.offset) for entry in await self._log.latest(Stream.EVENTS, 1)]
                async with self._moved:
                    await self._moved.wait_for(lambda: self._begun and [order(self._after)] >= end)
        except (TimeoutError, LogError):
            return False
        return True

    async def _follow(self) -> None:
        while True:
            if not self._begun:
                before, self._after = self._of, START
                found = await to_thread.run_sync(_archived, self._home, before)
                if self._of is not before:
                    continue
                self._of, self._begun = found, True
            try:
                entries = await self._log.read(Stream.EVENTS, self._after, limit=_TOGETHER, wait_s=_WAIT_S if self._read else 0.0)
            except TrimmedError:
                self._read, self._begun = False, False  # the archive has what is gone
                continue
            except LogError:
                self._read = False
                await asyncio.sleep(_WAIT_S)
                continue
            if not self._begun:
                continue
            for entry in entries:
                _note(self._of, entry.event.data)
            self._after = entries[-1].offset if entries else self._after
            if len(entries) < _TOGETHER:
                self._read = True
            async with self._moved:
                self._moved.notify_all()


def _nobody() -> _Remembered:
    return {whose: _Shoppers() for whose in _WHOSE}


def _archived(home: Path, of: _Remembered) -> _Remembered:
    """What is remembered, and what the archive has."""
    found: _Remembered = {}
    for whose, shoppers in of.items():
        found[whose] = copied = _Shoppers()
        copied.of, copied.forgot = OrderedDict((name, dict(items)) for name, items in shoppers.of.items()), shoppers.forgot
    newest = newest_of(home, _SEEN, _ARCHIVED)
    found["user"].forgot |= not newest.all_named
    found["session"].forgot |= not (newest.all_named and newest.all_others)
    for batch in newest.events.to_batches(max_chunksize=_TOGETHER):
        for event in batch.to_pylist():
            _note(found, event)
    return found


def _note(of: _Remembered, event: Mapping[str, Any]) -> None:
    kind, item = event.get("type"), event.get("item")
    if kind not in _SEEN or not item:
        return
    for whose in _WHOSE:
        if name := event.get(whose):
            of[whose].note(str(name), str(item), str(kind))


def _after(before: str | None, kind: str) -> str:
    """What is remembered of an item: what is bought stays so until it is returned, and what is in the bag is not only looked at."""
    if before == "purchase" and kind != "return":
        return before
    return before if before == "add_to_cart" and kind == "view" else kind
