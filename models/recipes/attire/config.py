"""The configuration of ``attire``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from models.errors import refuse
from models.recipes.base import Recipe
from models.training.fields import Schedule
from models.training.settings import DropShare


@dataclass(frozen=True, kw_only=True, slots=True)
class AttireConfig(Schedule):
    """The flagship's configuration; every field can be set with ``--set field=value``, those of ``Schedule``, too.

    Attributes:
        embedding_size: D. hidden: width of the item tower. layers, heads, dropout: of the set transformer.
        candidates: number drawn per step; the whole catalogue if it has no more.
        alone: share of the questions that show one of the worn items alone.
        absolute: weight that keeps log-odds comparable between contexts; see ``softmax_within``.
        slots: weight of predicting the missing category.
        judge, judged: weight of separating worn outfits from ones with replaced items, and how many outfits of a step do so.
        label: weight of predicting an item's words from its picture alone. labelled: items of a step of which that is asked.
        label_words: how many of the most frequent words.
        popularity: prior, in expected wears, of an item's counted popularity; 0: popularity is not counted.
        words, least_word: size of the vocabulary, and how many items must have a word.
        drop_words, drop_word: chance of hiding all words, or any one word, of an item in training.
        rerank: weight of the completed outfit's score that the final ranking adds to the query's.
        average: per step, of the weights; the mean is judged and kept.
        members: set transformers that are trained from different starts; ``minutes`` is the time of all of them together.
        masks: linear queries through masks, beside them, each of another kind.
        mask_size, mask_epochs, mask_learning_rate, mask_weight_decay, mask_dropout, mask_input_dropout: of each.
        mask_drop_identity: chance that a training step does not see an item's own row, and likewise its product's.
        mask_hide: share of the worn items that a question does not show.
        mask_minutes: of all of them together.
        memory: whether pairs that were worn together are remembered; see ``models.compatibility.pair_memory``.
    """

    embedding_size: PositiveInt = 128
    hidden: PositiveInt = 256
    layers: NonNegativeInt = 1
    heads: PositiveInt = 4
    dropout: DropShare = 0.1
    candidates: PositiveInt = 1024
    alone: DropShare = 0.0
    absolute: NonNegativeFloat = 0.05
    slots: NonNegativeFloat = 0.3
    judge: NonNegativeFloat = 0.5
    judged: NonNegativeInt = 48
    label: NonNegativeFloat = 0.1
    labelled: PositiveInt = 256
    label_words: PositiveInt = 1024
    popularity: NonNegativeFloat = 4.0
    words: NonNegativeInt = 20_000
    least_word: PositiveInt = 5
    drop_words: DropShare = 0.2
    drop_word: DropShare = 0.0
    rerank: float = 0.0
    batch_size: PositiveInt = 64
    epochs: NonNegativeInt = 12
    minutes: PositiveFloat = 60.0  # far more than it takes: a busy machine is to learn the same
    learning_rate: PositiveFloat = 1.5e-3
    weight_decay: NonNegativeFloat = 0.02
    patience: PositiveInt = 5
    average: DropShare = 0.99
    members: NonNegativeInt = 1
    masks: Annotated[int, Field(ge=0, le=4)] = 3
    mask_size: PositiveInt = 128
    mask_epochs: NonNegativeInt = 12
    mask_learning_rate: PositiveFloat = 2e-3
    mask_weight_decay: NonNegativeFloat = 1.2
    mask_dropout: DropShare = 0.4
    mask_input_dropout: DropShare = 0.1
    mask_drop_identity: DropShare = 0.3
    mask_hide: DropShare = 0.1
    mask_minutes: PositiveFloat = 60.0
    memory: bool = True

    def __post_init__(self) -> None:
        if self.embedding_size % self.heads:
            refuse(f"{self.heads} heads cannot share an embedding_size of {self.embedding_size}; choose a divisor of it", field="heads")
        if not self.members + self.masks:
            refuse("no members and no masks; give at least one of them", field="members")


ATTIRE: Final = Recipe(name="attire", default=AttireConfig(), training="models.recipes.attire.recipe:fit", counts=True, together=True)
