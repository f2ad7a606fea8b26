"""``make encoder``: retrains the encoder that ships with the project, from dataset directories with pictures and titles."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rich.progress import Progress as Bars
from rich.progress import TextColumn, TimeRemainingColumn

from models.datasets.read import read_catalogue
from models.encoders.load import SHIPPED_DIRECTORY
from models.progress import Advance
from models.training.contrastive import ContrastiveConfig, load_pairs, train_contrastive


def main() -> None:
    """Train on the ``train`` split of each directory and write the model."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("data", nargs="+", type=Path, help="dataset directories")
    parser.add_argument("--out", type=Path, default=SHIPPED_DIRECTORY)
    parser.add_argument("--epochs", type=float, default=ContrastiveConfig().epochs)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    config = replace(ContrastiveConfig(), epochs=given.epochs, seed=given.seed)
    with Bars(*Bars.get_default_columns(), TimeRemainingColumn(), TextColumn("{task.fields[figures]}")) as bars:

        @contextmanager
        def progress(title: str, total: int) -> Iterator[Advance]:
            task = bars.add_task(title, total=total, figures="")

            def advance(steps: int = 1, **shown: float | str) -> None:
                bars.update(task, advance=steps, figures=" ".join(f"{name} {value:.3f}" for name, value in shown.items()))

            yield advance

        pairs = [load_pairs(read_catalogue(one), config.side, "train", progress) for one in given.data]
        train_contrastive(pairs, given.out, config, progress)


if __name__ == "__main__":
    main()
