"""Trains what belongs to an outfit (``models.compatibility.slots``): seconds for ten thousand outfits, the same bits for a seed.

Words of the items are read where they foretell validation outfits clearly better than categories alone do; else the model is bit for bit
the one of categories alone.

Shape legend: R outfits · I items of the largest · N words of the wordiest text · B prefixes · C categories · K = C + 1 · W words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from models.compatibility.slots import LEVELS, NEVER, FloatArray, IntArray, SlotModel, counted
from models.progress import Progress, silent
from models.training.gains import gains

_LEAST_STEPS: Final = 250  # few outfits are read more often
_MOST_STEPS: Final = 6_000  # and a hundred thousand not two dozen times
_LEVELS_TRIED: Final = np.linspace(0.05, 0.95, 91)
_ORDERS: Final = 4  # of each validation outfit, that tell whether words help
_LEAST_LOG: Final = -9.0  # of a pair that training never had

Outfits = Sequence[Sequence[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotTraining:
    """How the network is trained; ``benchmarks/slots.md`` says how the values were chosen."""

    hidden: int = 96
    epochs: int = 24
    batch_size: int = 512
    learning_rate: float = 4e-3
    weight_decay: float = 1e-3
    word_decay: float = 1.0
    seed: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """What may be read of the items beside their categories.

    Attributes:
        words: of the vocabulary.
        outfits: the text of each item of each training outfit (``item_text``); ``validation`` likewise.
    """

    words: tuple[str, ...]
    outfits: Outfits
    validation: Outfits


_USUAL: Final = SlotTraining()


def fit_slots(
    outfits: Outfits,
    config: SlotTraining = _USUAL,
    *,
    validation: Outfits = (),
    wording: Wording | None = None,
    progress: Progress = silent,
) -> SlotModel:
    """Train on outfits, each given by the categories of its items.

    Args:
        outfits: one or more, none of them empty.
        validation: outfits to choose ``stop_at`` and the words on; where there are none, those of the training, and no words.
        wording: words to try.
    """
    names = tuple(sorted({name for outfit in outfits for name in outfit}))
    one_hot_RIC = _one_hot(names, outfits)
    counts_RC = one_hot_RIC.sum(axis=1).astype(np.int64)
    have_RC = (counts_RC > 0).astype(np.float32)
    pairs_CC = have_RC.T @ have_RC > 0
    np.fill_diagonal(pairs_CC, (counts_RC > 1).any(axis=0))
    model = SlotModel(
        categories=names,
        pairs_CC=pairs_CC,
        most_C=counts_RC.max(axis=0),
        seen_C=have_RC.sum(axis=0).astype(np.int64),
        largest=max(map(len, outfits)),
        smallest=min(map(len, outfits)),
        weights={},
        outfits=len(outfits),
    )
    known = [number for number, outfit in enumerate(validation) if set(outfit) <= set(names)]
    asked = [validation[number] for number in known]
    with torch.random.fork_rng(devices=[]):  # what else is trained with this seed learns the same as without
        model = replace(model, weights=_trained(model, _Read.of(model, outfits), config, progress))
        if wording and asked:
            wording = replace(wording, validation=[wording.validation[number] for number in known])
            model = _worded(model, outfits, wording, asked, config=config, progress=progress)
    return _stopping(model, asked or outfits, wording.validation if wording and asked else ())


def _worded(model: SlotModel, outfits: Outfits, wording: Wording, asked: Outfits, *, config: SlotTraining, progress: Progress) -> SlotModel:
    """The model that reads words, all of them or those of attributes alone, where it is clearly better on validation outfits."""
    tried = {wording.words, tuple(word for word in wording.words if "=" in word)} - {()}
    read = [replace(model, words=words) for words in sorted(tried, key=len)]
    read = [replace(one, weights=_trained(one, _Read.of(one, outfits, wording.outfits), config, progress)) for one in read]
    alone_R = _losses(model, _Read.of(model, asked))
    gain_VR = [alone_R - _losses(one, _Read.of(one, asked, wording.validation)) for one in read]
    better = [place for place, gain_R in enumerate(gain_VR) if gains(gain_R)]
    best = max(better, key=lambda place: gain_VR[place].mean(), default=None)
    return model if best is None else read[best]


class _Network(nn.Module):
    def __init__(self, inputs: int, outcomes: int, hidden: int, words: int) -> None:
        super().__init__()
        self.counts = nn.Linear(inputs, hidden)
        self.out = nn.Linear(hidden, outcomes)
        self.words = nn.Parameter(torch.zeros(words, hidden))

    def forward(self, counted_BX: torch.Tensor, said_BW: torch.Tensor) -> torch.Tensor:
        hidden_BH = self.counts(counted_BX)
        if self.words.shape[0]:
            hidden_BH = hidden_BH + said_BW @ self.words
        logits_BK: torch.Tensor = self.out(torch.relu(hidden_BH))
        return logits_BK

    def arrays(self) -> dict[str, FloatArray]:
        named = {"counts": self.counts.weight.T, "bias": self.counts.bias, "out": self.out.weight.T, "out_bias": self.out.bias}
        named |= {"words": self.words} if self.words.shape[0] else {}
        return {name: np.ascontiguousarray(value.detach().numpy(), dtype=np.float32) for name, value in named.items()}


@dataclass(frozen=True, eq=False, slots=True)
class _Read:
    """Outfits as arrays: the category of each item; and its words, where W is none."""

    one_hot_RIC: NDArray[np.int8]
    worn_RI: NDArray[np.bool_]
    words_RIN: IntArray
    count: int

    @classmethod
    def of(cls, model: SlotModel, outfits: Outfits, texts: Outfits = ()) -> _Read:
        one_hot_RIC, index = _one_hot(model.categories, outfits), {word: place for place, word in enumerate(model.words)}
        places = {text: [index[word] for word in set(text.split()) if word in index] for said in texts for text in set(said)}
        longest = max(map(len, places.values()), default=0)
        words_RIN = np.full((*one_hot_RIC.shape[:2], longest), len(index), dtype=np.int64)
        for row, said in enumerate(texts):
            for place, text in enumerate(said):
                words_RIN[row, place, : len(places[text])] = places[text]
        return cls(one_hot_RIC, np.asarray(one_hot_RIC.any(axis=2)), words_RIN, len(index))

    def prefixes(
        self, rows_B: IntArray, length_B: IntArray, place_RI: IntArray, rng: np.random.Generator
    ) -> tuple[IntArray, FloatArray, FloatArray]:
        """Counts, words and what comes next of the first items of an order; words are known of the first of them, of how many is random."""
        one_hot_BIC, worn_BI, place_BI = self.one_hot_RIC[rows_B], self.worn_RI[rows_B], place_RI[rows_B]
        first_BI = (place_BI < length_B[:, None]) & worn_BI
        counts_BC = (one_hot_BIC * first_BI[..., None]).sum(axis=1).astype(np.int64)
        rest_BC = one_hot_BIC.sum(axis=1) - counts_BC
        target_BK = np.concatenate([rest_BC, (rest_BC.sum(axis=1) == 0)[:, None]], axis=1).astype(np.float32)
        said_BW = np.zeros((len(rows_B), self.count + 1), dtype=np.float32)
        if self.count:
            known_BI = (place_BI < rng.integers(0, length_B + 1)[:, None]) & worn_BI
            words_BM = np.where(known_BI[..., None], self.words_RIN[rows_B], self.count).reshape(len(rows_B), -1)
            said_BW[np.arange(len(rows_B))[:, None], words_BM] = 1
        return counts_BC, said_BW[:, :-1], target_BK / target_BK.sum(axis=1, keepdims=True)


def _one_hot(names: Sequence[str], outfits: Outfits) -> NDArray[np.int8]:
    """The category of each item, ``(R, I, C)``."""
    index = {name: place for place, name in enumerate(names)}
    category_RI = np.full((len(outfits), max(map(len, outfits))), -1, dtype=np.int64)
    for row, outfit in enumerate(outfits):
        category_RI[row, : len(outfit)] = [index[name] for name in outfit]
    return np.asarray(category_RI[..., None] == np.arange(len(names)), dtype=np.int8)


def _trained(model: SlotModel, read: _Read, config: SlotTraining, progress: Progress) -> dict[str, FloatArray]:
    """Each epoch reads every prefix of one new random order of each outfit; the target is what is left, or STOP where nothing is."""
    torch.manual_seed(config.seed)
    rng = np.random.default_rng(config.seed)
    worn_RI = read.worn_RI
    sizes_R = worn_RI.sum(axis=1)
    network = _Network(len(model.categories) * LEVELS + model.largest + 1, len(model.categories) + 1, config.hidden, read.count)
    groups = [{"params": [*network.counts.parameters(), *network.out.parameters()]}]
    groups += [{"params": [network.words], "weight_decay": config.word_decay}] if read.count else []  # type: ignore[dict-item]
    optimizer = torch.optim.AdamW(groups, lr=config.learning_rate, weight_decay=config.weight_decay)
    prefixes = np.concatenate(
        [np.stack([np.flatnonzero(sizes_R >= n), np.full((sizes_R >= n).sum(), n)], 1) for n in range(model.largest + 1)]
    )
    batches = -(-len(prefixes) // config.batch_size)
    epochs = max(1, min(max(config.epochs, -(-_LEAST_STEPS // batches)), _MOST_STEPS // batches))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, config.learning_rate, total_steps=epochs * batches + 1)
    with progress("learning what belongs to an outfit, epochs", epochs) as advance:
        for _ in range(epochs):
            place_RI = np.where(worn_RI, rng.random(worn_RI.shape), 2.0).argsort(axis=1).argsort(axis=1)
            rng.shuffle(prefixes)
            for at in range(0, len(prefixes), config.batch_size):
                rows_B, length_B = prefixes[at : at + config.batch_size].T
                counts_BC, said_BW, target_BK = read.prefixes(rows_B, length_B, place_RI, rng)
                logits_BK = network(torch.from_numpy(counted(counts_BC, model.largest)), torch.from_numpy(said_BW))
                logits_BK = logits_BK + torch.from_numpy(np.where(model.allowed(counts_BC), np.float32(0), NEVER))
                loss = nn.functional.cross_entropy(logits_BK, torch.from_numpy(target_BK))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
            advance()
    return network.arrays()


def _losses(model: SlotModel, read: _Read) -> NDArray[np.float64]:
    """Mean log-loss of what comes next on each outfit, on prefixes of any length of a few orders, words known as in training, ``(R,)``."""
    rng, worn_RI = np.random.default_rng(0), read.worn_RI
    known = np.random.default_rng(1)
    losses_OR = []
    for _ in range(_ORDERS):
        place_RI = np.where(worn_RI, rng.random(worn_RI.shape), 2.0).argsort(axis=1).argsort(axis=1)
        length_R = rng.integers(1, worn_RI.sum(axis=1) + 1)
        counts_RC, said_RW, target_RK = read.prefixes(np.arange(len(worn_RI)), length_R, place_RI, known)
        log_RK = np.maximum(model.log_next(counts_RC, said_RW > 0), _LEAST_LOG)
        losses_OR.append(-(target_RK * log_RK).sum(axis=1))
    return np.asarray(np.mean(losses_OR, axis=0, dtype=np.float64))


def _stopping(model: SlotModel, outfits: Outfits, texts: Outfits = ()) -> SlotModel:
    """Choose the ``stop_at`` that tells whole outfits best from the same ones without a random item, both counted alike."""
    rng = np.random.default_rng(0)
    whole_BC = np.stack([model.counts(outfit) for outfit in outfits])
    said = [model.said(text or [""] * len(outfit)) for text, outfit in zip(texts or [()] * len(outfits), outfits, strict=True)]
    whole_B = model.whole(whole_BC, np.stack([said_IW.any(axis=0) for said_IW in said]))
    lacking_BC = whole_BC.copy()
    for row, outfit in enumerate(outfits):
        gone = int(rng.integers(len(outfit)))
        lacking_BC[row, model.categories.index(outfit[gone])] -= 1
        said[row] = np.delete(said[row], gone, axis=0)
    lacking_B = model.whole(lacking_BC, np.stack([said_IW.any(axis=0) for said_IW in said]))
    right = [(whole_B >= level).mean() + (lacking_B < level).mean() for level in _LEVELS_TRIED]
    best = _LEVELS_TRIED[np.flatnonzero(np.isclose(right, max(right)))]
    return replace(model, stop_at=round(float(best[len(best) // 2]), 4))
