"""The loop: when it stops and what it keeps."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterator
from functools import partial

import pytest
import torch
from torch import Tensor, nn

from models.errors import InputError
from models.manifest import HURRIED, STOPPED
from models.progress import silent
from models.training.clock import Clock
from models.training.fields import Schedule
from models.training.loop import fit, only_matrices_decay, seeded, warmed_cosine
from models.training.parallel import ALONE

TARGET = torch.tensor([1.0, -2.0])


def descend(schedule: Schedule, figures: Iterator[float] | None = None) -> tuple[nn.Linear, list[Tensor], dict[str, float]]:
    """Learn a bias; note what it was at every look of the judge."""
    torch.manual_seed(0)
    learned, seen = nn.Linear(1, 2), []

    def judge() -> float:
        seen.append(learned.bias.detach().clone())
        return next(figures) if figures else 0.0

    def step(rows: Tensor, done: float) -> Tensor:
        assert 0 <= done < 1
        assert rows.max() < 10
        return (learned.bias - TARGET).square().sum() + 0 * learned.weight.sum()

    found = fit(learned, schedule, 10, step, judge if figures else None, generator=seeded(0), title="", progress=silent)
    return learned, seen, found


def test_it_keeps_the_best_and_stops_when_it_gets_no_better() -> None:
    """Two epochs in vain are enough."""
    learned, seen, figures = descend(Schedule(epochs=10, patience=2), iter([0.1, 0.5, 0.3, 0.2, 0.9]))
    assert len(seen) == 4
    assert figures["valid"] == 0.5
    assert torch.equal(learned.bias, seen[1])


def test_without_a_judge_the_last_weights_count() -> None:
    """And the loss has fallen."""
    learned, _, figures = descend(Schedule(epochs=60, batch_size=2, learning_rate=0.1, weight_decay=0.0))
    assert (learned.bias - TARGET).abs().max() < 0.1
    assert math.isnan(figures["valid"])
    assert not learned.training


def test_it_stops_in_time() -> None:
    """Long before the epochs are over, which it says."""
    figures = descend(Schedule(epochs=100_000, minutes=0.01, patience=100_000), iter(lambda: 0.0, 1.0))[2]
    assert figures["minutes"] < 0.2
    assert 0 < figures[STOPPED] < 100_000


def test_a_step_that_begins_late_is_before_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process may wait between looking at the clock and its step."""
    clock = Clock(Schedule(epochs=10, minutes=1), ALONE, before=0.5)
    monkeypatch.setattr(time, "perf_counter", lambda: math.inf)
    assert clock.share(5) < 1


def test_it_stops_within_an_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was learned until then is judged and kept; by a clock on which each look takes a minute."""
    monkeypatch.setattr(time, "perf_counter", partial(next, itertools.count(step=60)))
    _, seen, figures = descend(Schedule(epochs=1, batch_size=1, minutes=3.5), iter([0.5]))
    assert (len(seen), figures["valid"], figures[STOPPED]) == (1, 0.5, 0.4)


def test_a_clock_with_time_enough_says_nothing() -> None:
    """The figures of a training that it did not touch are those of any machine; one that it hurries says so."""
    assert set(descend(Schedule(epochs=2))[2]) == {"valid", "train_loss", "minutes"}


def test_a_clock_that_lowers_the_rate_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though all epochs are done: another machine would have learned something else."""
    monkeypatch.setattr(time, "perf_counter", partial(next, itertools.count(step=60)))
    figures = descend(Schedule(epochs=2, minutes=6.5))[2]
    assert HURRIED in figures
    assert STOPPED not in figures


def test_a_training_that_diverges_ends_at_its_first_epoch() -> None:
    """In one line that says what to lower; a loss that is none does not reach the judge."""
    learned = nn.Linear(1, 1)

    def step(rows: Tensor, _done: float) -> Tensor:
        return learned.weight.sum() * torch.nan + len(rows)

    def judge() -> float:
        pytest.fail("nothing is left to judge")

    with pytest.raises(InputError, match=r"diverged at 0.5 \(loss nan\).*learning_rate=0.05") as caught:
        fit(learned, Schedule(learning_rate=0.5), 10, step, judge, generator=seeded(0), title="", progress=silent)
    assert caught.value.field == "learning_rate"


