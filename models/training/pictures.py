"""Pictures of a catalogue for training: decoded once and kept in memory if they fit, otherwise decoded for each batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.datasets.schema import Catalogue
from models.encoders.pictures import decode, decoders, square
from models.errors import ImageError
from models.progress import Progress, silent

MEMORY_BYTES: Final = 4 << 30


class Pictures:
    """The usable pictures of some rows of a catalogue, each fitted into a white square.

    Attributes:
        rows: rows of the catalogue with a usable picture.
    """

    def __init__(
        self, catalogue: Catalogue, rows: Sequence[int], side: int, progress: Progress = silent, memory_bytes: int = MEMORY_BYTES
    ) -> None:
        self._catalogue, self.side = catalogue, side
        keep = len(rows) * 3 * side * side <= memory_bytes
        usable, kept = [], []
        with progress("reading pictures", len(rows)) as advance:
            for row, picture in zip(rows, decoders().map(self._read, rows), strict=True):
                if picture is not None:
                    usable.append(row)
                    kept += [picture] if keep else []
                advance()
        self.rows: NDArray[np.int64] = np.array(usable, dtype=np.int64)
        self._kept = np.stack(kept) if kept else None

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, positions: NDArray[np.int64]) -> Tensor:
        """Pictures at positions in ``rows``, uint8, ``(B, 3, side, side)``."""
        if self._kept is not None:
            return torch.from_numpy(self._kept[positions])
        found = decoders().map(self._read, self.rows[positions].tolist())
        return torch.from_numpy(np.stack([picture for picture in found if picture is not None]))

    def _read(self, row: int) -> NDArray[np.uint8] | None:
        try:
            data = self._catalogue.image(row)
            return None if data is None else square(decode(data), self.side)
        except (ImageError, OSError):
            return None
