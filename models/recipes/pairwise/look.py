"""General features by row of the catalogue, for pairwise trainings.

Shape legend: B items · F features · D size of the general features · E embedding size.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn

from models.compatibility.pairwise import Pairs
from models.encoders.features import FeatureSpec
from models.errors import refuse
from models.recipes.pairwise.views import Views

_AT_ONCE: Final = 1024


class GeneralFeatures(nn.Module):
    """A model and the items it reads, with gradients through both.

    Attributes:
        category_N: category indices of the model, on the CPU, where triplets are drawn.
    """

    def __init__(self, model: Pairs, views: Views) -> None:
        super().__init__()
        self.model, self.views, self.items = model, views, views.items
        self.category_N = views.items.category_N

    def forward(self, row: Tensor) -> Tensor:
        """General features of rows of any shape, ``(…, D)``; each item is computed once, however often it occurs."""
        row_B, place = row.unique(return_inverse=True)
        return self.general(self.views.plain(row_B), row_B)[place.to(self.model.device)]

    def categories(self, row: Tensor) -> Tensor:
        """Categories of rows of any shape, on the model's device."""
        return self.category_N[row].to(self.model.device)

    def general(self, features_BF: Tensor, row_B: Tensor) -> Tensor:
        """General features of item inputs, ``(B, D)``."""
        return self.model.general(features_BF, self.categories(row_B))

    @torch.no_grad()
    def embedded(self, row_B: Tensor) -> Tensor:
        """Embeddings for serving, ``(B, E)``."""
        return torch.cat([self.model.embed(self.items.take(some)) for some in row_B.split(_AT_ONCE)])


def parts_of(features: FeatureSpec, wanted: Sequence[str]) -> list[tuple[int, int]]:
    """The columns of the named blocks; all columns if none is named.

    Raises:
        InputError: there is no block of that name; the message lists the blocks.
    """
    names = [block.name for block in features.blocks]
    if unknown := set(wanted) - set(names):
        refuse(f"the encoder has no block {min(unknown)!r}; there are: {', '.join(names)}", field="blocks")
    parts = [features.part(name) for name in names if not wanted or name in wanted]
    return [(part.start, part.stop) for part in parts]
