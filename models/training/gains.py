"""Whether what was tried is better, beyond chance."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

CLEARLY: Final = 2.0
"""Standard errors."""


def gains(gain_R: NDArray[np.number], errors: float = CLEARLY) -> bool:
    """Whether the mean of independent gains, ``(R,)``, is above so many standard errors of itself."""
    return bool(gain_R.mean() > errors * gain_R.std() / math.sqrt(len(gain_R)))
