"""What hurts is found."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from models.compatibility.base import ItemInputs
from models.compatibility.cosine import CosineModel
from models.compatibility.ensemble import Ensemble
from models.encoders.features import Block
from models.recipes.attire.worth import worth_of
from models.training.presence import Presence
from models.training.worn import WornOutfits

BLOCKS = (Block("image", 8), Block("text", 8))
CATEGORIES, STYLES, EACH = 4, 6, 10


def test_a_block_that_misleads_is_told_from_one_that_helps() -> None:
    """Outfits are of one style, which the picture tells; the text says loudly what has nothing to do with it."""
    generator = torch.Generator().manual_seed(0)
    category, style = (parts.flatten() for parts in torch.meshgrid(torch.arange(CATEGORIES), torch.arange(STYLES * EACH), indexing="ij"))
    picture = F.one_hot(style % STYLES, 8).float() + 0.3 * torch.randn(len(style), 8, generator=generator)
    inputs = ItemInputs(
        torch.cat([picture, 3 * torch.randn(len(style), 8, generator=generator)], dim=1),
        category,
        torch.zeros(len(style), 1, dtype=torch.long),
        torch.zeros(len(style), dtype=torch.long),
    )
    place = torch.randint(EACH, (120, CATEGORIES), generator=generator) * STYLES + torch.randint(STYLES, (120, 1), generator=generator)
    rows = torch.arange(CATEGORIES) * STYLES * EACH + place
    worn = WornOutfits(rows, torch.ones_like(rows, dtype=torch.bool), torch.ones(rows.shape))
    model = Ensemble([CosineModel(16)], None, categories=CATEGORIES, residuals=0)
    presence = Presence(inputs, BLOCKS, (), worn)
    found = worth_of(model, inputs, worn, worn, presence, seed=0)
    assert set(found) == {"image", "text"}
    assert found["text"].hurts
    assert not found["image"].hurts
    assert found["image"].gain > 2 * found["image"].error
