"""``attire``, the flagship: an item tower, a set transformer that asks for every slot, and a softmax over all the items that could fill it.

Every item of every training outfit is a question: given the others, which of the candidates was it? With uniformly drawn candidates the
model's log-odds become log p(item | the others), so one inner product retrieves, fills in the blank, and, summed over an outfit's items,
scores it.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from models.compatibility.base import ItemInputs, OutfitBatch
from models.compatibility.set_transformer import SetTransformer, leave_one_out
from models.objectives.softmax import no_negatives, softmax_across, softmax_within
from models.progress import Progress
from models.training.worn import WornOutfits


@dataclass(frozen=True, kw_only=True, slots=True)
class AttireConfig:
    """The flagship's configuration; every field can be set with ``--set field=value``.

    Attributes:
        embedding_size: D. hidden: width of the item tower. layers, heads: of the set transformer.
        candidates: drawn per step; the whole catalogue where it has no more.
        across: weight of the softmax over all categories beside the one within the slot's category; it is asked with every category's
            query, so only of ``across_questions`` against ``across_candidates`` a step.
        absolute: weight that keeps log-odds comparable between contexts; see ``softmax_within``.
        judge, judged: weight of telling worn outfits from ones with replaced items, and how many of a step are asked.
        words, least_word: size of the vocabulary, and how many items must be said to have a word.
        least_residual: training outfits an item must be in to get a residual of its own.
        drop_residual: chance of hiding it in training, so that cold items lose nothing.
        rerank: weight of the completed outfit's score beside the query in the final ranking.
        patience: epochs without a better validation recall before training stops.
        minutes: stops (and keeps the best) after this time.
    """

    embedding_size: int = 128
    hidden: int = 256
    layers: int = 1
    heads: int = 4
    dropout: float = 0.1
    candidates: int = 2048
    across: float = 0.3
    across_questions: int = 128
    across_candidates: int = 512
    absolute: float = 0.05
    judge: float = 0.5
    judged: int = 48
    words: int = 20_000
    least_word: int = 5
    least_residual: int = 5
    drop_residual: float = 0.5
    residual_decay: float = 0.2
    rerank: float = 0.0
    batch_size: int = 256
    epochs: int = 32
    learning_rate: float = 1.5e-3
    weight_decay: float = 0.02
    average: float = 0.99
    patience: int = 12
    minutes: float = 9.0


class AttireTraining:
    """One run: steps, validation, and the averaged weights that are kept.

    Args:
        inputs: of all N items.
        pool_M: rows that may be candidates: the items of the training outfits, since an item nobody could have worn yet is no evidence.
    """

    def __init__(self, model: SetTransformer, config: AttireConfig, inputs: ItemInputs, pool_M: Tensor, seed: int) -> None:
        self.model, self.config, self.inputs, self.pool_M = model, config, inputs, pool_M
        self.generator = torch.Generator().manual_seed(seed)
        model.tower.drop_residual = config.drop_residual
        self.bar = torch.nn.Parameter(torch.zeros(()))
        residual = [model.tower.residual.weight]
        decayed = [p for p in model.parameters() if p.ndim > 1 and p is not residual[0]]
        plain = [p for p in model.parameters() if p.ndim <= 1]
        self.optimiser = torch.optim.AdamW(
            [
                {"params": decayed, "weight_decay": config.weight_decay},
                {"params": residual, "weight_decay": config.residual_decay},
                {"params": [*plain, self.bar], "weight_decay": 0.0},
            ],
            lr=config.learning_rate,
        )
        self.kept = {name: value.detach().clone() for name, value in model.state_dict().items()}

    def fit(self, train: WornOutfits, valid: WornOutfits, progress: Progress) -> dict[str, float]:
        """Train until validation recall@10 stops rising; the model ends with its best averaged weights."""
        config, started = self.config, time.perf_counter()
        steps = math.ceil(len(train) / config.batch_size)
        best, best_weights, stale, figures = -1.0, self.kept, 0, {}
        with progress("training attire", config.epochs) as advance:
            for epoch in range(config.epochs):
                elapsed = (time.perf_counter() - started) / 60 if epoch else 0.0  # the clock must not touch a run that has time enough
                if elapsed > config.minutes or stale >= config.patience:
                    break
                loss = 0.0
                order = torch.randperm(len(train), generator=self.generator)
                for step, rows in enumerate(order.split(config.batch_size)):
                    self._schedule(max((epoch + step / steps) / config.epochs, elapsed / config.minutes))
                    loss += self._step(train.rows_RI[rows], train.mask_RI[rows]) / steps
                current = {name: value.clone() for name, value in self.model.state_dict().items()}
                self.model.load_state_dict(self.kept)
                figures = {"recall_at_10": recall_at(10, self.model, self.inputs, valid, self.pool_M), "loss": loss}
                if figures["recall_at_10"] > best or not len(valid):  # without validation outfits the last weights are the best guess
                    best, stale = figures["recall_at_10"], 0
                    best_weights = {name: value.clone() for name, value in self.kept.items()}
                else:
                    stale += 1
                self.model.load_state_dict(current)
                advance(1, loss=loss, recall_at_10=figures["recall_at_10"], best=best)
        self.model.load_state_dict(best_weights)
        return {"valid_recall_at_10": best, "train_loss": figures.get("loss", math.nan), "minutes": (time.perf_counter() - started) / 60}

    def _schedule(self, progress: float) -> None:
        """Warm up over the first 3 %, then fall along a cosine."""
        warm = min(1.0, progress / 0.03 + 0.02)
        rate = self.config.learning_rate * warm * (0.02 + 0.98 * (1 + math.cos(math.pi * min(1.0, progress))) / 2)
        for group in self.optimiser.param_groups:
            group["lr"] = rate

    def _step(self, rows_BI: Tensor, mask_BI: Tensor) -> float:
        config, category_N = self.config, self.inputs.category_N
        self.model.train()
        drawn_S = self.pool_M[torch.randperm(len(self.pool_M), generator=self.generator)[: config.candidates]]
        rows_M, place = torch.cat([drawn_S, rows_BI[mask_BI]]).unique(return_inverse=True)
        embedded_MD = self.model.embed(self.inputs[rows_M])
        drawn_SD = embedded_MD[place[: len(drawn_S)]]
        place_BI = torch.zeros_like(rows_BI)
        place_BI[mask_BI] = place[len(drawn_S) :]
        outfits = OutfitBatch(embedded_MD[place_BI], category_N[rows_BI], mask_BI)
        asked = mask_BI.reshape(-1)
        context, answer_QD = leave_one_out(outfits).take(asked), outfits.items_BID.reshape(len(asked), -1)[asked]
        category_Q = outfits.category_BI.reshape(-1)[asked]
        worn_QI, mask_QI = (one.repeat_interleave(rows_BI.shape[1], 0)[asked] for one in (rows_BI, mask_BI))
        not_QS = no_negatives(worn_QI, mask_QI, drawn_S, len(self.inputs))
        category_S = category_N[drawn_S]
        within, constant = softmax_within(self.model.query(context, category_Q), answer_QD, category_Q, drawn_SD, category_S, not_QS)
        loss = within + config.absolute * constant
        if config.across:
            some = torch.randperm(len(category_Q), generator=self.generator)[: config.across_questions]
            few = slice(config.across_candidates)
            categories = torch.arange(int(category_N.max()) + 1).expand(len(some), -1)
            queries_QCD = self.model.queries(context.take(some), categories)
            loss = loss + config.across * softmax_across(
                queries_QCD, answer_QD[some], category_Q[some], drawn_SD[few], category_S[few], not_QS[some][:, few]
            )
        if config.judged:
            judged = torch.randperm(len(rows_BI), generator=self.generator)[: config.judged]
            loss = loss + config.judge * self._judge(outfits.take(judged), drawn_SD, category_S)
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        with torch.no_grad():
            for name, value in self.model.state_dict().items():
                self.kept[name].lerp_(value, 1 - config.average)
        return within.item()

    def _judge(self, worn: OutfitBatch, drawn_SD: Tensor, category_S: Tensor) -> Tensor:
        """Worn outfits against the same with 1 to n items replaced by drawn ones of their category: logistic loss of the score."""
        replaced_BI = worn.mask_BI & (
            torch.rand(worn.mask_BI.shape, generator=self.generator) < torch.rand(len(worn.mask_BI), 1, generator=self.generator)
        )
        first = torch.rand(worn.mask_BI.shape, generator=self.generator).masked_fill(~worn.mask_BI, -1).argmax(1)
        replaced_BI[torch.arange(len(first)), first] = True
        items_BID = worn.items_BID.clone()
        for category in worn.category_BI[replaced_BI].unique():
            members, where = (category_S == category).nonzero()[:, 0], replaced_BI & (worn.category_BI == category)
            if len(members):
                items_BID[where] = drawn_SD[members[torch.randint(len(members), (int(where.sum()),), generator=self.generator)]]
        both = OutfitBatch(torch.cat([worn.items_BID, items_BID]), worn.category_BI.repeat(2, 1), worn.mask_BI.repeat(2, 1))
        scores = self.model.score(both) * both.mask_BI.sum(1)
        labels = torch.cat([torch.ones(len(first)), torch.zeros(len(first))])
        return F.binary_cross_entropy_with_logits(scores - self.bar, labels)


@torch.inference_mode()
def recall_at(k: int, model: SetTransformer, inputs: ItemInputs, outfits: WornOutfits, pool_M: Tensor) -> float:
    """Share of the outfits' items that rank among the k best of their category in the pool, each asked given the others."""
    if not len(outfits):
        return 0.0
    model.eval()
    embedded_ND = torch.cat([model.embed(inputs[slice(at, at + 8192)]) for at in range(0, len(inputs), 8192)])
    hits, asked = 0, 0
    for rows_BI, mask_BI in zip(outfits.rows_RI.split(256), outfits.mask_RI.split(256), strict=True):
        batch = OutfitBatch(embedded_ND[rows_BI], inputs.category_N[rows_BI], mask_BI)
        queries_BID = model.query(leave_one_out(batch), batch.category_BI.reshape(-1)).reshape(*rows_BI.shape, -1)
        for category in batch.category_BI[mask_BI].unique():
            here = mask_BI & (batch.category_BI == category)
            members_M = pool_M[inputs.category_N[pool_M] == category]
            scores = queries_BID[here] @ embedded_ND[members_M].T
            own = (queries_BID[here] * batch.items_BID[here]).sum(-1, keepdim=True)
            hits += int(((scores > own + 1e-6).sum(1) < k).sum())
            asked += int(here.sum())
    return hits / asked
