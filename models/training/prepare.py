"""Shared by recipes over kept features: the names of a model's rows, an untrained bundle, and what it inherits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.bundle import Bundle, Manifest, Shoppers
from models.compatibility.build import build_model
from models.compatibility.conflicts import Conflicts
from models.compatibility.people import People
from models.compatibility.roles import CORE
from models.compatibility.slot_files import Slots
from models.compatibility.slot_templates import SlotTemplates
from models.datasets.labels import labels_of
from models.datasets.occasion import PLAIN
from models.datasets.schema import Dataset, Split
from models.datasets.vocabulary import build_vocabulary, product_words
from models.encoders.features import check_features
from models.progress import Progress, counted, silent
from models.training.baskets import always_dressed, never_both, worn_at_once
from models.training.run import Run
from models.training.slots import SlotTraining, Wording, fit_slots
from models.training.worn import WornOutfits

_LEAST_WORD, _MOST_WORDS = 10, 256  # of the items of training outfits, that slots go by


@dataclass(frozen=True, kw_only=True)
class Names:
    """The names of the rows of a model's tables.

    Attributes:
        categories: of the catalogue; one more row is for categories never seen.
        words: the vocabulary of the item tower; row 0 is padding.
        residuals: items with a row of their own; row 0 is for all others.
        products: that those items are the colours or sizes of, as ``name=value`` words; row 0 is for all others.
        shoppers: of a personal model.
    """

    categories: tuple[str, ...]
    words: tuple[str, ...] = ()
    residuals: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    shoppers: tuple[str, ...] = ()


def names_of(dataset: Dataset, *, most_words: int = 0, least_word: int = 1, least_residual: int | None = None) -> Names:
    """The names of a dataset.

    Args:
        most_words: largest vocabulary; each word is said of at least ``least_word`` items.
        least_residual: items in at least this many training outfits have a residual, and those that came back; None: no item has. Nor has
            any where validation outfits wear none of them, nor products likewise: who was worn once and for all says nothing of any other
            outfit.
    """
    catalogue = dataset.catalogue
    residuals: list[str] = []
    products: list[str] = []
    texts = catalogue.texts()
    if least_residual is not None:
        worn, asked = (worn_outfits(dataset, split) for split in ("train", "valid"))
        known = could_be_worn(dataset, worn, least_residual).tolist()
        again = np.flatnonzero(asked.times_worn(len(catalogue))).tolist() if len(asked) else known
        residuals = [catalogue.ids[row] for row in known] if not set(known).isdisjoint(again) else []
        products = product_words(texts, [texts[row] for row in known])
        products = products if not set(products).isdisjoint(word for row in again for word in texts[row].split()) else []
    words = build_vocabulary(texts, least_word, most_words) if most_words else []
    categories = tuple(sorted(set(catalogue.categories)))
    return Names(categories=categories, words=tuple(words), residuals=tuple(residuals), products=tuple(products))


def worn_outfits(dataset: Dataset, split: Split) -> WornOutfits:
    """The outfits of a split as rows of the catalogue."""
    return WornOutfits.of(dataset.outfits_of(split), dataset.catalogue, dataset.counts)


def could_be_worn(dataset: Dataset, train: WornOutfits, least: int = 1) -> NDArray[np.int64]:
    """Rows of the items that at least so many training outfits hold, and of those that came back, ``(M,)``, ascending.

    Of the others nobody knows whether they were there to be worn. What came back was, and lost, though no outfit holds it.
    """
    back = [dataset.catalogue.row_of[item] for item in dataset.sent_back]
    return np.union1d(np.flatnonzero(train.times_worn(len(dataset.catalogue)) >= least), np.array(back, dtype=np.int64))


def slot_wording(texts: Sequence[str], train: Sequence[Sequence[int]], valid: Sequence[Sequence[int]]) -> Wording:
    """What slots may read of items: the frequent words of those that training outfits wear, but for words that identify items.

    Args:
        texts: of each row of the catalogue.
        train: outfits as rows; ``valid`` likewise.
    """
    words = build_vocabulary([texts[row] for row in sorted({row for outfit in train for row in outfit})], _LEAST_WORD, _MOST_WORDS)
    by_outfit = [[[texts[row] for row in outfit] for outfit in outfits] for outfits in (train, valid)]
    return Wording(words=tuple(words), outfits=by_outfit[0], validation=by_outfit[1])


def learned_slots(dataset: Dataset, seed: int = 0, progress: Progress = silent) -> Slots:
    """What belongs to an outfit, and which audiences, seasons, occasions, sports and rites share none; nothing without training outfits."""
    worn, valid = (worn_outfits(dataset, split).rows() for split in ("train", "valid"))
    if not worn:
        return SlotTemplates()
    names, texts = dataset.catalogue.categories, dataset.catalogue.texts()
    said = list(counted(labels_of(dataset.catalogue.table, set(names)), progress, "reading the words of items", len(names)))
    conflicts = Conflicts.of(
        Conflicts.fit([getattr(said[row], kind) or unsaid for row in outfit] for outfit in worn)
        for kind, unsaid in {"audience": None, "season": None, "occasion": PLAIN, "sport": None, "rite": None}.items()
    )
    parts = Counter(outfit.part or False for outfit in dataset.outfits_of("train"))
    if mostly_parts := parts[True] > parts[False]:
        worn, valid = worn_at_once(worn, valid, [labels.place for labels in said], names)
    if not worn:
        return SlotTemplates()
    clothed = 2 * sum(any(said[row].role in CORE for row in outfit) for outfit in worn) >= len(worn)  # else sets of jewellery are whole
    by_category = [[[names[row] for row in outfit] for outfit in outfits] for outfits in (worn, valid)]
    wording = slot_wording(texts, worn, valid)
    slots = fit_slots(by_category[0], SlotTraining(seed=seed), validation=by_category[1], wording=wording, progress=progress)
    wholes, orders = (
        WornOutfits.of([outfit for outfit in dataset.outfits_of("train") if bool(outfit.part) is part], dataset.catalogue, dataset.counts)
        for part in (False, True)
    )
    whole_roles, part_roles = ([[said[row].place for row in outfit] for outfit in some.rows()] for some in (wholes, orders))
    known = [[role for role in roles if role] for roles in whole_roles]
    dressed = always_dressed([roles for roles, all_of in zip(known, whole_roles, strict=True) if len(roles) == len(all_of)])
    slots = slots.counting([{names[row] for row in outfit} for outfit in wholes.rows()])
    return replace(
        slots,
        dressed=clothed and (mostly_parts or dressed),
        conflicts=conflicts,
        people=People.fit([(names[row], said[row].audience) for row in outfit] for outfit in worn),
        apart=never_both(known, ([role for role in roles if role] for roles in part_roles)),
    )


def untrained(
    run: Run[Any], recipe: str, model: str, model_config: Mapping[str, Any], names: Names, tables: Mapping[str, str] | None = None
) -> Bundle:
    """A bundle over the run's encoder with untrained weights, or those of ``run.start`` where they fit.

    Args:
        recipe: its name.
        model: a name in ``models.compatibility.build``, built from ``model_config`` with the run's seed.
        tables: weights with a row per name -> kind of names (a key of ``Bundle.rows``); their rows are inherited by name.

    Raises:
        EncoderError: the encoder cannot be had. FeaturesError: the start reads features of another one.
    """
    start = run.start
    if start:
        check_features(f"bundle {start.id}", start.manifest.encoder, "this training", run.reads, mend="choose the same encoder")
    torch.manual_seed(run.seed)
    built = build_model(model, model_config)
    manifest = Manifest(
        recipe=recipe,
        config={**asdict(run.config), "seed": run.seed},
        model=model,
        model_config=model_config,
        encoder=run.reads,
        categories=names.categories,
        embedding_size=built.embedding_size,
        outfits=len(worn_outfits(run.dataset, "train")),
        parent=start.id if start else None,
    )
    slots = learned_slots(run.dataset, run.seed, run.progress)
    known, shoppers = {*names.residuals}, Shoppers(names.shoppers)
    sizes = {item: first for item, first in run.dataset.sizes.items() if first in known}
    bundle = Bundle(manifest, built, names.words, names.residuals, names.products, slots, shoppers=shoppers, sizes=sizes)
    if start:
        built.load_state_dict(_inherited(bundle, start, tables or {}))
    return bundle.to(run.device)


def _inherited(bundle: Bundle, start: Bundle, tables: Mapping[str, str]) -> dict[str, Tensor]:
    """The weights of a bundle, replaced by those of ``start`` where they fit; rows of tables are matched by name."""
    before, after = start.rows(), bundle.rows()
    taken = bundle.model.state_dict()
    for name, theirs in start.model.state_dict().items():
        mine = taken.get(name)
        if mine is None or mine.shape[1:] != theirs.shape[1:]:
            continue
        if name in tables:
            taken[name] = rows_by_name(mine, after[tables[name]], theirs, before[tables[name]])
        elif mine.shape == theirs.shape:
            taken[name] = theirs
    return taken


def rows_by_name(mine: Tensor, names: Sequence[str], theirs: Tensor, before: Sequence[str]) -> Tensor:
    """``mine``, with rows of the same name taken from ``theirs``."""
    row_of = {name: row for row, name in enumerate(before)}
    known = [(row, row_of[name]) for row, name in enumerate(names) if name in row_of]
    taken = mine.clone()
    taken[[row for row, _ in known]] = theirs[[row for _, row in known]].to(mine.device)
    return taken
