"""What some items lack must tell nothing: steps of a training in which presence is the same for all that are compared.

Whole outfits have titles, or lack them: then *having* one tells who was worn with whom, a model learns that first, and validation, where
nearly all items have one, cannot see the harm. So for every kind of thing that items of an outfit have or lack together, a coin is tossed
at each step: either nobody has it, or only those that do are asked for and compared. What items lack each by itself, as one title in forty
is missing, tells nothing, and nothing is hidden for it: half of a training would be without.

Shape legend: N items · F features · L words per item, padded · R outfits · I items per outfit, padded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import torch
from torch import Tensor

from models.compatibility.base import ItemInputs
from models.encoders.features import Block
from models.training.worn import WornOutfits

_FEW: Final = 0.02
_TELLS: Final = 0.05
"""How much likelier an item may have something beside one that has it than beside one that lacks it."""
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
        train: the outfits that are learned from.
    """

    def __init__(self, inputs: ItemInputs, blocks: Sequence[Block], vocabulary: Sequence[str], train: WornOutfits) -> None:
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
        rows_W, category_N = train.rows_RI[train.mask_RI], inputs.category_N.cpu()
        share = {kind.name: float(kind.has_N[rows_W].float().mean()) if len(rows_W) else 0.0 for kind in kinds}
        self.every = [kind for kind in kinds if share[kind.name] > _FEW]
        """Those that there are."""
        some = [kind for kind in self.every if share[kind.name] < 1 - _FEW]
        self.kinds = [kind for kind in some if _together(kind.has_N, category_N, train) > _TELLS]
        """Those that items of an outfit have or lack together."""

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
        """The items as they are and, where there are ``kinds``, without all of them: what a model is judged by."""
        return [items, self.hide(items, self.kinds)] if self.kinds else [items]

    def compared(self, rows: Tensor, hidden: Sequence[Kind]) -> Tensor:
        """Which of some rows, on the CPU, may be asked for and compared: those that have every kind that is not hidden."""
        fits = torch.ones(rows.shape, dtype=torch.bool)
        for kind in self.kinds:
            if kind not in hidden:
                fits &= kind.has_N[rows]
        return fits


def _together(has_N: Tensor, category_N: Tensor, train: WornOutfits) -> float:
    """Correlation of what two items of an outfit have, beyond what their categories explain; 0 where all have it, or none."""
    rows_W, has_N = train.rows_RI[train.mask_RI], has_N.double()
    worn_C = has_N.new_zeros(2, int(category_N.max()) + 1)
    worn_C.index_add_(1, category_N[rows_W], torch.stack([torch.ones_like(has_N), has_N])[:, rows_W])
    beyond_RI = (has_N - (worn_C[1] / worn_C[0].clamp(min=1))[category_N])[train.rows_RI] * train.mask_RI
    square_R = beyond_RI.square().sum(1)
    variance = float((square_R * (train.mask_RI.sum(1) - 1)).sum())
    return float((beyond_RI.sum(1).square() - square_R).sum()) / variance if variance else 0.0
