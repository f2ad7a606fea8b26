"""The configuration of ``attire``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pydantic import NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from models.recipes.base import Recipe
from models.training.fields import Schedule
from models.training.settings import DropShare, SettingError


@dataclass(frozen=True, kw_only=True, slots=True)
class AttireConfig(Schedule):
    """The flagship's configuration; every field can be set with ``--set field=value``, those of ``Schedule``, too.

    Attributes:
        embedding_size: D. hidden: width of the item tower. layers, heads: of the set transformer.
        candidates: number drawn per step; the whole catalogue if it has no more.
        absolute: weight that keeps log-odds comparable between contexts; see ``softmax_within``.
        slots: weight of predicting the missing category.
        judge, judged: weight of separating worn outfits from ones with replaced items, and how many outfits of a step do so.
        label: weight of predicting an item's words from its picture alone, for ``labelled`` items of a step and the ``label_words``
            most frequent words.
        popularity: prior, in expected wears, of an item's counted popularity; 0: popularity is not counted.
        words, least_word: size of the vocabulary, and how many items must have a word.
        drop_words, drop_word: chance of hiding all words, or any one word, of an item in training.
        rerank: weight of the completed outfit's score that the final ranking adds to the query's.
        average: per step, of the weights; the mean is judged and kept.
        members: number of models that are trained from different starts and averaged; ``minutes`` is for all together.
    """

    embedding_size: PositiveInt = 128
    hidden: PositiveInt = 256
    layers: NonNegativeInt = 1
    heads: PositiveInt = 4
    dropout: DropShare = 0.1
    candidates: PositiveInt = 1024
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
    learning_rate: PositiveFloat = 1.5e-3
    weight_decay: NonNegativeFloat = 0.02
    patience: PositiveInt = 5
    average: DropShare = 0.99
    members: PositiveInt = 2

    def __post_init__(self) -> None:
        if self.embedding_size % self.heads:
            msg = f"{self.heads} heads cannot share an embedding_size of {self.embedding_size}; choose a divisor of it"
            raise SettingError(msg, field="heads")


ATTIRE: Final = Recipe(name="attire", default=AttireConfig(), training="models.recipes.attire.training:fit")
