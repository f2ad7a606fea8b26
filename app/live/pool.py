"""The threads that compute answers, shared out fairly between heavy and ordinary requests, and between those who ask.

Ordinary requests have four times the share of heavy ones, and heavy ones never hold every thread. Among those of a kind it is the turn of
whoever has had the least time. Work pauses between its slices (``app.recommend.slices``) where somebody else's turn has come; it ends there
where nobody waits for its answer any more. What heavy requests took of memory goes back to the system after the last of them.

Where small requests wait, a thread takes several of them, and the model answers them in one batch (``app.recommend.batch``); one thread at
a time does so, as two would only take Python's lock from each other. Their answers
are handed over together, so that the event loop and the thread that computes take Python's lock from each other once for all of them; the
next batch begins when as many wait again as may come, or nobody came or went for a moment.
"""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final, TypeVar

from app.ground.allocator import give_back
from app.ground.compute import alone
from app.ground.errors import BusyError, ClientGoneError, DeadlineError, ServiceError
from app.live.turns import Kind, Turn
from app.recommend.batch import side_by_side
from app.recommend.slices import pausing

WAITING_PER_CORE: Final = 20
"""On two cores 42 are then inside, a third more than where 32 ask at once: the last of them waits for some tenths of a second. Each of
several processes has as many places, as most connections may come to one of them."""
HEAVY: Final = 20_000.0
"""From this cost on a request is heavy; see ``app.recommend.cost``."""
VERY_HEAVY: Final = 100_000.0
"""From this cost on, which is seconds of a core, a request alone is worth a process beside this one, and waits until it is started; see
``app.api.apart``."""
SMALL: Final = 2_000.0
"""Up to this cost a request may be computed beside others: all of them wait for the last of their batch."""
_ORDINARY_SHARE: Final = 4.0
_HEAVY_WAITING: Final = 4  # of so many places to wait, one is for a heavy request
_BEGUN_PER_THREAD: Final = 2  # heavy requests that have begun and hold memory, paused or not
_LEAST_SLICE_S: Final = 0.005
_MOMENT_S: Final = 0.002
"""After a batch, the next one begins once nobody has come or gone for so long, however few wait; whoever is alone never waits."""

_GONE: Final = "nobody waits for this answer any more"

Answer = TypeVar("Answer")


