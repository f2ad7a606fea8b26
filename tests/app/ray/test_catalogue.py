"""Import and publish on a cluster: what one machine makes, to the byte."""

from __future__ import annotations

import os
import pickle
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from app.catalogue.importing import import_catalogue
from app.cli import run
from app.home.store import ReleaseRecord, ReleaseStore
from models.encoders import keep
from models.encoders.batches import Batch
from models.encoders.load import load_encoder
from models.errors import EncoderError, InputError

ENCODER = "backbone:shufflenet_v2_x0_5"

pytestmark = pytest.mark.usefixtures("cluster", "one_thread")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven batches in four segments, of a few pictures."""
    monkeypatch.setattr(keep, "BATCH", 2)
    monkeypatch.setattr(keep, "_SEGMENT", 4)


@pytest.fixture
def alone(pictures: Path, tmp_path: Path) -> ReleaseRecord:
    """What one machine makes."""
    return import_catalogue(pictures, ReleaseStore(tmp_path / "alone"), default_encoder=ENCODER).release


def contents(home: Path, release: ReleaseRecord) -> dict[str, bytes]:
    """The files of a snapshot but its manifest, which says when it was made."""
    root = home / "snapshots" / release.snapshot
    return {path.name: path.read_bytes() for path in root.iterdir() if path.suffix != ".json" and path.is_file()}


def test_an_import_is_the_same_to_the_byte_though_a_worker_is_killed(
    pictures: Path, alone: ReleaseRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the command, with pictures that are refused, and ``kill -9`` in the midst of a batch; then published, too."""
    from app.ray import catalogue  # noqa: PLC0415 - imports Ray

    marker = tmp_path / "killed"

    class Killed:
        def __init__(self, **given: Any) -> None:
            from app.ray import catalogue  # noqa: PLC0415 - in the worker, where it is as it was

            self._encoding = catalogue._Encoding(**given)

        def __call__(self, table: pa.Table) -> pa.Table:
            batch = pickle.loads(table.column(0)[0].as_py())  # noqa: S301 - of the driver
            if batch.number == 1 and not marker.exists():
                marker.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return self._encoding(table)

    monkeypatch.setattr(catalogue, "_Encoding", Killed)
    monkeypatch.setenv("ATTIRE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ATTIRE_ENCODER", ENCODER)
    home = tmp_path / "together"
    assert run(["import", str(pictures), "--home", str(home), "--on", "local"]) == 0
    assert marker.exists()
    made = ReleaseStore(home).served()
    assert (made.snapshot, made.bundle) == (alone.snapshot, alone.bundle)
    assert contents(home, made) == contents(tmp_path / "alone", alone)
    assert run(["publish", str(home / "bundles" / made.bundle), "--home", str(home), "--on", "local"]) == 0
    again = ReleaseStore(home).served()
    assert (again.id != made.id, again.snapshot) == (True, alone.snapshot)


def test_other_weights_on_a_node_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """They would make other features; the worker's error is raised here as it is."""
    from app.ray.catalogue import Cluster  # noqa: PLC0415 - imports Ray

    encoder = load_encoder(ENCODER)
    monkeypatch.setattr(encoder, "features", replace(encoder.features, fingerprint="others"))
    with pytest.raises(EncoderError, match="install the same weights there"):
        list(Cluster().encode(encoder, [Batch(0, (None,), ("a title",))]))


def test_a_file_that_cannot_be_read_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three times in all, and then its error is the answer."""
    from app.ray import catalogue  # noqa: PLC0415 - imports Ray

    class Late(catalogue._Worker):
        times = 0

        def answer(self, row: int) -> int:
            self.times += 1
            if self.times < row:
                raise FileNotFoundError
            return self.times

    monkeypatch.setattr(catalogue, "_WAITS_S", (0.0, 0.0))
    assert Late("cpu", 1)._patiently(3) == 3
    assert isinstance(Late("cpu", 1)._patiently(4), FileNotFoundError)


def test_a_worker_that_no_node_has_room_for_is_refused() -> None:
    """It would be waited for for ever."""
    from app.ray.joined import places  # noqa: PLC0415

    assert places("CPU", 1) == 2
    with pytest.raises(InputError, match="no node of the cluster has 3 CPUs for a worker"):
        places("CPU", 3)
