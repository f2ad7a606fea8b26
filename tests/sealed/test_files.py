"""Whole files."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from sealed.directories import staged
from sealed.files import as_any, replacing, write_whole


def test_a_file_is_there_when_it_is_whole(tmp_path: Path) -> None:
    """Until then what was there before is; the directory is made where it is missing."""
    path = tmp_path / "new" / "file"
    write_whole(path, "before")
    with replacing(path) as staging:
        staging.write_text("after")
        assert path.read_text() == "before\n"
    assert path.read_text() == "after"
    assert [one.name for one in path.parent.iterdir()] == ["file"]


def test_what_fails_leaves_what_was(tmp_path: Path) -> None:
    """And nothing half-written beside it."""
    path = tmp_path / "file"
    write_whole(path, "before")

    def fail() -> None:
        with replacing(path) as staging:
            staging.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert path.read_text() == "before\n"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(("to_disk", "flushed"), [(True, 2), (False, 0)])
def test_the_file_and_its_name_reach_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, to_disk: bool, flushed: int) -> None:
    """Where that is asked for; it costs milliseconds."""
    calls: list[int] = []
    monkeypatch.setattr(os, "fsync", calls.append)
    with replacing(tmp_path / "file", to_disk=to_disk) as staging:
        staging.write_text("content")
    assert len(calls) == flushed


def test_a_full_disk_says_where(tmp_path: Path) -> None:
    """The system does not, of a file that is open; what was there before is left."""
    path = tmp_path / "file"
    write_whole(path, "before")

    def tensors() -> None:  # which replace a file, and so would replace /dev/full
        message = "Error while serializing: I/O error: No space left on device (os error 28)"
        raise SafetensorError(message)

    for write in (partial(Path("/dev/full").write_text, "after"), tensors):
        for writing in (replacing(path), staged(path)):
            with pytest.raises(OSError, match=r"No space left on device: '.*/file'"), writing:
                write()
    assert path.read_text() == "before\n"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_what_safetensors_writes_is_open_to_whom_other_files_are(tmp_path: Path) -> None:
    """By the umask, and not its owner's alone: replicas of another user read it."""
    (tmp_path / "any").touch()
    with as_any(tmp_path / "weights") as file:
        save_file({"a": np.zeros(1)}, file)
    assert (tmp_path / "weights").stat().st_mode == (tmp_path / "any").stat().st_mode
    assert load_file(tmp_path / "weights")["a"] == 0
