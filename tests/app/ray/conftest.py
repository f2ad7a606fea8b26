"""A cluster of two processes on this machine, one at a time; without the extra all its tests are skipped."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import pytest
import torch

from app.ray.joined import patiently

HERE = Path(__file__).parent
OWN = "RAY_ADDRESS" not in os.environ
SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_worker_niceness": "0",
    "RAY_SERVE_PROXY_READY_CHECK_TIMEOUT_S": "120",
    "RAY_SERVE_HANDLE_AUTOSCALING_METRIC_PUSH_INTERVAL_S": "1",
}
"""For a busy machine, and for tests that do not wait for the next look at the load."""
ASKED: Final = {"items": ["shoes-1"], "slots": ["tops", "bags"], "k": 3}
QUESTIONS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("/complete-outfit", ASKED),
    ("/complete-outfit", {**ASKED, "filters": {"brand": ["Contoso"], "price": {"max": 18}}}),
    ("/similar-items", {"item": "tops-3", "k": 5}),
    ("/complete-outfit", {"items": ["nowhere"]}),
)
"""What replicas are asked."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies here: Ray leaves sockets open, of which it warns."""
    for item in items:
        if HERE in item.path.parents:
            for mark in (pytest.mark.ray, pytest.mark.integration, pytest.mark.filterwarnings("ignore")):
                item.add_marker(mark)


@pytest.fixture(scope="package")
def turn() -> Iterator[None]:
    """Another process of the tests waits until this one has no cluster any more."""
    if find_spec("ray") is None:
        pytest.skip("Ray is not installed")
    os.environ.update(SETTINGS)
    with (Path(tempfile.gettempdir()) / "attire-tests-of-ray.lock").open("w") as lock:
        if OWN:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="package")
def cluster(turn: None) -> Iterator[None]:  # noqa: ARG001 - which it is
    """Joined for all tests of this directory."""
    import ray  # noqa: PLC0415 - takes seconds

    start()
    yield
    ray.shutdown()


def start() -> None:
    """One of its own, or the one that RAY_ADDRESS names."""
    import ray  # noqa: PLC0415

    beside = {"num_cpus": 2, "include_dashboard": False, "object_store_memory": 100_000_000} if OWN else {}
    patiently(lambda: ray.init(address=os.environ.get("RAY_ADDRESS", "local"), log_to_driver=False, **beside))


@pytest.fixture(scope="module")
def empty(cluster: None) -> None:  # noqa: ARG001 - that one is started anew
    """A cluster on which nothing of other tests has a place any more."""
    import ray  # noqa: PLC0415 - takes seconds

    ray.shutdown()
    start()


@pytest.fixture
def one_thread() -> Iterator[None]:
    """As many threads as a worker of the cluster has."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def told(answer: Any) -> dict[str, Any]:
    """An answer without its own id."""
    return {name: value for name, value in answer.json().items() if name != "recommendation_id"}
