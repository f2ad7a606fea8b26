"""The flagship's model: an item tower, and a set transformer that reads a partial outfit once and makes a query for every category.

The context's items attend to each other (set attention, Lee et al., 2019). Then one token per target category attends to them and becomes
the query vector of that slot. The inner product of a query and an embedding is the log-odds of that item in that slot. A token for the
whole context gives the log-odds of each slot, which makes items of different categories comparable. The score of a whole outfit is the
mean log-odds of each of its items given the others (a pseudo-likelihood), so completing and scoring agree.

The last coordinate of every query is 1, so the last coordinate of an embedding is the item's bias. The item's popularity is added to it;
it is counted, not learned (``models.training.popularity``).

Shape legend: see ``models.compatibility.base``; C target categories.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.compatibility.base import CompatibilityModel, ItemInputs, OutfitBatch
from models.compatibility.completion import leave_one_out
from models.compatibility.item_tower import ItemTower


class SetBlock(nn.Module):
    """Attention from one set to another and an MLP, both pre-normalised and residual."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.norm_from, self.norm_to, self.norm_mlp = nn.LayerNorm(width), nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, dropout=dropout, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Dropout(dropout), nn.Linear(2 * width, width))

    def forward(self, x_BJD: Tensor, to_BID: Tensor, absent_BI: Tensor) -> Tensor:
        """Let x attend to ``to``, except where absent, ``(B, J, D)``."""
        to, asks = self.norm_to(to_BID), self.norm_from(x_BJD)
        if self.training:
            x_BJD = x_BJD + self.attention(asks, to, to, key_padding_mask=absent_BI, need_weights=False)[0]
        else:
            x_BJD = x_BJD + attended(self.attention, asks, to, absent_BI)
        return x_BJD + self.mlp(self.norm_mlp(x_BJD))  # type: ignore[no-any-return]


def attended(attention: nn.MultiheadAttention, asks_BJD: Tensor, to_BID: Tensor, absent_BI: Tensor) -> Tensor:
    """What ``attention`` computes in use, ``(B, J, D)``, without what it checks and converts at every call."""
    size, heads = asks_BJD.shape[-1], attention.num_heads
    weight, bias = attention.in_proj_weight, attention.in_proj_bias
    q_BHJE = F.linear(asks_BJD, weight[:size], bias[:size]).unflatten(-1, (heads, -1)).transpose(1, 2)
    key_BID, value_BID = F.linear(to_BID, weight[size:], bias[size:]).chunk(2, dim=-1)
    key_BHIE, value_BHIE = (part.unflatten(-1, (heads, -1)).transpose(1, 2) for part in (key_BID, value_BID))
    says_BHJI = (q_BHJE * q_BHJE.shape[-1] ** -0.5) @ key_BHIE.mT  # of few items faster than scaled_dot_product_attention
    read_BHJE = says_BHJI.masked_fill(absent_BI[:, None, None], -torch.inf).softmax(-1) @ value_BHIE
    return attention.out_proj(read_BHJE.transpose(1, 2).flatten(2))  # type: ignore[no-any-return]


