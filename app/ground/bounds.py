"""How far settings go: beyond it a number is a slip, and what it bounds would have no bound."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from pydantic import BeforeValidator, StringConstraints

MINUTE_S: Final = 60.0
HOUR_S: Final = 3_600.0
LONG_S: Final = 315_360_000.0
"""Ten years."""
MANY: Final = 1_000_000_000
MOST_THREADS: Final = 4_096
MOST_BYTES: Final = 1 << 50


def _a_place(told: object) -> object:
    if not str(told).strip():
        msg = "names no place; leave it out for the default"
        raise ValueError(msg)
    return told


Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""A word that a person has to say: one that is empty would mean something else."""
Place = Annotated[Path, BeforeValidator(_a_place)]
"""A path, likewise: an empty one would be the directory that one happens to be in."""
