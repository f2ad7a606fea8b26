"""Sealed directories: whole or not there, and refused by name where they are not what was written."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic.dataclasses import dataclass

from sealed.directories import CACHE, keep, same, staged
from sealed.errors import OtherVersionError, SealedError
from sealed.manifest import MANIFEST, STRICT, Manifest, Seal


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Box(Manifest):
    """What a box says of itself."""

    colour: str
    weight: float = 0.0


@dataclass(frozen=True, kw_only=True, config=STRICT)
class OldBox(Box):
    """What a box said in format 1."""

    handles: int


BOX = Seal(kind="box", manifest=Box, format=2, older={1: OldBox}, uncounted=frozenset({"weight"}))


def write(directory: Path, content: str = "content", **said: object) -> Box:
    """A box with one file in a folder."""
    with staged(directory) as staging:
        (staging / "inner").mkdir()
        (staging / "inner" / "file").write_text(content)
        return BOX.put(staging, Box(**{"colour": "red", **said}))  # type: ignore[arg-type]


def test_what_is_sealed_is_read(tmp_path: Path) -> None:
    """The manifest comes back with its id, and every file is what it was; nothing else is left."""
    box = write(tmp_path / "box")
    assert BOX.read(tmp_path / "box") == box
    BOX.check(tmp_path / "box", box)
    assert list(box.files) == ["inner/file"]
    assert [path.name for path in tmp_path.iterdir()] == ["box"]


def test_equal_content_has_an_equal_id(tmp_path: Path) -> None:
    """Of the files and of what the manifest says, but for what is no content."""
    first = write(tmp_path / "a")
    assert write(tmp_path / "b", weight=3.0).id == first.id
    assert len({first.id, write(tmp_path / "c", colour="blue").id, write(tmp_path / "d", "other").id}) == 3


def test_everything_reaches_the_disk_before_the_name_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """File, folder, manifest and directory first; then the name."""
    present: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda _: present.append((tmp_path / "box").exists()))
    write(tmp_path / "box")
    assert present == [False] * 4 + [True]


def test_what_fails_leaves_what_was(tmp_path: Path) -> None:
    """The directory before, and nothing beside it."""
    before = write(tmp_path / "box")

    def fail() -> None:
        with staged(tmp_path / "box") as staging:
            (staging / "file").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert BOX.read(tmp_path / "box") == before
    assert [path.name for path in tmp_path.iterdir()] == ["box"]


def test_a_directory_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    """Whatever was in that; whoever has a file of it open reads on."""
    write(tmp_path / "box", "before")
    with (tmp_path / "box" / "inner" / "file").open() as file:
        write(tmp_path / "box", "after")
        assert file.read() == "before"
    assert (tmp_path / "box" / "inner" / "file").read_text() == "after"
    assert [path.name for path in tmp_path.iterdir()] == ["box"]


def test_keeping_the_same_again_changes_nothing(tmp_path: Path) -> None:
    """What is derived from it stays, too; a damaged one is replaced."""
    write(tmp_path / "box")
    (tmp_path / "box" / CACHE).mkdir()
    inode = (tmp_path / "box").stat().st_ino
    write(tmp_path / "again")
    keep(tmp_path / "again", tmp_path / "box")
    assert (tmp_path / "box").stat().st_ino == inode
    (tmp_path / "box" / "inner" / "file").write_text("damaged")
    write(tmp_path / "again")
    assert not same(tmp_path / "again", tmp_path / "box")
    keep(tmp_path / "again", tmp_path / "box")
    assert (tmp_path / "box" / "inner" / "file").read_text() == "content"
    assert [path.name for path in tmp_path.iterdir()] == ["box"]


def become_directory(path: Path) -> None:
    """Be something that is no file."""
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (Path.unlink, "missing from the box"),
        (become_directory, "cannot be read"),
        (lambda path: path.write_text("conTent"), "corrupted"),
        (lambda path: path.write_text(""), "corrupted"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, damage: Callable[[Path], object], message: str) -> None:
    """In one line."""
    box = write(tmp_path / "box")
    damage(tmp_path / "box" / "inner" / "file")
    with pytest.raises(SealedError, match=f"inner/file: {message}") as caught:
        BOX.check(tmp_path / "box", box)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "blue"}, "corrupted"),
        ({"id": "0" * 16}, "corrupted"),
        ({"format": 3}, "format 3, this version reads 2"),
        ({"format": "2"}, "format '2', this version reads 2"),
        ({"colour": 5}, r"not a box's manifest \(colour: Input should be a valid string\)"),
        ({"more": 5}, r"not a box's manifest \(more: "),
    ],
)
def test_an_altered_manifest_is_named(tmp_path: Path, change: dict[str, object], message: str) -> None:
    """With the field, where it is one."""
    write(tmp_path / "box")
    path = tmp_path / "box" / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(SealedError, match=rf"manifest\.json: {message}"):
        BOX.read(tmp_path / "box")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (Path.unlink, "no box here"),
        (become_directory, r"manifest\.json: cannot be read"),
        (lambda path: path.write_bytes(b"\xff"), "not JSON"),
        (lambda path: path.write_text("[" * 100_000), "not JSON"),
        (lambda path: path.write_text("[]"), "not a box's manifest"),
        (lambda path: path.write_text("{}"), "format None"),
    ],
)
def test_what_is_no_manifest_is_told(tmp_path: Path, damage: Callable[[Path], object], message: str) -> None:
    """Missing, unreadable, not JSON, or of another form."""
    write(tmp_path / "box")
    damage(tmp_path / "box" / MANIFEST)
    with pytest.raises(SealedError, match=message):
        BOX.read(tmp_path / "box")


def test_an_older_format_is_read_as_what_it_was(tmp_path: Path) -> None:
    """By the manifest of its time."""
    with staged(tmp_path / "old") as staging:
        Seal(kind="box", manifest=OldBox, format=1, uncounted=BOX.uncounted).put(staging, OldBox(colour="red", handles=2))
    old = BOX.read(tmp_path / "old")
    assert isinstance(old, OldBox)
    assert old.handles == 2


@dataclass(frozen=True, kw_only=True, config=STRICT)
class NewBox(Box):
    """A box as a later version has it."""

    lid: str


@pytest.mark.parametrize("form", [2, 3])
def test_what_a_later_version_wrote_is_told_so(tmp_path: Path, form: int) -> None:
    """It is whole, so nothing mends it but that version."""
    with staged(tmp_path / "new") as staging:
        Seal(kind="box", manifest=NewBox, format=form, uncounted=BOX.uncounted).put(staging, NewBox(colour="red", lid="flat"))
    with pytest.raises(OtherVersionError, match=r"manifest\.json") as caught:
        BOX.read(tmp_path / "new")
    assert caught.value.mended_by("make it anew").endswith("; use a version as new as that")
