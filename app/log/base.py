"""What every log can do, and what it holds.

Two streams share one form: ``catalog`` (upserts and deletes) and ``events`` (what shoppers did and were shown). An event counts once per
stream by its id, however often it is appended. A group reads each entry at least once: what it took and did not acknowledge comes back to
whoever claims it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol

START: Final = ""
"""The offset before the first entry that is kept."""
LONGEST_ID: Final = 256


class Stream(StrEnum):
    """The streams of a log."""

    CATALOGUE = "catalog"
    EVENTS = "events"


@dataclass(frozen=True, slots=True)
class Event:
    """What is appended.

    Args:
        id: made by whoever says it, unique in its stream.
        data: a JSON object.

    Raises:
        ValueError: the id is empty, too long or holds what cannot be printed, which not every backend could keep.
    """

    id: str
    data: Mapping[str, Any]

    def __post_init__(self) -> None:
        if not (0 < len(self.id) <= LONGEST_ID and self.id.isprintable()):
            msg = f"event id {self.id[:80]!a}: give 1 to {LONGEST_ID} printable characters"
            raise ValueError(msg)

    def encoded(self) -> str:
        """The data as JSON in ASCII, so that every backend keeps any text there is."""
        return json.dumps(self.data, separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """An event in its place.

    Args:
        offset: its place in the stream it was read from; opaque, to be handed back.
        deliveries: how often a group was given it, this time included; 0 for a plain read.
    """

    offset: str
    event: Event
    deliveries: int = 0

    @classmethod
    def decoded(cls, offset: str, event_id: str, data: str, deliveries: int = 0) -> Entry:
        """From what a backend keeps."""
        return cls(offset, Event(event_id, json.loads(data)), deliveries)


@dataclass(frozen=True, slots=True)
class Appended:
    """What an append did.

    Args:
        added: events that were new; the others are in the stream already.
        end: offset of the stream's last entry, so that reading up to it has met all of the batch.
    """

    added: int
    end: str


@dataclass(frozen=True, slots=True)
class Lag:
    """How far behind a group is, in entries.

    Args:
        unread: not given to anyone of the group yet.
        pending: given, and not acknowledged.
        dead: given too often, and put aside.
    """

    unread: int
    pending: int
    dead: int


class Log(Protocol):
    """A log. Every method but ``close`` raises ``LogUnavailableError`` when it cannot be reached; all may be tried again as they are."""

    async def append(self, stream: Stream, events: Sequence[Event]) -> Appended:
        """Keep all events or none, in order, each id once; returns when they are on disk."""

    async def read(self, stream: Stream, after: str = START, *, limit: int = 1_000, wait_s: float = 0.0) -> list[Entry]:
        """The entries behind an offset, at most ``limit``; an empty answer after waiting up to ``wait_s`` (a few seconds at most).

        Raises:
            TrimmedError: entries behind that offset are gone, so what follows has a gap; never for ``START``.
        """

    async def take(self, stream: Stream, group: str, consumer: str, *, limit: int = 1_000, wait_s: float = 0.0) -> list[Entry]:
        """Entries that nobody of the group was given yet; they are this consumer's until acknowledged.

        The first call makes the group, at the stream's start. Where a group was lost, it is made again, and entries come a second time.
        """

    async def claim(self, stream: Stream, group: str, consumer: str, *, idle_s: float, limit: int = 1_000) -> list[Entry]:
        """Take over what was given at least ``idle_s`` ago and not acknowledged: its consumer died, or failed.

        What was given as often as the delivery limit allows goes to the dead letters instead.
        """

    async def acknowledge(self, stream: Stream, group: str, offsets: Sequence[str]) -> None:
        """The group is done with these; to be called once their effect is on disk."""

    async def dead_letters(self, stream: Stream, group: str, *, limit: int = 1_000) -> list[Entry]:
        """What the group was given too often, oldest first."""

    async def drop_dead_letters(self, stream: Stream, group: str, offsets: Sequence[str]) -> None:
        """Forget dead letters, by the offsets that ``dead_letters`` gave."""

    async def lag(self, stream: Stream) -> Mapping[str, Lag]:
        """How far behind each group is."""

    async def trim(self, stream: Stream, up_to: str | None = None) -> int:
        """Drop what every group has acknowledged, and nothing behind ``up_to``; without a group nothing. Returns how many went.

        Ids are forgotten here too, once their entry is gone and the time for which they are remembered has passed.
        """

    async def ping(self) -> None:
        """Whether the log would keep an event now."""

    async def close(self) -> None:
        """End what is under way and let go."""
