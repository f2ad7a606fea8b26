"""Are probabilities right for outfits of every size, before and after completing?

    python -m benchmarks.calibration DATA BUNDLE [--drawn 20000]

Each test outfit, the same less one random item, and half of it, are asked about beside the same with every item replaced by an alike one.
A wardrobe (``attire generate``) has few test outfits, and a rule that draws more of them: ``--drawn`` asks about so many new ones. There
the rule also says how likely any outfit is one that was worn, so that outfits which the model completed by its own choice can be asked
about as well: with the item that it ranks first in place of a hidden one.

Prints ECE over 15 bins by size, and beside it the mean and the 95th percentile of what labels drawn from these very probabilities show.

Shape legend: R outfits · I items of an outfit, padded with -1 · N items.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import torch

from app.simulate.world import World
from models.bundle import Bundle
from models.datasets.read import read_dataset
from models.evaluation.evaluate import features_for
from models.evaluation.metrics import Floats, Ints, calibration_debiased, ece
from models.evaluation.scorer import ModelScorer
from models.training.alike import Alike
from models.training.worn import WornOutfits
from models.wardrobe.garments import TEMPLATES
from models.wardrobe.rule import Score, sample_outfits

SWEEPS: Final = 12
CHANCES: Final = 200


def main() -> None:
    """Ask, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--drawn", type=int, default=0)
    parser.add_argument("--cache", type=Path, default=Path("~/.cache/attire").expanduser())
    given = parser.parse_args()
    torch.set_num_threads(1)
    rng = np.random.default_rng(3)
    dataset, bundle = read_dataset(given.data, tasks=False), Bundle.load(given.bundle)
    catalogue = dataset.catalogue
    features_NF = features_for(bundle, catalogue, given.cache)
    embeddings_ND = bundle.embed(features_NF, catalogue.categories, catalogue.texts(), list(catalogue.ids))
    scorer = ModelScorer(bundle, embeddings_ND, catalogue.categories)
    category_N = bundle.category_indices(catalogue.categories).numpy()
    alike = Alike(category_N, bundle.looks(embeddings_ND), WornOutfits.of(dataset.outfits_of("train"), catalogue), 3)
    world = World.read(given.data, shoppers=1, seed=0) if given.drawn else None
    tests = WornOutfits.of(dataset.outfits_of("test"), catalogue)
    worn_RI = drawn(world, given.drawn, rng) if world else tests.rows_RI.where(tests.mask_RI, -1).numpy()
    print("| outfits | items | asked | ECE | by chance | debiased | mean probability, share of worn ones |\n|---|---|---|---|---|---|---|")
    for name, rows_RI in (("whole", worn_RI), ("less one item", less_one(worn_RI, rng)), ("half of the items", half(worn_RI, rng))):
        asked_RI = np.concatenate([rows_RI, alike.replaced(rows_RI)])
        label_R = np.repeat([1, 0], len(rows_RI))
        size_R = (asked_RI >= 0).sum(1)
        likely_R = scorer.likely(asked_RI)
        for size, chosen in by_size(size_R):
            print(line(name, size, likely_R[chosen], label_R[chosen], rng), flush=True)
    if not world:
        return
    truth = Truth(world.score, category_N, alike, worn_RI)
    for name, whole_RI in (("completed", worn_RI), ("completed, the others replaced", alike.replaced(worn_RI))):
        after_RI = completed(scorer, less_one(whole_RI, rng), whole_RI, category_N)
        size_R = (after_RI >= 0).sum(1)
        likely_R, true_R = scorer.likely(after_RI), truth(after_RI)
        for size, chosen in by_size(size_R):
            print(line(name, size, likely_R[chosen], true_R[chosen], rng), flush=True)


def line(name: str, size: int | None, likely_R: Floats, label_R: Floats | Ints, rng: np.random.Generator) -> str:
    """A line of the table; labels that are no whole numbers are what the rule says, and then chance adds nothing."""
    told = f"| {name} | {size or 'all'} | {len(likely_R):,} | {ece(likely_R, label_R).value:.3f} |"
    means = f"{likely_R.mean():.3f}, {label_R.mean():.3f} |"
    if label_R.dtype.kind == "f":
        return f"{told} | | {means}"
    chance = [ece(likely_R, (rng.random(len(likely_R)) < likely_R).astype(int)).value for _ in range(CHANCES)]
    return f"{told} {np.mean(chance):.3f}, {np.percentile(chance, 95):.3f} | {calibration_debiased(likely_R, label_R):.3f} | {means}"


def by_size(size_R: Ints) -> Iterator[tuple[int | None, Floats]]:
    """All outfits, and those of each size of two or more."""
    yield None, size_R >= 2  # noqa: PLR2004 - one item is no outfit
    for size in np.unique(size_R[size_R >= 2]):  # noqa: PLR2004 - likewise
        yield int(size), size_R == size


