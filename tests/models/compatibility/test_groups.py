"""Rows through the layer of their own group."""

from __future__ import annotations

import torch

from models.compatibility.groups import by_group


def test_each_row_goes_through_its_own_group() -> None:
    """The result keeps the order of the rows, whatever their groups; no rows give no rows."""
    rows_ND, group_N = torch.arange(10.0).reshape(5, 2), torch.tensor([3, 0, 3, 7, 0])
    assert torch.equal(by_group(rows_ND, group_N, lambda group, part: part * group), rows_ND * group_N[:, None])
    assert by_group(rows_ND[:0], group_N[:0], lambda _, part: part @ torch.ones(2, 3)).shape == (0, 3)