class SetTransformer(CompatibilityModel):
    """See the module's docstring; arguments that are not listed are the item tower's.

    Args:
        categories: C; one more token serves categories never seen.
        residuals: R items with their own popularity; row 0 is for all others.
        layers: blocks of self-attention over the context.
        rerank: weight of the completed outfit's score that ``rank`` adds to the query's inner product.
    """

    def __init__(
        self,
        *,
        categories: int,
        residuals: int,
        embedding_size: int = 128,
        layers: int = 2,
        heads: int = 4,
        dropout: float = 0.1,
        rerank: float = 0.0,
        **tower: Any,  # noqa: ANN401 - other arguments of the item tower
    ) -> None:
        super().__init__()
        width = embedding_size
        self.embedding_size, self.rerank = embedding_size, rerank
        self.tower = ItemTower(categories=categories, embedding_size=width, dropout=dropout, **tower)
        self.worn_as = nn.Embedding(categories + 1, width)
        self.target = nn.Embedding(categories + 1, width)
        self.nothing = nn.Parameter(torch.zeros(1, 1, width))
        self.context = nn.ModuleList(SetBlock(width, heads, dropout) for _ in range(layers))
        self.ask = SetBlock(width, heads, dropout)
        self.to_query = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width))
        self.to_slot = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, categories + 1))
        self.popularity: Tensor
        self.register_buffer("popularity", torch.zeros(residuals + 1))
        nn.init.normal_(self.worn_as.weight, std=0.1)
        nn.init.normal_(self.target.weight, std=0.5)

    def embed(self, items: ItemInputs) -> Tensor:
        embedded_ND: Tensor = self.tower(items)
        own_N1 = embedded_ND[:, -1:] + self.popularity[items.residual_N][:, None]
        return torch.cat([embedded_ND[:, :-1], own_N1], dim=1)

    def ask_for(self, context: OutfitBatch, targets_BC: Tensor) -> tuple[Tensor, Tensor]:
        """Queries of several target categories of each context, ``(B, C, D)``, and the log-odds of all S slots, ``(B, S)``.

        There is a slot for each known category, and a last one for all others.
        """
        worn_BID = context.items_BID + self.worn_as(context.category_BI)
        worn_BID = torch.cat([self.nothing.expand(len(worn_BID), -1, -1), worn_BID], dim=1)
        absent_BI = torch.cat([context.mask_BI.new_zeros(len(worn_BID), 1), ~context.mask_BI], dim=1)
        for block in self.context:
            worn_BID = block(worn_BID, worn_BID, absent_BI)
        query_BCD = self.to_query(self.ask(self.target(targets_BC), worn_BID, absent_BI))
        query_BCD = torch.cat([query_BCD[..., :-1], torch.ones_like(query_BCD[..., -1:])], dim=-1)
        return query_BCD, self.to_slot(worn_BID[:, 0])

    def slot_odds(self, context: OutfitBatch) -> Tensor:
        return self.ask_for(context, context.category_BI[:, :1])[1]

    def query(self, context: OutfitBatch, target_B: Tensor) -> Tensor:
        return self.ask_for(context, target_B[:, None])[0][:, 0]

    def score(self, outfits: OutfitBatch) -> Tensor:
        present_BI, category_Q = outfits.mask_BI, outfits.category_BI[outfits.mask_BI]
        if not len(category_Q):  # attention refuses an empty batch
            return outfits.items_BID.new_zeros(len(present_BI))
        query_Q1D, slots_QS = self.ask_for(leave_one_out(outfits), category_Q[:, None])
        fits_Q = (query_Q1D[:, 0] * outfits.items_BID[present_BI]).sum(-1) + slots_QS.gather(1, category_Q[:, None])[:, 0]
        fits_BI = fits_Q.new_zeros(present_BI.shape).masked_scatter(present_BI, fits_Q)
        return fits_BI.sum(1) / present_BI.sum(1).clamp(min=1)

    def rank(
        self,
        context: OutfitBatch,
        candidates_BMD: Tensor,
        category_BM: Tensor,
        query_BD: Tensor | None = None,
    ) -> Tensor:
        of_one = query_BD is not None and category_BM.shape[1] > 0  # the odds of the slots are asked for all the same
        query_BCD, slots_BS = self.ask_for(context, category_BM[:, :1] if of_one else category_BM)
        scores_BM = (query_BCD * candidates_BMD).sum(-1) + slots_BS.gather(1, category_BM)
        if not self.rerank:
            return scores_BM
        batch, count, size = candidates_BMD.shape
        whole = self.score(context.repeated(count).with_item(candidates_BMD.reshape(-1, size), category_BM.reshape(-1)))
        return scores_BM + self.rerank * whole.reshape(batch, count)