def less_one(rows_RI: Ints, rng: np.random.Generator) -> Ints:
    """Each outfit without one random item."""
    lot_RI = np.where(rows_RI >= 0, rng.random(rows_RI.shape), -1)
    return np.where(lot_RI == lot_RI.max(1, keepdims=True), -1, rows_RI)


def half(rows_RI: Ints, rng: np.random.Generator) -> Ints:
    """Half of each outfit's items, rounded up."""
    lot_RI = np.where(rows_RI >= 0, rng.random(rows_RI.shape), 1)
    return np.where(lot_RI.argsort(1).argsort(1) < ((rows_RI >= 0).sum(1, keepdims=True) + 1) // 2, rows_RI, -1)


def completed(scorer: ModelScorer, before_RI: Ints, whole_RI: Ints, category_N: Ints) -> Ints:
    """Each outfit with what the model ranks first of all items of the category of the one that is hidden."""
    place_R = (before_RI != whole_RI).argmax(1)
    wanted_R = category_N[whole_RI[np.arange(len(place_R)), place_R]]
    after_RI = before_RI.copy()
    for category in np.unique(wanted_R):
        asked, rows_M = np.flatnonzero(wanted_R == category), np.flatnonzero(category_N == category)
        for part in np.array_split(asked, len(asked) // 64 + 1):
            best = scorer.candidates(before_RI[part], rows_M[None]).argmax(1)
            after_RI[part, place_R[part]] = rows_M[best]
    return after_RI


def drawn(world: World, count: int, rng: np.random.Generator) -> Ints:
    """New outfits by the rule, as the wardrobe's own were drawn, ``(R, I)``."""
    rows_RI = np.full((count, max(len(slots) for slots, _ in TEMPLATES)), -1)
    ends = np.round(np.cumsum([share for _, share in TEMPLATES]) * count).astype(int)
    for (slots, _), first, end in zip(TEMPLATES, [0, *ends[:-1]], ends, strict=True):
        rows_RI[first:end, : len(slots)] = sample_outfits(world.score, [world.rows_of[slot] for slot in slots], end - first, SWEEPS, rng)
    return rows_RI


class Truth:
    """How likely an outfit is a worn one rather than one whose items were all replaced by alike ones, by the rule.

    The odds are ``exp`` of the rule's score over the chances of the items in a replaced outfit, each that of the items as often worn, and
    a constant for each template, fitted to outfits of both kinds.
    """

    def __init__(self, rule: Score, category_N: Ints, alike: Alike, worn_RI: Ints) -> None:
        self.rule, self.category_N = rule, category_N
        code_W = alike.code_N[worn_RI[worn_RI >= 0]]
        times_K, items_K = (np.bincount(codes, minlength=int(alike.code_N.max()) + 1) for codes in (code_W, alike.code_N))
        self.log_share_N = np.log(np.maximum(times_K, 0.5) / np.maximum(items_K, 1))[alike.code_N]
        self.constant: dict[tuple[int, ...], float] = {}
        fitted_RI = np.concatenate([worn_RI, alike.replaced(worn_RI)])
        label_R, kinds = np.repeat([1, 0], len(worn_RI)), self._kinds(fitted_RI)
        odds_R = self._odds(fitted_RI)
        for kind in set(kinds):
            chosen = np.array([one == kind for one in kinds])
            self.constant[kind] = shift(odds_R[chosen], label_R[chosen])
        print(f"\nby the rule itself, of {len(label_R):,}: ECE {ece(self(fitted_RI), label_R).value:.3f}\n", flush=True)

    def __call__(self, rows_RI: Ints) -> Floats:
        """The chance of each, ``(R,)``."""
        constant_R = np.array([self.constant[kind] for kind in self._kinds(rows_RI)])
        return np.asarray(1 / (1 + np.exp(-self._odds(rows_RI) - constant_R)))

    def _odds(self, rows_RI: Ints) -> Floats:
        size_R, odds_R = (rows_RI >= 0).sum(1), np.zeros(len(rows_RI))
        for size in np.unique(size_R):
            rows = rows_RI[size_R == size]
            rows = rows[rows >= 0].reshape(len(rows), size)
            odds_R[size_R == size] = self.rule.outfits(rows) - self.log_share_N[rows].sum(1)
        return odds_R

    def _kinds(self, rows_RI: Ints) -> list[tuple[int, ...]]:
        return [tuple(sorted(self.category_N[rows[rows >= 0]].tolist())) for rows in rows_RI]


def shift(odds_R: Floats, label_R: Ints) -> float:
    """What to add to log-odds so that they are right in the mean."""
    low, high = -500.0, 500.0
    for _ in range(60):
        middle = (low + high) / 2
        more = (1 / (1 + np.exp(-np.clip(odds_R + middle, -50, 50)))).mean() > label_R.mean()
        low, high = (low, middle) if more else (middle, high)
    return middle


if __name__ == "__main__":
    main()
