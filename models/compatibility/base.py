"""What a compatibility model is: an item tower, a query for a slot, and a score for a whole outfit.

Shape legend: N items · B outfits (or questions) · I items per outfit, padded · M candidates · F features · D embedding size ·
L words per item, padded · C categories.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class ItemInputs:
    """What an item tower reads.

    Attributes:
        features_NF: the encoder's features, float32; a zero block is a missing modality.
        category_N: index of the category among the model's categories.
        words_NL: indices of the item's words in the vocabulary; 0 is padding.
        residual_N: row of the per-item residual table; 0 means none (a cold item).
        product_N: row of the table of products, of which items are the colours or sizes; 0 means none. None is none for all.
    """

    features_NF: Tensor
    category_N: Tensor
    words_NL: Tensor
    residual_N: Tensor
    product_N: Tensor = None  # type: ignore[assignment] # set below

    def __post_init__(self) -> None:
        if self.product_N is None:
            object.__setattr__(self, "product_N", torch.zeros_like(self.residual_N))  # type: ignore[unreachable]

    def __len__(self) -> int:
        return self.features_NF.shape[0]

    def __getitem__(self, rows: Tensor | slice) -> ItemInputs:
        """Some items; a tensor of rows may be on any device."""
        rows = rows.to(self.features_NF.device) if isinstance(rows, Tensor) else rows
        return ItemInputs(*(part[rows] for part in self._parts()))

    def to(self, device: torch.device) -> ItemInputs:
        """The same on a device."""
        return ItemInputs(*(part.to(device) for part in self._parts()))

    def _parts(self) -> tuple[Tensor, ...]:
        return self.features_NF, self.category_N, self.words_NL, self.residual_N, self.product_N


@dataclass(frozen=True, slots=True)
class OutfitBatch:
    """B sets of embedded items, padded to I.

    Attributes:
        items_BID: embeddings; rows that are padding hold anything finite.
        category_BI: category index of each item.
        mask_BI: True where there is an item.
        taste_BD: of whoever wears each, for a model that knows shoppers; None is the model's own for all.
    """

    items_BID: Tensor
    category_BI: Tensor
    mask_BI: Tensor
    taste_BD: Tensor | None = None

    def take(self, which: Tensor | tuple[Tensor, Tensor]) -> OutfitBatch:
        """Some of the sets (``which`` holds positions or a mask), or some of their items (positions of sets, places of items)."""
        sets = which[0].squeeze(1) if isinstance(which, tuple) else which
        taste_BD = None if self.taste_BD is None else self.taste_BD[sets]
        return OutfitBatch(self.items_BID[which], self.category_BI[which], self.mask_BI[which], taste_BD)

    def repeated(self, times: int) -> OutfitBatch:
        """Each set ``times`` times in a row."""
        return self._each(lambda part: part.repeat_interleave(times, 0))

    def to(self, device: torch.device) -> OutfitBatch:
        """The same on a device."""
        return self._each(lambda part: part.to(device))

    def with_item(self, item_BD: Tensor, category_B: Tensor) -> OutfitBatch:
        """Each set with one more item."""
        return OutfitBatch(
            torch.cat([self.items_BID, item_BD[:, None]], dim=1),
            torch.cat([self.category_BI, category_B[:, None]], dim=1),
            torch.cat([self.mask_BI, self.mask_BI.new_ones(len(item_BD), 1)], dim=1),
            self.taste_BD,
        )

    def _each(self, change: Callable[[Tensor], Tensor]) -> OutfitBatch:
        taste_BD = None if self.taste_BD is None else change(self.taste_BD)
        return OutfitBatch(change(self.items_BID), change(self.category_BI), change(self.mask_BI), taste_BD)


class CompatibilityModel(nn.Module, ABC):
    """Maps features to embeddings, a partial outfit to a query vector, and an outfit to a score (higher: goes better together)."""

    embedding_size: int

    @property
    def device(self) -> torch.device:
        """Where it computes; what it is given must be there."""
        return next(chain(self.parameters(), self.buffers()), torch.empty(0)).device

    @abstractmethod
    def embed(self, items: ItemInputs) -> Tensor:
        """Item tower: ``(N, D)``."""

    def embed_in_parts(self, items: ItemInputs, at_once: int = 8192) -> Tensor:
        """``embed`` for any number of items but none, which may be on any device, ``at_once`` at a time, ``(N, D)``."""
        return torch.cat([self.embed(items[slice(at, at + at_once)].to(self.device)) for at in range(0, len(items), at_once)])

    @abstractmethod
    def query(self, context: OutfitBatch, target_B: Tensor) -> Tensor:
        """One vector per question, ``(B, D)``, whose inner product with an item of category ``target_B`` ranks it in that slot."""

    @abstractmethod
    def score(self, outfits: OutfitBatch) -> Tensor:
        """Score of each whole outfit, ``(B,)``; higher goes better together."""

    def rank(self, context: OutfitBatch, candidates_BMD: Tensor, category_BM: Tensor, query_BD: Tensor | None = None) -> Tensor:
        """Final score of each candidate as the next item of its context, ``(B, M)``; comparable within a row, across categories too.

        The default is the query's inner product; retrieval alone is then exact.

        Args:
            query_BD: what ``query`` said of each context and the one category that all its candidates are of, where it was asked already.
        """
        if query_BD is not None:
            return (query_BD[:, None] * candidates_BMD).sum(-1)
        batch, count, size = candidates_BMD.shape
        query_BMD = self.query(context.repeated(count), category_BM.reshape(-1)).reshape(batch, count, size)
        return (query_BMD * candidates_BMD).sum(-1)

    def prior(self, candidates_BMD: Tensor) -> Tensor:
        """What each candidate has going for it whatever the context, ``(B, M)``.

        It is added to ``rank`` where the candidates are all items of a category, and not where somebody chose them for their looks.
        """
        return candidates_BMD.new_zeros(candidates_BMD.shape[:2])

    def between(self, context: OutfitBatch, candidates_BMD: Tensor, category_BM: Tensor) -> Tensor:
        """What each candidate's category has going for it in its context, ``(B, M)``; added to ``rank`` where categories compete."""
        return candidates_BMD.new_zeros(category_BM.shape)

    def slot_odds(self, context: OutfitBatch) -> Tensor | None:
        """Log-odds that an item of each category is what its context lacks, ``(B, C + 1)``; None where the model does not say."""
        return None

    def met_with(self, embeddings_ID: NDArray[np.float32]) -> dict[int, NDArray[np.int64]]:
        """Codes of items that were worn with some items, by the coordinate of an embedding that holds them; most often first."""
        return {}

    @property
    def looks(self) -> int:
        """How many of an embedding's coordinates, from the first, tell what an item is like; the others are for the model alone."""
        return self.embedding_size


class MadeOfMembers(CompatibilityModel):
    """A model of other models."""

    members: nn.ModuleList

    def each(self) -> Iterator[CompatibilityModel]:
        """The members."""
        for member in self.members:
            assert isinstance(member, CompatibilityModel)  # noqa: S101 - nothing else was taken in
            yield member
