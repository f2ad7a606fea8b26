"""Where heavy requests are answered: told by ``app.server.heavy``, which looks after that process, to ``app.api.apart``, which asks it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

HEAD_BYTES: Final = 1 << 22
"""Of a request's head there, in which it is told what shoppers have met."""


@dataclass(frozen=True, slots=True)
class Place:
    """A process beside those that answer on the port.

    Attributes:
        socket: it listens on this Unix socket while it runs; only who runs the service can reach it.
        asked: a value that processes share: when it was last asked for, by the machine's monotonic clock.
    """

    socket: Path
    asked: Any

    @property
    def ours(self) -> bool:
        """Whether its directory is of who runs the service: where it was removed, somebody else may have made one of that name."""
        try:
            return self.socket.parent.lstat().st_uid == os.geteuid()
        except OSError:
            return False
