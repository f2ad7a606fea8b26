"""Whose turn it is to compute: the bookkeeping of ``app.live.pool``, which holds its lock around all of this."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from itertools import count
from typing import Any, Final

_MOST_REMEMBERED: Final = 1_000
_OF_MANY: Final = 3  # of so many places, one is for the questions of requests that ask many


class Kind:
    """Requests of one kind, heavy or ordinary: who of them waits, and how long each asker's have been computed.

    Args:
        share: of the threads' time, beside the other kind's.
        at_once: of them that may be computed at the same time. most_inside: that may wait or be computed.
        most_begun: that may have begun, paused ones included.

    Attributes:
        used_s: seconds for which they have been computed, by their share.
        joining: whether those that join others may begin. room: for the questions of requests that ask many.
    """

    def __init__(self, share: float, *, at_once: int, most_inside: int, most_begun: int) -> None:
        self.share, self.at_once, self.most_inside, self.most_begun = share, at_once, most_inside, most_begun
        self.waiting: list[Turn] = []
        self.inside = self.running = self.begun = 0
        self.used_s = 0.0
        self.joining = True
        self.room = asyncio.Semaphore(max(1, most_inside // _OF_MANY))
        self._had_s: dict[str, float] = {}
        self._floor_s = 0.0

    def wait(self, turn: Turn) -> None:
        """Put a turn into the queue. Whoever comes after a while begins with those who have had least, so that time is not saved up."""
        self._had_s[turn.who] = max(self._had_s.get(turn.who, 0.0), self._floor_s)
        self.waiting.append(turn)

    def may_run(self) -> bool:
        """Whether one of those who wait may be computed now."""
        return self.running < self.at_once and bool(self._eligible())

    def next(self) -> Turn:
        """Take the turn of whoever has had least time out of the queue; of theirs, the one that came first."""
        turn = min(self._eligible(), key=lambda one: (self._had_s[one.who], one.number))
        self.waiting.remove(turn)
        self._floor_s = max(self._floor_s, self._had_s[turn.who])
        return turn

    def beside(self, turn: Turn, most: int) -> list[Turn]:
        """Take out of the queue what can be computed beside a turn that is about to begin, at most so many, in the order of ``next``."""
        may = [one for one in self.waiting if one.joins and not one.begun] if turn.joins and not turn.begun else []
        found = sorted(may, key=lambda one: (self._had_s[one.who], one.number))[:most]
        self.waiting = [one for one in self.waiting if one not in found]
        return found

    def charge(self, who: str, seconds: float) -> None:
        """Note that somebody's request has been computed for so long."""
        self.used_s += seconds / self.share
        self._had_s[who] = self._had_s.get(who, self._floor_s) + seconds
        if len(self._had_s) > _MOST_REMEMBERED:
            waiting = {turn.who for turn in self.waiting}
            self._had_s = {name: had for name, had in self._had_s.items() if had > self._floor_s or name in waiting}

    def wake(self, other: Kind) -> None:
        """Before a turn is put into the queue: a kind of which nobody waited or was computed has saved no time up against the other one."""
        if not (self.waiting or self.running):
            self.used_s = max(self.used_s, other.used_s) if other.waiting or other.running else other.used_s

    def _eligible(self) -> list[Turn]:
        full = self.begun >= self.most_begun
        return [turn for turn in self.waiting if turn.begun or not (full or (turn.joins and not self.joining))]


class Turn:
    """One request: in the queue, computed, paused or done.

    Args:
        compute: what computes it, and sets ``outcome``.
        answer: what whoever asks waits for.
        joins: whether it may be computed beside others that do.

    Attributes:
        context: that it is computed in.
        outcome: the answer, or what was raised; None until there is either.
        beside: those that are computed beside it, on its thread; they take none of their own.
        resumed: a paused thread waits for it; None before it has paused. dropped: nobody waits for its answer.
    """

    _numbers = count()

    def __init__(self, kind: Kind, who: str, compute: Callable[[Turn], None], answer: asyncio.Future[Any], *, joins: bool) -> None:
        self.kind, self.who, self._compute, self.answer, self.joins = kind, who, compute, answer, joins
        self.number = next(self._numbers)
        self.outcome: tuple[Any, BaseException | None] | None = None
        self.context = copy_context()
        self.beside: list[Turn] = []
        self.resumed: threading.Event | None = None
        self.begun = self.running = self.dropped = False
        self._since = 0.0

    def start(self) -> None:
        """It is computed from now on, or goes on."""
        self.running, self._since = True, time.perf_counter()
        self.kind.running += 1
        self.kind.begun += not self.begun
        for one in (self, *self.beside):
            one.begun = True
        if self.resumed is not None:
            self.resumed.set()

    def compute(self) -> None:
        """Compute it, on the thread that calls this."""
        self._compute(self)

    def ran_s(self) -> float:
        """Seconds since it was started or resumed."""
        return time.perf_counter() - self._since

    def pause(self) -> threading.Event:
        """What its thread is to wait for."""
        self.resumed = threading.Event()
        self.kind.begun += 1  # it has begun, and is not done
        return self.resumed

    def stop(self) -> None:
        """It is no longer computed: done, or about to pause."""
        self.running = False
        self.kind.running -= 1
        self.kind.begun -= 1
        each_s = self.ran_s() / (1 + len(self.beside))
        for one in (self, *self.beside):
            self.kind.charge(one.who, each_s)

    def drop(self) -> None:
        """Nobody waits for it."""
        self.dropped = True
        if self in self.kind.waiting:
            self.kind.waiting.remove(self)
            if self.begun:
                self.kind.begun -= 1
                if self.resumed is not None:
                    self.resumed.set()
