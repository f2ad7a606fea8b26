"""``self-adaptive``: triplets weighted by the difficulty of their outfit (Xiao, Yamasaki, SAT, ICIP 2022, arXiv 2206.12622).

Pictures alone → VGG13 → 128-d general features → a space per pair of categories; L = L_tri + L_SATL + λ L_sim, μ = 0.3, batch 128,
rate 5e-5, negatives random of the positive's category [S]; λ = 5e-5 and both regularisers as in the code it builds on [V]. As its authors
ran it: ``mode=pixels weights=default learning_rate=5e-5``. Ours [R]: the weight as a function of difficulty; steps of whole outfits, which
difficulty needs; warm-up and cosine fall of the rate; early stopping. Like its source it scores each pair independently of the others.
[S] stated by the paper · [V] read in the authors' code · [R] our reconstruction.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor, nn

from models.bundle import Bundle
from models.objectives.self_adaptive import ascending, difficulty, self_adaptive, weights
from models.objectives.triplet import distance, length, similarity, sparsity, triplet, visual_semantic
from models.recipes.pairwise.config import SELF_ADAPTIVE, SelfAdaptiveConfig
from models.recipes.pairwise.look import GeneralFeatures, parts_of
from models.recipes.pairwise.training import Objective, train_pairs
from models.recipes.pairwise.triplets import Triplets
from models.training.run import Run

_RECENT: Final = 100


class SelfAdaptive(Objective):
    """The loss L_tri + L_SATL + λ L_sim, and the terms of the code it builds on.

    Args:
        titles: the columns of the text block, for L_vse.
    """

    def __init__(self, look: GeneralFeatures, config: SelfAdaptiveConfig, titles: slice) -> None:
        super().__init__(look)
        self._config, self._titles = config, titles
        self.read = nn.Linear(titles.stop - titles.start, config.embedding_size) if config.visual_semantic else nn.Identity()
        self.theta = nn.Parameter(torch.zeros(()), requires_grad=config.theta != "fixed")
        self._recent: deque[Tensor] = deque(maxlen=_RECENT)

    def forward(self, triplets: Triplets) -> Tensor:
        config, look = self._config, self.look
        anchor_T, positive_T, _ = look.categories(triplets.row_3T)
        outfit_T = triplets.outfit_T.to(anchor_T.device)
        general_3TD = look(triplets.row_3T)
        owners = (anchor_T, positive_T), (positive_T, anchor_T), (positive_T, anchor_T)  # the negative stands in for the positive
        anchor_TD, worn_TD, other_TD = (look.model.within(general_TD, *pair) for general_TD, pair in zip(general_3TD, owners, strict=True))
        near_T, far_T = distance(anchor_TD, worn_TD), distance(anchor_TD, other_TD)
        loss = triplet(near_T, far_T, config.margin).mean()
        if config.self_adaptive:
            theta = ascending(self.theta) if config.theta == "up" else self.theta
            loss = loss + config.self_adaptive * self_adaptive(near_T, far_T, outfit_T, theta, config.margin)
            self._recent.append(weights(difficulty(near_T, far_T, outfit_T, config.margin), self.theta).detach().cpu())
        alike = similarity(general_3TD[0], general_3TD[1], general_3TD[2], config.margin)
        loss = loss + config.similarity * alike + config.length * length(general_3TD)
        if config.visual_semantic:
            title_3TF = look.views.plain(triplets.row_3T.flatten())[:, self._titles].unflatten(0, triplets.row_3T.shape)
            titled_3T = (title_3TF != 0).any(-1)
            loss = loss + config.visual_semantic * visual_semantic(general_3TD, self.read(title_3TF), titled_3T, config.margin)
        if config.sparsity and look.model.spaces:
            loss = loss + config.sparsity * sparsity(look.model.spaces(anchor_T, positive_T))
        return loss

    def figures(self) -> Mapping[str, float]:
        """θ, and the smallest and largest weight of the triplets at the end."""
        if not self._recent:
            return {}
        low, middle, high = torch.cat(list(self._recent)).quantile(torch.tensor([0.05, 0.5, 0.95])).tolist()
        return {"theta": self.theta.item(), "weight_p5": low, "weight_p50": middle, "weight_p95": high}


def fit(run: Run[SelfAdaptiveConfig]) -> Bundle:
    """Train it; see ``Recipe.fit``."""
    titles = slice(*parts_of(run.reads, ("text",))[0]) if run.config.visual_semantic else slice(0, 0)
    shape = {"heads": "shared", "pair_spaces": True, "learned": run.config.learned}
    return train_pairs(run, SELF_ADAPTIVE.name, lambda look: SelfAdaptive(look, run.config, titles), shape=shape, by_outfit=True)
