"""Import and publish on a cluster: what one machine makes, to the byte."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from app.catalogue.importing import import_catalogue
from app.cli import run
from app.home.store import ReleaseRecord, ReleaseStore
from models.encoders import keep
from models.encoders.batches import Batch, Encoded
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

    real = catalogue._encoded

    def killed(spec: str, fingerprint: str, device: torch.device, batch: Batch) -> Encoded:
        if batch.number == 1 and not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return real(spec, fingerprint, device, batch)

    monkeypatch.setattr(catalogue, "_encoded", killed)
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


def test_a_batch_that_ends_every_process_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not begun anew for ever."""
    from app.ray import catalogue  # noqa: PLC0415 - imports Ray

    monkeypatch.setattr(catalogue, "_AGAIN", 1)
    monkeypatch.setattr(catalogue, "_encoded", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    with pytest.raises(EncoderError, match="2 processes were lost that had the same batch"):
        list(catalogue.Cluster().encode(load_encoder(ENCODER), [Batch(0, (None,), ("a title",))]))


def test_no_more_is_read_than_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue does not come to lie in the cluster's memory before it is encoded; answers come in order."""
    from app.ray import catalogue  # noqa: PLC0415 - imports Ray

    read = 0

    def batches() -> Iterator[Batch]:
        nonlocal read
        for read in range(30):
            yield Batch(read, (None,), ("a title",))

    monkeypatch.setattr(catalogue, "_encoded", lambda _spec, _fingerprint, _device, batch: batch)
    answers = catalogue.Cluster().encode(load_encoder(ENCODER), batches())
    assert next(answers).number == 0
    assert read == 2 * catalogue._AHEAD
    assert [answer.number for answer in answers] == list(range(1, 30))


def test_a_file_that_cannot_be_read_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three times in all, and then its error is raised."""
    from app.ray import catalogue  # noqa: PLC0415 - imports Ray

    times = 0

    def late(_device: torch.device, needed: int) -> int:
        nonlocal times
        times += 1
        if times < needed:
            raise FileNotFoundError
        return times

    monkeypatch.setattr(catalogue, "_WAITS_S", (0.0, 0.0))
    assert catalogue._patiently(late, 3, "cpu", 1) == 3
    times = 0
    with pytest.raises(FileNotFoundError):
        catalogue._patiently(late, 4, "cpu", 1)


def test_a_worker_that_no_node_has_room_for_is_refused() -> None:
    """It would be waited for for ever."""
    from app.ray.joined import places  # noqa: PLC0415

    assert places("CPU", 1) == 2
    with pytest.raises(InputError, match="no node of the cluster has 3 CPUs for a worker"):
        places("CPU", 3)
