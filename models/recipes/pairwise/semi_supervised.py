"""``semi-supervised``: compatibility from few outfits and many items (Revanur, Kumar, Sharma, RecSys 2021, arXiv 2109.08052).

Pictures alone → ResNet18 → one fully connected layer per category → φ [S]; 64-d, 112 px [R]. L = L_l + 0.1 L_ss + 1.0 L_pseudo, margin 0.4;
256 labelled triplets and 1,024 unlabelled images a step; Adam at 5e-5, 10 epochs; outfits are the items bought in one session [S].
As its authors ran it: ``mode=pixels weights=default epochs=10 learning_rate=5e-5``. Ours [R]: warm-up and cosine fall of the rate; early
stopping on validation outfits, which needs more labels than the paper's setting has; unit length of φ; negatives of the positive's own
category; and *unlabelled* means all items of the catalogue, worn ones included. [S] stated by the paper · [R] our reconstruction.
"""

from __future__ import annotations

import torch
from torch import Tensor

from models.bundle import Bundle
from models.objectives.semi_supervised import Unlabelled, pseudo_labelled, self_supervised
from models.objectives.triplet import distance, triplet
from models.recipes.pairwise.config import SEMI_SUPERVISED, SemiSupervisedConfig
from models.recipes.pairwise.look import GeneralFeatures
from models.recipes.pairwise.training import Objective, train_pairs
from models.recipes.pairwise.triplets import Triplets
from models.training.run import Run


class SemiSupervised(Objective):
    """The loss L_l + 0.1 L_ss + 1.0 L_pseudo."""

    def __init__(self, look: GeneralFeatures, config: SemiSupervisedConfig, seed: int) -> None:
        super().__init__(look)
        self._config = config
        self._generator = torch.Generator().manual_seed(seed)

    def forward(self, triplets: Triplets) -> Tensor:
        config, look = self._config, self.look
        anchor_TD, positive_TD, negative_TD = embedded_3TD = look(triplets.row_3T)
        loss = triplet(distance(anchor_TD, positive_TD), distance(anchor_TD, negative_TD), config.margin).mean()
        pool_M = look.views.perturbable_M
        if not len(pool_M) or not (config.self_supervised or config.pseudo):
            return loss
        row_U = pool_M[torch.randperm(len(pool_M), generator=self._generator)[: config.unlabelled]]
        seen = [look.views.plain, *([look.views.reshaped, look.views.recoloured] if config.self_supervised else [])]
        item_UD, *views = look.general(torch.cat([see(row_U) for see in seen]), row_U.repeat(len(seen))).chunk(len(seen))
        if views:
            reshaped_UD, recoloured_UD = views
            loss = loss + config.self_supervised * self_supervised(item_UD, reshaped_UD, recoloured_UD, config.margin)
        if config.pseudo:
            unlabelled = Unlabelled(item_UD, look.categories(row_U), row_U.to(item_UD.device))
            row_3T = triplets.row_3T.to(item_UD.device)
            loss = loss + config.pseudo * pseudo_labelled(embedded_3TD, look.categories(triplets.row_3T), row_3T, unlabelled, config.margin)
        return loss


def fit(run: Run[SemiSupervisedConfig]) -> Bundle:
    """Train it; see ``Recipe.fit``."""
    return train_pairs(
        run,
        SEMI_SUPERVISED.name,
        lambda look: SemiSupervised(look, run.config, run.seed),
        shape={"heads": "category", "pair_spaces": False},
        copies=run.config.views if run.config.self_supervised else 0,
    )
