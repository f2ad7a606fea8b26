"""What ``semi-supervised`` and ``self-adaptive`` have in common: both judge pairs, both learn from kept features or from pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from models.compatibility.pairwise import Distance
from models.recipes.settings import DropShare
from models.training.triplets import Negatives


@dataclass(frozen=True, kw_only=True, slots=True)
class PairwiseConfig:
    """Every field can be set with ``--set field=value``.

    Attributes:
        mode: ``features``: a light model on kept features; ``pixels``: the backbone learns with the rest, and the bundle carries it.
        blocks: names of the feature blocks that are read; none is all of them. Both papers see pictures only: ``blocks=image``. Pixels
            read the picture alone.
        labels: share of the training outfits that may be learned from.
        negatives: what stands in for the positive is of its ``fine`` category, of its ``category``, or ``any``.
        embedding_size: D of the general features. hidden: width of a layer before it, in place of the backbone that features skip; 0 is
            none, and pixels have none.
        unit: whether distances are taken between vectors of unit length.
        distance: how an outfit's distances are summed when it is served; losses take them as they are.
        epochs, learning_rate: none is what the paper says for pixels, and what suits a head on kept features.
        least_steps: of an epoch; few outfits are gone through several times, with other negatives.
        patience, minutes: see ``models.training.loop.Schedule``.
        backbone, weights, side: of pixels: a torchvision name; ``none``, ``default`` or a safetensors file; pixels a side.
        views: perturbed copies of each picture, for kept features; made at ``side``.
    """

    mode: Literal["features", "pixels"] = "features"
    blocks: tuple[str, ...] = ()
    labels: Annotated[float, Field(gt=0, le=1)] = 1.0
    negatives: Negatives = "fine"
    embedding_size: PositiveInt = 64
    hidden: NonNegativeInt = 256
    dropout: DropShare = 0.1
    unit: bool = True
    distance: Distance = "squared"
    margin: PositiveFloat = 0.3
    batch_size: PositiveInt = 128
    epochs: NonNegativeInt | None = None
    learning_rate: PositiveFloat | None = None
    weight_decay: NonNegativeFloat = 0.0
    least_steps: PositiveInt = 50
    patience: PositiveInt = 8
    minutes: PositiveFloat = 9.0
    backbone: str = "resnet18"
    weights: str = "none"
    side: Annotated[int, Field(ge=32)] = 112
    views: PositiveInt = 2

    @property
    def in_pixels(self) -> bool:
        """Whether the backbone learns too."""
        return self.mode == "pixels"
