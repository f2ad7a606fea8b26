"""Trainings as tasks of a cluster."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from benchmarks.systems import reproduce as command
from benchmarks.systems.measure import bundle_of, place_of
from benchmarks.systems.results import Results
from benchmarks.systems.runs import Claim, Run
from models.errors import InputError
from models.wardrobe.generate import generate

pytestmark = pytest.mark.usefixtures("cluster", "one_thread")


def refuse() -> None:
    """Refuse something."""
    msg = "no"
    raise InputError(msg, field="seed")


def killed_once(marker: Path) -> str:
    """Be killed the first time."""
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def test_a_call_whose_process_is_killed_begins_anew(tmp_path: Path) -> None:
    """And what a call raises is raised here as that error, with what it says."""
    from app.ray.tasks import Tasks  # noqa: PLC0415 - imports Ray

    with Tasks() as pool:
        done, refused = pool.submit(killed_once, tmp_path / "killed"), pool.submit(refuse)
        assert done.result(300) == "done"
        with pytest.raises(InputError) as error:
            refused.result(300)
        assert error.value.problem == "no"


@pytest.mark.training
def test_trainings_are_the_same_to_the_byte(tmp_path: Path) -> None:
    """The weights of two members of an average, at a time and one after the other; the average is made when both are there."""
    data, work = tmp_path / "shop", tmp_path / "work"
    generate(data, items=100, outfits=60, shoppers=5, seed=3)
    one = Run(name="attire", recipe="attire", size="small", settings={"epochs": "1", "members": "1", "masks": "0"}, seeds=2)
    average = Run(name="average", recipe="average", of="attire", members=2, seeds=1, size="small")
    command.reproduce([Claim(title="", says="", runs=(one, average), columns=("fitb",))], work, data, jobs=2, seeds=2, on="local")
    for seed in range(2):
        alone = tmp_path / "alone"
        bundle_of(one, seed, data, alone, work / "features")
        [found, expected] = ((place_of(one, seed, root) / "weights.safetensors").read_bytes() for root in (work, alone))
        assert found == expected
    assert Results(work).done(average, 0)
