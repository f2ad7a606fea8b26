"""Workers who train together, here as threads that reach each other by gloo: they learn what one process learns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
import torch
from torch import Tensor, distributed, nn

from models.progress import silent
from models.training.checkpoint import Checkpoint
from models.training.fields import Schedule
from models.training.loop import fit, seeded
from models.training.parallel import ALONE, Workers

Found = TypeVar("Found")
Together = Callable[[int, Callable[[Workers], Found]], list[Found]]


@pytest.fixture
def together() -> Iterator[Together[Any]]:
    """Runs a function once for each of several workers, at a time; one that fails lets the others wait for a minute at most."""
    pool = ThreadPoolExecutor(3)

    def run(count: int, work: Callable[[Workers], Found]) -> list[Found]:
        store = distributed.HashStore()

        def one(number: int) -> Found:
            return work(Workers(distributed.ProcessGroupGloo(store, number, count, timedelta(minutes=1))))

        return list(pool.map(one, range(count)))

    yield run
    pool.shutdown()


def test_what_workers_make_of_their_shares_is_put_in_order_with_its_gradients(together: Together[Any]) -> None:
    """Shares of other lengths, and one that is empty; each worker asks everything of the whole."""
    rows_MD = torch.arange(10.0).reshape(5, 2)

    def work(workers: Workers) -> tuple[Tensor, Tensor | None]:
        scale = nn.Parameter(torch.ones(2))
        whole_MD = workers.whole(workers.mine(rows_MD) * scale, len(rows_MD))
        whole_MD.square().sum().backward()
        workers.average(torch.optim.SGD([scale]))
        assert torch.equal(workers.whole(workers.mine(rows_MD[:1]), 1), rows_MD[:1])
        return whole_MD.detach(), scale.grad

    for whole_MD, gradient in together(3, work):
        assert torch.equal(whole_MD, rows_MD)
        assert gradient is not None
        torch.testing.assert_close(gradient, 2 * rows_MD.square().sum(0))


def test_a_weight_without_a_gradient_stays_without(together: Together[Any]) -> None:
    """Unless another worker has one: then it counts as nothing."""

    def work(workers: Workers) -> tuple[Tensor | None, Tensor | None]:
        asked, never = nn.Parameter(torch.zeros(2)), nn.Parameter(torch.zeros(2))
        if workers.leads:
            asked.grad = torch.full((2,), 4.0)
        workers.average(torch.optim.SGD([asked, never]))
        return asked.grad, never.grad

    for asked, never in together(2, work):
        assert asked is not None
        assert (asked.tolist(), never) == ([2.0, 2.0], None)


def test_each_row_counts_alike_in_the_mean_of_the_shares_means(together: Together[Any]) -> None:
    """Though shares are of other lengths."""
    figures = torch.tensor([1.0, 2.0, 4.0, 8.0, 16.0])
    found = together(2, lambda workers: workers.mean(float(workers.mine(figures).mean()) * workers.weight(5)))
    assert found == [[pytest.approx(31 / 5)]] * 2


def test_what_each_tells_all_know(together: Together[Any]) -> None:
    """In their order, of any length; one process knows its own."""
    said = [{"ü": [1, None]}, [], "longer than what the others say"]
    assert together(3, lambda workers: workers.told(said[workers.number])) == [said] * 3
    assert ALONE.told(said) == [said]


def test_all_take_what_one_has(together: Together[Any]) -> None:
    """Whatever it is made of, and not a number to be added up."""

    def work(workers: Workers) -> tuple[list[float], bool, int]:
        mine = (torch.tensor([1.0, float("inf")]) * workers.number, torch.tensor(workers.number == 1), torch.tensor(workers.number))
        workers.take(mine, 1)
        decimals, flag, count = mine
        return decimals.tolist(), bool(flag), int(count)

    assert together(3, work) == [([1.0, float("inf")], True, 1)] * 3


def learn(
    workers: Workers, checkpoint: Checkpoint | None = None, third: Callable[[], None] = lambda: None
) -> tuple[dict[str, Tensor], float]:
    """Learn a line from 11 points, in steps of 4; the last step of an epoch has 3.

    Args:
        third: called when the third epoch is to be judged.
    """
    judged = 0
    generator = seeded(0)
    x_N1 = torch.randn(11, 1, generator=torch.Generator().manual_seed(5))
    net = nn.Linear(1, 1)
    nn.init.constant_(net.weight, -1.0)
    nn.init.zeros_(net.bias)

    def step(rows: Tensor, _done: float) -> Tensor:
        mine = workers.mine(rows)
        return (net(x_N1[mine]) - 3 * x_N1[mine] - 1).square().mean()

    @torch.no_grad()
    def judge() -> float:
        nonlocal judged
        judged += 1
        if judged == 3:
            third()
        return -float((net(x_N1) - 3 * x_N1 - 1).square().mean())

    schedule = Schedule(batch_size=4, epochs=4, learning_rate=0.3, patience=9)
    found = fit(
        net,
        schedule,
        11,
        step,
        judge,
        generator=generator,
        title="",
        progress=silent,
        average=0.5,
        workers=workers,
        checkpoint=checkpoint,
    )
    return net.state_dict(), found["valid"]


def test_two_workers_learn_what_one_process_learns(together: Together[Any]) -> None:
    """The same batches, the same gradients but for rounding, and the same best epoch."""
    weights, valid = learn(ALONE)
    for found, figure in together(2, learn):
        assert figure == pytest.approx(valid, rel=1e-4)
        for name, value in found.items():
            torch.testing.assert_close(value, weights[name], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("count", [1, 2])
def test_a_training_goes_on_from_its_checkpoint_to_the_same_weights(count: int, together: Together[Any], tmp_path: Path) -> None:
    """Bit for bit: mean and best weights, optimiser and order; one that is done learns nothing more."""

    class Killed(Exception):  # noqa: N818 - it is no mistake
        pass

    def killed() -> None:
        raise Killed

    [(weights, valid), *_] = together(count, learn)
    with pytest.raises(Killed):
        together(count, lambda workers: learn(workers, Checkpoint(tmp_path, {}), third=killed))
    for _ in range(2):
        for found, figure in together(count, lambda workers: learn(workers, Checkpoint(tmp_path, {}))):
            assert figure == valid
            assert all(torch.equal(found[name], value) for name, value in weights.items())
