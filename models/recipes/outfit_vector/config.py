"""The configuration of ``outfit-vector``. [V] read in the authors' code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from pydantic import NonNegativeFloat, PositiveFloat, PositiveInt

from models.errors import refuse
from models.recipes.base import Recipe
from models.training.fields import Reading, Schedule
from models.training.settings import Share


@dataclass(frozen=True, kw_only=True)
class OutfitVectorConfig(Schedule, Reading):
    """Every field can be set with ``--set field=value``; those of ``Schedule`` and ``Reading``, too.

    Attributes:
        spaces: ``shared`` [V], or ``pairs``, a space per pair of slots.
        embedding_size: 512 in [V]. temperature: τ at the start.
        infonce, graded, hinges: weights of the losses. target, threshold: of the hinges, in units of cos/τ [V]. margin: in mean cosine.
        replaced: number of versions of each outfit with one item replaced, and of versions with two.
        first_stage: share of the training whose negatives are outfits with every item replaced; 0: one stage only.
        weight_norm: of ‖W‖; 0.01 in [V].
    """

    spaces: Literal["shared", "pairs"] = "pairs"
    embedding_size: PositiveInt = 128
    temperature: PositiveFloat = 0.07
    infonce: NonNegativeFloat = 1.0
    graded: NonNegativeFloat = 1.0
    margin: NonNegativeFloat = 0.1
    hinges: NonNegativeFloat = 0.0
    target: float = 1.0
    threshold: float = 0.7
    replaced: PositiveInt = 4
    first_stage: Share = 0.3
    weight_norm: NonNegativeFloat = 0.0

    def __post_init__(self) -> None:
        if not self.infonce + self.graded + self.hinges:
            refuse("no loss has a weight; give one of infonce, graded and hinges", field="infonce")


OUTFIT_VECTOR: Final = Recipe(
    name="outfit-vector", default=OutfitVectorConfig(), training="models.recipes.outfit_vector.training:fit_outfit_vector"
)
