"""Trains what belongs to an outfit (``models.compatibility.slots``): a few seconds for ten thousand outfits, the same bits for a seed.

Shape legend: R outfits · I items of the largest · B prefixes · C categories · K = C + 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from models.compatibility.slots import LEVELS, NEVER, FloatArray, SlotModel, counted

_LEAST_STEPS: Final = 250  # few outfits are read more often
_LEVELS_TRIED: Final = np.linspace(0.05, 0.95, 91)


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotTraining:
    """How the network is trained; ``benchmarks/slots.md`` says how the values were chosen."""

    hidden: int = 96
    epochs: int = 24
    batch_size: int = 512
    learning_rate: float = 4e-3
    weight_decay: float = 1e-3
    seed: int = 0


_USUAL: Final = SlotTraining()


def fit_slots(outfits: Sequence[Sequence[str]], config: SlotTraining = _USUAL, *, validation: Sequence[Sequence[str]] = ()) -> SlotModel:
    """Train on outfits, each given by the categories of its items.

    Args:
        outfits: one or more, none of them empty.
        validation: outfits to choose ``stop_at`` on; where there are none, those of the training.
    """
    names = tuple(sorted({name for outfit in outfits for name in outfit}))
    index = {name: place for place, name in enumerate(names)}
    largest = max(map(len, outfits))
    category_RI = np.full((len(outfits), largest), -1, dtype=np.int64)
    for row, outfit in enumerate(outfits):
        category_RI[row, : len(outfit)] = [index[name] for name in outfit]
    one_hot_RIC = (category_RI[..., None] == np.arange(len(names))).astype(np.int8)
    counts_RC = one_hot_RIC.sum(axis=1).astype(np.int64)
    have_RC = (counts_RC > 0).astype(np.float32)
    pairs_CC = have_RC.T @ have_RC > 0
    np.fill_diagonal(pairs_CC, (counts_RC > 1).any(axis=0))
    model = SlotModel(
        categories=names,
        pairs_CC=pairs_CC,
        most_C=counts_RC.max(axis=0),
        largest=largest,
        smallest=min(map(len, outfits)),
        weights={},
        outfits=len(outfits),
    )
    with torch.random.fork_rng(devices=[]):  # what else is trained with this seed learns the same as without
        model = replace(model, weights=_trained(model, one_hot_RIC, config))
    known = [outfit for outfit in validation if set(outfit) <= set(names)]
    return _stopping(model, known or outfits)


class _Network(nn.Module):
    def __init__(self, inputs: int, outcomes: int, hidden: int) -> None:
        super().__init__()
        self.counts = nn.Linear(inputs, hidden)
        self.out = nn.Linear(hidden, outcomes)

    def forward(self, counted_BX: torch.Tensor) -> torch.Tensor:
        logits_BK: torch.Tensor = self.out(torch.relu(self.counts(counted_BX)))
        return logits_BK

    def arrays(self) -> dict[str, FloatArray]:
        named = {"counts": self.counts.weight.T, "bias": self.counts.bias, "out": self.out.weight.T, "out_bias": self.out.bias}
        return {name: np.ascontiguousarray(value.detach().numpy(), dtype=np.float32) for name, value in named.items()}


def _trained(model: SlotModel, one_hot_RIC: NDArray[np.int8], config: SlotTraining) -> dict[str, FloatArray]:
    """Each epoch reads every prefix of one new random order of each outfit; the target is what is left, or STOP where nothing is."""
    torch.manual_seed(config.seed)
    rng = np.random.default_rng(config.seed)
    worn_RI = np.asarray(one_hot_RIC.any(axis=2))
    sizes_R = worn_RI.sum(axis=1)
    network = _Network(len(model.categories) * LEVELS + model.largest + 1, len(model.categories) + 1, config.hidden)
    optimizer = torch.optim.AdamW(network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
    prefixes = np.concatenate(
        [np.stack([np.flatnonzero(sizes_R >= n), np.full((sizes_R >= n).sum(), n)], 1) for n in range(model.largest + 1)]
    )
    batches = -(-len(prefixes) // config.batch_size)
    epochs = max(config.epochs, -(-_LEAST_STEPS // batches))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, config.learning_rate, total_steps=epochs * batches + 1)
    for _ in range(epochs):
        place_RI = np.where(worn_RI, rng.random(worn_RI.shape), 2.0).argsort(axis=1).argsort(axis=1)
        rng.shuffle(prefixes)
        for at in range(0, len(prefixes), config.batch_size):
            rows, length = prefixes[at : at + config.batch_size].T
            first_BI = (place_RI[rows] < length[:, None]) & worn_RI[rows]
            counts_BC = (one_hot_RIC[rows] * first_BI[..., None]).sum(axis=1).astype(np.int64)
            rest_BC = one_hot_RIC[rows].sum(axis=1) - counts_BC
            target_BK = np.concatenate([rest_BC, (rest_BC.sum(axis=1) == 0)[:, None]], axis=1).astype(np.float32)
            target_BK /= target_BK.sum(axis=1, keepdims=True)
            logits_BK = network(torch.from_numpy(counted(counts_BC, model.largest)))
            logits_BK = logits_BK + torch.from_numpy(np.where(model.allowed(counts_BC), np.float32(0), NEVER))
            loss = nn.functional.cross_entropy(logits_BK, torch.from_numpy(target_BK))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return network.arrays()


def _stopping(model: SlotModel, outfits: Sequence[Sequence[str]]) -> SlotModel:
    """Choose the ``stop_at`` that tells whole outfits best from the same ones without a random item, both counted alike."""
    rng = np.random.default_rng(0)
    whole_BC = np.stack([model.counts(outfit) for outfit in outfits])
    lacking_BC = whole_BC.copy()
    for row, outfit in enumerate(outfits):
        gone = outfit[int(rng.integers(len(outfit)))]
        lacking_BC[row, model.categories.index(gone)] -= 1
    whole_B, lacking_B = model.whole(whole_BC), model.whole(lacking_BC)
    right = [(whole_B >= level).mean() + (lacking_B < level).mean() for level in _LEVELS_TRIED]
    best = _LEVELS_TRIED[np.flatnonzero(np.isclose(right, max(right)))]
    return replace(model, stop_at=round(float(best[len(best) // 2]), 4))
