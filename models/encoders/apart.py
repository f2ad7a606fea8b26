"""What large pictures need, done by a small process beside this one: some steps of Pillow take a whole picture, and keep Python's lock.

There is one for all threads, which wait for each other. The first large picture starts it; once none has come for a while it ends, and its
memory goes with it. What it did when it was killed is done once more by another. It is told what to do in JSON, and answers with pixels or
bytes, which are all that is believed of it.
"""

from __future__ import annotations

import json
import mmap
import os
import pkgutil
import signal
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from threading import Lock, Timer
from typing import Any, Final, TypeVar

from PIL import Image

from models.errors import ImageError

LARGE: Final = 2_000_000
"""Pixels above which a picture is: at most 6 ms of the lock for so many, 90 for twenty times as many."""
_IDLE_S: Final = 10.0
_HUNG_S: Final = 30.0
_NICE: Final = 5
_LENGTHS: Final = struct.Struct("!II")  # bytes of the JSON, and of what comes behind it
_SPAWNING: Final = get_context("spawn")

Made = TypeVar("Made", Image.Image, bytes)


class Apart:
    """That process; closed, it ends, and the next picture starts another."""

    def __init__(self, idle_s: float = _IDLE_S) -> None:
        self._idle_s, self._lock = idle_s, Lock()
        self._process: BaseProcess | None = None
        self._line: socket.socket | None = None
        self._idle: Timer | None = None

    def __call__(self, make: Callable[..., Made], data: bytes, **given: object) -> Made:
        """What ``make(data, **given)`` returns there: a picture in RGB, or bytes.

        Args:
            make: of a module's top level. given: what JSON can say.

        Raises:
            ImageError: as ``make`` does; or two processes ended one after the other while they did it, or none can be had.
        """
        with self._lock:
            if self._idle is not None:
                self._idle.cancel()
            try:
                for _ in range(2):
                    with suppress(EOFError):
                        found: Made = self._made(make, data, given)
                        return found
                    self._end()
            except OSError as error:
                msg = f"large pictures cannot be decoded now ({error.strerror}); scale it down, or try again"
                raise ImageError(msg) from error
            finally:
                self._idle = Timer(self._idle_s, self.close)
                self._idle.daemon = True
                self._idle.start()
        msg = "what decodes large pictures ended twice over this one; scale it down, or try again"
        raise ImageError(msg)

    @property
    def pid(self) -> int | None:
        """Of the process, where there is one."""
        return None if self._process is None else self._process.pid

    def close(self) -> None:
        """End it, once what is under way is done."""
        with self._lock:
            self._end()

    def _made(self, make: Callable[..., Made], data: bytes, given: dict[str, object]) -> Any:  # noqa: ANN401 - what `make` makes
        line = self._line or self._start()
        _send(line, {"make": f"{make.__module__}:{make.__qualname__}", "given": given}, data)
        said, made = _received(line)
        if "error" in said:
            raise ImageError(str(said["error"]))
        if "size" not in said:
            return bytes(made)
        width, height = (int(side) for side in said["size"])
        return Image.frombytes("RGB", (width, height), made)

    def _start(self) -> socket.socket:
        mine, theirs = socket.socketpair()
        try:
            process = _SPAWNING.Process(target=_serve, args=(theirs,), name="large-pictures", daemon=True)
            process.start()
        except OSError:
            mine.close()
            raise
        finally:
            theirs.close()
        for way in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            mine.setsockopt(socket.SOL_SOCKET, way, struct.pack("ll", int(_HUNG_S), 0))
        self._process, self._line = process, mine
        return mine

    def _end(self) -> None:
        if self._line is not None and self._process is not None:
            self._line.close()
            self._process.kill()
            self._process.join()
        self._process = self._line = None


_opened: Final[list[Apart]] = []
"""By whom it is asked for, the last one last: encoders decode far below whoever knows that others wait for Python's lock."""


@contextmanager
def large_pictures_apart() -> Iterator[Apart]:
    """Have that process do what ``apart_for`` gives it, as long as this is entered; outside of it all is done where it is asked for."""
    mine = Apart()
    _opened.append(mine)
    try:
        yield mine
    finally:
        _opened.remove(mine)
        mine.close()


def apart_for(picture: Image.Image) -> Apart | None:
    """What works on it elsewhere; None where it is not large, or nobody asked for that."""
    return _opened[-1] if _opened and picture.width * picture.height > LARGE else None


def _serve(line: socket.socket) -> None:
    """That process: it ends when its line is closed, so also with whoever started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICE)
    with suppress(EOFError):
        while True:
            said, data = _received(line)
            try:
                made = pkgutil.resolve_name(said["make"])(bytes(data), **said["given"])
            except ImageError as error:
                _send(line, {"error": str(error)}, b"")
            else:
                _send(line, *(({}, made) if isinstance(made, bytes) else ({"size": made.size}, made.tobytes())))


def _send(line: socket.socket, said: dict[str, Any], data: bytes) -> None:
    """Send something; raises ``EOFError`` where nobody takes it."""
    head = json.dumps(said).encode()
    try:
        line.sendall(_LENGTHS.pack(len(head), len(data)) + head)
        line.sendall(data)
    except OSError as error:
        raise EOFError from error


def _received(line: socket.socket) -> tuple[dict[str, Any], memoryview]:
    """What the other side sends; raises ``EOFError`` where it sends no more."""
    head, behind = _LENGTHS.unpack(_exactly(line, _LENGTHS.size))
    return json.loads(bytes(_exactly(line, head))), _exactly(line, behind)


def _exactly(line: socket.socket, count: int) -> memoryview:
    """So many bytes, in memory that is not touched before they come: Python would fill it first, and keep its lock meanwhile."""
    held = memoryview(mmap.mmap(-1, max(1, count)))[:count]
    got = 0
    while got < count:
        try:
            came = line.recv_into(held[got:], 0, socket.MSG_WAITALL)
        except OSError as error:
            raise EOFError from error
        if not came:
            raise EOFError
        got += came
    return held
