"""One thread of computation for each process of the tests, as several run beside each other; set before torch is imported."""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "ATTIRE_THREADS__COMPUTE"):  # torch's own, and what a service sets when it starts
    os.environ.setdefault(variable, "1")
