"""``make encoder``: retrains the encoder that ships with the project, from dataset directories with pictures and titles.

It is ``weak-labels`` in its modern form, over several catalogues at once.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rich.progress import Progress as Bars
from rich.progress import TextColumn, TimeRemainingColumn

from models.datasets.read import read_catalogue
from models.encoders.load import SHIPPED_DIRECTORY
from models.errors import AttireError
from models.progress import Advance
from models.recipes.settings import configure
from models.recipes.weak_labels import train_encoder
from models.recipes.weak_labels_config import WeakLabelsConfig
from models.training.train import work_directory

SHIPPED_CONFIG: Final = WeakLabelsConfig(loss="clip", optimiser="adamw", epochs=4.5, fields=("title",), least_word=20)


def main() -> int:
    """Train on the ``train`` split of each directory and write the model; started again after a kill, it goes on."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("data", nargs="+", type=Path, help="dataset directories")
    parser.add_argument("--out", type=Path, default=SHIPPED_DIRECTORY)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--set", dest="settings", action="append", default=[], help="key=value of the recipe; may be repeated")
    given = parser.parse_args()
    try:
        config = configure(SHIPPED_CONFIG, {name: value for name, _, value in (pair.partition("=") for pair in given.settings)})
        with Bars(*Bars.get_default_columns(), TimeRemainingColumn(), TextColumn("{task.fields[figures]}")) as bars:

            @contextmanager
            def progress(title: str, total: int) -> Iterator[Advance]:
                task = bars.add_task(title, total=total, figures="")

                def advance(steps: int = 1, **shown: float | str) -> None:
                    bars.update(task, advance=steps, figures=" ".join(f"{name} {value:.3f}" for name, value in shown.items()))

                yield advance

            work = work_directory(given.out)
            catalogues = [read_catalogue(one) for one in given.data]
            train_encoder(catalogues, config, work / "encoder", seed=given.seed, progress=progress)
    except AttireError as error:
        parser.exit(2, f"encoder: {error}\n")
    given.out.mkdir(parents=True, exist_ok=True)
    for path in (work / "encoder").iterdir():
        path.replace(given.out / path.name)
    shutil.rmtree(work)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
