"""How exactly numbers are computed: half precision where it pays, which is on a GPU, for inference."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Final

import torch

CPU: Final = torch.device("cpu")


def halved(device: torch.device) -> AbstractContextManager[object]:
    """Within it matrix products take bfloat16 (float16 where the GPU has none), and sums float32; on a CPU nothing changes."""
    if device.type == "cpu":
        return nullcontext()
    dtype = torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    return torch.autocast(device.type, dtype=dtype)


def exact(device: torch.device) -> AbstractContextManager[object]:
    """Within ``halved``: float32 after all, for products that are the answer, where rounding would make ties."""
    return nullcontext() if device.type == "cpu" else torch.autocast(device.type, enabled=False)
