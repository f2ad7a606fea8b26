"""``outfit-vector``: What2Wear (github.com/yunyounglee99/What2Wear) for any number of slots, with the next steps that its authors name.

Published form [V]: one projection W of frozen features, cos/τ with learned τ, two hinges that only raise scores, 0.01·‖W‖, and two items
replaced by another outfit's items of the same slots: ``spaces=shared hinges=1 infonce=0 graded=0 first_stage=0 weight_norm=0.01``. (Their
code only ever compares the first pair of slots, and makes dropout and LayerNorm without applying them; this one does not.) Next steps, on
by default [R]: two stages, with wholly, then partly replaced outfits as negatives; InfoNCE of the original against replaced outfits; graded
margins, original > 1 replaced > 2. [V] read in the authors' code · [R] our reconstruction.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.bundle import Bundle
from models.compatibility.outfit_vector import SharedSpace
from models.objectives.outfit_vector import graded_margin, two_hinges
from models.objectives.softmax import worn_among
from models.recipes.outfit_vector.config import OUTFIT_VECTOR, OutfitVectorConfig
from models.training.calibrate import calibrated
from models.training.loop import fit, seeded
from models.training.prepare import names_of, untrained, worn_outfits
from models.training.reading import Items, read_by, read_items
from models.training.replaced import versions
from models.training.run import Run
from models.training.worn import WornOutfits


class OutfitVectorTraining:
    """The loss of a step, and the validation figure."""

    def __init__(self, model: SharedSpace, config: OutfitVectorConfig, items: Items, worn: WornOutfits, seed: int) -> None:
        self.model, self.config, self.items, self.worn = model, config, items, worn
        self.seed, self.generator = seed, torch.Generator().manual_seed(seed)

    def step(self, positions: Tensor, done: float) -> Tensor:
        """The loss of some outfits; their negatives have every item replaced in the first stage, and one or two later."""
        config, scale, first = self.config, self.model.scale, done < self.config.first_stage
        cosine_BV = self._cosines(self.worn.rows_RI[positions], self.worn.mask_RI[positions], config.replaced, self.generator, whole=first)
        original_B, once_BR, twice_BR = cosine_BV[:, 0], cosine_BV[:, 1 : config.replaced + 1], cosine_BV[:, -config.replaced :]
        loss = config.infonce * worn_among(scale * original_B, scale * cosine_BV[:, 1:])
        if not first:
            loss = loss + config.graded * graded_margin(original_B, once_BR, twice_BR, config.margin)
        hinges = two_hinges(scale * original_B, scale * twice_BR, target=config.target, threshold=config.threshold)
        return loss + config.hinges * hinges + config.weight_norm * self.model.project.weight.norm()  # type: ignore[no-any-return]

    @torch.inference_mode()
    def judge(self, valid: WornOutfits) -> float:
        """Share of validation outfits that score above themselves with one item replaced."""
        generator = torch.Generator().manual_seed(self.seed)
        cosine_BV = self._cosines(valid.rows_RI, valid.mask_RI, self.config.replaced, generator, whole=False)
        return float((cosine_BV[:, :1] > cosine_BV[:, 1 : self.config.replaced + 1]).float().mean())

    def _cosines(self, rows_BI: Tensor, mask_BI: Tensor, count: int, generator: torch.Generator, *, whole: bool) -> Tensor:
        """Mean cosine of outfits and of their replaced versions, ``(B, V)``."""
        rows_BVI = versions(rows_BI, mask_BI, self.items.category_N[rows_BI], count, generator, whole=whole)
        unique_M, place_BVI = rows_BVI.unique(return_inverse=True)
        mask_BVI = mask_BI[:, None].expand_as(rows_BVI)
        place_VI, mask_VI = (tensor.flatten(0, 1).to(self.model.device) for tensor in (place_BVI, mask_BVI))
        items = self.items.take(unique_M)
        cosine = self.model.similarity(self.model.embed(items), items.category_N, place_VI, mask_VI)
        return cosine.unflatten(0, rows_BVI.shape[:2])  # type: ignore[no-any-return]


def fit_outfit_vector(run: Run[OutfitVectorConfig]) -> Bundle:
    """Train; see ``Recipe.fit``."""
    config = run.config
    run, size = read_by(run)
    names = names_of(run.dataset)
    same = {name: getattr(config, name) for name in ("spaces", "embedding_size", "temperature")}
    described = {"feature_size": size, "categories": len(names.categories), **same}
    bundle = untrained(run, OUTFIT_VECTOR.name, "outfit_vector", described, names)
    model, items = bundle.model, read_items(run, bundle)
    worn, valid = worn_outfits(run.dataset, "train"), worn_outfits(run.dataset, "valid")
    assert isinstance(model, SharedSpace)  # noqa: S101 - it was asked for
    training = OutfitVectorTraining(model, config, items, worn, run.seed)
    judge = (lambda: training.judge(valid)) if len(valid) else None
    learned = nn.ModuleList([model, items])
    order, title = seeded(run.seed), "training outfit-vector"
    metrics = fit(learned, config, len(worn), training.step, judge, generator=order, title=title, progress=run.progress)
    bundle, run = items.carried(bundle, run)
    model.settle(model.embed(items.every()).detach(), items.inputs.category_N)
    return calibrated(bundle, run, run.features, metrics)
