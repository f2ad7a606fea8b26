"""The training of ``weak-labels``: its steps, its learning rate, and when it ends.

Everything random in a step depends on the seed and the step's number, so a killed training resumes with the same result.

Shape legend: B pictures of a step · K words · S sampled words · D embedding size.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from models.errors import InputError
from models.manifest import STOPPED
from models.objectives.contrastive import alike_loss, clip_loss, siglip_loss, top1
from models.objectives.softmax import no_negatives
from models.objectives.weak_labels import all_words_loss, word_loss
from models.progress import Progress
from models.recipes.weak_labels.augment import augment
from models.recipes.weak_labels.batches import Batch, Batches
from models.recipes.weak_labels.config import WeakLabelsConfig
from models.recipes.weak_labels.labelled import Labelled
from models.recipes.weak_labels.towers import Towers
from models.training.architecture import Architecture
from models.training.checkpoint import Checkpoint
from models.training.loop import only_matrices_decay, refuse_diverged, warmed_cosine
from models.training.parallel import Workers

_RUNNING = 0.98
_AT_ONCE = 256


@dataclass
class Standing:
    """The state of a training; JSON in its checkpoint."""

    step: int = 0
    best: float = math.inf
    stale: int = 0
    drops: int = 0
    minutes: float = 0.0
    figures: dict[str, float] = field(default_factory=dict)
    done: bool = False


class WeakLabelTraining:
    """One training.

    Args:
        shops: a step draws from one of them, so that the model does not learn to separate shops.
        valid: its loss decides on plateaus; None: the running loss does.
        workers: who trains together. Each sees a share of a step's pictures, and reads their titles; what is seen and read is put together
            before pictures are told from each other. Batch statistics of a network are of each worker's share, and averaged every epoch.
    """

    def __init__(
        self,
        architecture: Architecture,
        config: WeakLabelsConfig,
        shops: Sequence[Labelled],
        valid: Labelled | None,
        *,
        words: int,
        seed: int,
        device: torch.device,
        workers: Workers,
    ) -> None:
        self.workers = workers
        self.config, self.architecture, self.shops, self.valid, self.seed = config, architecture, shops, valid, seed
        self.device = device
        torch.manual_seed(seed)
        self.towers = Towers(architecture, words, bias=config.reads).to(self.device).to(memory_format=torch.channels_last)
        self._kept: dict[int, Tensor] = {}
        self.batches = Batches(shops, config, seed, workers)
        self.steps = math.ceil(config.epochs * self.batches.per_epoch)
        self.first = math.ceil(config.first_epochs(pretrained=architecture.pretrained) * self.batches.per_epoch)
        counts_K = torch.from_numpy(np.sum([shop.said.counts for shop in shops], axis=0)).float().clamp(min=1)
        self.shares_K = counts_K / counts_K.sum()
        self.rarity_K = counts_K.rsqrt().to(self.device)
        self.weight_K = 1 / counts_K if config.sampling == "uniform" else torch.ones_like(counts_K)
        self.tokens = [architecture.tokenizer(list(shop.titles)) for shop in shops] if architecture.tokenizer else []
        self.optimiser = self._optimiser()

    def fit(self, checkpoint: Checkpoint, progress: Progress) -> dict[str, float]:
        """Train from the last checkpoint, if there is one, to the end; returns the final figures.

        Raises:
            InputError: it diverged; the checkpoint is removed, since going on from it would diverge again.
        """
        config, workers = self.config, self.workers
        restored = checkpoint.restore(self.towers, self.optimiser)
        now = Standing(**restored) if restored else Standing()
        workers.agree(self.towers.state_dict().values())
        begun, kept, before = time.monotonic(), time.monotonic(), now.minutes
        with progress("training weak-labels", self.steps) as advance, ThreadPoolExecutor(1) as reader:
            advance(now.step)
            ahead = reader.submit(self.batches.read, now.step)
            while now.step < self.steps and not now.done:
                batch, pixels = ahead.result()
                ahead = reader.submit(self.batches.read, now.step + 1)  # while this step computes
                self._schedule(now)
                figures = self._step(batch, pixels, last_layer=now.step < self.first)
                now.step += 1
                for name, value in figures.items():
                    now.figures[name] = _RUNNING * now.figures.get(name, value) + (1 - _RUNNING) * value
                now.minutes = before + (time.monotonic() - begun) / 60
                if config.minutes is not None:
                    [now.minutes] = workers.mean(now.minutes)
                if now.step % self.batches.per_epoch == 0 or now.step == self.steps:
                    now.figures = dict(zip(now.figures, workers.mean(*now.figures.values()), strict=True))
                    workers.agree(self.towers.buffers())
                    self._refuse_diverged(now, checkpoint)
                    self._look_back(now)
                if config.minutes is not None and now.minutes >= config.minutes:
                    now.done = True
                advance(1, **now.figures)
                if workers.leads and time.monotonic() - kept >= config.checkpoint_s and now.step < self.steps:
                    self._refuse_diverged(now, checkpoint)
                    checkpoint.save(self.towers, self.optimiser, vars(now))
                    kept = time.monotonic()
        workers.agree(self.towers.buffers())
        [now.minutes] = workers.mean(now.minutes)
        self._refuse_diverged(now, checkpoint)  # the minutes may have been over within an epoch
        over = config.minutes is not None and now.minutes >= config.minutes and now.step < self.steps
        clock = {STOPPED: now.step / self.batches.per_epoch} if over else {}
        return {**now.figures, **(self.judge(self.valid) if self.valid else {}), "steps": float(now.step), "minutes": now.minutes, **clock}

    @torch.inference_mode()
    def judge(self, shop: Labelled) -> dict[str, float]:
        """Loss and recall@10 of the words of validation pictures; words are weighted as in training."""
        self.towers.eval()
        loss, weight, found, said = 0.0, 0.0, 0.0, 0
        for at in range(0, len(shop), _AT_ONCE):
            positions = np.arange(at, min(at + _AT_ONCE, len(shop)))
            logits_BK = self.word_logits(self.see(shop.pictures.take(positions))).float().cpu()
            words_BL = torch.from_numpy(shop.said.words_NL[positions])
            rows, columns = (words_BL >= 0).nonzero(as_tuple=True)
            drawn_P = words_BL[rows, columns]
            said_BK = no_negatives(words_BL, words_BL >= 0, torch.arange(logits_BK.shape[1]), logits_BK.shape[1])
            own_P = logits_BK[rows, drawn_P]
            unsaid_B = logits_BK.masked_fill(said_BK, -torch.inf).logsumexp(1)
            losses_P = torch.logaddexp(unsaid_B[rows], own_P) - own_P  # ``word_loss`` against every word
            loss += float((losses_P * self.weight_K[drawn_P]).sum())
            weight += float(self.weight_K[drawn_P].sum())
            best_B10 = logits_BK.topk(min(10, logits_BK.shape[1]), dim=1).indices
            worded = said_BK.sum(1)
            found += float((said_BK.gather(1, best_B10).sum(1) / worded.clamp(min=1, max=10)).sum())
            said += int((worded > 0).sum())
        return {"valid_loss": loss / max(weight, 1e-9), "valid_word_recall_at_10": found / max(said, 1)}

    def see(self, pictures_BCSS: Tensor) -> Tensor:
        """Vectors z of pictures as uint8, without augmentation, ``(B, D)``."""
        with self._precision():
            return self.towers.see(self._normalised(pictures_BCSS.to(self.device).float() / 255)).float()

    def word_logits(self, z_BD: Tensor) -> Tensor:
        """Logits of all words, ``(B, K)``."""
        words = self.towers.words
        return words(F.normalize(z_BD, dim=1) * words.in_features**0.5 if self.config.reads else z_BD)  # type: ignore[no-any-return]

    @torch.inference_mode()
    def length(self, most: int = 2048) -> float:
        """Typical length of z, which scales the words for a z of unit length."""
        if self.config.reads:
            return float(self.towers.words.in_features**0.5)
        self.towers.eval()
        shop = max(self.shops, key=len)
        lengths = [
            self.see(shop.pictures.take(np.arange(at, min(at + 128, most, len(shop))))).norm(dim=1)
            for at in range(0, min(most, len(shop)), 128)
        ]
        return float(torch.cat(lengths).mean())

    def _step(self, batch: Batch, pictures_BCSS: Tensor, *, last_layer: bool) -> dict[str, float]:
        seed = self.workers.seed(batch.seed)
        generator = torch.Generator().manual_seed(seed)
        torch.manual_seed(seed)
        self.towers.train()
        if last_layer:
            self.towers.tower.eval()
        if self.architecture.learned:
            z_BD = self.towers.see_levels(
                self._levels(batch.shop)[torch.from_numpy(self.workers.mine(batch.positions))].to(self.device).float()
            )
        else:
            pictures = pictures_BCSS.to(self.device, non_blocking=True)
            pixels = augment(pictures, generator) if self.config.augment else pictures.float() / 255
            with self._precision(), torch.set_grad_enabled(not last_layer):
                z_BD = self.towers.see(self._normalised(pixels)).float()
        figures: dict[str, float] = {}
        loss = self._titles(batch, z_BD, figures) if self.config.reads else self._words(batch, z_BD, generator)
        self.optimiser.zero_grad()
        loss.backward()
        self.workers.average(self.optimiser)
        self.optimiser.step()
        return {"loss": loss.item(), **figures}

    @torch.no_grad()
    def _levels(self, shop: int) -> Tensor:
        """What a network that stays as it is sees of each picture of a shop, once for all epochs, ``(N, L)``."""
        if shop not in self._kept:
            learned, pictures, workers = self.architecture.learned, self.shops[shop].pictures, self.workers
            assert learned is not None  # noqa: S101 - the caller has looked
            parts = []
            for positions in np.array_split(np.arange(len(pictures)), math.ceil(len(pictures) / 128)):
                mine = pictures.take(workers.mine(positions)).to(self.device).float() / 255
                parts.append(workers.whole(learned.levels(self._normalised(mine)), len(positions)).half().cpu())
            self._kept[shop] = torch.cat(parts)
        return self._kept[shop]

    def _words(self, batch: Batch, z_BD: Tensor, generator: torch.Generator) -> Tensor:
        """Loss of the published form: the drawn word against sampled ones."""
        assert batch.words is not None  # noqa: S101 - the published form draws them
        drawn_B, positions = self.workers.mine(batch.words), self.workers.mine(batch.positions)
        count = self.towers.words.out_features
        sampled_S = torch.randperm(count, generator=generator)[: self.config.negatives or count]
        words_BL = torch.from_numpy(self.shops[batch.shop].said.words_NL[positions])
        said_BS = no_negatives(words_BL, words_BL >= 0, sampled_S, count).to(self.device)
        others_B = (count - (words_BL >= 0).sum(1)).float().to(self.device)
        weight_KD = self.towers.words.weight
        own_B = (z_BD * weight_KD[torch.from_numpy(drawn_B).to(self.device)]).sum(1)
        losses_B = word_loss(z_BD @ weight_KD[sampled_S.to(self.device)].T, own_B, said_BS, others_B)
        return losses_B.mean() * self.workers.weight(len(batch.positions))

    def _titles(self, batch: Batch, z_BD: Tensor, figures: dict[str, float]) -> Tensor:
        """Loss of the modern form: each picture against the titles of the whole batch, plus the word loss."""
        shop, towers, workers = self.shops[batch.shop], self.towers, self.workers
        with self._precision():
            read_BD = towers.read(self.tokens[batch.shop][torch.from_numpy(workers.mine(batch.positions))].to(self.device)).float()
        z_BD, read_BD = workers.whole(torch.cat([z_BD, read_BD], dim=1), len(batch.positions)).split([z_BD.shape[1], read_BD.shape[1]], 1)
        seen_BD, groups_B = F.normalize(z_BD, dim=1), torch.from_numpy(shop.groups[batch.positions]).to(self.device)
        if self.config.loss == "siglip":
            loss = siglip_loss(seen_BD, read_BD, groups_B, towers.scale, towers.shift)
        else:
            loss = clip_loss(seen_BD, read_BD, groups_B, towers.scale)
        figures["top1"] = top1(seen_BD, read_BD, groups_B)
        if self.config.alike_weight:
            kinds_B = torch.from_numpy(shop.kinds[batch.positions]).to(self.device)
            loss = loss + self.config.alike_weight * alike_loss(seen_BD, kinds_B, temperature=0.1)
        if self.config.word_weight:
            words_BL, count = torch.from_numpy(shop.said.words_NL[batch.positions]), towers.words.out_features
            said_BK = no_negatives(words_BL, words_BL >= 0, torch.arange(count), count).to(self.device)
            loss = loss + self.config.word_weight * all_words_loss(self.word_logits(z_BD), said_BK * self.rarity_K)
        return loss

    def _refuse_diverged(self, now: Standing, checkpoint: Checkpoint) -> None:
        try:
            refuse_diverged(now.figures.get("loss", 0.0), self.towers, self.config.rate)
        except InputError:
            checkpoint.remove()
            raise

    def _look_back(self, now: Standing) -> None:
        """At the end of an epoch: validate, and decide whether SGD's learning rate falls."""
        figures = self.judge(self.valid) if self.valid else {}
        now.figures |= figures
        loss = figures.get("valid_loss", now.figures["loss"])
        if now.step <= self.first:
            return
        now.stale = 0 if loss < now.best - 1e-4 else now.stale + 1
        now.best = min(now.best, loss)
        if now.stale > self.config.patience:
            now.drops, now.stale = now.drops + 1, 0
        now.done = self.config.optimiser == "sgd" and now.drops > self.config.drops

    def _schedule(self, now: Standing) -> None:
        """Set the learning rate. SGD: a tenth on each plateau. AdamW: warm-up over the first tenth, then a cosine fall."""
        rate = self.config.rate
        if self.config.optimiser == "sgd":
            rate *= 0.1**now.drops
        else:
            done = max(now.step / self.steps, now.minutes / self.config.minutes if self.config.minutes else 0.0)
            rate *= warmed_cosine(1.0, done, warm=0.1, first=0.04, floor=0.0, falls_from=0.1)
        for group in self.optimiser.param_groups:
            group["lr"] = rate

    def _optimiser(self) -> torch.optim.Optimizer:
        groups = only_matrices_decay([weight for weight in self.towers.parameters() if weight.requires_grad], self.config.decay)
        if self.config.optimiser == "sgd":
            return torch.optim.SGD(groups, lr=self.config.rate, momentum=0.9)
        return torch.optim.AdamW(groups, lr=self.config.rate)

    def _normalised(self, pixels_BCSS: Tensor) -> Tensor:
        return self.architecture.preprocessing.normalise(pixels_BCSS).contiguous(memory_format=torch.channels_last)

    def _precision(self) -> torch.autocast:
        """bfloat16 on a GPU; float16 would lose small gradients."""
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.device.type != "cpu")
