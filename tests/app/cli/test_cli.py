"""The command line: exit codes, one line for a person, fast help."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import torch

from app.cli import run
from app.cli.demo import prepare_demo
from app.cli.progress import lines
from app.ground.parts import LogSettings
from app.ground.settings import Settings
from app.home.store import ReleaseRecord, ReleaseStore
from app.log.base import Event, Stream
from app.log.open import opened_log
from app.release.release import Release
from models.bundle import Bundle
from models.errors import BundleError
from models.recipes.registry import RECIPES
from sealed.errors import OtherVersionError
from tests.app.homes import copied


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["train", "DATA"],
        ["import", "/does/not/exist"],
        ["serve", "--home", "/does/not/exist"],
        ["serve", "--port", "70000"],
        ["releases"],
        ["releases", "activate", "r1-00000000"],
        ["generate", "out", "--items", "many"],
        ["evaluate", ".", "--bundle", ".", "--split", "tests"],
        ["train", ".", "--out", "b", "--set", "epochs"],
    ],
)
def test_bad_usage_is_one_line_and_exit_code_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On standard error, with nothing on standard output."""
    monkeypatch.chdir(tmp_path)
    code = run(arguments)
    out, err = capsys.readouterr()
    assert code == 2
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    assert err.startswith("attire: ")


