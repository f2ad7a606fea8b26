"""What recipes over kept features share: the names that rows of a model stand for, an untrained bundle, and what it inherits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.bundle import Bundle, Manifest, Shoppers
from models.compatibility.build import build_model
from models.compatibility.slots import SlotModel
from models.datasets.schema import Dataset, Split
from models.encoders.features import check_features
from models.training.run import Run
from models.training.worn import WornOutfits, build_vocabulary


@dataclass(frozen=True, kw_only=True)
class Names:
    """What the rows of a model's tables stand for.

    Attributes:
        categories: of the catalogue; one more row is for a category never seen.
        words: the vocabulary of the item tower; row 0 is no word.
        residuals: items with a row of their own; row 0 is no such item.
        shoppers: with a row each, where the model is personal.
    """

    categories: tuple[str, ...]
    words: tuple[str, ...] = ()
    residuals: tuple[str, ...] = ()
    shoppers: tuple[str, ...] = ()

    def rows(self) -> dict[str, tuple[str, ...]]:
        """Kind of table -> the name of each row; the nameless ones as told above."""
        nameless = {"categories": (*self.categories, ""), "words": ("", *self.words), "residuals": ("", *self.residuals)}
        return {**nameless, "shoppers": self.shoppers}


def names_of(dataset: Dataset, *, most_words: int = 0, least_word: int = 1, least_residual: int | None = None) -> Names:
    """The names of a dataset.

    Args:
        most_words: the vocabulary is as many frequent words, each said of at least ``least_word`` items.
        least_residual: items of as many training outfits have a residual; None: no item has.
    """
    catalogue = dataset.catalogue
    residuals: list[str] = []
    if least_residual is not None:
        times = worn_outfits(dataset, "train").times_worn(len(catalogue))
        residuals = [catalogue.ids[int(row)] for row in np.flatnonzero(times >= least_residual)]
    words = build_vocabulary(catalogue.texts(), least_word, most_words) if most_words else []
    return Names(categories=tuple(sorted(set(catalogue.categories))), words=tuple(words), residuals=tuple(residuals))


def worn_outfits(dataset: Dataset, split: Split) -> WornOutfits:
    """The outfits of a split as rows of the catalogue."""
    return WornOutfits.of(dataset.outfits_of(split), dataset.catalogue)


def usual_slots(dataset: Dataset) -> SlotModel:
    """The combinations of categories in the training outfits."""
    catalogue = dataset.catalogue
    categories = catalogue.categories
    return SlotModel.fit([categories[catalogue.row_of[item]] for item in outfit.items] for outfit in dataset.outfits_of("train"))


def untrained(  # noqa: PLR0917 - the run, and what it builds
    run: Run[Any], recipe: str, model: str, model_config: Mapping[str, Any], names: Names, tables: Mapping[str, str] | None = None
) -> Bundle:
    """A bundle over the run's encoder with everything but learned weights; those of ``run.start`` where they fit.

    Args:
        recipe: its name.
        model: a name in ``models.compatibility.build``, built from ``model_config`` with the run's seed.
        tables: weights with a row per name -> which names (a key of ``Names.rows``); they are inherited by name.

    Raises:
        EncoderError: the encoder cannot be had. FeaturesError: the start reads features of another one.
    """
    start = run.start
    if start:
        check_features(f"bundle {start.id}", start.manifest.encoder, "this training", run.reads, mend="choose the same encoder")
    torch.manual_seed(run.seed)
    built = build_model(model, model_config)
    if start:
        built.load_state_dict(inherited(built.state_dict(), start, names, tables or {}))
    manifest = Manifest(
        recipe=recipe,
        config={**asdict(run.config), "seed": run.seed},
        model=model,
        model_config=model_config,
        encoder=run.reads,
        categories=names.categories,
        embedding_size=built.embedding_size,
        parent=start.id if start else None,
    )
    known, slots = Shoppers(names.shoppers), usual_slots(run.dataset)
    bundle = Bundle(manifest, built, vocabulary=names.words, residuals=names.residuals, slots=slots, shoppers=known)
    return bundle.to(run.device)


def inherited(weights: Mapping[str, Tensor], start: Bundle, names: Names, tables: Mapping[str, str]) -> dict[str, Tensor]:
    """``weights`` with those of ``start`` where they fit; rows of tables go by the name that they stand for, since names come and go."""
    before = Names(
        categories=start.manifest.categories, words=start.vocabulary, residuals=start.residuals, shoppers=start.shoppers.trained
    ).rows()
    after = names.rows()
    taken = dict(weights)
    for name, theirs in start.model.state_dict().items():
        mine = weights.get(name)
        if mine is None or mine.shape[1:] != theirs.shape[1:]:
            continue
        if name in tables:
            taken[name] = rows_by_name(mine, after[tables[name]], theirs, before[tables[name]])
        elif mine.shape == theirs.shape:
            taken[name] = theirs
    return taken


def rows_by_name(mine: Tensor, names: Sequence[str], theirs: Tensor, before: Sequence[str]) -> Tensor:
    """``mine`` with the rows of ``theirs`` that have the same name."""
    row_of = {name: row for row, name in enumerate(before)}
    known = [(row, row_of[name]) for row, name in enumerate(names) if name in row_of]
    taken = mine.clone()
    taken[[row for row, _ in known]] = theirs[[row for _, row in known]].to(mine.device)
    return taken
