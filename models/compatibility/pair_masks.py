"""A linear query through masks: the items worn, each seen through the mask of its pair of categories, summed.

An item is a point of unit length: its standardised features through a small MLP, plus an embedding of its category, of each of its words
and attributes, of its product and of itself. What stands for the product and the item is dropped at random in training and is zero for
what no training outfit holds, so that a cold item loses nothing. The query of a slot is ``sum(mask(category, slot) * item) / sqrt(n)``:
one inner product ranks the slot's items (masks of pairs: Vasileva et al., ECCV 2018; here without a normalisation per pair, which keeps
it linear). With ``attends``, what a token of the slot reads from the items by attention is added: an effect of three items needs it.

Shape legend: see ``models.compatibility.base``; C categories, and one for any other · H hidden size.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.compatibility.base import CompatibilityModel, ItemInputs, OutfitBatch
from models.compatibility.completion import mean_completion
from models.compatibility.set_transformer import SetBlock

_CLIP = 5.0
_LEAST_SPREAD, _CONSTANT = 1e-6, 1e9


class PairMasks(CompatibilityModel):
    """See the module's docstring.

    Args:
        feature_size: F. categories: C. words: of the vocabulary; row 0 is no word.
        products, residuals: that have a row each; row 0 is for any other.
        attends: whether attention over the items adds to the query.
        input_dropout: of the features. dropout: inside the MLP and of the finished point.
        drop_identity: chance of a training step not to see an item's own row, and likewise its product's.
        scale: that the inner products start with.
    """

    def __init__(
        self,
        *,
        feature_size: int,
        categories: int,
        words: int,
        products: int,
        residuals: int,
        embedding_size: int = 128,
        hidden: int = 256,
        dropout: float = 0.4,
        input_dropout: float = 0.1,
        drop_identity: float = 0.3,
        attends: bool = False,
        heads: int = 4,
        scale: float = 20.0,
    ) -> None:
        super().__init__()
        size, count = embedding_size, categories + 1
        self.embedding_size, self.drop_identity = size, drop_identity
        self.mean: Tensor
        self.spread: Tensor
        self.register_buffer("mean", torch.zeros(feature_size))
        self.register_buffer("spread", torch.ones(feature_size))
        self.mlp = nn.Sequential(
            nn.Dropout(input_dropout), nn.Linear(feature_size, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, size)
        )
        self.category = nn.Embedding(count, size)
        self.words = nn.EmbeddingBag(words + 1, size, mode="sum", padding_idx=0)
        self.product, self.identity = nn.Embedding(products + 1, size, padding_idx=0), nn.Embedding(residuals + 1, size, padding_idx=0)
        self.drop = nn.Dropout(dropout)
        self.pair = nn.Parameter(torch.randn(count, count, size) * 0.05)
        self.worn_mask, self.slot_mask = nn.Parameter(torch.zeros(count, size)), nn.Parameter(torch.zeros(count, size))
        self.log_scale = nn.Parameter(torch.tensor(math.log(scale)))
        self.bias = nn.Parameter(torch.zeros(residuals + 1))
        self.attends = attends
        if attends:
            self.into, self.worn_as, self.target = nn.Linear(size, size), nn.Embedding(count, size), nn.Embedding(count, size)
            self.ask = SetBlock(size, heads, 0.2)
            self.norm, self.out = nn.LayerNorm(size), nn.Linear(size, size)
            nn.init.normal_(self.worn_as.weight, std=0.1)
            nn.init.normal_(self.target.weight, std=0.5)
            nn.init.zeros_(self.out.weight)
            nn.init.zeros_(self.out.bias)
        for table, deviation in ((self.category, 0.1), (self.words, 0.1), (self.product, 0.02), (self.identity, 0.02)):
            nn.init.normal_(table.weight, std=deviation)
            with torch.no_grad():
                if table is not self.category:
                    table.weight[0] = 0.0

    @torch.no_grad()
    def standardise(self, features_NF: Tensor) -> None:
        """Take mean and spread of the catalogue's features; constant ones count nothing."""
        spread = features_NF.std(0, correction=0)
        self.mean.copy_(features_NF.mean(0))
        self.spread.copy_(torch.where(spread > _LEAST_SPREAD, spread, _CONSTANT))

    def embed(self, items: ItemInputs) -> Tensor:
        x_NF = ((items.features_NF - self.mean) / self.spread).clamp(-_CLIP, _CLIP)
        z_ND = self.mlp(x_NF) + self.category(items.category_N) + self.words(items.words_NL)
        z_ND = (
            z_ND
            + self.product(items.product_N) * self._keep(items.product_N)
            + self.identity(items.residual_N) * self._keep(items.residual_N)
        )
        return F.normalize(self.drop(z_ND), dim=-1)

    def query(self, context: OutfitBatch, target_B: Tensor) -> Tensor:
        worn_BI, mask_BI1 = context.category_BI, context.mask_BI[..., None]
        count_B1 = context.mask_BI.sum(1, keepdim=True).clamp(min=1)
        mask_BID = 1 + self.pair[worn_BI, target_B[:, None]] + self.worn_mask[worn_BI] + self.slot_mask[target_B][:, None]
        query_BD = (mask_BID * context.items_BID * mask_BI1).sum(1) / count_B1.sqrt()
        if self.attends and context.items_BID.shape[1]:  # attention over no places at all is refused
            items_BID = 3.0 * self.into(context.items_BID) + self.worn_as(worn_BI)
            slot_B1D = self.target(target_B)[:, None]
            alone_B = ~context.mask_BI.any(1)  # attention over nothing is not defined
            absent_BI = ~context.mask_BI & ~alone_B[:, None]
            query_BD = query_BD + self.out(self.norm(self.ask(slot_B1D, items_BID, absent_BI)))[:, 0] * ~alone_B[:, None]
        return query_BD * self.log_scale.exp()

    def score(self, outfits: OutfitBatch) -> Tensor:
        return mean_completion(self, outfits)

    def _keep(self, rows_N: Tensor) -> Tensor:
        if not self.training:
            return torch.ones(len(rows_N), 1, device=rows_N.device)
        return (torch.rand(len(rows_N), 1, device=rows_N.device) >= self.drop_identity).float()