@pytest.mark.parametrize("place", ["taken", "taken/below", "taken/below/deep"])
def test_where_a_result_cannot_be_written_is_told_before_the_work(
    catalogue: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    """A file where a directory should be, on the way or at its end."""
    (tmp_path / "taken").write_text("mine")
    (tmp_path / "folder").mkdir()
    out, data, trained = str(tmp_path / place), str(catalogue), str(home / "trained")
    for command in (
        ["train", data, "--out", out],
        ["evaluate", data, "--bundle", trained, "--report", out],
        ["evaluate", data, "--bundle", trained, "--json", out if "/" in place else str(tmp_path / "folder")],
        ["evaluate", data, "--bundle", trained, "--predictions", f"{out}/x"],
        ["generate", out],
    ):
        assert run(command) == 2
        problem = capsys.readouterr().err
        assert len(problem.splitlines()) == 1
        assert str(tmp_path) in problem
    assert (tmp_path / "taken").read_text() == "mine"


def test_an_address_of_another_machine_is_told_to_be_changed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No other port would help."""
    assert run(["serve", "--home", str(home), "--host", "203.0.113.7", "--port", "0"]) == 2
    assert "choose another --host" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["weak-labels"], ["personal", "--set", "mode=pixels"]])
def test_an_encoder_beside_a_recipe_that_trains_its_own_is_refused(
    arguments: list[str], catalogue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whether or not there is one of that name; the one that the environment sets for everything is not meant."""
    out = str(tmp_path / "b")
    assert run(["train", str(catalogue), "--out", out, "--encoder", "shippd", "--recipe", *arguments]) == 2
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert f"field '--encoder': recipe {arguments[0]} trains an encoder of its own" in err


def test_help_names_every_recipe(capsys: pytest.CaptureFixture[str]) -> None:
    """As the registry has them."""
    assert run(["train", "--help"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in RECIPES)


def test_help_needs_neither_torch_nor_faiss() -> None:
    """So that it answers at once."""
    check = "import sys, app.cli; sys.exit(bool({'torch', 'faiss', 'pyarrow', 'fastapi', 'redis'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_shells_complete_commands(capfd: pytest.CaptureFixture[str]) -> None:
    """By what ``attire --install-completion`` puts there."""
    asked = {**os.environ, "_ATTIRE_COMPLETE": "complete_bash", "COMP_WORDS": "attire imp", "COMP_CWORD": "1"}
    subprocess.run([sys.executable, "-m", "app.cli"], env=asked, check=False)
    assert capfd.readouterr().out.split() == ["import", "import-orders"]


def test_no_command_shows_help(capsys: pytest.CaptureFixture[str]) -> None:
    """Like --help."""
    assert run([]) == 0
    assert "publish" in capsys.readouterr().out


def test_import_publish_list_rollback(catalogue: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The way of a release through the commands."""
    where = ["--home", str(tmp_path)]
    assert run(["import", str(catalogue), *where]) == 0
    assert run(["publish", str(home / "trained"), *where]) == 0
    assert "500 outfits; not compared with what learns nothing" in capsys.readouterr().out
    assert run(["releases", "list", *where]) == 0
    _, second, first = (line.split() for line in capsys.readouterr().out.splitlines())
    assert second[0] == "*"
    assert second[2] == "test"
    assert first[1] == "cosine"
    assert run(["releases", "list", "--json", *where]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(one["id"], one["current"]) for one in told] == [(second[1], True), (first[0], False)]
    assert run(["releases", "rollback", *where]) == 0
    assert run(["releases", "show", first[0], *where]) == 0
    shown = json.loads(capsys.readouterr().out.split("is current\n")[1])
    assert shown["current"] is True
    assert shown["about_bundle"]["recipe"] == "cosine"
    assert run(["releases", "activate", second[1], *where]) == 0
    assert run(["releases", "rollback", *where]) == 0
    assert run(["releases", "rollback", *where]) == 2


def test_a_rollback_passes_over_what_a_later_version_wrote(
    catalogue: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As who goes back to the version before meets, once the later one has published several times."""
    where = ["--home", str(tmp_path)]
    again = replace(Bundle.load(home / "trained").manifest, outfits=501)
    Bundle(again, Bundle.load(home / "trained").model).save(tmp_path / "again")
    for command in (["import", str(catalogue)], ["publish", str(home / "trained")], ["publish", str(tmp_path / "again")]):
        assert run([*command, *where]) == 0
    opened, trouble = Release.open, BundleError("written by another version")

    def refusing(store: ReleaseStore, record: ReleaseRecord, **more: Any) -> Release:
        if record.id.startswith("r2"):
            raise trouble from OtherVersionError()
        return opened(store, record, **more)

    monkeypatch.setattr(Release, "open", refusing)
    assert run(["releases", "rollback", *where]) == 0
    said = capsys.readouterr()
    assert "is passed over: written by another version" in said.err
    assert [line.split()[-3][:3] for line in said.out.splitlines()[-1:]] == ["r1-"]
    assert run(["releases", "rollback", *where]) == 2


def test_a_broken_release_hides_no_other(catalogue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The list says which it leaves out; with a broken ``CURRENT`` it says what could be activated."""
    where = ["--home", str(tmp_path)]
    for _ in range(2):
        assert run(["import", str(catalogue), "--force", *where]) == 0
    first, second = ReleaseStore(tmp_path).records()
    (tmp_path / "releases" / f"{first.id}.json").write_text("{")
    capsys.readouterr()
    assert run(["releases", "list", *where]) == 0
    out, err = capsys.readouterr()
    assert second.id in out
    assert f"left out: {tmp_path}/releases/{first.id}.json" in err
    (tmp_path / "CURRENT").write_bytes(b"\xff\xfe")
    assert run(["releases", "list", *where]) == 2
    out, err = capsys.readouterr()
    assert second.id in out
    assert "CURRENT: cannot be read" in err.splitlines()[-1]
    for command in (["serve"], ["doctor"], ["releases", "list"], ["import", str(catalogue)]):
        assert run([*command, "--home", str(tmp_path / "CURRENT")]) == 2
        assert "not a directory" in capsys.readouterr().err.splitlines()[-1]


def test_import_names_refused_pictures_and_its_rate(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left out is told; the rest is served."""
    monkeypatch.setenv("ATTIRE_CACHE", str(tmp_path / "cache"))
    assert run(["import", str(pictures), "--home", str(tmp_path / "home"), "--encoder", "backbone:shufflenet_v2_x0_5"]) == 0
    out, err = capsys.readouterr()
    assert "picture of cut left out" in err
    assert "picture of note left out" in err
    assert "14 items" in out
    assert "items/s" in out


def test_doctor_says_whether_it_can_serve(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Versions, devices, threads, and the release."""
    assert run(["doctor", "--home", str(home)]) == 0
    out = capsys.readouterr().out
    assert "torch" in out
    assert "threads" in out
    assert re.search(r"^index +flat: \d+ items$", out, re.MULTILINE)
    assert "yes: release r2-" in out


def test_what_a_program_reads_is_json(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Doctor, gc and publish on standard output; doctor ends with 1 for a home without a release, and tells as much."""

    def told(*words: str | Path, code: int = 0) -> dict[str, Any]:
        assert run([*map(str, words), "--json"]) == code
        answer: dict[str, Any] = json.loads(capsys.readouterr().out)
        return answer

    mine = copied(home, tmp_path / "home")
    found = told("doctor", "--home", mine)
    assert found["serves"] is True
    assert (found["gpu"], found["feed"]) == ([], [])
    assert found["serve"].startswith("yes: release")
    assert told("doctor", "--home", tmp_path / "none", code=1)["serves"] is False
    would = told("gc", "--dry-run", "--home", mine)
    assert (would["removed"], would["changes"]) == (False, None)
    published = told("publish", mine / "trained", "--home", mine)
    assert published["current"] is True
    assert told("gc", "--home", mine)["removed"] is True


def test_doctor_asks_the_log(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """One that keeps nothing, or lacks what it acknowledged, ends it with 2, though the release can be served."""
    own = copied(home, tmp_path / "own")
    assert run(["doctor", "--home", str(own)]) == 0
    assert "log              yes" in capsys.readouterr().out
    monkeypatch.setenv("ATTIRE_LOG__URL", "redis://127.0.0.1:1/0")
    assert run(["doctor", "--home", str(own)]) == 2
    told = capsys.readouterr().out
    assert "log              no: the log in Redis cannot be used now (ConnectionError)" in told
    assert "serve            yes" in told
    monkeypatch.delenv("ATTIRE_LOG__URL")

    async def append() -> None:
        async with opened_log(LogSettings(), own) as log:
            await log.append(Stream.EVENTS, [Event("a", {})])

    asyncio.run(append())
    (own / "log.sqlite").unlink()
    assert run(["doctor", "--home", str(own)]) == 2
    assert "log              no: log.sqlite is not there, and has acknowledged entries" in capsys.readouterr().out


def test_doctor_says_what_a_gpu_does(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """How busy it is only where the extra is installed."""
    monkeypatch.setenv("ATTIRE_DEVICE", "cpu")  # as there is none in truth
    told = {"device_count": 1, "mem_get_info": (2**36, 2**37), "get_device_name": "H100", "utilization": 7}
    for name, answer in told.items():
        monkeypatch.setattr(torch.cuda, name, lambda *_, answer=answer: answer)
    assert run(["doctor", "--home", str(home)]) == 0
    assert "H100, 64.0 of 128.0 GiB free, 7 % busy" in capsys.readouterr().out

    def missing(_: int) -> int:
        raise ModuleNotFoundError

    monkeypatch.setattr(torch.cuda, "utilization", missing)
    assert run(["doctor", "--home", str(home)]) == 0
    assert "attire[gpu]" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["evaluate", "DATA", "--bundle", "BUNDLE", "--report", "out"], ["simulate", "--plot", "out.png"]])
def test_plots_without_matplotlib_are_refused_before_the_work(
    arguments: list[str], catalogue: Path, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what to install."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr("models.outputs.find_spec", lambda _: None)
    given = {"DATA": str(catalogue), "BUNDLE": str(home / "trained")}
    assert run([given.get(one, one) for one in arguments]) == 2
    assert "pip install 'attire[plots]'" in capsys.readouterr().err


def test_plain_progress_ends_with_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Title, how far, and the latest figures."""
    with lines("encoding", 3) as advance:
        advance(2)
        advance(loss=0.25)
    line = capsys.readouterr().err
    assert line.startswith("encoding: 3/3")
    assert "loss 0.25" in line


@pytest.mark.integration
def test_the_demo_prepares_itself_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Wardrobe, import, training, publishing; the second time there is nothing left to do. Its bundle can be evaluated."""
    for name, value in (
        ("ITEMS", 120),
        ("OUTFITS", 120),
        ("SHOPPERS", 5),
        ("TRAINING", {"epochs": "1", "embedding_size": "16", "masks": "1", "mask_epochs": "1", "mask_size": "16"}),
    ):
        monkeypatch.setattr(f"app.cli.demo.{name}", value)
    monkeypatch.setenv("ATTIRE_CACHE", str(tmp_path / "cache"))
    settings = Settings(home=tmp_path / "home", encoder="backbone:shufflenet_v2_x0_5")
    prepare_demo(settings)
    first = ReleaseStore(settings.home).current()
    prepare_demo(settings)
    assert first is not None
    assert first.recipe == "attire"
    assert ReleaseStore(settings.home).current() == first
    out = tmp_path / "figures.json"
    assert run(["evaluate", str(settings.home / "wardrobe"), "--bundle", str(settings.home / "trained"), "--json", str(out)]) == 0
    assert 0 <= json.loads(out.read_text())["tasks"]["fitb"]["fitb_accuracy"] <= 1
    assert "fitb_accuracy" in capsys.readouterr().out


def test_a_restore_that_was_broken_off_is_told_by_whatever_needs_a_release(
    home: Path, catalogue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """To import would make another home of it."""
    half = tmp_path / "home"
    half.mkdir()
    assert run(["doctor", "--home", str(half)]) == 1
    assert "run `attire import DATA" in capsys.readouterr().out
    (half / ".restored-0a1b2c3d").mkdir()
    why = f"a restore was broken off in {half}; do it again: `attire restore BACKUP --home {half} --force`"
    words = (["serve"], ["worker", "--once"], ["publish", str(home / "trained")], ["import", str(catalogue)], ["sync", str(catalogue)])
    for command in (*words, ["backup", str(tmp_path / "b.tar")]):
        assert run([*command, "--home", str(half)]) == 2, command
        assert f"attire: {why}" in capsys.readouterr().err.splitlines(), command
    assert run(["doctor", "--json", "--home", str(half)]) == 2
    told = json.loads(capsys.readouterr().out)
    assert (told["serves"], told["serve"]) == (False, f"no: {why}")
    assert not (half / "CURRENT").exists()


def test_a_value_that_is_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """With its option, in one line."""
    assert run(["simulate", "--sessions", "many"]) == 2
    said = capsys.readouterr().err
    assert "'--sessions'" in said
    assert said.endswith(", not 'many'. Try --help.\n")


def test_a_group_without_a_command_names_those_it_has(capsys: pytest.CaptureFixture[str]) -> None:
    """In one line; a command that lacks an argument is told that alone."""
    assert run(["keys"]) == 2
    assert capsys.readouterr().err == "attire: Missing command. There are create, list, revoke. Try --help.\n"
    assert run(["train"]) == 2
    assert capsys.readouterr().err == "attire: Missing argument 'data'. Try --help.\n"


def test_a_full_disk_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """And where it is."""
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/srv/home/images/a.jpg")
    monkeypatch.setattr("app.cli.cli", Mock(side_effect=full))
    assert run(["gc"]) == 1
    assert (
        capsys.readouterr().err == "attire: /srv/home/images/a.jpg: No space left on device; make room there, and give the command again\n"
    )
