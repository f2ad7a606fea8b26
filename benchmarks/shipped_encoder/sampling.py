"""``weak-labels`` as published: words drawn uniformly or as often as they are said, against sampled words or all of them.

Twice: the whole recipe on few items for few epochs, and its last layer alone on the shipped encoder's features, which is cheap enough to
train to the end. Every training of a kind has the same items, steps and start; only what is named differs. Seeds are averaged; intervals
resample items.

Shape legend: N items · K words · B pictures of a step · S sampled words · D embedding size · L words of an item.
"""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray
from splits import Shop, part
from views import Looker
from word_recall import rarest_third, said_words, told, word_metrics

from models.datasets.schema import Catalogue
from models.encoders.features import FloatArray
from models.encoders.keep import catalogue_features
from models.encoders.load import load_encoder
from models.evaluation.metrics import Metric
from models.objectives.softmax import no_negatives
from models.objectives.weak_labels import word_loss
from models.recipes.weak_labels.config import WeakLabelsConfig
from models.recipes.weak_labels.recipe import train_encoder
from models.recipes.weak_labels.vocabulary import NON_VISUAL, Said, frequent_words, item_texts, visual_words
from models.training.settings import configure

TRAININGS: Final = {
    "uniform, 256 sampled": {"sampling": "uniform", "negatives": "256"},
    "frequency, 256 sampled": {"sampling": "frequency", "negatives": "256"},
    "uniform, all words": {"sampling": "uniform", "negatives": "0"},
}
PUBLISHED_WORDS: Final = (30_000, 218_536)
_BATCH: Final = 128
_STEPS: Final = 4_000
_LEAST: Final = 5


class Comparison:
    """What several trainings say of the held-out items, over seeds."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, str], list[Metric]] = {}
        self.asked = self.words = 0

    def add(self, training: str, score_NK: FloatArray, said: Said, count_K: NDArray[np.int64]) -> None:
        """One training, also with what its way of drawing words says of their frequency put in or taken out."""
        frequency_K = np.log(count_K.clip(min=1)).astype(np.float32)
        uniform = training.startswith("uniform")
        other = f"{training}; {'times' if uniform else 'divided by'} frequency when labelling"
        for way, score in ((training, score_NK), (other, score_NK + (frequency_K if uniform else -frequency_K))):
            for measure, metric in word_metrics(score, said.words_NL, rarest_third(count_K)).items():
                self._parts.setdefault((way, measure), []).append(metric)
        self.asked, self.words = int((said.words_NL >= 0).any(1).sum()), len(count_K)

    def figures(self) -> dict[str, Any]:
        """By training and measure: the mean over seeds with its interval, and each seed."""
        found: dict[str, Any] = {"words": self.words, "asked": self.asked, "ways": {}}
        for (way, measure), figure in told({key: averaged(parts) for key, parts in self._parts.items()}, self.asked).items():
            seeds = [one.value for one in self._parts[way, measure]]
            found["ways"].setdefault(way, {})[measure] = {**figure, "seeds": seeds}
        return found


def recipe(shop: Shop, out: Path, looker: Looker, *, items: int, epochs: float, side: int, seeds: int) -> dict[str, Any]:
    """Train the recipe each way with each seed; finished trainings are kept in ``out``."""
    some = part(shop.train, np.arange(min(items, len(shop.train))))
    catalogue = Catalogue(pa.concat_tables([some.table, shop.valid.table]), shop.train.root)
    comparison, cost = Comparison(), dict[str, list[float]]()
    for seed in range(seeds):
        for name, settings in TRAININGS.items():
            directory = out / f"{name.replace(', ', '-').replace(' ', '-')}-{items}-{epochs:g}-{side}-{seed}"
            kept = directory / "cpu_minutes.json"
            if not kept.is_file():
                config = configure(WeakLabelsConfig(fields=("title",), epochs=epochs, side=side, least_word=_LEAST), settings)
                begun = time.process_time()
                train_encoder([catalogue], config, directory / "encoder", seed=seed, device=torch.device("cpu"), progress=looker.progress)
                kept.write_text(json.dumps((time.process_time() - begun) / 60))
            cost.setdefault(name, []).append(json.loads(kept.read_text()))
            encoder = load_encoder(f"local-dir:{directory / 'encoder'}")
            words = encoder.words()
            assert words is not None
            seen = catalogue_features(shop.test, encoder, None, looker.progress).features[:, encoder.features.part("image")]
            comparison.add(name, words.logits(seen), said_words(shop.test, words.words), said_words(some, words.words).counts)
    return {"items": len(some), "epochs": epochs, "side": side, "seeds": seeds, "cpu_minutes": cost, **comparison.figures()}


def last_layer(shop: Shop, looker: Looker, *, seeds: int) -> dict[str, Any]:
    """Train only the words' vectors, on the shipped encoder's standardised image features of all training items that are looked at."""
    seen = {name: looker.block(looker.features(one), "image") for name, one in shop.parts().items() if name != "valid"}
    centre_D, spread_D = seen["train"].mean(0), seen["train"].std(0) + 1e-6
    z = {name: torch.from_numpy((one - centre_D) / spread_D) for name, one in seen.items()}
    texts = [visual_words(text, NON_VISUAL) for text in item_texts(shop.train, ("title",))]
    vocabulary = frequent_words(texts, most=PUBLISHED_WORDS[0], least=_LEAST)
    said, asked = Said.of(texts, vocabulary), said_words(shop.test, vocabulary)
    comparison = Comparison()
    for seed in range(seeds):
        for name, settings in TRAININGS.items():
            weight_KD = _vectors(z["train"], said, int(settings["negatives"]), seed=seed, uniform=settings["sampling"] == "uniform")
            comparison.add(name, (z["test"] @ weight_KD.T).numpy(), asked, said.counts)
    return {"items": len(shop.train), "steps": _STEPS, "seeds": seeds, **comparison.figures()}


def _vectors(z_ND: torch.Tensor, said: Said, negatives: int, *, seed: int, uniform: bool) -> torch.Tensor:
    """The words' vectors after ``_STEPS`` steps of the published loss, ``(K, D)``."""
    rng, generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    count = len(said.counts)
    weight_KD = torch.randn(count, z_ND.shape[1], generator=generator).mul_(0.01).requires_grad_()
    optimiser = torch.optim.AdamW([weight_KD], lr=3e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, _STEPS)
    for _ in range(_STEPS):
        words_B, items_B = said.draw(_BATCH, rng, uniform=uniform)
        rows_S = torch.randperm(count, generator=generator)[: negatives or count]
        loss = drawn_loss(weight_KD, z_ND[torch.from_numpy(items_B)], torch.from_numpy(words_B), said.words_NL[items_B], rows_S)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return weight_KD.detach()


