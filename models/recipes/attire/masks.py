"""Training of a linear query through masks: every item of every outfit is asked for among those of its category.

Each item has a bias of its own that learns how popular it is, and that is left out of every answer: what goes together is what is left.

Shape legend: N items · B outfits of a step · I items per outfit, padded · Q questions · S drawn candidates · M items of a step ·
D embedding size.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import mean
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional as F

from models.compatibility.base import ItemInputs, OutfitBatch
from models.compatibility.completion import leave_one_out
from models.compatibility.pair_masks import PairMasks
from models.objectives.softmax import no_negatives
from models.progress import Progress
from models.recipes.attire.config import AttireConfig
from models.training import loop
from models.training.checkpoint import Checkpoint
from models.training.fields import Schedule
from models.training.popularity import popularity_buckets, recall_at
from models.training.presence import Presence
from models.training.worn import WornOutfits

_OTHERS: Final = 0.15
_BETAS: Final = (0.9, 0.99)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How one member differs from the others, so that their mistakes do.

    Attributes:
        attends: see ``PairMasks``.
        judge: weight of telling the worn item from one of like popularity, without the biases.
        popular: whether most candidates are of like popularity.
    """

    attends: bool = False
    judge: float = 0.0
    popular: bool = False


KINDS: Final = (Kind(judge=0.3), Kind(attends=True), Kind(popular=True), Kind())


