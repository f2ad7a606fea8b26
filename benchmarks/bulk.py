"""What is done in bulk, and whole requests, beside what they could cost at best; one section for each question.

    python -m benchmarks.bulk [encoding embedding start set growth] [--items 100000]

Sections alternate what they compare, in one process on one thread, and tell processor time of that thread or process, which other work on
the machine disturbs least; medians, in brackets quarter points. The home is that of ``benchmarks.serving``.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from PIL import Image

from app.catalogue.publishing import write_release
from app.ground.compute import fix_threads
from app.ground.parts import Limits
from app.home.store import ReleaseStore
from app.recommend.complete import complete
from app.recommend.completion import Question
from app.recommend.outfit import resolve
from app.recommend.rank import rank, score_outfits, with_each
from app.release.release import Release
from benchmarks.serving.ceilings import read_once
from benchmarks.serving.home import MIDDLE, made, outfits
from benchmarks.serving.http import free_port, running
from index.columns import Filter
from models.datasets.schema import Catalogue
from models.encoders.load import load_encoder
from models.encoders.pictures import decode
from models.encoders.towers import _prepare, at_once
from models.precision import CPU

_PICTURES: Final = 64
_AT_ONCE: Final = 8_192


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", default=[*SECTIONS], choices=[*SECTIONS], metavar="section", help=", ".join(SECTIONS))
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", type=Path, default=Path("~/.cache/attire/serving").expanduser(), help="where the home is kept")
    asked = parser.parse_args()
    fix_threads(1)
    for name in asked.sections:
        print(f"\n## {name}, load {os.getloadavg()[0]:.0f}\n", flush=True)
        SECTIONS[name](asked.work, asked.items, asked.rounds)


def encoding(_: Path, __: int, rounds: int) -> None:
    """From JPEG bytes to features by the shipped encoder, beside decoding alone and the tower alone, for each picture."""
    encoder: Any = load_encoder()
    for side in (400, 1_200):
        pictures = [_jpeg(number, side) for number in range(_PICTURES)]
        pixels_N3HW = torch.stack([_prepare(data, encoder._transform)[0] for data in pictures])  # noqa: SLF001 - its parts

        def see(pixels_N3HW: torch.Tensor = pixels_N3HW) -> None:
            with torch.inference_mode():
                for part in pixels_N3HW.split(at_once(CPU) or _PICTURES):
                    encoder._see(part)  # noqa: SLF001 - likewise

        work: dict[str, Callable[[], object]] = {
            "encoding": partial(encoder.encode, pictures, [None] * _PICTURES),
            "decoding": lambda pictures=pictures: [decode(data) for data in pictures],  # type: ignore[misc]
            "decoding, squares, colours, texture": lambda pictures=pictures: [_prepare(data, encoder._transform) for data in pictures],  # type: ignore[misc]  # noqa: SLF001
            "tower": see,
        }
        taken = _in_turn(work, rounds, time.process_time)
        print(f"pictures of {side} x {side * 4 // 3}, {len(pictures[0]) // 1024} kB:")
        _tell({name: ms / _PICTURES for name, ms in taken.items()}, "encoding")


def embedding(work: Path, items: int, rounds: int) -> None:
    """A catalogue embedded anew as ``publish`` does, and its snapshot written, beside a pass over its features and the tower alone."""
    store = made(work, items)
    release = Release.open(store, store.served())
    snapshot: Any = release.snapshot
    catalogue, path = Catalogue(snapshot.items), store.snapshot_path(store.served().snapshot) / "features.npy"
    features_NF = np.asarray(np.load(path), dtype=np.float32)
    inputs = release.bundle.inputs(features_NF, catalogue.categories, catalogue.texts(), list(catalogue.ids))

    def least() -> None:
        np.asarray(np.load(path), dtype=np.float32)
        with torch.inference_mode():
            release.bundle.model.embed_in_parts(inputs, _AT_ONCE)

    def embed() -> None:
        kept_NF, known = np.load(path, mmap_mode="r"), Catalogue(snapshot.items)
        release.bundle.embed(np.asarray(kept_NF, dtype=np.float32), known.categories, known.texts(), list(known.ids))

    def published() -> None:
        with tempfile.TemporaryDirectory(dir=work) as directory:
            other = ReleaseStore(Path(directory) / "home")
            shutil.copytree(store.bundle_path(release.bundle.id), other.bundle_path(release.bundle.id))
            record = write_release(other, release.bundle, snapshot.items, np.load(path, mmap_mode="r"), "")
            Release.open(other, record)

    pieces = {"features and tower": least, "embeddings from the catalogue": embed, "a release that is checked": published}
    _tell(_in_turn(pieces, min(rounds, 3), time.process_time), "features and tower")


def start(work: Path, items: int, rounds: int) -> None:
    """A start until ``/readyz``, by the clock and in processor time, beside reading the files once and the imports alone."""
    store = made(work, items)
    record = store.served()
    paths = store.bundle_path(record.bundle), store.snapshot_path(record.snapshot)
    read_once(*paths)
    port, ready_ms = free_port(), list[float]()
    command, environment = ("-c", "from app.cli import main; main()", "serve", "--port", str(port)), {"ATTIRE_HOME": str(store.home)}
    for _ in range(min(rounds, 3)):
        with running(command, port, environment, "/readyz") as service:
            ready_ms.append(1000 * service.ready_s)
    pieces = {"files": lambda: read_once(*paths), "Release.open": lambda: Release.open(store, record)}
    _tell({**_in_turn(pieces, min(rounds, 3), time.perf_counter), "until /readyz": np.array(ready_ms)}, "files")


def set_model(work: Path, items: int, rounds: int) -> None:
    """A request beside scoring each item of its category with the set model, as published code does; and how often they agree."""
    store = made(work, items)
    release, limits = Release.open(store, store.served()), Limits()
    asked = [Question(items=worn, slots=[MIDDLE], k=10, consistent=False, wanted=Filter()) for worn in outfits(40, 3, 7)]
    rows, same = release.snapshot.rows_in(MIDDLE), []
    taken: dict[str, list[float]] = {"request": [], "ranked, every item": [], "scored, every item": []}
    for number, question in enumerate(asked):
        worn = resolve(release, question.items, limits)
        may = rows[~np.isin(rows, [row for row in worn.rows if row is not None])]
        begun = time.thread_time()
        answer = complete(release, question, limits)
        taken["request"].append(1000 * (time.thread_time() - begun))
        begun = time.thread_time()
        first = rank(release, worn, MIDDLE, may).rows_M[0]
        taken["ranked, every item"].append(1000 * (time.thread_time() - begun))
        same.append(int(first) == answer.slots[0].items[0].row)
        if number < rounds:
            begun = time.thread_time()
            score_outfits(release, *with_each(release, worn, may))
            taken["scored, every item"].append(1000 * (time.thread_time() - begun))
    print(f"{len(rows):,} items of the category; the same first answer as ranking every item: {sum(same)} of {len(same)}")
    _tell({name: np.array(ms) for name, ms in taken.items()}, "request")


def growth(work: Path, items: int, rounds: int) -> None:
    """One slot in the middle category, of a tenth of the items and of all, in turn."""
    limits, pieces = Limits(), {}
    for count in (items // 10, items):
        store = made(work, count)
        release = Release.open(store, store.served())
        asked = iter([Question(items=worn, slots=[MIDDLE], k=10, wanted=Filter(in_stock=True)) for worn in outfits(40, 3, 7)] * 99)
        pieces[f"{count:,} items"] = partial(lambda release, asked: complete(release, next(asked), limits), release, asked)
    _tell(_in_turn(pieces, 8 * rounds, time.thread_time), f"{items // 10:,} items")


def _jpeg(number: int, side: int) -> bytes:
    """A picture of coloured patches with some noise, as large as a photograph of so many pixels."""
    rng = np.random.default_rng(number)
    patches = Image.fromarray(rng.integers(0, 255, (12, 9, 3), dtype=np.uint8)).resize((side, side * 4 // 3), Image.Resampling.BICUBIC)
    noisy = np.asarray(patches, dtype=np.int16) + rng.integers(-6, 7, (side * 4 // 3, side, 3))
    file = io.BytesIO()
    Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=85)
    return file.getvalue()


def _in_turn(work: Mapping[str, Callable[[], object]], rounds: int, clock: Callable[[], float]) -> dict[str, np.ndarray]:
    taken: dict[str, list[float]] = {name: [] for name in work}
    for number in range(-1, rounds):  # the first one warms up
        for name, piece in work.items():
            begun = clock()
            piece()
            if number >= 0:
                taken[name].append(1000 * (clock() - begun))
    return {name: np.array(ms) for name, ms in taken.items()}


def _tell(taken: Mapping[str, np.ndarray], beside: str) -> None:
    print(f"| what | ms | of *{beside}* |\n|---|---|---|")
    for name, ms in taken.items():
        low, median, high = np.percentile(ms, [25, 50, 75])
        print(f"| {name} | {median:,.2f} ({low:,.2f} to {high:,.2f}) | {median / np.median(taken[beside]):.2f} |")
    print(flush=True)


SECTIONS: Final = {"encoding": encoding, "embedding": embedding, "start": start, "set": set_model, "growth": growth}

if __name__ == "__main__":
    main()
