"""The process that answers heavy requests, beside those that answer on the port: see ``app.api.apart``.

It stands back behind them (``nice``). It is started when somebody asks for it, and ends once nobody has for a while, and with it what
heavy requests took of memory. Where there is none, or until it is loaded, they are computed where they came in.
"""

from __future__ import annotations

import errno
import os
import signal
import socket
import time
from functools import partial
from threading import Event, Thread
from types import FrameType, TracebackType
from typing import Final, Self

from structlog.contextvars import bind_contextvars

from app.ground.heavy import HEAD_BYTES, Place
from app.ground.settings import Settings
from app.server.folder import Folder
from app.server.supervised import LOOK_S, SPAWNING, Shared, Supervised
from models.parent import end_with_parent

_PREFIX: Final = "attire-heavy-"
_NICE: Final = 10
_IDLE_S: Final = 60.0
_LAST_S: Final = 3.0  # when those that ask it have ended, nothing is under way


class Heavy:
    """Looks after that process, on a thread of its own, as long as it is entered.

    Attributes:
        place: where it is to be found, for those that ask it.
    """

    def __init__(self, settings: Settings) -> None:
        self._folder = Folder(_PREFIX)
        self.place = Place(self._folder.path / "heavy", SPAWNING.Value("d", 0.0, lock=False))
        self._process = Supervised("heavy", _answer, settings, self.place)
        self._idle_s = max(_IDLE_S, 2 * settings.deadline_s)
        self._end = Event()
        self._thread = Thread(target=self._look_after, name="heavy", daemon=True)

    def __enter__(self) -> Self:
        for number in (signal.SIGTERM, signal.SIGHUP):  # uvicorn raises the former once more when it has ended
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, self._terminated)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end.set()
        self._thread.join()
        self._stop()
        self._folder.remove()

    def _terminated(self, number: int, _frame: FrameType | None) -> None:
        self.__exit__(None, None, None)
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    def _look_after(self) -> None:
        while not self._end.wait(LOOK_S):
            asked = self.place.asked.value
            lost = self._process.lives and not self.place.socket.exists()  # to who tidies up temporary files: nobody reaches it any more
            if asked and time.monotonic() - asked < self._idle_s and not lost:
                self._process.look_after()
            else:
                self._stop()

    def _stop(self) -> None:
        self._process.end()
        self._process.ended(time.monotonic() + _LAST_S)


def _answer(settings: Settings, place: Place, beat: Shared) -> None:
    """That process."""
    end_with_parent()  # before the imports, which take seconds
    os.nice(_NICE)
    from app.ground import compute  # noqa: PLC0415
    from app.main import create_app  # noqa: PLC0415
    from app.server.process import answer  # noqa: PLC0415

    bind_contextvars(process="heavy")
    place.socket.parent.mkdir(0o700, exist_ok=True)  # where somebody has tidied up
    if not place.ours:
        raise PermissionError(errno.EPERM, "somebody else's", str(place.socket.parent))
    place.socket.unlink(missing_ok=True)  # of one that was killed
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(place.socket))  # nobody reaches it before it is loaded, and listens
    threads = settings.threads.model_copy(update={"requests": settings.threads.requests or max(1, compute.cores() - 1)})
    connections = settings.connections.model_copy(update={"head_bytes": HEAD_BYTES})
    settings = settings.model_copy(update={"threads": threads, "connections": connections})
    answer(create_app(settings, beaten=partial(setattr, beat, "value"), inside=True), settings, listener)
