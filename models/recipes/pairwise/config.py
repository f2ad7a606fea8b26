"""What ``semi-supervised`` and ``self-adaptive`` have in common: both judge pairs, both learn from kept features or from pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from models.compatibility.pairwise import Distance
from models.recipes.pairwise.triplets import Negatives
from models.training.loop import Schedule
from models.training.reading import Reading
from models.training.settings import DropShare


@dataclass(frozen=True, kw_only=True)
class PairwiseConfig(Schedule, Reading):
    """Every field can be set with ``--set field=value``; those of ``Schedule`` (``batch_size`` counts triplets) and ``Reading``, too.

    Attributes:
        blocks: names of the feature blocks that are read; none is all of them. Both papers see pictures only: ``blocks=image``. Pixels
            read the picture alone.
        labels: share of the training outfits that may be learned from.
        negatives: what stands in for the positive is of its ``fine`` category, of its ``category``, or ``any``.
        embedding_size: D of the general features. hidden: width of a layer before it, in place of the backbone that features skip; 0 is
            none, and pixels have none.
        unit: whether distances are taken between vectors of unit length.
        distance: how an outfit's distances are summed when it is served; losses take them as they are.
        margin: m or μ of the losses.
        least_steps: of an epoch; few outfits are gone through several times, with other negatives.
        views: perturbed copies of each picture, for kept features; made at ``side``.
    """

    blocks: tuple[str, ...] = ()
    labels: Annotated[float, Field(gt=0, le=1)] = 1.0
    negatives: Negatives = "fine"
    embedding_size: PositiveInt = 64
    hidden: NonNegativeInt = 256
    dropout: DropShare = 0.1
    unit: bool = True
    distance: Distance = "squared"
    margin: PositiveFloat = 0.3
    least_steps: PositiveInt = 50
    weight_decay: NonNegativeFloat = 0.0
    views: PositiveInt = 2

    def shape(self, categories: int) -> dict[str, Any]:
        """The arguments of ``Pairs`` that are decided here."""
        return {
            "categories": categories,
            "size": self.embedding_size,
            "hidden": self.hidden if self.mode == "features" else 0,
            "dropout": self.dropout,
            "unit": self.unit,
            "distance": self.distance,
        }
