"""Trainings by workers of a cluster."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from models.bundle import Bundle
from models.errors import InputError
from models.progress import Advance, silent, unheard
from models.wardrobe.generate import generate

pytestmark = pytest.mark.usefixtures("empty", "one_thread")
SMALL = {"epochs": "2", "members": "1", "masks": "0", "embedding_size": "32", "hidden": "32", "popularity": "0"}


@pytest.mark.training
def test_a_training_goes_on_though_a_worker_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``kill -9`` after its first epoch: all are started anew, the second one is trained, and the bundle is there."""
    from app.ray import training  # noqa: PLC0415 - imports Ray

    killed, begun = tmp_path / "killed", []

    class Killed(training._Worker):
        def train(self, *given: Any) -> None:
            from models.training.checkpoint import Checkpoint  # noqa: PLC0415 - in the worker

            save = Checkpoint.save

            def saved(*what: Any) -> None:
                save(*what)
                if not killed.exists():
                    killed.touch()
                    os.kill(os.getpid(), signal.SIGKILL)

            Checkpoint.save = saved  # type: ignore[method-assign]
            super().train(*given)

    @contextmanager
    def progress(title: str, _total: int) -> Iterator[Advance]:
        yield lambda steps=1, **_: begun.append((title, steps))

    monkeypatch.setattr(training, "_Worker", Killed)
    data, out = tmp_path / "shop", tmp_path / "bundle"
    generate(data, items=100, outfits=60, shoppers=5, seed=3)
    given = {"data": data, "recipe": "attire", "out": out, "settings": SMALL, "cache": tmp_path / "cache"}
    made = training.train("local", 2, "cpu", progress=progress, warn=lambda _: None, **given)
    assert killed.exists()
    assert Bundle.load(out).id == made.id
    assert made.manifest.recipe == "attire"
    done = [steps for title, steps in begun if "training attire" in title]
    assert done[-2:] == [1, 1]  # one epoch is there already, and one is trained
    assert not out.with_name("bundle.work").exists()


@pytest.mark.training
def test_a_training_that_is_killed_at_each_stage_makes_the_bundle_of_one_unharmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``kill -9`` of a worker amid a mask of its own, after its first quarter, and amid saving."""
    from app.ray import training  # noqa: PLC0415 - imports Ray

    class Killed(training._Worker):
        def train(self, address: str, number: int, *given: Any) -> None:
            from models import contents  # noqa: PLC0415 - in the worker
            from models.training import held_out  # noqa: PLC0415
            from models.training.checkpoint import Checkpoint  # noqa: PLC0415

            places: tuple[tuple[Any, str, int], ...] = ((Checkpoint, "save", 1), (held_out, "_asked", 1), (contents, "write_slots", 0))
            for where, name, whose in places:
                if number == whose:
                    setattr(where, name, once(getattr(where, name), tmp_path / name))
            super().train(address, number, *given)

    def once(real: Callable[..., Any], killed: Path) -> Callable[..., Any]:
        def done(*given: Any) -> Any:
            found = real(*given)
            if not killed.exists():
                killed.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return found

        return done

    data, made = tmp_path / "shop", []
    generate(data, items=100, outfits=60, shoppers=5, seed=3)
    settings = {**SMALL, "epochs": "1", "masks": "2", "mask_epochs": "2"}
    given = {"data": data, "recipe": "attire", "settings": settings, "cache": tmp_path / "cache", "compare": True}
    for name in ("unharmed", "harmed"):
        if name == "harmed":
            monkeypatch.setattr(training, "_Worker", Killed)
        made.append(training.train("local", 2, "cpu", progress=silent, warn=unheard, out=tmp_path / name, **given))
    assert all((tmp_path / name).exists() for name in ("save", "_asked", "write_slots"))
    unharmed, harmed = made
    assert unharmed.manifest.held_out is not None
    assert (unharmed.manifest.held_out.folds, harmed.id) == (4, unharmed.id)


def test_what_a_worker_refuses_is_refused(tmp_path: Path) -> None:
    """In its own words, and nothing is tried again."""
    from app.ray.training import train  # noqa: PLC0415 - imports Ray

    begun: list[str] = []

    @contextmanager
    def progress(title: str, _total: int) -> Iterator[Advance]:
        begun.append(title)
        yield lambda *_, **__: None

    with pytest.raises(InputError, match="holds no items"):
        train("local", 1, "cpu", progress=progress, warn=pytest.fail, data=tmp_path, recipe="attire", out=tmp_path / "bundle")
    assert begun == [f"reading {tmp_path}"]
    with pytest.raises(InputError, match="the cluster has room for 2, each with 1 CPUs, not for 3"):
        train("local", 3, "cpu", progress=pytest.fail, warn=pytest.fail, data=tmp_path, recipe="attire", out=tmp_path / "bundle")


def test_a_cluster_that_others_have_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or one worker would wait for the other for ever."""
    import ray  # noqa: PLC0415

    from app.ray import training  # noqa: PLC0415 - imports Ray

    other = ray.util.placement_group([{"CPU": 1}])
    assert other.wait(60)
    monkeypatch.setattr(training, "_ROOM_S", 0.5)
    try:
        with pytest.raises(InputError, match="others have the cluster"):
            training.train(
                "local", 2, "cpu", progress=pytest.fail, warn=pytest.fail, data=tmp_path, recipe="attire", out=tmp_path / "bundle"
            )
    finally:
        ray.util.remove_placement_group(other)
