"""``make encoder``: retrains the encoder that ships with the project, from dataset directories with pictures and titles.

It trains ``weak-labels`` in its modern form over several catalogues at once, then a layer of words on the resulting encoder.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import torch
from rich.progress import Progress as Bars
from rich.progress import TextColumn, TimeRemainingColumn

from models.datasets.read import read_catalogue
from models.datasets.schema import Catalogue
from models.encoders.features import FloatArray
from models.encoders.keep import catalogue_features
from models.encoders.load import SHIPPED_DIRECTORY, load_encoder
from models.encoders.words import VOCABULARY_FILE, WordMatrix, read_vocabulary
from models.errors import AttireError, refuse
from models.precision import CPU
from models.progress import Advance, Progress, silent
from models.recipes.weak_labels.config import WeakLabelsConfig
from models.recipes.weak_labels.frozen_words import fit_words
from models.recipes.weak_labels.recipe import train_encoder
from models.recipes.weak_labels.vocabulary import NON_VISUAL, Said, item_texts, visual_words
from models.training.repeatable import work_directory
from models.training.settings import configure

SHIPPED_CONFIG: Final = WeakLabelsConfig(
    loss="clip",
    backbone="lite0",
    embedding_size=256,
    fields=("title", "subcategory", "baseColour"),
    least_word=20,
    word_weight=1.5,
    alike=("subcategory", "baseColour"),
    alike_weight=2.0,
    optimiser="adamw",
    batch_size=256,
    epochs=8.0,
    last_layer=0.0,
)
_SAID: Final = ("title",)
"""What the final words are trained to say: a type and a colour that a shop lists beside the title teach the pictures only."""


def main() -> int:
    """Train on the ``train`` split of each directory and write the model; after a kill, the same command goes on."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("data", nargs="+", type=Path, help="dataset directories")
    parser.add_argument("--out", type=Path, default=SHIPPED_DIRECTORY)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--set", dest="settings", action="append", default=[], help="key=value of the recipe; may be repeated")
    parser.add_argument("--start", type=Path, help="directory of an encoder to take weights from where they fit, such as its text tower")
    parser.add_argument("--words", action="store_true", help="leave the model as it is, and train only the words over it")
    parser.add_argument("--device", type=torch.device, default=CPU, help="cpu, cuda or cuda:N")
    parser.add_argument("--cache", type=Path, help="directory where features are kept")
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

            catalogues = [read_catalogue(directory) for directory in given.data]
            work = work_directory(given.out)
            directory = given.out if given.words else work / "encoder"
            if not given.words:
                train_encoder(catalogues, config, directory, seed=given.seed, start=given.start, device=given.device, progress=progress)
            words = words_over(directory, catalogues, config, seed=given.seed, cache=given.cache, device=given.device, progress=progress)
            words.save(directory)
    except AttireError as error:
        parser.exit(2, f"encoder: {error}\n")
    if not given.words:
        given.out.mkdir(parents=True, exist_ok=True)
        for path in directory.iterdir():
            path.replace(given.out / path.name)
    shutil.rmtree(work, ignore_errors=True)
    return 0


def words_over(
    directory: Path,
    catalogues: Sequence[Catalogue],
    config: WeakLabelsConfig,
    *,
    seed: int = 0,
    cache: Path | None = None,
    device: torch.device = CPU,
    progress: Progress = silent,
) -> WordMatrix:
    """Train the words of an encoder's vocabulary over its image features, on the ``train`` items of several shops.

    The best epoch is chosen on the validation items of the first shop, or on its training items if it has none.

    Raises:
        InputError: the encoder has no vocabulary. EncoderError: it cannot be had.
    """
    encoder, vocabulary = load_encoder(f"local-dir:{directory}", device), tuple(read_vocabulary(directory))
    if not vocabulary:
        refuse("the encoder has no vocabulary to train words of; train it with words first", path=directory / VOCABULARY_FILE)
    part, unseen = encoder.features.part("image"), NON_VISUAL.union(config.dropped)

    def read(catalogue: Catalogue, splits: set[str | None]) -> tuple[FloatArray, list[list[str]]]:
        mine = [row for row, split in enumerate(catalogue.table.column("split").to_pylist()) if split in splits]
        some = Catalogue(catalogue.table.take(pa.array(mine, pa.int64())), catalogue.root)
        seen_ND = catalogue_features(some, encoder, cache, progress).features[:, part]
        pictured = np.flatnonzero(seen_ND.any(1))
        texts = item_texts(some, _SAID)
        return seen_ND[pictured], [visual_words(texts[row], unseen) for row in pictured]

    shops = [read(catalogue, {"train", None}) for catalogue in catalogues]
    valid_ND, valid_words = read(catalogues[0], {"valid"})
    if not len(valid_ND):
        valid_ND, valid_words = shops[0]
    seen_ND, said = np.concatenate([seen for seen, _ in shops]), [words for _, shop in shops for words in shop]
    return fit_words(vocabulary, seen_ND, Said.of(said, vocabulary), valid_ND, Said.of(valid_words, vocabulary), seed=seed)


if __name__ == "__main__":
    raise SystemExit(main())
