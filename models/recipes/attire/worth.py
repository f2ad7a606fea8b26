"""What each block of the features, and the words of titles, are worth on validation questions: what hurts is left out."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
import torch

from models.compatibility.base import ItemInputs
from models.compatibility.ensemble import Ensemble
from models.progress import Advance, unmoved
from models.recipes.attire.weighing import Weighing
from models.training.presence import Presence
from models.training.worn import WornOutfits

_LEAST: Final = 200  # questions
_SURE: Final = 2.0  # standard errors


class Worth(NamedTuple):
    """How much more is right with a block than without it, and the standard error of that."""

    gain: float
    error: float

    @property
    def hurts(self) -> bool:
        """Whether more is right without it, beyond chance."""
        return self.gain < -_SURE * self.error


@torch.no_grad()
def worth_of(
    model: Ensemble,
    inputs: ItemInputs,
    train: WornOutfits,
    valid: WornOutfits,
    presence: Presence,
    seed: int,
    advance: Advance = unmoved,
) -> dict[str, Worth]:
    """The worth of everything that an item can lack, by name; nothing where there are too few questions, or only one thing to be had."""
    if len(presence.every) < 2:  # noqa: PLR2004 - nothing would be left without it
        return {}
    whole = Weighing(model, inputs, train, seed, advance)
    context_QI, answer_Q, _ = whole.blanks(valid)
    asked = [question[:2] for question in whole.questions(context_QI, answer_Q) if len(question[0])]
    if sum(len(context) for context, _ in asked) < _LEAST:
        return {}
    right = np.concatenate([whole.right(*question) for question in asked])
    found = {}
    for kind in presence.every:
        without = Weighing(model, presence.hide(inputs, [kind]), train, seed, advance)
        more = right - np.concatenate([without.right(*question) for question in asked])
        found[kind.name] = Worth(float(more.mean()), float(more.std() / math.sqrt(len(more))))
    return found
