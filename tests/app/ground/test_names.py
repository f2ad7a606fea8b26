"""Names of requests and answers."""

from __future__ import annotations

import os
import re

from app.ground.names import fresh


def test_names_are_different_and_read_in_bulk() -> None:
    """However many are asked for: 32 hexadecimal digits each."""
    names = [fresh() for _ in range(1_000)]
    assert len({*names}) == len(names)
    assert all(re.fullmatch("[0-9a-f]{32}", name) for name in names)


def test_a_fork_has_names_of_its_own() -> None:
    """Those that were drawn already are the parent's."""
    fresh()
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writing, fresh().encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 32).decode() not in {fresh() for _ in range(300)}
    os.close(reading)
    os.close(writing)