class MasksTraining:
    """One member's run.

    Args:
        inputs: of all N items, on the model's device.
        times_N: how many training outfits hold each item, on the CPU. pool_M: rows, likewise, that may be candidates.
        presence: of what some items lack.
    """

    def __init__(
        self,
        model: PairMasks,
        kind: Kind,
        config: AttireConfig,
        inputs: ItemInputs,
        times_N: Tensor,
        pool_M: Tensor,
        presence: Presence,
        seed: int,
    ) -> None:
        self.model, self.kind, self.config, self.inputs = model, kind, config, inputs
        self.pool_M, self.category_N, self.own_N = pool_M, inputs.category_N.cpu(), inputs.residual_N.cpu()
        self.presence = presence
        self.bucket_N = popularity_buckets(times_N)
        self.generator = loop.seeded(seed)
        with torch.no_grad():
            model.standardise(inputs.features_NF)
            if not model.bias.any():  # nothing was taken over from another training
                model.bias[self.own_N[self.pool_M].to(model.device)] = times_N[self.pool_M].clamp(min=1).float().log().to(model.device)
        groups = loop.only_matrices_decay(model.parameters(), config.mask_weight_decay)
        self.optimiser = torch.optim.AdamW(groups, lr=config.mask_learning_rate, betas=_BETAS, fused=True)

    def fit(
        self, train: WornOutfits, valid: WornOutfits, minutes: float, progress: Progress, checkpoint: Checkpoint | None
    ) -> dict[str, float]:
        """Train; the model ends with the weights that found most validation items among the 10 best.

        Raises:
            InputError: it diverged.
        """
        schedule = Schedule(
            batch_size=self.config.batch_size, epochs=self.config.mask_epochs, learning_rate=self.config.mask_learning_rate, minutes=minutes
        )
        views = self.presence.views(self.inputs)
        return loop.fit(
            self.model,
            schedule,
            len(train),
            lambda rows, _done: self.step(train.rows_RI[rows], train.mask_RI[rows], train.weight_RI[rows]),
            (lambda: mean(recall_at(10, self.model, view, valid, self.pool_M) for view in views)) if len(valid) else None,
            generator=self.generator,
            title="training masks",
            progress=progress,
            optimiser=self.optimiser,
            checkpoint=checkpoint,
        )

    def step(self, rows_BI: Tensor, mask_BI: Tensor, weight_BI: Tensor) -> Tensor:
        """The loss of a batch's outfits. What is drawn is drawn on the CPU."""
        model, category_N, device = self.model, self.category_N, self.model.device
        drawn_S = self.pool_M[torch.randperm(len(self.pool_M), generator=self.generator)[: self.config.candidates]]
        rows_M, place = torch.cat([drawn_S, rows_BI[mask_BI]]).unique(return_inverse=True)
        place_BI = torch.zeros_like(rows_BI)
        place_BI[mask_BI] = place[len(drawn_S) :]
        hidden = self.presence.tossed(self.generator)
        embedded_MD = model.embed(self.presence.hide(self.inputs[rows_M.to(device)], hidden))
        outfits = OutfitBatch(embedded_MD[place_BI.to(device)], category_N[rows_BI].to(device), mask_BI.to(device))
        asked = self.presence.compared(rows_BI[mask_BI], hidden).nonzero()[:, 0]
        if not len(asked):
            return 0.0 * model.log_scale
        answer_Q, category_Q = rows_BI[mask_BI][asked], category_N[rows_BI][mask_BI][asked]
        weight_Q = weight_BI[mask_BI][asked].to(device)
        answer_QD = outfits.items_BID[outfits.mask_BI][asked.to(device)]
        query_QD = model.query(self._fewer(leave_one_out(outfits).take(asked.to(device))), category_Q.to(device))
        own_Q, drawn_QS = (query_QD * answer_QD).sum(1), query_QD @ embedded_MD[place[: len(drawn_S)].to(device)].T
        worn_QI, worn_mask_QI = (of_outfit.repeat_interleave(mask_BI.sum(1), 0)[asked] for of_outfit in (rows_BI, mask_BI))
        free_QS = (category_N[drawn_S] == category_Q[:, None]) & self.presence.compared(drawn_S, hidden)
        free_QS &= ~no_negatives(worn_QI, worn_mask_QI, drawn_S, len(category_N))
        like_QS = self.bucket_N[drawn_S] == self.bucket_N[answer_Q][:, None]
        asked_QS = free_QS
        if self.kind.popular:
            asked_QS = free_QS & (like_QS | (torch.rand(like_QS.shape, generator=self.generator) < _OTHERS))
        own_bias_Q, bias_S = (model.bias[self.own_N[rows].to(device)] for rows in (answer_Q, drawn_S))
        others_QS = (drawn_QS + bias_S).masked_fill(~asked_QS.to(device), -torch.inf)
        right_Q = own_Q + own_bias_Q
        loss = ((torch.cat([right_Q[:, None], others_QS], dim=1).logsumexp(1) - right_Q) * weight_Q).mean()
        if self.kind.judge:
            lot_Q, other_Q = torch.rand(like_QS.shape, generator=self.generator).masked_fill(~(free_QS & like_QS), -1.0).max(1)
            found_Q, other_Q = (lot_Q >= 0).to(device), other_Q.to(device)
            wrong_Q = drawn_QS.gather(1, other_Q[:, None])[:, 0]
            loss = loss + self.kind.judge * (F.softplus(wrong_Q - own_Q) * weight_Q * found_Q).sum() / found_Q.sum().clamp(min=1)
        return loss

    def _fewer(self, context: OutfitBatch) -> OutfitBatch:
        """The contexts with some of their items hidden, but never all."""
        shown_QI = torch.rand(context.mask_BI.shape, generator=self.generator) >= self.config.mask_hide
        kept_QI = context.mask_BI & shown_QI.to(context.mask_BI.device)
        kept_QI = torch.where(kept_QI.any(1, keepdim=True), kept_QI, context.mask_BI)
        return OutfitBatch(context.items_BID, context.category_BI, kept_QI)


def shape_of(kind: Kind, config: AttireConfig) -> dict[str, float | bool | int]:
    """The arguments of a member's model that its kind and the configuration decide."""
    return {
        "attends": kind.attends,
        "embedding_size": config.mask_size,
        "hidden": config.hidden,
        "dropout": config.mask_dropout,
        "input_dropout": config.mask_input_dropout,
        "drop_identity": config.mask_drop_identity,
    }
