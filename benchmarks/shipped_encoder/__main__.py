"""What the shipped encoder sees, measured on products that it never saw and on other people's garments.

    .venv/bin/python benchmarks/shipped_encoder ../shared/data/products ../shared/data/garments --out OUT

OUT gets ``figures.json``, ``tables.md`` and the plots; what a part needs again (features, trainings) is kept there. The first run takes
about an hour and a half on one core; ``--parts`` chooses some of it.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from held_out import held_out
from probes import attributes, transfer
from retrieval import retrieval
from sampling import PUBLISHED_WORDS, last_layer, loss_cost, recipe
from speed import speed
from splits import read_shop
from tables import blocks_plot, confusion_plot, tables
from views import Looker, untrained_copy
from word_recall import word_recall

from app.cli.progress import progress
from models.datasets.read import read_catalogue
from models.encoders.load import load_encoder

PARTS = ("held_out", "retrieval", "words", "attributes", "transfer", "last_layer", "recipe", "loss_cost", "speed")


def main() -> None:
    """Measure, and write down after each part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("products", type=Path, help="dataset directory with splits, titles and attributes")
    parser.add_argument("garments", type=Path, help="dataset directory of other photographers")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--train-items", type=int, default=10_000, help="training items that the probes learn from")
    parser.add_argument("--weak-items", type=int, default=5_000, help="training items of the weak-labels trainings")
    parser.add_argument("--weak-epochs", type=float, default=8.0)
    parser.add_argument("--weak-side", type=int, default=48, help="pixels of the weak-labels trainings")
    parser.add_argument("--seeds", type=int, default=2)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    shop, garments = read_shop(given.products, given.train_items), read_catalogue(given.garments)
    looker = Looker(load_encoder(), untrained_copy(given.out / "untrained", shop.train), given.out / "features", progress())
    path = given.out / "figures.json"
    figures = json.loads(path.read_text()) if path.is_file() else {}
    measures: dict[str, Callable[[], dict[str, Any]]] = {
        "held_out": lambda: held_out(shop, looker),
        "retrieval": lambda: retrieval(shop, looker),
        "words": lambda: word_recall(shop, looker),
        "attributes": lambda: attributes(shop, looker),
        "transfer": lambda: transfer(garments, looker),
        "last_layer": lambda: last_layer(shop, looker, seeds=given.seeds + 1),
        "recipe": lambda: recipe(
            shop,
            given.out / "recipe",
            looker,
            items=given.weak_items,
            epochs=given.weak_epochs,
            side=given.weak_side,
            seeds=given.seeds,
        ),
        "loss_cost": lambda: loss_cost((569, *PUBLISHED_WORDS)),
        "speed": lambda: speed({"products": shop.test, "garments": garments}, given.out),
    }
    for name in given.parts:
        begun = time.perf_counter()
        figures[name] = measures[name]()
        figures.setdefault("seconds", {})[name] = round(time.perf_counter() - begun, 1)
        path.write_text(json.dumps(figures, indent=1) + "\n")
    (given.out / "tables.md").write_text(tables(figures))
    if "transfer" in figures:
        confusion_plot(given.out, figures["transfer"])
    if "attributes" in figures:
        blocks_plot(given.out, figures["attributes"])
    print(tables(figures))
    print(json.dumps({name: figures[name] for name in ("held_out", "loss_cost", "speed", "seconds") if name in figures}, indent=1))


if __name__ == "__main__":
    main()
