"""How many outfits does it take? Trains the flagship on ever more training outfits, and asks the same test questions each time.

    python benchmarks/few_outfits.py DATA [DATA …] --out DIR [--sizes 20 50 100 200 500 2000] [--set key=value …]

DATA has outfits with splits, and files of questions. For each size as many training outfits are drawn, and an eighth as many validation
outfits. Writes a table for the page and, beside it, the curve.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch

from models.datasets.read import question_files
from models.evaluation.evaluate import evaluate
from models.recipes.train import train

SIZES = (20, 50, 100, 200, 500, 2000)
SYSTEMS = {"attire": "#1f6f54", "raw_cosine": "#b5651d", "co_purchase": "#4a5a8a"}


def fewer(data: Path, directory: Path, size: int) -> Path:
    """The same catalogue and questions with ``size`` training outfits, and an eighth as many validation outfits."""
    directory.mkdir(parents=True, exist_ok=True)
    for file in [*data.glob("items.*"), *question_files(data)]:
        (directory / file.name).unlink(missing_ok=True)
        (directory / file.name).symlink_to(file.resolve())
    outfits = [json.loads(line) for line in (data / "outfits.jsonl").read_text().splitlines()]
    chosen = []
    for split, count in (("train", size), ("valid", max(2, size // 8))):
        own = [outfit for outfit in outfits if outfit["split"] == split]
        chosen += [own[place] for place in np.random.default_rng(0).permutation(len(own))[:count]]
    (directory / "outfits.jsonl").write_text("".join(json.dumps(outfit) + "\n" for outfit in chosen))
    return directory


def measured(data: Path, out: Path, size: int, settings: dict[str, str]) -> dict[str, Any]:
    """Figures of one size, measured once and then kept."""
    kept = out / f"{data.name}-{size}.json"
    if not kept.exists():
        directory, bundle = fewer(data, out / f"{data.name}-{size}", size), out / f"{data.name}-{size}-bundle"
        held = train(directory, "attire", bundle, settings=settings, compare=True).manifest.held_out
        kept.write_text(json.dumps({**evaluate(directory, bundle), "held_out": held and {**asdict(held), "verdict": held.verdict}}))
    found: dict[str, Any] = json.loads(kept.read_text())
    return found


def main() -> None:
    """Measure, print the table and draw the curve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="+", type=Path)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    parser.add_argument("--set", nargs="*", default=[], dest="settings")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    settings = dict(pair.split("=", 1) for pair in chosen.settings)
    figure, axes = plt.subplots(1, len(chosen.data), figsize=(5 * len(chosen.data), 3.4), squeeze=False, layout="constrained")
    print("Cosine and counting: ties count as wrong, and in parentheses broken by chance.")
    print("| data | outfits | questions | `attire` | raw cosine | counting | AUC | ECE (by chance) | held out, before publishing |")
    print("|---|---|---|---|---|---|---|---|---|")
    for data, axis in zip(chosen.data, axes[0], strict=True):
        curves: dict[str, list[float]] = {name: [] for name in SYSTEMS}
        for size in chosen.sizes:
            result = measured(data, chosen.out, size, settings)
            tasks, held = result["tasks"], result["held_out"]
            fitb = tasks.get("fitb_all", tasks["fitb"])
            both = tasks["compatibility"]
            others = list(SYSTEMS)[1:]
            by_chance = {"attire": fitb["ties_by_chance"]["fitb_accuracy"], **fitb["baselines_ties_by_chance"]}
            for name, value in ((name, by_chance[name]) for name in SYSTEMS):
                curves[name].append(value)
            low, high = fitb["ci95"]
            cells = [f"**{fitb['fitb_accuracy']:.3f}** [{low:.3f}, {high:.3f}]"]
            cells += [f"{fitb['baselines'][name]:.3f} ({by_chance[name]:.3f})" for name in others]
            lead = (
                f"{held['verdict']} ({held['lead'][0]:+.3f} to {held['lead'][1]:+.3f}, {held['questions']:,} questions)"
                if held
                else "too few"
            )
            chance = f"{both['ece']:.3f} ({both['ece_floor']:.3f})"
            print("|", " | ".join([data.name, f"{size:,}", f"{fitb['n']:,}", *cells, f"{both['auc']:.3f}", chance, lead]), "|", flush=True)
        for name, values_ in curves.items():
            axis.plot(chosen.sizes, values_, marker="o", color=SYSTEMS[name], label=name.replace("_", " "))
        axis.set(xscale="log", xlabel="training outfits", ylabel="FITB", title=data.name)
        axis.axhline(0.25, color="#999", linewidth=0.8)
        axis.legend(frameon=False)
    figure.savefig(chosen.out / "few_outfits.png", dpi=120)


if __name__ == "__main__":
    main()
