"""Training of a set transformer that asks for every slot, by a softmax over all the items that could fill it.

Every item of every training outfit is a question: given the others, which of the candidates was it? With uniformly drawn candidates the
model's log-odds become log p(item | the others). One inner product then retrieves and fills in the blank, and its sum over an outfit's
items scores the outfit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import mean

import torch
from torch import Tensor
from torch.nn import functional as F

from models.compatibility.base import ItemInputs, OutfitBatch
from models.compatibility.completion import leave_one_out
from models.compatibility.set_transformer import SetTransformer
from models.encoders.features import Block
from models.objectives.softmax import no_negatives, softmax_within
from models.progress import Progress
from models.recipes.attire.config import AttireConfig
from models.training import loop
from models.training.checkpoint import Checkpoint
from models.training.parallel import Workers
from models.training.popularity import count_popularity, recall_at
from models.training.presence import Presence
from models.training.worn import WornOutfits


class AttireTraining:
    """Trains one model; it reports the loss of the worn item among those of its category.

    Args:
        inputs: of all N items, on the model's device. blocks: of their features.
        pool_M: rows, on the CPU, that may be candidates: the items of the training outfits, since an item that could not be worn yet
            is no evidence.
        presence: of what some items lack.
        workers: who trains together. Candidates are the same for all, and each embeds a share of them for all; it is the step's outfits
            that are shared out, with the questions about them.
    """

    def __init__(
        self,
        model: SetTransformer,
        config: AttireConfig,
        inputs: ItemInputs,
        blocks: Sequence[Block],
        pool_M: Tensor,
        presence: Presence,
        seed: int,
        workers: Workers,
    ) -> None:
        self.model, self.config, self.inputs, self.pool_M, self.presence = model, config, inputs, pool_M, presence
        self.generator, self.workers = torch.Generator().manual_seed(seed), workers
        self.own = workers.own(self.generator)
        self.share_S = torch.bincount(inputs[pool_M].category_N, minlength=model.target.num_embeddings).clamp(min=0.5)
        self.unread = [number for number, block in enumerate(blocks) if block.name == "text"]
        self.bar = torch.nn.Parameter(torch.zeros((), device=model.device))
        groups = loop.only_matrices_decay([*model.parameters(), self.bar], config.weight_decay)
        self.optimiser = torch.optim.AdamW(groups, lr=config.learning_rate, fused=True)
        self.within: list[Tensor] = []

    def fit(self, train: WornOutfits, valid: WornOutfits, progress: Progress, checkpoint: Checkpoint | None) -> dict[str, float]:
        """Train until validation recall@10 stops rising; the model ends with its best averaged weights.

        Raises:
            InputError: it diverged.
        """

        def step(rows: Tensor, _done: float) -> Tensor:
            return self.step(train.rows_RI[rows], train.mask_RI[rows], train.weight_RI[rows])

        def settle() -> float:
            losses = torch.stack(self.within).tolist() if self.within else []
            [loss] = self.workers.mean(sum(loss / len(losses) for loss in losses))
            self.within.clear()
            if self.config.popularity:
                count_popularity(self.model, self.inputs, train, self.pool_M, self.config.popularity, self.generator, self.workers)
            return loss

        views = self.presence.views(self.inputs)
        return loop.fit(
            self.model,
            self.config,
            len(train),
            step,
            (lambda: mean(recall_at(10, self.model, view, valid, self.pool_M, self.workers) for view in views)) if len(valid) else None,
            generator=self.generator,
            title="training attire",
            progress=progress,
            optimiser=self.optimiser,
            average=self.config.average,
            settle=settle,
            workers=self.workers,
            checkpoint=checkpoint,
        )

    def step(self, rows_BI: Tensor, mask_BI: Tensor, weight_BI: Tensor) -> Tensor:
        """The loss of a batch's outfits, or of this worker's share of them; rows are on the CPU, where candidates are drawn."""
        config, category_N, workers = self.config, self.inputs.category_N, self.workers
        drawn_S = self.pool_M[torch.randperm(len(self.pool_M), generator=self.generator)[: config.candidates]]
        rows_M, place = torch.cat([drawn_S, rows_BI[mask_BI]]).unique(return_inverse=True)
        place_BI = torch.zeros_like(rows_BI)
        place_BI[mask_BI] = place[len(drawn_S) :]
        place_S = place[: len(drawn_S)]
        hidden = self.presence.tossed(self.generator)
        fits_BI, fits_S = self.presence.compared(rows_BI, hidden), self.presence.compared(drawn_S, hidden)
        if not (fits_BI & mask_BI).any():
            return 0.0 * self.bar
        embedded_MD = workers.whole(self.model.embed(self.presence.hide(self.inputs[workers.mine(rows_M)], hidden)), len(rows_M))
        rows_BI, mask_BI, weight_BI, place_BI, fits_BI = (workers.mine(part) for part in (rows_BI, mask_BI, weight_BI, place_BI, fits_BI))
        if not (fits_BI & mask_BI).any():  # the others have some
            return 0.0 * embedded_MD.sum()
        drawn_S, place_S, rows_BI, mask_BI, weight_BI, place_BI, fits_BI, fits_S = (
            rows.to(self.model.device) for rows in (drawn_S, place_S, rows_BI, mask_BI, weight_BI, place_BI, fits_BI, fits_S)
        )
        drawn_SD = embedded_MD[place_S]
        outfits = OutfitBatch(embedded_MD[place_BI], category_N[rows_BI], mask_BI)
        asked_Q, asked_BI = fits_BI[mask_BI], mask_BI & fits_BI
        context, answer_QD, category_Q = leave_one_out(outfits).take(asked_Q), outfits.items_BID[asked_BI], outfits.category_BI[asked_BI]
        context = self._begun(context)
        worn_QI, mask_QI = (tensor.repeat_interleave(mask_BI.sum(1), 0)[asked_Q] for tensor in (rows_BI, mask_BI))
        not_QS = no_negatives(worn_QI, mask_QI, drawn_S, len(self.inputs)) | ~fits_S
        category_S = category_N[drawn_S]
        queries_Q1D, odds_QS = self.model.ask_for(context, category_Q[:, None])
        weight_Q = weight_BI[asked_BI]
        within, constant = softmax_within(queries_Q1D[:, 0], answer_QD, category_Q, drawn_SD, category_S, not_QS, weight_Q)
        loss = within + config.absolute * constant
        if config.slots:
            loss = loss + config.slots * F.cross_entropy(odds_QS + self.share_S.log(), category_Q)
        whole = (fits_BI | ~mask_BI).all(1).nonzero()[:, 0]
        if config.judged and len(whole):
            most = -(-config.judged // workers.count)
            judged = whole[torch.randperm(len(whole), generator=self.own)[:most].to(self.model.device)]
            loss = loss + config.judge * self._judge(outfits.take(judged), drawn_SD[fits_S], category_S[fits_S])
        if config.label:
            loss = loss + config.label * self._label(self.inputs[workers.mine(drawn_S[: config.labelled])])
        self.within.append(within.detach())
        return loss

    def _begun(self, context: OutfitBatch) -> OutfitBatch:
        """The contexts, of some of them one item alone: what a shopper asks with who has just begun."""
        if not self.config.alone:
            return context
        mask_QI = context.mask_BI
        alone_Q1 = torch.rand((len(mask_QI), 1), generator=self.own) < self.config.alone
        lot_QI = torch.rand(mask_QI.shape, generator=self.own).to(mask_QI.device).masked_fill(~mask_QI, -1.0)
        one_QI = mask_QI & (lot_QI == lot_QI.amax(1, keepdim=True))
        return replace(context, mask_BI=torch.where(alone_Q1.to(mask_QI.device), one_QI, mask_QI))

    def _label(self, items: ItemInputs) -> Tensor:
        """Weak labels: loss of an item's words given its picture alone (Corbière et al., 2017)."""
        tower, most = self.model.tower, min(self.config.label_words, self.model.tower.words.num_embeddings - 1)
        said_NK = torch.zeros(len(items), most + 1, device=self.model.device)
        said_NK.scatter_(1, items.words_NL.where(items.words_NL <= most, 0), 1.0)
        logits_NK = tower.word_logits(items, self.unread, most)
        return F.binary_cross_entropy_with_logits(logits_NK - 3.0, said_NK[:, 1:], reduction="sum") / len(items)

    def _judge(self, worn: OutfitBatch, drawn_SD: Tensor, category_S: Tensor) -> Tensor:
        """Logistic loss of the scores of worn outfits against the same with 1 to n items replaced by drawn ones of their category."""
        mask_BI, category_BI, category_S = (tensor.cpu() for tensor in (worn.mask_BI, worn.category_BI, category_S))
        replaced_BI = mask_BI & (torch.rand(mask_BI.shape, generator=self.own) < torch.rand(len(mask_BI), 1, generator=self.own))
        first = torch.rand(mask_BI.shape, generator=self.own).masked_fill(~mask_BI, -1).argmax(1)
        replaced_BI[torch.arange(len(first)), first] = True
        items_BID = worn.items_BID.clone()
        for category in category_BI[replaced_BI].unique():
            members, where = (category_S == category).nonzero()[:, 0], replaced_BI & (category_BI == category)
            if len(members):
                drawn = members[torch.randint(len(members), (int(where.sum()),), generator=self.own)]
                items_BID[where.to(items_BID.device)] = drawn_SD[drawn.to(items_BID.device)]
        both = OutfitBatch(torch.cat([worn.items_BID, items_BID]), worn.category_BI.repeat(2, 1), worn.mask_BI.repeat(2, 1))
        scores = self.model.score(both) * both.mask_BI.sum(1)
        labels = torch.cat([torch.ones(len(first)), torch.zeros(len(first))]).to(scores.device)
        return F.binary_cross_entropy_with_logits(scores - self.bar, labels)
