"""How exactly numbers are computed: half precision where it pays, which is in the towers of encoders, on a GPU."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Final

import torch

CPU: Final = torch.device("cpu")


def halved(device: torch.device) -> AbstractContextManager[object]:
    """Within it matrix products and convolutions take float16, and sums float32; on a CPU nothing changes.

    Not bfloat16: features are kept in float16, and the shipped encoder's had a cosine of .995 with the CPU's in bfloat16's eight bits.
    """
    return nullcontext() if device.type == "cpu" else torch.autocast(device.type, dtype=torch.float16)