class ComputePool:
    """A bounded pool of threads with a bounded queue; used from the event loop only.

    Args:
        deadline_s: seconds after which a request is answered with an error, whether it waits or is computed.
        together: small requests that a thread may compute side by side.

    Attributes:
        threads: requests computed at the same time, or batches of them. refused: requests refused since the start.
        late: those that met their deadline. abandoned: those whose client went away. joined: those that were computed beside others.
        beginning: held by whoever begins one of many outfits of a request, so that the event loop turns between any two.
    """

    def __init__(self, threads: int, most_waiting: int, deadline_s: float = math.inf, together: int = 1) -> None:
        self.threads, self._most_waiting, self._deadline_s, self._together = threads, most_waiting, deadline_s, together
        most_begun = _BEGUN_PER_THREAD * threads
        self._ordinary = Kind(_ORDINARY_SHARE, at_once=threads, most_inside=threads + most_waiting, most_begun=threads + most_waiting)
        self._heavy = Kind(
            1.0,
            at_once=max(1, threads - 1),
            most_inside=most_begun + math.ceil(most_waiting / _HEAVY_WAITING),
            most_begun=most_begun,
        )
        self._executor = ThreadPoolExecutor(2 * threads + most_begun, thread_name_prefix="compute", initializer=alone)
        self._lock = threading.Lock()  # over all that follows, and over the kinds
        self._free = threads
        self.beginning = asyncio.Lock()
        self._batch = False  # whether a thread computes small requests
        self._expected = 1  # small requests for which the next batch waits a moment
        self._moves = 0  # requests that came or went since the start
        self._inside: dict[asyncio.Future[Any], asyncio.Future[ServiceError]] = {}
        self.refused = self.late = self.abandoned = self.joined = self._elsewhere = 0

    @property
    def waiting(self) -> int:
        """Requests that wait for a thread, or ``elsewhere``."""
        return len(self._ordinary.waiting) + len(self._heavy.waiting) + self._elsewhere

    @property
    def crowded(self) -> bool:
        """Whether a heavy request is inside."""
        return self._heavy.inside > 0

    def busy(self, kind: Kind | None = None) -> BusyError | None:
        """Why a request has to be refused, which is counted; None where there is a place for it.

        Args:
            kind: of the request; None is an ordinary one.
        """
        kind = kind or self._ordinary
        if kind.inside < kind.most_inside:
            return None
        self.refused += 1
        return BusyError(f"as many requests wait for a thread already as may ({self._most_waiting:,}); try again in a moment")

    def room(self, cost: float) -> asyncio.Semaphore:
        """Held while one of many questions of a request is inside: few of all such requests are, so that none is refused."""
        return (self._heavy if cost >= HEAVY else self._ordinary).room

    async def run(
        self,
        compute: Callable[[], Answer],
        *,
        cost: float = 1.0,
        who: str = "",
        joins: bool = False,
        gone: Callable[[], Awaitable[object]] | None = None,
    ) -> Answer:
        """Compute in a thread, once it is this request's turn.

        Args:
            cost: of the request, as far as that can be told beforehand; see ``app.recommend.cost``.
            who: whoever asks: their key, or their address.
            joins: whether most of its work is the model's, which answers several together; see ``SMALL``.
            gone: returns once nobody waits for the answer.

        Raises:
            BusyError: as many requests wait as may. DeadlineError: there was no answer in time. ClientGoneError: nobody waits for it.
        """
        kind = self._heavy if cost >= HEAVY else self._ordinary
        if (busy := self.busy(kind)) is not None:
            raise busy
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        turn = Turn(kind, who, lambda turn: self._answer(turn, compute), answer, joins=joins and cost <= SMALL and self._together > 1)
        kind.inside += 1
        try:
            with self._lock:
                kind.wake(self._ordinary if kind is self._heavy else self._heavy)
                kind.wait(turn)
                self._moves += 1
                self._grant()
            return await self._outcome(answer, gone, lambda: "being computed" if turn.begun else "waiting for a thread", self._deadline_s)
        finally:
            self._drop(turn)
            self._moves += 1
            kind.inside -= 1

    async def elsewhere(
        self, work: Coroutine[Any, Any, Answer], where: Callable[[], str], gone: Callable[[], Awaitable[object]], *, timed: bool = True
    ) -> Answer:
        """What is not computed by these threads, ``where`` being in words: with the deadline, the counts and the errors of ``run``.

        Args:
            timed: whether there is a deadline.
        """
        self._elsewhere += 1
        try:
            return await self._outcome(asyncio.ensure_future(work), gone, where, self._deadline_s if timed else math.inf)
        except BusyError:
            self.refused += 1
            raise
        finally:
            self._elsewhere -= 1

    def hurry(self) -> None:
        """No more requests come: heavy ones may hold every thread from now on."""
        with self._lock:
            self._heavy.at_once = self.threads
            self._grant()

    def cut(self, error: ServiceError) -> None:
        """Answer every request that waits or is computed with this error, and let go of its work."""
        for end in self._inside.values():
            if not end.done():
                end.set_result(error)

    def close(self) -> None:
        """Take no more work; what is computed ends at its next pause."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    async def _outcome(
        self, answer: asyncio.Future[Answer], gone: Callable[[], Awaitable[object]] | None, where: Callable[[], str], deadline_s: float
    ) -> Answer:
        """The answer; or what comes before it: the deadline, a client that leaves, a shutdown."""
        cut = self._inside[answer] = asyncio.get_running_loop().create_future()
        away = asyncio.ensure_future(gone()) if gone else None
        try:
            ends = {answer, cut, *({away} if away else ())}
            await asyncio.wait(ends, timeout=deadline_s if deadline_s < math.inf else None, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return answer.result()
            if cut.done():
                raise cut.result()
            if away is not None and away.done():
                self.abandoned += 1
                raise ClientGoneError(_GONE)
            self.late += 1
            msg = f"no answer within {deadline_s:g} s, after which it was still {where()}; ask for less, or try again later"
            raise DeadlineError(msg)
        finally:
            if away:
                away.cancel()
            answer.cancel()
            del self._inside[answer]

    def _work(self, turn: Turn) -> None:
        """Compute a turn, and those beside it."""
        together = (turn, *turn.beside)
        try:
            if len(together) > 1:
                side_by_side([(one.context, one.compute) for one in together])
            else:
                turn.context.run(turn.compute)
        except BaseException as error:  # noqa: BLE001 - nobody is left to wait
            for one in together:
                one.outcome = one.outcome or (None, error)
        finally:
            with self._lock:
                self._stop(turn)
                if turn.joins:
                    self._batch = False
                    self._expected = min(self._together, turn.kind.inside)
                self._grant()
                last = turn.kind is self._heavy and not (self._heavy.running or self._heavy.waiting)
            with suppress(RuntimeError):  # the event loop is closed: nobody waits
                turn.answer.get_loop().call_soon_threadsafe(self._hand_over, together)
            if last:
                give_back()

    def _answer(self, turn: Turn, compute: Callable[[], Answer]) -> None:
        pausing.set(lambda: self._pause(turn))
        try:
            if not turn.dropped:
                turn.outcome = compute(), None
        except BaseException as error:  # noqa: BLE001 - whoever waits gets it, whatever it is
            turn.outcome = None, error

    def _hand_over(self, turns: Sequence[Turn]) -> None:
        """Give those who wait for these turns their answers, all in one pass of the event loop."""
        for turn in turns:
            if turn.outcome and not turn.answer.done():
                result, error = turn.outcome
                if error is not None:
                    turn.answer.set_exception(error)
                else:
                    turn.answer.set_result(result)
        if self._expected > 1:
            self._gather()

    def _gather(self) -> None:
        """See in a moment whether anybody came or went; then there may be more."""
        asyncio.get_running_loop().call_later(_MOMENT_S, self._begin, self._moves)

    def _begin(self, moves: int) -> None:
        """Begin with those who wait, unless somebody came or went since there were so many moves."""
        if moves != self._moves:
            self._gather()
            return
        with self._lock:
            self._expected = 1
            self._grant()

    def _pause(self, turn: Turn) -> None:
        """Let whoever's turn has come go first."""
        with self._lock:
            _still_wanted(turn)
            if not turn.running or turn.beside:
                return  # the others of its batch wait for it
            if turn.ran_s() < _LEAST_SLICE_S or not (self._ordinary.waiting or self._heavy.waiting):
                return
            self._stop(turn)
            resumed = turn.pause()
            turn.kind.wait(turn)
            self._grant()
        resumed.wait()
        _still_wanted(turn)

    def _grant(self) -> None:
        """Give the free threads to those whose turn it is; under the lock."""
        while self._free:
            small = sum(turn.joins for turn in self._ordinary.waiting)
            self._ordinary.joining = not self._batch and small >= self._expected
            kinds = [kind for kind in (self._ordinary, self._heavy) if kind.may_run()]
            if not kinds:
                return
            turn = min(kinds, key=lambda kind: kind.used_s).next()
            self._free -= 1
            if not turn.begun:
                self._batch = self._batch or turn.joins
                turn.beside = turn.kind.beside(turn, self._together - 1)
                self.joined += 1 + len(turn.beside) if turn.beside else 0
                self._executor.submit(self._work, turn)
            turn.start()

    def _stop(self, turn: Turn) -> None:
        """The turn's thread is free again; under the lock."""
        if turn.running:
            turn.stop()
            self._free += 1

    def _drop(self, turn: Turn) -> None:
        """Nobody waits for the turn any more: it leaves the queue, or ends at its next pause."""
        with self._lock:
            turn.drop()
            self._grant()


def _still_wanted(turn: Turn) -> None:
    if turn.dropped:
        raise ClientGoneError(_GONE)
