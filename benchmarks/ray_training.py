"""Do two workers learn as well as one process, and how much sooner? The table of "Training together" in ``docs/ray.md``.

    python -m benchmarks.ray_training WORK [--seeds 6] [--recipe attire] [--recipe weak-labels]

For each seed, one process and two workers learn from the same small wardrobe (1,200 items, 800 outfits). They take turns of ten steps, so
that other work on the machine slows both alike. What is measured is kept in WORK, where the same command goes on.
"""

from __future__ import annotations

import json
import shutil
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
import typer
from numpy.typing import NDArray
from scipy import stats
from torch import Tensor

from app.ray import training
from app.ray.joined import LOCAL, join
from app.ray.tasks import Tasks
from models.bundle import Bundle
from models.evaluation.evaluate import evaluate
from models.progress import silent, unheard
from models.recipes.train import train
from models.training import parallel
from models.wardrobe.generate import generate

SETTINGS: Final = {
    "attire": {"epochs": "6", "mask_epochs": "6"},
    "weak-labels": {"epochs": "12", "side": "32", "batch_size": "64", "least_word": "3"},
}
ALONE, TOGETHER = "one process", "two workers"
TURN: Final = 10
"""Steps."""
_LOOK_S: Final = 0.005
FIGURES: Final = ("wall_ms", "processor_ms", "averaging_wall_ms", "averaging_processor_ms")
"""Of a step, in the first worker; averaging is whatever workers sum: gradients, embedded items, vectors of pictures."""


@dataclass
class Meter:
    """Measures the steps of one way to train, which wait for its turn; a turn is a file that names whose it is.

    Attributes:
        steps: by part of the training, of each step but the first of a turn, ``FIGURES`` in seconds.
    """

    place: Path
    way: str
    steps: dict[int, list[NDArray[np.float64]]] = field(default_factory=lambda: defaultdict(list))
    _averaging: NDArray[np.float64] = field(default_factory=lambda: np.zeros(2))
    _since: NDArray[np.float64] | None = None
    _left: int = 0

    def measure(self, call: Callable[[], object]) -> None:
        """Measure what a call trains, write it down, and leave all other turns to the other way."""
        average, summed = parallel.Workers.average, parallel._summed  # noqa: SLF001

        def timed(tensor: Tensor, group: Any) -> Tensor:  # noqa: ANN401 - torch types none
            began = now()
            answer = summed(tensor, group)
            self._averaging += now() - began
            return answer

        def step(workers: parallel.Workers, optimiser: torch.optim.Optimizer) -> None:
            average(workers, optimiser)
            if workers.leads:
                self._stepped(id(optimiser))

        parallel.Workers.average, parallel._summed = step, timed  # type: ignore[method-assign,assignment]  # noqa: SLF001
        call()
        if self.steps:
            typical = np.average(
                [np.median(part, axis=0) for part in self.steps.values()], axis=0, weights=[len(part) for part in self.steps.values()]
            )
            (self.place / f"{self.way}.json").write_text(json.dumps(dict(zip(FIGURES, (1e3 * typical).tolist(), strict=True))))

    def _stepped(self, part: int) -> None:
        if self._since is not None:
            self.steps[part].append(np.concatenate([now() - self._since, self._averaging]))
        if self._left:
            self._left, self._since = self._left - 1, now()
        else:
            turn, other = self.place / "turn", TOGETHER if self.way == ALONE else ALONE
            turn.write_text(other)
            while turn.read_text() == other and not (self.place / other / "manifest.json").exists():
                time.sleep(_LOOK_S)
            self._left, self._since = TURN, None
        self._averaging[:] = 0


class Metered(training._Worker):  # noqa: SLF001 - what the command starts, and measures nothing by itself
    """A worker that measures its steps."""

    def train(self, *given: Any) -> None:  # noqa: ANN401 - as of a worker
        """Train, and measure it."""
        work = super().train
        Meter(given[-1]["out"].parent, TOGETHER).measure(lambda: work(*given))


def now() -> NDArray[np.float64]:
    """Seconds, and those of this process's processor time."""
    return np.array([time.perf_counter(), time.process_time()])


def alone(given: dict[str, Any]) -> None:
    """Train in one process."""
    Meter(given["out"].parent, ALONE).measure(lambda: train(**given))


def measured(recipe: str, seed: int, data: Path, work: Path) -> dict[str, dict[str, float]]:
    """Figures of one seed by the way that it was trained in; measured once, and then kept."""
    place = work / f"{recipe} {seed}"
    kept = place / "measured.json"
    if not kept.exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        (place / "turn").write_text(ALONE)
        given = {"data": data, "recipe": recipe, "settings": SETTINGS[recipe], "seed": seed, "cache": work / "cache"}
        one = Tasks().submit(alone, {**given, "out": place / ALONE})
        training.train(LOCAL, 2, "cpu", progress=silent, warn=unheard, out=place / TOGETHER, **given)
        one.result()
        kept.write_text(json.dumps({way: figures(data, place / way, work / "cache") for way in (ALONE, TOGETHER)}))
    found: dict[str, dict[str, float]] = json.loads(kept.read_text())
    return found


def figures(data: Path, bundle: Path, cache: Path) -> dict[str, float]:
    """How good a bundle is, and what a step took that made it."""
    found = {name: value for name, value in Bundle.load(bundle).manifest.measured.items() if name.startswith("valid")}
    if (data / "outfits.jsonl").exists():
        tasks = evaluate(data, bundle, cache=cache)["tasks"]
        found |= {"fitb": tasks["fitb"]["fitb_accuracy"], "auc": tasks["compatibility"]["auc"], "mrr": tasks["retrieval"]["mrr"]}
    return {**found, **json.loads(bundle.with_suffix(".json").read_text())}


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
    """Print a table for each recipe: means over seeds, and the mean of the differences with its 95 % interval."""
    torch.set_num_threads(1)
    join(LOCAL, cpus=3)
    training._Worker = Metered  # type: ignore[misc]  # noqa: SLF001
    data = made(work)
    found: dict[str, list[dict[str, dict[str, float]]]] = {name: [] for name in recipe}
    for seed in range(seeds):
        for name in recipe:
            found[name].append(measured(name, seed, data[name], work))
    for name, trainings in found.items():
        print(f"\n{name}, {seeds} seeds\n\n| | {ALONE} | {TOGETHER} | difference (95 %) |\n|---|---|---|---|")
        for figure in trainings[0][ALONE]:
            one, two = (np.array([each[way][figure] for each in trainings]) for way in (ALONE, TOGETHER))
            more = two - one
            half = stats.t.ppf(0.975, seeds - 1) * more.std(ddof=1) / np.sqrt(seeds)
            print(f"| {figure} | {one.mean():.3f} | {two.mean():.3f} | {more.mean():+.3f} ± {half:.3f} |")


if __name__ == "__main__":
    typer.run(main)
