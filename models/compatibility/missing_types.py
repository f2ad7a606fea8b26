"""Which type an outfit lacks, given the types of what is worn; a type is a category and subcategory.

The types worn are a multiset: their embeddings and their number, summed, go through a small network (DeepSets, Zaheer et al., 2017) that
says how much likelier each type is the missing one than it is anywhere. What that is worth of a category as a whole makes candidates of
different categories comparable; what is left tells the types of one category apart.

Shape legend: B outfits · I items worn, padded · M candidates · S types, of which 0 is any that training outfits did not have ·
C categories · H hidden units.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_LEAST = 1e-9
_NOBODY = -100.0


class MissingTypes(nn.Module):
    """See the module's docstring; ``models.training.missing_types`` trains it.

    Args:
        types: S. categories: C. hidden: H.
    """

    def __init__(self, *, types: int, categories: int, hidden: int = 512, dropout: float = 0.5) -> None:
        super().__init__()
        self.worn = nn.Embedding(types, hidden, padding_idx=0)
        self.count = nn.Linear(1, hidden)
        self.net = nn.Sequential(
            nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, types)
        )
        self.categories = categories
        self.log_share: Tensor
        self.category: Tensor
        self.register_buffer("log_share", torch.full((types,), _NOBODY))  # of all that is worn
        self.register_buffer("category", torch.full((types,), categories))
        with torch.no_grad():
            bound = (types + 1) ** -0.5
            self.worn.weight.uniform_(-bound, bound)
            self.worn.weight[0] = 0.0

    @property
    def config(self) -> dict[str, Any]:
        """The arguments that build an untrained one of this shape."""
        return {"types": len(self.log_share), "categories": self.categories, "hidden": self.count.out_features}

    def forward(self, worn_BI: Tensor, mask_BI: Tensor) -> Tensor:
        """Log-probability that each type is the missing one, ``(B, S)``.

        Args:
            worn_BI: types of the items that ``mask_BI`` shows.
        """
        count_B1 = mask_BI.sum(1, keepdim=True).float()
        hidden_BH = self.worn(worn_BI * mask_BI).sum(1) + self.count(count_B1 / 8)
        return F.log_softmax(self.net(hidden_BH) + self.log_share, dim=1)

    def of_categories(self, log_p_BS: Tensor) -> Tensor:
        """Log-odds of each category against its share of what is worn, ``(B, C + 1)``; 0 for one that nobody wore."""
        log_p_BS = torch.cat([log_p_BS, self.log_share[None]])
        p_BC = log_p_BS.new_zeros(len(log_p_BS), self.categories + 1).index_add(1, self.category, log_p_BS.exp())
        log_p_BC = p_BC.clamp(min=_LEAST).log()
        return log_p_BC[:-1] - log_p_BC[-1:]

    def within_categories(self, log_p_BS: Tensor, type_BM: Tensor) -> Tensor:
        """Log-odds of the candidates' types beside those of their categories, ``(B, M)``; 0 for a type that nobody wore."""
        odds_BS = log_p_BS - self.log_share - self.of_categories(log_p_BS)[:, self.category]
        return odds_BS.gather(1, type_BM) * (type_BM > 0)
