"""Do two workers learn as well as one process? The table of "Training together" in ``docs/ray.md``; how much sooner: ``ray_steps``.

    python -m benchmarks.ray_training WORK [--seeds 6] [--recipe attire] [--recipe weak-labels]

For each seed, one process and two workers learn from the same small wardrobe (1,200 items, 800 outfits). Workers are here what ``--on`` has
processes of a cluster be, without a cluster. What is measured is kept in WORK, where the same command goes on.
"""

from __future__ import annotations

import json
import multiprocessing
import shutil
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
import typer
from scipy import stats
from torch import distributed

from models.bundle import Bundle
from models.evaluation.evaluate import evaluate
from models.recipes.train import train
from models.training import parallel
from models.wardrobe.generate import generate

SETTINGS: Final = {
    "attire": {"epochs": "6", "mask_epochs": "6"},
    "weak-labels": {"epochs": "12", "side": "32", "batch_size": "64", "least_word": "3"},
}
ALONE, TOGETHER = "one process", "two workers"


def measured(recipe: str, seed: int, data: Path, work: Path) -> dict[str, dict[str, float]]:
    """Figures of one seed by the way that it was trained in; measured once, and then kept."""
    place = work / f"{recipe} {seed}"
    kept = place / "measured.json"
    if not kept.exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        given = {"data": data, "recipe": recipe, "settings": SETTINGS[recipe], "seed": seed, "cache": work / "cache"}
        with ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("spawn")) as pool:
            list(pool.map(trained, [place] * 3, [0, 0, 1], [1, 2, 2], [given] * 3))
        kept.write_text(json.dumps({way: figures(data, place / way, work / "cache") for way in (ALONE, TOGETHER)}))
    found: dict[str, dict[str, float]] = json.loads(kept.read_text())
    return found


def trained(place: Path, number: int, count: int, given: dict[str, Any]) -> None:
    """Train in this process, as one of so many."""
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", init_method=f"file://{place}/met {count}", rank=number, world_size=count)
    group, way = (distributed.group.WORLD, TOGETHER) if count > 1 else (None, ALONE)
    train(**given, out=place / way, workers=parallel.Workers(group))


def figures(data: Path, bundle: Path, cache: Path) -> dict[str, float]:
    """How good a bundle is."""
    found = {name: value for name, value in Bundle.load(bundle).manifest.measured.items() if name.startswith("valid")}
    if (data / "outfits.jsonl").exists():
        tasks = evaluate(data, bundle, cache=cache)["tasks"]
        found |= {"fitb": tasks["fitb"]["fitb_accuracy"], "auc": tasks["compatibility"]["auc"], "mrr": tasks["retrieval"]["mrr"]}
    return found


def made(work: Path) -> dict[str, Path]:
    """The data of each recipe; the pictures of one in five are put by, to ask for their words."""
    outfits, pictures = work / "outfits", work / "pictures"
    if not (pictures / "items.parquet").exists():
        generate(outfits, items=1_200, outfits=800, seed=0)
        pictures.mkdir(exist_ok=True)
        items = pq.read_table(outfits / "items.parquet")
        split = pa.array(["train" if row % 5 else "valid" for row in range(len(items))])
        pq.write_table(items.set_column(items.schema.get_field_index("split"), "split", split), pictures / "items.parquet")
    return {"attire": outfits, "weak-labels": pictures}


def main(
    work: Path,
    seeds: Annotated[int, typer.Option()] = 6,
    recipe: Annotated[list[str], typer.Option()] = list(SETTINGS),  # noqa: B006 - which typer only reads
) -> None:
    """Print a table for each recipe: means over seeds, the mean of the differences with its 95 % interval, and what seeds alone make."""
    torch.set_num_threads(1)
    data = made(work)
    found: dict[str, list[dict[str, dict[str, float]]]] = {name: [] for name in recipe}
    for seed in range(seeds):
        for name in recipe:
            found[name].append(measured(name, seed, data[name], work))
    for name, trainings in found.items():
        print(f"\n{name}, {seeds} seeds\n\n| | {ALONE} | {TOGETHER} | difference (95 %) | of {ALONE}, sd |\n|---|---|---|---|---|")
        for figure in trainings[0][ALONE]:
            one, two = (np.array([each[way][figure] for each in trainings]) for way in (ALONE, TOGETHER))
            more = two - one
            half = stats.t.ppf(0.975, seeds - 1) * more.std(ddof=1) / np.sqrt(seeds)
            print(f"| {figure} | {one.mean():.3f} | {two.mean():.3f} | {more.mean():+.3f} ± {half:.3f} | {one.std(ddof=1):.3f} |")


if __name__ == "__main__":
    typer.run(main)
