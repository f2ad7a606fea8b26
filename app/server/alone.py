"""A process that nobody looks after: where its event loop stands for good it ends itself, so that whatever started it starts it anew."""

from __future__ import annotations

import faulthandler
from typing import Final, Self

from app.server.supervised import HUNG_S

_ARMED_S: Final = 1.0


class Alone:
    """To be called at each beat of the event loop; long after the last one the process ends with exit code 1.

    Where each thread stands is written to standard error. That is done by a thread which needs no lock of Python's: what hangs may hold it.

    Args:
        hung_s: seconds without a beat.
    """

    def __init__(self, hung_s: float = HUNG_S) -> None:
        self._hung_s, self._again_at = hung_s, 0.0

    def __call__(self, now: float) -> None:
        """A beat.

        Args:
            now: by the monotonic clock.
        """
        if now >= self._again_at:  # each time is a thread
            faulthandler.dump_traceback_later(self._hung_s, exit=True)
            self._again_at = now + _ARMED_S

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        faulthandler.cancel_dump_traceback_later()
