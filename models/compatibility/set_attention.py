"""Set attention (Lee et al., ICML 2019) as LPAE uses it: projected queries in the residual, post-normalised [V].

[V] read in the authors' code.

Shape legend: B sets · I elements, padded · J queries · D width.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_ABSENT = -1e9  # finite: in a set of padding only, softmax over -inf would give NaN


class SetAttention(nn.Module):
    """One set attends to another: H = LN(Q + attention(Q, K, V)), then LN(H + relu(W H))."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.norm, self.norm_out = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x_BJD: Tensor, to_BID: Tensor, mask_BI: Tensor) -> Tensor:
        """Let x attend to ``to`` where ``mask_BI`` is True, ``(B, J, D)``."""
        query_BJD = self.query(x_BJD)
        query, key, value = (
            part.unflatten(2, (self.heads, -1)).transpose(1, 2) for part in (query_BJD, self.key(to_BID), self.value(to_BID))
        )
        lowest = max(_ABSENT, torch.finfo(query.dtype).min / 2)
        absent = torch.where(mask_BI, 0.0, lowest)[:, None, None]
        seen_BJD = F.scaled_dot_product_attention(query, key, value, attn_mask=absent.to(query.dtype)).transpose(1, 2).flatten(2)
        hidden = self.norm(query_BJD + seen_BJD)
        return self.norm_out(hidden + F.relu(self.out(hidden)))  # type: ignore[no-any-return]


class SetEncoder(nn.Module):
    """Self-attention blocks over a set, then attention pooling with one seed: ``(B, D)``."""

    def __init__(self, width: int, heads: int, blocks: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(SetAttention(width, heads) for _ in range(blocks))
        self.seed = nn.Parameter(torch.empty(1, 1, width))
        self.pool = SetAttention(width, heads)
        nn.init.xavier_uniform_(self.seed)

    def forward(self, x_BID: Tensor, mask_BI: Tensor) -> Tensor:
        for block in self.blocks:
            x_BID = block(x_BID, x_BID, mask_BI)
        return self.pool(self.seed.expand(len(x_BID), -1, -1), x_BID, mask_BI)[:, 0]  # type: ignore[no-any-return]
