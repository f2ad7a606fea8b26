"""Applies a layer per group to the rows of one matrix.

Shape legend: N rows · D size going in · E size coming out.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def by_group(rows_ND: Tensor, group_N: Tensor, layer: Callable[[int, Tensor], Tensor]) -> Tensor:
    """Apply ``layer(group, rows)`` once to the rows of each group, ``(N, E)``; without rows once, as group 0."""
    if not len(rows_ND):
        return layer(0, rows_ND)
    order_N = group_N.argsort(stable=True)
    groups, counts = group_N[order_N].unique_consecutive(return_counts=True)
    parts = zip(groups.tolist(), rows_ND[order_N].split(counts.tolist()), strict=True)
    return torch.cat([layer(group, part) for group, part in parts])[order_N.argsort()]
