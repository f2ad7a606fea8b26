"""``personal``: Kim, Seol, Lim, Lee (2021, arXiv 2110.06483) on LPAE (Lu et al., CVPR 2021): shoppers as anchors among outfit vectors.

Three ways to learn: ``anchors``, LPAE itself [V]; ``teacher``, a softmax over the shopper's outfit and 10 others [S]; ``student``, lighter
than a teacher that is trained first, and told by it which of the others may be false negatives [S]. With ``contrast``, two views of each
outfit, one with an item erased, one with an item replaced by a near one of its category [R], are told from other outfits' (NT-Xent) [S].
Without own anchors (``own=0 shared=64``) all are served alike: the non-personal model to compare with. LPAE as published [V]:
``way=anchors hard=0 same_start=false``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from pydantic import NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt
from torch import nn

from models.bundle import Bundle
from models.errors import InputError
from models.recipes.base import Recipe, Run
from models.recipes.settings import DropShare, SettingError, Share
from models.training.loop import Schedule, fit
from models.training.personal import PersonalTraining, Taught, is_cold, settled, shoppers_of
from models.training.prepare import names_of, untrained
from models.training.reading import Items, Reading, read_by, read_items


@dataclass(frozen=True, kw_only=True)
class PersonalConfig(Schedule, Reading):
    """Every field can be set with ``--set field=value``; those of ``Schedule`` and ``Reading``, too.

    Attributes:
        way: how it learns; see the module. embedding_size: of the model that is served; teacher_size: of the student's teacher, wider.
        own, shared: anchors of each shopper and of all; 64 and 0, or 32 and 32 [V]. same_start: see ``PersonalModel``.
        spread: weight of the anchors' log-determinant divergence [V].
        teacher: a trained bundle that a student learns from, of the same shoppers; none trains one first.
        others: outfits that each is told from [S]. hard: share of them that another shopper wore; the others are random mixes [S].
        alpha, only_suspected: see ``student_loss``; the sign is to be chosen on validation NDCG.
        contrast, contrast_temperature: weight and temperature of NT-Xent. near: neighbours that may replace an item in a view.
        probes: items of each category at which the score is made linear for retrieval. bank: outfits to tell a new shopper's from.
        cold: share of shoppers whom the training never meets, so that it can be measured how they are met later.
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
            raise SettingError(msg, field="own")
        if self.teacher is not None and self.way != "student":
            msg = f"only a student learns from one, and this is way={self.way}; add way=student"
            raise SettingError(msg, field="teacher")
        if self.embedding_size % self.heads or self.teacher_size % self.heads:
            msg = f"{self.heads} heads cannot share sizes of {self.embedding_size} and {self.teacher_size}; choose a divisor of both"
            raise SettingError(msg, field="heads")


def fit_personal(run: Run[PersonalConfig]) -> Bundle:
    """Train; see ``Recipe.fit``.

    Raises:
        InputError: no training outfit names its shopper.
    """
    config, dataset = run.config, run.dataset
    outfits = tuple(one for one in dataset.outfits if one.user is not None and not is_cold(one.user, config.cold))
    run = replace(run, dataset=replace(dataset, outfits=outfits))
    if not any(len(set(one.items)) > 1 for one in run.dataset.outfits_of("train")):
        msg = "no training outfit of two items or more names its shopper in 'user', and this recipe learns whose outfit it is"
        raise InputError(msg, path=dataset.root / "outfits.jsonl", field="user")
    taught = None
    if config.teacher is not None:
        taught = Taught.named(config.teacher, run)
    elif config.way == "student":
        teaching = replace(run, config=replace(config, way="teacher", embedding_size=config.teacher_size))
        taught = Taught.by(*trained(teaching, None)[:2])
    bundle, items, run, metrics = trained(run, taught)
    return settled(bundle, items, run, metrics)


def trained(run: Run[PersonalConfig], taught: Taught | None) -> tuple[Bundle, Items, Run[PersonalConfig], dict[str, float]]:
    """A model trained one way, what it reads items by, and the run as that read it."""
    config = run.config
    run, size = read_by(run)
    shoppers = shoppers_of(run.dataset)
    names = replace(names_of(run.dataset), shoppers=shoppers)
    same = ("embedding_size", "own", "shared", "blocks", "heads", "dropout", "same_start", "probes", "bank")
    described = {"feature_size": size, "categories": len(names.categories), "shoppers": len(shoppers)}
    described |= {name: getattr(config, name) for name in same}
    bundle = untrained(run, PERSONAL.name, "personal", described, names, {"own": "shoppers", "probes": "categories"})
    items = read_items(run, bundle)
    training = PersonalTraining(bundle, items, run, taught)
    learned, count = nn.ModuleList([bundle.model, items]), len(training.worn)
    judge = training.judge if training.valid else None
    metrics = fit(learned, config, count, training.step, judge, seed=run.seed, title=f"training {config.way}", progress=run.progress)
    return bundle, items, run, metrics


PERSONAL: Final = Recipe(name="personal", default=PersonalConfig(), fit=fit_personal)
