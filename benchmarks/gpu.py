"""What a GPU is worth: the same work on the CPU and on the GPU of one machine.

    python benchmarks/gpu.py WORK [--page benchmarks/gpu.md] [--items 1000000] [--seconds 10] [--repeats]

WORK holds a synthetic wardrobe and what is trained on it. The page is written only where a GPU was measured. Rates are of whole calls as
the service and the trainings make them, arrays in and arrays out; a training's rate is of its steps, with what lies between them.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch.optim.optimizer import register_optimizer_step_post_hook

from models.bundle import Bundle
from models.datasets.read import read_catalogue
from models.encoders.load import load_encoder
from models.precision import CPU
from models.recipes.train import train
from models.wardrobe.generate import generate

ENCODERS: Final = {"shipped": 1024, "backbone:resnet50": 256, "ViT-B-16": 128}
TRAININGS: Final = {
    "attire": ("attire", {"members": "1"}),
    "outfit-vector": ("outfit-vector", {}),
    "personal": ("personal", {}),
    "semi-supervised, pixels": ("semi-supervised", {"mode": "pixels", "batch_size": "64", "unlabelled": "256"}),
    "self-adaptive": ("self-adaptive", {}),
    "weak-labels": ("weak-labels", {}),
}
_WARM: Final = 5
_SIZE: Final = 128  # of the vectors that are searched


@dataclass
class Table:
    """Rows of the page: what was measured, in which unit, and how much of it by device."""

    rows: dict[tuple[str, str], dict[str, float]] = field(default_factory=dict)

    def note(self, what: str, unit: str, device: torch.device, value: float) -> None:
        """One figure; it is shown as it comes."""
        self.rows.setdefault((what, unit), {})[device.type] = value
        print(f"{device.type:<5} {what:<50} {value:>12,.1f} {unit}", flush=True)

    def lines(self) -> Iterator[str]:
        """The table in Markdown; of seconds less is more, of everything else more."""
        yield "| what | unit | CPU | GPU | times as fast |"
        yield "|---|---|---|---|---|"
        for (what, unit), values in self.rows.items():
            here, there = values.get("cpu"), values.get("cuda")
            times = "" if not here or not there else f"{(here / there if unit == 's' else there / here):,.1f}"
            yield f"| {what} | {unit} | {_shown(here)} | {_shown(there)} | {times} |"


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits


def seconds(work: Callable[[], object], device: torch.device, least_s: float = 1.0) -> float:
    """Median seconds of a call over as many calls as fill ``least_s``; the first of them, which warm up, are left out."""
    taken: list[float] = []
    until = time.perf_counter() + least_s
    while time.perf_counter() < until or len(taken) < 2:  # noqa: PLR2004 - one that is left out, and one
        started = time.perf_counter()
        work()
        if device.type == "cuda":
            torch.cuda.synchronize()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken[min(_WARM, len(taken) - 1) :])


def encoders(table: Table, device: torch.device, pictures: list[bytes]) -> None:
    """Pictures a second, decoding them included, and the tower alone."""
    for spec, batch in ENCODERS.items():
        encoder: Any = load_encoder(spec, device)
        some = (pictures * (batch // len(pictures) + 1))[:batch]
        taken = seconds(lambda encoder=encoder, some=some: encoder.encode(some, [None] * len(some)), device)
        table.note(f"encoder {spec}, {batch} pictures, decoding included", "pictures/s", device, batch / taken)
        side = 80 if spec == "shipped" else 224
        pixels = torch.rand(batch, 3, side, side)
        with torch.inference_mode():
            taken = seconds(lambda encoder=encoder, pixels=pixels: encoder._see(pixels).float().cpu(), device)  # noqa: SLF001 - the tower
        table.note(f"encoder {spec}, {batch} pictures, tower alone", "pictures/s", device, batch / taken)


class _EnoughError(Exception):
    """As many steps as fill the time."""


@contextmanager
def _timed(most_s: float) -> Iterator[list[float]]:
    """When each step of an optimiser ended; the training ends when ``most_s`` seconds are over, warm."""
    ends: list[float] = []

    def step(*_: object) -> None:
        ends.append(time.perf_counter())
        if len(ends) > _WARM + 1 and ends[-1] - ends[_WARM] > most_s:
            raise _EnoughError

    hook = register_optimizer_step_post_hook(step)
    try:
        yield ends
    except _EnoughError:
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        ends[-1] = time.perf_counter()
    finally:
        hook.remove()


def trainings(table: Table, device: torch.device, data: Path, work: Path, most_s: float) -> None:
    """Steps a second of every recipe, from its fifth on."""
    for name, (recipe, settings) in TRAININGS.items():
        with _timed(most_s) as ends:
            long = {**settings, "epochs": "1000"}
            train(data, recipe, work / f"{device.type}-{recipe}", settings=long, cache=work / "cache", device=device)
        table.note(f"training {name}", "steps/s", device, (len(ends) - 1 - _WARM) / (ends[-1] - ends[_WARM]))


def repeats(device: torch.device, data: Path, work: Path) -> dict[str, bool]:
    """Whether the same seed learns the same bits twice."""
    found = {}
    for recipe in ("attire", "outfit-vector", "personal", "semi-supervised", "self-adaptive", "weak-labels"):
        settings = {"epochs": "1"}
        ids = {
            train(data, recipe, work / f"again-{recipe}-{number}", settings=settings, cache=work / "cache", device=device).id
            for number in range(2)
        }
        found[recipe] = len(ids) == 1
        print(f"{device.type:<5} {recipe}: the same seed learns {'the same' if found[recipe] else 'other'} bits", flush=True)
    return found


def serving(table: Table, device: torch.device, trained: Path, items: int) -> None:
    """What a request asks of the flagship's bundle, and the whole catalogue embedded anew."""
    bundle, rng = Bundle.load(trained).to(device), np.random.default_rng(0)
    names = np.array(bundle.manifest.categories)[rng.integers(0, len(bundle.manifest.categories), items)].tolist()
    features_NF = rng.standard_normal((min(items, 100_000), bundle.manifest.encoder.size), dtype=np.float32)
    features_NF = np.broadcast_to(features_NF, (items // len(features_NF), *features_NF.shape)).reshape(-1, features_NF.shape[1])
    names, texts = names[: len(features_NF)], ["red wool dress"] * len(features_NF)
    started = time.perf_counter()
    embedded_ND = bundle.embed(features_NF, names, texts)
    table.note(f"embedding {len(names):,} items anew, from kept features", "s", device, time.perf_counter() - started)
    for batch in (1, 256):
        outfits = bundle.outfits(
            [embedded_ND[4 * at : 4 * at + 4] for at in range(batch)], [names[4 * at : 4 * at + 4] for at in range(batch)]
        )
        taken = seconds(lambda outfits=outfits, batch=batch: bundle.queries(outfits, names[:batch]), device)
        table.note(f"queries, {batch} at once", "queries/s", device, batch / taken)
        taken = seconds(lambda outfits=outfits: bundle.score(outfits), device)
        table.note(f"scores of outfits of four, {batch} at once", "outfits/s", device, batch / taken)
    one = bundle.outfits([embedded_ND[:4]], [names[:4]])
    candidates_1MD, categories = embedded_ND[None, :1000], [names[:1000]]
    taken = seconds(lambda: bundle.rank(one, candidates_1MD, categories), device)
    table.note("ranks of 1,000 candidates for one outfit", "ranks/s", device, 1 / taken)


def search(table: Table, device: torch.device, items: int) -> None:
    """Exact search by one matrix product and ``topk``: vectors lie on the device, queries and answers are arrays."""
    generator = torch.Generator().manual_seed(0)
    vectors_ND = torch.randn(items, _SIZE, generator=generator)
    for dtype in (torch.float32, torch.bfloat16)[: 2 if device.type == "cuda" else 1]:
        there_ND = vectors_ND.to(device, dtype)
        for batch in (1, 64):
            queries_BD = torch.randn(batch, _SIZE, generator=generator)

            def found(queries_BD: torch.Tensor = queries_BD, there_ND: torch.Tensor = there_ND) -> np.ndarray:
                return (queries_BD.to(there_ND) @ there_ND.T).topk(100, dim=1).indices.cpu().numpy()

            name = str(dtype).removeprefix("torch.")
            table.note(
                f"exact search, {items:,} x {_SIZE}, 100 best, {name}, {batch} at once", "queries/s", device, batch / seconds(found, device)
            )


def page(table: Table, same: dict[str, bool], command: str) -> str:
    """The page, dated, with the machine and the command."""
    machine = f"{torch.cuda.get_device_name()}, {torch.get_num_threads()} CPU threads ({platform.machine()})"
    versions = f"Python {platform.python_version()}, torch {torch.__version__}"
    told = [f"`{name}` {'yes' if one else 'no'}" for name, one in same.items()]
    return "\n".join([
        "# What a GPU is worth",
        "",
        f"{datetime.now(UTC):%Y-%m-%d} · {machine} · {versions}; both columns from this machine, one run.",
        "",
        f"```sh\n{command}\n```",
        "",
        *table.lines(),
        "",
        f"The same seed learns the same bits twice on this GPU: {', '.join(told)}." if told else "",
        "",
    ])  # fmt: skip


def main() -> int:
    """Measure, print, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--page", type=Path, help="where the page goes; nowhere by default")
    parser.add_argument("--items", type=int, default=1_000_000, help="that are embedded and searched")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each training")
    parser.add_argument(
        "--wardrobe", type=int, default=1_000, help="items of the wardrobe that is trained on; outfits are half as many more"
    )
    parser.add_argument("--device", type=torch.device, default=torch.device("cuda"), help="beside the CPU; cpu measures that alone")
    parser.add_argument("--repeats", action="store_true", help="train everything twice more, and tell whether the bits are the same")
    given = parser.parse_args()
    if given.device.type == "cuda" and not torch.cuda.is_available():
        print("torch sees no GPU here; --device cpu measures the CPU alone", file=sys.stderr)
        return 2
    data, trained, table = given.work / "wardrobe", given.work / "trained", Table()
    if not (data / "oracle.json").exists():
        generate(data, items=given.wardrobe, outfits=given.wardrobe * 3 // 2, shoppers=50)
    catalogue = read_catalogue(data)
    pictures = [picture for row in range(min(512, len(catalogue))) if (picture := catalogue.image(row))]
    train(data, "attire", trained, settings={"epochs": "1"}, cache=given.work / "cache", device=given.device)
    for device in dict.fromkeys((given.device, CPU)):
        serving(table, device, trained, given.items)
        search(table, device, given.items)
        trainings(table, device, data, given.work, given.seconds)
        encoders(table, device, pictures)
    print("\n".join(table.lines()), flush=True)
    for twice in (False, True)[: 2 if given.repeats else 1]:
        same = repeats(given.device, data, given.work) if twice else {}
        if given.page and given.device.type == "cuda":
            given.page.write_text(page(table, same, f"python benchmarks/gpu.py {' '.join(sys.argv[1:])}"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
