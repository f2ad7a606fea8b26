"""The configurations of ``semi-supervised`` and ``self-adaptive``: both score pairs, from kept features or from pixels.

[V] read in the authors' code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from models.errors import refuse
from models.recipes.base import Recipe
from models.training.fields import Reading, Schedule
from models.training.settings import DropShare

Negatives = Literal["fine", "category", "any"]


@dataclass(frozen=True, kw_only=True)
class PairwiseConfig(Schedule, Reading):
    """Every field can be set with ``--set field=value``; those of ``Schedule`` (``batch_size`` counts triplets) and ``Reading``, too.

    Attributes:
        blocks: names of the feature blocks that are read; empty: all. Both papers read pictures only: ``blocks=image``. Pixels read the
            picture alone.
        labels: share of the training outfits that are used as labels.
        negatives: a negative is of the positive's ``fine`` category, of its ``category``, or of ``any``.
        embedding_size: D of the general features. hidden: width of a layer before them, which takes the place of a trained backbone;
            0: no layer. Pixels have none.
        dropout: of that layer.
        unit: whether distances are taken between vectors of unit length.
        distance: whether serving sums distances or their squares; losses use distances.
        margin: m or μ of the losses.
        least_steps: of an epoch; few outfits are repeated, with other negatives.
        views: number of perturbed copies of each picture, for kept features; made at ``side`` pixels.
    """

    blocks: tuple[str, ...] = ()
    labels: Annotated[float, Field(gt=0, le=1)] = 1.0
    negatives: Negatives = "fine"
    embedding_size: PositiveInt = 64
    hidden: NonNegativeInt = 256
    dropout: DropShare = 0.1
    unit: bool = True
    distance: Literal["euclidean", "squared"] = "squared"
    margin: PositiveFloat = 0.3
    least_steps: PositiveInt = 50
    weight_decay: NonNegativeFloat = 0.0
    views: PositiveInt = 2

    def shape(self, categories: int) -> dict[str, Any]:
        """The arguments of ``Pairs`` that follow from the configuration."""
        return {
            "categories": categories,
            "size": self.embedding_size,
            "hidden": self.hidden if self.mode == "features" else 0,
            "dropout": self.dropout,
            "unit": self.unit,
            "distance": self.distance,
        }


@dataclass(frozen=True, kw_only=True)
class SemiSupervisedConfig(PairwiseConfig):
    """See ``PairwiseConfig``.

    Attributes:
        self_supervised: weight of L_ss; 0 leaves it out.
        pseudo: weight of L_pseudo; 0 leaves it out.
        unlabelled: number of unlabelled items of a step.
    """

    margin: PositiveFloat = 0.4
    batch_size: PositiveInt = 256
    self_supervised: NonNegativeFloat = 0.1
    pseudo: NonNegativeFloat = 1.0
    unlabelled: PositiveInt = 1024


@dataclass(frozen=True, kw_only=True)
class SelfAdaptiveConfig(PairwiseConfig):
    """See ``PairwiseConfig``.

    Attributes:
        self_adaptive: weight of L_SATL; 0 leaves it out.
        theta: how the strength θ of the weight is learned: by descent, by ascent (harder outfits count more and more), or not at all.
        similarity: λ, weight of L_sim.
        visual_semantic: weight of L_vse, 5e-3 in the code it builds on [V]; it needs ``blocks=image``.
        length, sparsity: weights of ‖f‖ and ‖mask‖₁, as in the code it builds on [V].
        learned: whether the masks of the pair spaces are trained.
    """

    embedding_size: PositiveInt = 128
    backbone: str = "vgg13"
    self_adaptive: NonNegativeFloat = 1.0
    theta: Literal["down", "up", "fixed"] = "down"
    similarity: NonNegativeFloat = 5e-5
    visual_semantic: NonNegativeFloat = 0.0
    length: NonNegativeFloat = 5e-4
    sparsity: NonNegativeFloat = 5e-4
    learned: bool = True

    def __post_init__(self) -> None:
        if self.visual_semantic and self.mode == "pixels":
            refuse("no titles are read with mode=pixels; choose mode=features, or 0", field="visual_semantic")


SEMI_SUPERVISED: Final = Recipe(
    name="semi-supervised", default=SemiSupervisedConfig(), training="models.recipes.pairwise.semi_supervised:fit"
)
SELF_ADAPTIVE: Final = Recipe(name="self-adaptive", default=SelfAdaptiveConfig(), training="models.recipes.pairwise.self_adaptive:fit")
