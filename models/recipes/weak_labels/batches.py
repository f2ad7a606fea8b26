"""The pictures of each step of ``weak-labels``, and in the published form its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from models.recipes.weak_labels.config import WeakLabelsConfig
from models.recipes.weak_labels.labelled import Labelled
from models.training.checkpoint import step_seed
from models.training.parallel import ALONE, Workers


@dataclass(frozen=True)
class Batch:
    """The content of one step: positions in one of the shops, and in the published form the drawn word of each."""

    shop: int
    positions: NDArray[np.int64]
    words: NDArray[np.int64] | None
    seed: int


class Batches:
    """The batches of a training; each follows from the seed and the step's number.

    A step takes from one shop, so that the model does not learn to separate shops.

    Attributes:
        size: pictures of a step; no more than the largest shop has.
        per_epoch: steps.
    """

    def __init__(self, shops: Sequence[Labelled], config: WeakLabelsConfig, seed: int, workers: Workers = ALONE) -> None:
        self._shops, self._config, self._seed, self._workers = shops, config, seed, workers
        self.size = min(config.batch_size, max(len(shop) for shop in shops))
        self.per_epoch = sum(max(1, len(shop) // self.size) for shop in shops)

    def read(self, step: int) -> tuple[Batch, Tensor]:
        """The batch of a step with the pictures of this worker's share of it, uint8, ``(B, 3, S, S)``."""
        batch = self.of(step)
        return batch, self._shops[batch.shop].pictures.take(self._workers.mine(batch.positions))

    def of(self, step: int) -> Batch:
        """The batch of a step; a function of the seed and the step's number."""
        seed = step_seed(self._seed, step)
        if self._config.reads:
            shop, positions = self._in_turn(step)
            return Batch(shop, positions, None, seed)
        rng = np.random.default_rng(seed)
        sizes = np.array([len(shop) if shop.said.counts.any() else 0 for shop in self._shops])  # one may say no word of the vocabulary
        chosen = int(rng.choice(len(self._shops), p=sizes / sizes.sum()))
        words, positions = self._shops[chosen].said.draw(self.size, rng, uniform=self._config.sampling == "uniform")
        return Batch(chosen, positions, words, seed)

    def _in_turn(self, step: int) -> tuple[int, NDArray[np.int64]]:
        """Each picture once per epoch, with the shops mixed in proportion to their sizes."""
        epoch, place = divmod(step, self.per_epoch)
        rng = np.random.default_rng(step_seed(self._seed, -1 - epoch))
        batches: list[tuple[int, NDArray[np.int64]]] = [
            (which, order[at : at + self.size])
            for which, shop in enumerate(self._shops)
            for order in [rng.permutation(len(shop))]
            for at in range(0, max(1, len(order) - self.size + 1), self.size)
        ]
        return batches[int(rng.permutation(len(batches))[place])]
