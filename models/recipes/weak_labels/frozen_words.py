"""Trains words over a fixed encoder: a softmax layer on its image features.

An encoder with a text tower could encode each word alone, but that tower was trained on titles, not on single words.

Shape legend: N items · K words · D image features · B items of a step.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch

from models.encoders.features import FloatArray
from models.encoders.words import WordMatrix
from models.objectives.softmax import no_negatives
from models.objectives.weak_labels import all_words_loss
from models.recipes.weak_labels.vocabulary import Said

_STEPS: Final = 1500
_LOOK: Final = 100
_BATCH: Final = 512
_RATE: Final = 1e-2
_DECAY: Final = 0.01
_CUT: Final = 10


def fit_words(
    vocabulary: tuple[str, ...], seen_ND: FloatArray, said: Said, valid_seen_ND: FloatArray, valid_said: Said, *, seed: int = 0
) -> WordMatrix:
    """Train the layer on the words of N pictures; returns the layer with the best recall@10 on the validation pictures.

    Features are standardised in training; the returned vectors and biases include that, so they apply to plain features.
    """
    centre_D, spread_D = seen_ND.mean(0), seen_ND.std(0) + 1e-6
    seen = torch.from_numpy((seen_ND - centre_D) / spread_D)
    words_NL, count = torch.from_numpy(said.words_NL), len(vocabulary)
    generator = torch.Generator().manual_seed(seed)
    layer = torch.nn.Linear(seen.shape[1], count)
    torch.nn.init.normal_(layer.weight, std=0.01, generator=generator)
    torch.nn.init.zeros_(layer.bias)
    optimiser = torch.optim.AdamW(layer.parameters(), lr=_RATE, weight_decay=_DECAY)
    best, reached = _unstandardised(vocabulary, layer, centre_D, spread_D), -1.0
    for step in range(1, _STEPS + 1):
        rows_B = torch.randint(len(words_NL), (_BATCH,), generator=generator)
        said_BK = no_negatives(words_NL[rows_B], words_NL[rows_B] >= 0, torch.arange(count), count)
        loss = all_words_loss(layer(seen[rows_B]), said_BK.float())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % _LOOK:
            continue
        now = _unstandardised(vocabulary, layer, centre_D, spread_D)
        recall = recall_at(_CUT, now.logits(valid_seen_ND), valid_said)
        if recall > reached:
            best, reached = now, recall
    return best


def recall_at(k: int, logits_NK: FloatArray, said: Said) -> float:
    """Mean recall@k over the items with words: the share of an item's words among its k likeliest, of at most k."""
    best_Nk = np.argsort(-logits_NK, axis=1, kind="stable")[:, :k]
    known_NL = said.words_NL >= 0
    hit_NL = (said.words_NL[:, :, None] == best_Nk[:, None]).any(2) & known_NL
    asked = known_NL.any(1)
    return float((hit_NL.sum(1)[asked] / np.minimum(known_NL.sum(1)[asked], k)).mean()) if asked.any() else 0.0


def _unstandardised(vocabulary: tuple[str, ...], layer: torch.nn.Linear, centre_D: FloatArray, spread_D: FloatArray) -> WordMatrix:
    vectors_KD = layer.weight.detach().numpy() / spread_D
    bias_K = layer.bias.detach().numpy() - vectors_KD @ centre_D
    return WordMatrix(vocabulary, vectors_KD.astype(np.float32), bias_K.astype(np.float32))
