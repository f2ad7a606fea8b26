"""What some items lack must tell nothing: steps of a training in which presence is the same for all that are compared.

Whole outfits have titles, or lack them: then *having* one tells who was worn with whom, a model learns that first, and validation, where
nearly all items have one, cannot see the harm. So for every kind of thing that some items have and others lack, a coin is tossed at each
step: either nobody has it, or only those that do are asked for and compared.

Shape legend: N items · F features · L words per item, padded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import torch
from torch import Tensor

from models.compatibility.base import ItemInputs
from models.encoders.features import Block

_FEW: Final = 0.02
_TEXT: Final = "text"


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A block of features, with a title's words where it is of the text.

    Attributes:
        part: its columns. words: whether it holds the words that are no attributes. has_N: which items have it, on the CPU.
    """

    name: str
    part: slice
    words: bool
    has_N: Tensor


class Presence:
    """See the module's docstring.

    Args:
        inputs: of all N items. blocks: of their features.
        vocabulary: words by index, from 1 on; those without ``=`` are of titles.
        pool_M: rows of the items that are compared in training.
    """

    def __init__(self, inputs: ItemInputs, blocks: Sequence[Block], vocabulary: Sequence[str], pool_M: Tensor) -> None:
        device = inputs.features_NF.device
        self.of_title = torch.tensor([False, *("=" not in word for word in vocabulary)], device=device)
        titled_N = self.of_title[inputs.words_NL].any(1)
        kinds, at = [], 0
        for block in blocks:
            part, is_text = slice(at, at + block.size), block.name == _TEXT
            has_N = (inputs.features_NF[:, part] != 0).any(1) | (titled_N & is_text)
            kinds.append(Kind(block.name, part, is_text, has_N.cpu()))
            at += block.size
        if not any(kind.words for kind in kinds):
            kinds.append(Kind("title", slice(0, 0), words=True, has_N=titled_N.cpu()))
        share = {kind.name: float(kind.has_N[pool_M.cpu()].float().mean()) if len(pool_M) else 0.0 for kind in kinds}
        self.every = [kind for kind in kinds if share[kind.name] > _FEW]
        """Those that there are."""
        self.kinds = [kind for kind in self.every if share[kind.name] < 1 - _FEW]
        """Those that some items have and others lack."""

    def tossed(self, generator: torch.Generator) -> list[Kind]:
        """The kinds that nobody has in this step."""
        return [kind for kind in self.kinds if torch.rand((), generator=generator) < 0.5]  # noqa: PLR2004 - a coin

    def hide(self, items: ItemInputs, hidden: Sequence[Kind]) -> ItemInputs:
        """The items without those kinds."""
        if not hidden:
            return items
        features_NF, words_NL = items.features_NF.clone(), items.words_NL
        for kind in hidden:
            features_NF[:, kind.part] = 0
            words_NL = words_NL * ~self.of_title[words_NL] if kind.words else words_NL
        return replace(items, features_NF=features_NF, words_NL=words_NL)

    def views(self, items: ItemInputs) -> list[ItemInputs]:
        """The items as they are and, where some lack a kind that others have, without all such kinds: what a model is judged by."""
        return [items, self.hide(items, self.kinds)] if self.kinds else [items]

    def compared(self, rows: Tensor, hidden: Sequence[Kind]) -> Tensor:
        """Which of some rows, on the CPU, may be asked for and compared: those that have every kind that is not hidden."""
        fits = torch.ones(rows.shape, dtype=torch.bool)
        for kind in self.kinds:
            if kind not in hidden:
                fits &= kind.has_N[rows]
        return fits
