"""``personal``: Kim, Seol, Lim, Lee (2021, arXiv 2110.06483) on LPAE (Lu et al., CVPR 2021): shoppers as anchors among outfit vectors.

Three ways to learn: ``anchors``, LPAE itself [V]; ``teacher``, a softmax over the shopper's outfit and 10 others [S]; ``student``, smaller
than a teacher that is trained first and marks which of the others may be false negatives [S]. With ``contrast``, NT-Xent [S] on two views
of each outfit: one with an item erased, one with an item replaced by a near one of its category [R]. Without own anchors (``own=0
shared=64``) all shoppers get the same answers: the non-personal model to compare with. LPAE as published [V]: ``way=anchors hard=0
same_start=false``. [S] stated by the paper · [V] read in the authors' code · [R] our reconstruction.
"""

from __future__ import annotations

from dataclasses import replace

from torch import nn

from models.bundle import Bundle
from models.datasets.outfits import OUTFITS
from models.errors import refuse
from models.recipes.personal.config import PERSONAL, PersonalConfig
from models.recipes.personal.training import PersonalTraining, Taught, is_cold, settled, shoppers_of
from models.training.loop import fit, seeded
from models.training.prepare import names_of, untrained
from models.training.reading import Items, read_by, read_items
from models.training.run import Run


def fit_personal(run: Run[PersonalConfig]) -> Bundle:
    """Train; see ``Recipe.fit``.

    Raises:
        InputError: no training outfit names its shopper.
    """
    config, dataset = run.config, run.dataset
    outfits = tuple(outfit for outfit in dataset.outfits if outfit.user is not None and not is_cold(outfit.user, config.cold))
    run = replace(run, dataset=replace(dataset, outfits=outfits))
    if not any(len(set(outfit.items)) > 1 for outfit in run.dataset.outfits_of("train")):
        msg = "no training outfit of two items or more names its shopper in 'user', and this recipe learns whose outfit it is"
        refuse(msg, path=dataset.root / OUTFITS, field="user")
    taught = None
    if config.teacher is not None:
        taught = Taught.named(config.teacher, run)
    elif config.way == "student":
        teaching = replace(run, config=replace(config, way="teacher", embedding_size=config.teacher_size))
        taught = Taught.by(*trained(teaching, None)[:2])
    bundle, items, run, metrics = trained(run, taught)
    return settled(bundle, items, run, metrics)


def trained(run: Run[PersonalConfig], taught: Taught | None) -> tuple[Bundle, Items, Run[PersonalConfig], dict[str, float]]:
    """Train a model one way; returns it, its items, and the run that it read."""
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
    order, title = seeded(run.seed), f"training {config.way}"
    metrics = fit(learned, config, count, training.step, judge, generator=order, title=title, progress=run.progress)
    return bundle, items, run, metrics
