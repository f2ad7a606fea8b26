"""The protocol of a log, and what a log holds.

A log has two streams of one form: ``catalog`` (upserts and deletes) and ``events`` (what shoppers did and were shown). A stream keeps each
event id once, however often it is appended. A group reads each entry at least once: entries that it took and did not acknowledge can be
claimed again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol

from models.datasets.names import LONGEST_NAME, name_problem

IMPRESSION: Final = "impression:"
"""Begins the id of an impression, and of no event that a client sends: an id counts once, so it would be in its place."""
_PAGE: Final = "page"
START: Final = ""
"""The offset before the first entry that is kept."""


class Stream(StrEnum):
    """The streams of a log."""

    CATALOGUE = "catalog"
    EVENTS = "events"


@dataclass(frozen=True, slots=True)
class Event:
    """An event to append.

    Args:
        id: made by the client, unique in its stream.
        data: a JSON object.

    Raises:
        ValueError: the id is empty, too long or not printable, so that some backend could not keep it.
    """

    id: str
    data: Mapping[str, Any]

    def __post_init__(self) -> None:
        if not self.id or name_problem(self.id):
            msg = f"event id {self.id[:80]!a}: give 1 to {LONGEST_NAME} printable characters"
            raise ValueError(msg)

    def encoded(self) -> str:
        """The data as JSON in ASCII, so that every backend can keep any text."""
        return json.dumps(self.data, separators=(",", ":"), allow_nan=False)


def of_page(key_id: str, event_id: str) -> str:
    """The id of an event that was sent with a page's key, which everybody has: it stands in the place of nobody else's.

    >>> of_page("1a2b3c4d", "order-1")
    'page:1a2b3c4d:order-1'
    """
    name = f"{_PAGE}:{key_id}:{event_id}"
    return name if len(name) <= LONGEST_NAME else of_page(key_id, hashlib.sha256(event_id.encode()).hexdigest())


def encoded(events: Sequence[Event]) -> list[tuple[str, str]]:
    """The id and the data of each; of many items with features that takes a second, so never on an event loop."""
    return [(event.id, event.encoded()) for event in events]


@dataclass(frozen=True, slots=True)
class Entry:
    """An event at its offset.

    Args:
        offset: its place in the stream that it was read from; opaque, only good for handing back to the log.
        deliveries: how often the group was given it, this time included; 0 for a plain read.
    """

    offset: str
    event: Event
    deliveries: int = 0

    @classmethod
    def decoded(cls, offset: str, event_id: str, data: str, deliveries: int = 0) -> Entry:
        """An entry from what a backend keeps."""
        return cls(offset, Event(event_id, json.loads(data)), deliveries)


@dataclass(frozen=True, slots=True)
class Appended:
    """The result of an append.

    Args:
        added: number of new events; the others were in the stream already.
        end: offset of the stream's last entry; whoever reads up to it has read the whole batch.
    """

    added: int
    end: str


@dataclass(frozen=True, slots=True)
class Lag:
    """How far behind a group is, in entries.

    Args:
        unread: not given to any consumer of the group yet.
        pending: given, and not acknowledged.
        dead: given too often, and set aside as dead letters.
    """

    unread: int
    pending: int
    dead: int


def order(offset: str) -> tuple[int, ...]:
    """What offsets of one log are sorted by."""
    return tuple(int(part) for part in offset.split("-")) if offset else (0,)


def fits(offset: str, *, sqlite: bool) -> bool:
    """Whether an offset is one of a log of this kind, SQLite's (``7``) or Redis's (``1796039396547-0``); the start is one of every log.

    >>> fits("7", sqlite=True), fits("7", sqlite=False), fits("1796039396547-0", sqlite=True), fits("0-0", sqlite=True)
    (True, False, False, True)
    """
    return ("-" not in offset) == sqlite or not any(order(offset))


def other_kind(offset: str, *, sqlite: bool) -> str:
    """What is said of an offset that is none of a log of this kind."""
    has, names = ("Redis", "SQLite") if sqlite else ("SQLite", "Redis")
    return (
        f"it has its place ({offset}) in a log of {has}, and ATTIRE_LOG__URL names one of {names}; "
        "set ATTIRE_LOG__URL to that log, or have this home go on with the one that is named: `attire log adopt`"
    )


class Log(Protocol):
    """A log. Every method but ``close`` raises ``LogUnavailableError`` when the log cannot be reached; every call may be repeated."""

    async def append(self, stream: Stream, events: Sequence[Event]) -> Appended:
        """Append all events or none, in order, each id once; returns once they are on disk."""

    async def read(self, stream: Stream, after: str = START, *, limit: int = 1_000, wait_s: float = 0.0) -> list[Entry]:
        """At most ``limit`` entries after an offset. Where there are none, waits up to ``wait_s`` seconds (a few at most) for some.

        Raises:
            TrimmedError: entries after that offset are gone, so reading on would leave a gap; never for ``START``.
        """

    async def latest(self, stream: Stream, limit: int) -> list[Entry]:
        """The last entries that are kept, oldest first."""

    async def take(self, stream: Stream, group: str, consumer: str, *, limit: int = 1_000) -> list[Entry]:
        """Entries that no consumer of the group was given yet; they are this consumer's until acknowledged.

        The first call makes the group, at the stream's start. A group that was lost is made again, and entries come a second time.
        """

    async def claim(self, stream: Stream, group: str, consumer: str, *, idle_s: float, limit: int = 1_000) -> list[Entry]:
        """Take over entries given at least ``idle_s`` seconds ago and not acknowledged, as their consumer died or failed.

        Entries that reached the delivery limit become dead letters instead.
        """

    async def acknowledge(self, stream: Stream, group: str, offsets: Sequence[str]) -> None:
        """Mark entries as done. Call once their effect is on disk."""

    async def dead_letters(self, stream: Stream, group: str, *, limit: int = 1_000) -> list[Entry]:
        """The group's dead letters, oldest first."""

    async def drop_dead_letters(self, stream: Stream, group: str, offsets: Sequence[str]) -> None:
        """Forget dead letters, by the offsets that ``dead_letters`` gave."""

    async def lag(self, stream: Stream) -> Mapping[str, Lag]:
        """How far behind each group is."""

    async def trim(self, stream: Stream, through: str | None = None) -> int:
        """Drop entries that every group has acknowledged. Returns how many.

        Args:
            through: offset of the last entry that may go; None lets the groups say, and drops nothing where there is none.

        This also forgets ids whose entry is gone, once the time for which they are remembered has passed.
        """

    async def forget(self, stream: Stream, ids: Sequence[str]) -> str | None:
        """Remember no more the ids of entries that are gone, and have the storage keep nothing of whatever is gone.

        Returns:
            What it keeps all the same, in words, and until when.
        """

    async def ping(self) -> None:
        """Check that the log would keep an event now."""

    async def taken(self) -> int:
        """Bytes that it takes now."""

    async def free(self) -> float | None:
        """Which share of the room that it may take is left; None where nothing bounds it that it knows of."""

    async def crowds(self) -> bool:
        """Whether it has more than its part of a room that it shares with other logs, and that is half taken: they are to have theirs."""

    async def examine(self, *, thorough: bool = False) -> list[str]:
        """What is wrong, in words: what was acknowledged and is missing. ``thorough`` reads all that is kept, and looks for damage, too."""

    async def repair(self) -> list[str]:
        """Save what can be saved, begin a new epoch, and say what was saved and what is lost. The damaged log is kept aside."""

    async def foreign(self) -> str | None:
        """Why this home may not use it, in words: it is another home's. What would change it raises ``OtherLogError`` then."""

    async def adopt(self) -> None:
        """Make it this home's, whosever it was."""

    async def close(self) -> None:
        """Finish what is under way and release the connection."""
