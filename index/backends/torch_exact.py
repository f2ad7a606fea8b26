"""Exact search where torch computes: a matrix product, a mask and the highest scores, in half precision on a GPU, then exact scores.

Answers are ``FlatIndex``'s to the last bit: see ``index.backends.certified``. Imported only where it is chosen. Shape legend: there.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch

from index.backends.base import BoolArray, FloatArray, IntArray
from index.backends.certified import CertifiedIndex, Quick, largest, rounding_of
from index.backends.faiss_cpu import FlatIndex

_PART: Final = 65_536
_HALF: Final = 2.0**-25  # what float16 loses of a number next to nothing
_MOST: Final = 3e4  # float16 holds sums up to twice this
_AT_ONCE: Final = 2**28
"""Scores that are on the device at the same time: 1 GiB of them in float32."""


class TorchIndex(CertifiedIndex):
    """N vectors, and a copy of them on a device.

    Args:
        device: where the copy is; ``cpu``, ``cuda``, ``cuda:1``.
        half: whether the copy is float16, which halves what a search reads and multiplies faster; None: on a GPU. It is float32 all the
            same where scores may be larger than float16 holds.

    Raises:
        VectorError: see ``FlatIndex``.
        RuntimeError: torch has no such device, or no room on it.
    """

    def __init__(self, vectors_ND: FloatArray, device: str = "cpu", *, half: bool | None = None) -> None:
        flat = FlatIndex(vectors_ND)
        largest_D = largest(flat.vectors)
        half = (torch.device(device).type != "cpu" if half is None else half) and bool(largest_D.sum() < _MOST)
        self._kept_ND = torch.empty(flat.vectors.shape, dtype=torch.float16 if half else torch.float32, device=device)
        for start in range(0, flat.count, _PART):
            part = np.array(flat.vectors[start : start + _PART])  # torch takes no memory that cannot be written to
            self._kept_ND[start : start + len(part)] = torch.from_numpy(part).to(device)
        rounding = rounding_of(flat.vectors.shape[1]) + (4 * torch.finfo(torch.float16).eps if half else 0)
        underflow = _HALF if half else 0.0
        error_D = largest(flat.vectors, self._kept)
        super().__init__(
            flat,
            Quick(search=self._quick, error_D=error_D, largest_D=largest_D, rounding=rounding, underflow=underflow, heeds=True),
        )

    def _kept(self, start: int, end: int) -> FloatArray:
        found: FloatArray = self._kept_ND[start:end].float().cpu().numpy()
        return found

    def _quick(self, queries_BD: FloatArray, fetch: int, allowed_N: BoolArray | None) -> tuple[FloatArray, IntArray]:
        device = self._kept_ND.device
        barred_N = None if allowed_N is None else torch.from_numpy(~allowed_N).to(device)
        found = []
        with torch.inference_mode():
            for some_BD in torch.from_numpy(queries_BD).to(device).split(max(1, _AT_ONCE // max(self.count, 1))):
                size_B1 = some_BD.abs().amax(dim=1, keepdim=True).clamp_min(torch.finfo(torch.float32).tiny)
                scores_BN = ((some_BD / size_B1).to(self._kept_ND.dtype) @ self._kept_ND.T).float() * size_B1
                if barred_N is not None:
                    scores_BN.masked_fill_(barred_N, -torch.inf)
                found.append(torch.topk(scores_BN, fetch))
        scores, positions = (torch.cat(parts).cpu().numpy() for parts in zip(*found, strict=True))
        return scores, positions
