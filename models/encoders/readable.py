"""Which pictures of a catalogue cannot be used, of some that are spread over all: a look before hours of training or importing."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np

from models.datasets.findings import Findings
from models.datasets.schema import Catalogue
from models.datasets.shown import shown
from models.encoders.pictures import decode
from models.errors import ImageError

_MOST: Final = 1_000


def warn_of_pictures(catalogue: Catalogue, items: Path, findings: Findings) -> None:
    """Count the pictures that cannot be decoded; those that are gone or named by URL are told by others.

    Args:
        items: the file that names them.
    """
    looked_at, refused = 0, {}
    for row in np.linspace(0, len(catalogue) - 1, min(len(catalogue), _MOST), dtype=np.int64).tolist():
        with suppress(OSError):
            if (picture := catalogue.image(row)) is None:
                continue
            looked_at += 1
            try:
                decode(picture)
            except ImageError as error:
                refused[catalogue.id_of(row)] = error.problem
    if refused:
        item, why = next(iter(refused.items()))
        problem = f"{len(refused):,} of {looked_at:,} pictures that were looked at cannot be used, such as that of {shown(item)}: {why}"
        findings.warn(problem, path=items, field="image")