class Watched(nn.Linear):
    """A bias to learn, and a buffer that is counted rather than learned."""

    counted: Tensor

    def __init__(self) -> None:
        super().__init__(1, 2)
        self.register_buffer("counted", torch.zeros(()))


@pytest.mark.parametrize("average", [0.0, 0.75])
def test_the_mean_of_the_weights_is_settled_judged_and_kept(average: float) -> None:
    """While training goes on from the last ones, and what was settled stays; without an average the last weights are all there is."""
    torch.manual_seed(0)
    learned, steps, settled, judged = Watched(), [], [], []
    figures = iter([0.1, 0.2, 0.5, 0.4])

    def step(_rows: Tensor, _done: float) -> Tensor:
        steps.append(learned.bias.detach().clone())
        return (learned.bias - TARGET).square().sum() + 0 * learned.weight.sum()

    def settle() -> None:
        assert not learned.training
        settled.append(learned.bias.detach().clone())
        learned.counted += 1

    def judge() -> float:
        assert torch.equal(learned.bias, settled[-1])
        judged.append(learned.bias.detach().clone())
        return next(figures)

    schedule = Schedule(epochs=4, patience=9, batch_size=5, learning_rate=0.1)
    given = {"generator": seeded(0), "title": "", "progress": silent, "average": average, "settle": settle}
    found = fit(learned, schedule, 10, step, judge, **given)
    assert found["valid"] == 0.5
    assert torch.equal(learned.bias, judged[2])
    assert learned.counted == 3
    for epoch in range(1, 4):  # a step begins where the one before ended, whatever was judged
        assert torch.equal(judged[epoch - 1], steps[2 * epoch]) == (not average)


def test_what_an_optimiser_is_given_beside_the_learned_is_stepped_too() -> None:
    """But not kept with it."""
    learned, beside = nn.Linear(1, 2), nn.Parameter(torch.zeros(()))
    optimiser = torch.optim.SGD([*learned.parameters(), beside], lr=0.1)

    def step(_rows: Tensor, _done: float) -> Tensor:
        return (learned.bias - TARGET).square().sum() + (beside - 3).square() + 0 * learned.weight.sum()

    fit(learned, Schedule(epochs=1), 10, step, None, generator=seeded(0), title="", progress=silent, optimiser=optimiser)
    assert beside.item() > 0


@pytest.mark.parametrize(
    ("done", "shape", "expected"),
    [
        (0.0, {}, 0.02),
        (0.03, {}, 0.02 + 0.98 * (1 + math.cos(math.pi * 0.03)) / 2),
        (0.5, {}, 0.51),
        (1.0, {}, 0.02),
        (0.0, {"warm": 0.1, "first": 0.04, "floor": 0.0, "falls_from": 0.1}, 0.04),
        (0.1, {"warm": 0.1, "first": 0.04, "floor": 0.0, "falls_from": 0.1}, 1.0),
        (0.55, {"warm": 0.1, "first": 0.04, "floor": 0.0, "falls_from": 0.1}, 0.5),
        (1.0, {"warm": 0.1, "first": 0.04, "floor": 0.0, "falls_from": 0.1}, 0.0),
    ],
)
def test_the_rate_warms_up_and_falls_along_a_cosine(done: float, shape: dict[str, float], expected: float) -> None:
    """To what is left at the end."""
    assert warmed_cosine(2.0, done, **shape) == pytest.approx(2 * expected)


def test_only_matrices_decay() -> None:
    """Biases, and single figures beside them, do not; every parameter is in one group, in its order."""
    layer, single = nn.Linear(2, 3), nn.Parameter(torch.zeros(()))
    decayed, plain = only_matrices_decay([*layer.parameters(), single], 0.1)
    assert [id(weight) for weight in decayed["params"]] == [id(layer.weight)]
    assert [id(weight) for weight in plain["params"]] == [id(layer.bias), id(single)]
    assert (decayed["weight_decay"], plain["weight_decay"]) == (0.1, 0.0)
