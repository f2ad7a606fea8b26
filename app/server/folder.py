"""A directory of sockets for the processes of one service; what killed services left goes with the next start."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

_LONGEST: Final = 100  # of a socket's path; the system takes a little more
_ROOM: Final = len("/heavy")


class Folder:
    """One that nobody else may enter, until it is left.

    Raises:
        OSError: there is no room for it, or its path is too long for a socket's.
    """

    def __init__(self, prefix: str) -> None:
        _tidy_up(prefix)
        self.path = Path(tempfile.mkdtemp(prefix=prefix))
        if len(str(self.path)) > _LONGEST - _ROOM:
            self.path.rmdir()
            msg = f"the path of a socket in {self.path.parent} is too long; set TMPDIR to a folder with a shorter one"
            raise OSError(msg)
        self._handle = _held(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.remove()

    def remove(self) -> None:
        """It, and what is in it."""
        shutil.rmtree(self.path, ignore_errors=True)


def _held(folder: Path) -> int:
    """A handle of a directory, which nobody else has then; the system lets go of it however this process ends.

    Raises:
        OSError: another process has it, or it is somebody else's.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(handle).st_uid != os.geteuid():
            raise PermissionError(errno.EPERM, "somebody else's", str(folder))
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle


def _tidy_up(prefix: str) -> None:
    """Remove the directories of services that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        with suppress(OSError):
            handle = _held(folder)
            shutil.rmtree(folder, ignore_errors=True)
            os.close(handle)
