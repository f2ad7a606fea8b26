"""The configuration of ``personal``. [S] stated by the paper · [V] read in the authors' code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from pydantic import NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from models.errors import refuse
from models.recipes.base import Recipe
from models.training.fields import Reading, Schedule
from models.training.settings import DropShare, Share


@dataclass(frozen=True, kw_only=True)
class PersonalConfig(Schedule, Reading):
    """Every field can be set with ``--set field=value``; those of ``Schedule`` and ``Reading``, too.

    Attributes:
        way: how it learns; see the recipe. embedding_size: of the served model; teacher_size: of the student's teacher, which is wider.
        blocks, heads, dropout: of the network over an outfit's items.
        own, shared: anchors of each shopper and of all; 64 and 0, or 32 and 32 [V]. same_start: see ``PersonalModel``.
        spread: weight of the anchors' log-determinant divergence [V].
        teacher: a trained bundle of the same shoppers that a student learns from; none: train one first.
        others: number of negative outfits of each [S]. hard: share of them that another shopper wore; the rest are random mixes [S].
        alpha, only_suspected: see ``student_loss``; choose the sign of alpha by validation NDCG.
        contrast, contrast_temperature: weight and temperature of NT-Xent. near: neighbours that may replace an item in a view.
        probes: items of each category at which the score is linearised for retrieval. bank: outfits kept as a new shopper's negatives.
        cold: share of shoppers that are kept out of training, to measure folding them in later.
    """

    way: Literal["anchors", "teacher", "student"] = "teacher"
    embedding_size: PositiveInt = 128
    teacher_size: PositiveInt = 256
    teacher: str | None = None
    blocks: NonNegativeInt = 2
    heads: PositiveInt = 4
    dropout: DropShare = 0.2
    own: NonNegativeInt = 64
    shared: NonNegativeInt = 0
    same_start: bool = True
    spread: NonNegativeFloat = 1e-2
    others: PositiveInt = 10
    hard: Share = 0.5
    alpha: float = -0.5
    only_suspected: bool = False
    contrast: NonNegativeFloat = 0.0
    contrast_temperature: PositiveFloat = 0.5
    near: PositiveInt = 5
    probes: PositiveInt = 32
    bank: PositiveInt = 256
    cold: DropShare = 0.0

    def __post_init__(self) -> None:
        if not self.own + self.shared or self.own > self.embedding_size:
            msg = f"{self.own} own anchors and {self.shared} shared; give at least one in all, and at most embedding_size own ones"
            refuse(msg, field="own")
        if self.teacher is not None and self.way != "student":
            refuse(f"only a student learns from one, and this is way={self.way}; add way=student", field="teacher")
        if self.embedding_size % self.heads or self.teacher_size % self.heads:
            msg = f"{self.heads} heads cannot share sizes of {self.embedding_size} and {self.teacher_size}; choose a divisor of both"
            refuse(msg, field="heads")


PERSONAL: Final = Recipe(name="personal", default=PersonalConfig(), training="models.recipes.personal.recipe:fit_personal")