def drawn_loss(
    weight_KD: torch.Tensor, z_BD: torch.Tensor, own_B: torch.Tensor, words_BL: NDArray[np.int64], rows_S: torch.Tensor
) -> torch.Tensor:
    """The published loss of drawn words against sampled ones."""
    count, said_BL = len(weight_KD), torch.from_numpy(words_BL)
    others_B = (count - (said_BL >= 0).sum(1)).float()
    logit_B = (z_BD * weight_KD[own_B]).sum(1)
    return word_loss(z_BD @ weight_KD[rows_S].T, logit_B, no_negatives(said_BL, said_BL >= 0, rows_S, count), others_B).mean()


def averaged(metrics: list[Metric]) -> Metric:
    """The mean over seeds of one metric, on the same resamples."""
    return Metric(
        statistics.mean(one.value for one in metrics),
        lambda weights_RB: np.mean([one.statistic(weights_RB) for one in metrics], axis=0),
    )


def loss_cost(vocabularies: tuple[int, ...], size: int = 128, negatives: int = 256) -> dict[str, dict[str, float]]:
    """Milliseconds of the last layer alone, there and back, against sampled words and against all; medians, measured in turn."""
    costs: dict[str, dict[str, float]] = {}
    for count in vocabularies:
        generator = torch.Generator().manual_seed(0)
        weight_KD = torch.randn(count, size, generator=generator).mul_(0.05).requires_grad_()
        z_BD = torch.randn(_BATCH, size, generator=generator)
        words_BL = torch.randint(count, (_BATCH, 6), generator=generator)
        times: dict[str, list[float]] = {"sampled": [], "all": []}
        for _ in range(16 if count <= PUBLISHED_WORDS[0] else 6):
            for name, sampled in (("sampled", negatives), ("all", count)):
                begun = time.perf_counter()
                rows_S = torch.randperm(count)[:sampled]
                loss = drawn_loss(weight_KD, z_BD, words_BL[:, 0], words_BL.numpy(), rows_S)
                weight_KD.grad = None
                loss.backward()
                times[name].append((time.perf_counter() - begun) * 1e3)
        costs[str(count)] = {name: statistics.median(taken[1:]) for name, taken in times.items()}
    return costs
