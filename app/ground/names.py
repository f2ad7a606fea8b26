"""Names of requests and answers, which nobody guesses.

The randomness of many is read at once: each call of the system lets another thread take Python's lock, for which an answer then waits.
"""

from __future__ import annotations

import os
from collections import deque
from typing import Final

_BYTES: Final = 16
_AT_ONCE: Final = 256
_names: deque[str] = deque()
os.register_at_fork(after_in_child=_names.clear)


def fresh() -> str:
    """A name that there never was, 32 hexadecimal digits; from any thread."""
    while True:
        try:
            return _names.popleft()
        except IndexError:
            drawn = os.urandom(_BYTES * _AT_ONCE).hex()
            _names.extend(drawn[at : at + 2 * _BYTES] for at in range(0, len(drawn), 2 * _BYTES))
