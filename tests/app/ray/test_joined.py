"""Which clusters can be joined; asked without Ray."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import run
from app.ray import joined
from models.errors import InputError


def test_without_the_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is read."""
    monkeypatch.setattr(joined, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"pip install 'attire\[ray\]'"):
        joined.check("local")


@pytest.mark.parametrize(("on", "says"), [("ray://head:10001", "ray job submit"), ("head:6379", "give local, or auto")])
def test_other_addresses_are_refused(on: str, says: str) -> None:
    """With what to do in their place."""
    with pytest.raises(InputError, match=says):
        joined.check(on)


def test_what_only_one_of_them_can_is_refused_by_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One machine has neither shards nor encoders beside, and several shops have no shards."""
    monkeypatch.setattr(joined, "find_spec", lambda _: True)
    command = ["serve", "--home", str(tmp_path), "--port", "0"]
    monkeypatch.setenv("ATTIRE_INDEX__SHARDS", "4")
    assert run(command) == 2
    assert "4: shards are processes of a cluster; give --on, or 0" in capsys.readouterr().err
    monkeypatch.setenv("ATTIRE_SHOPS", '{"a": {"home": "a"}}')
    assert run([*command, "--on", "local"]) == 2
    assert "leave ATTIRE_SHOPS out" in capsys.readouterr().err
    assert run(["serve", "--port", "0", "--on", "local"]) == 2
    assert "4: shards are for one shop, and there are several; give 0" in capsys.readouterr().err
    monkeypatch.delenv("ATTIRE_INDEX__SHARDS")
    monkeypatch.setenv("ATTIRE_ENCODERS", "2")
    assert run(command) == 2
    assert "2: they are processes of a cluster; give --on, or 0" in capsys.readouterr().err


def test_that_a_token_is_asked_for_is_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    """That none is asked for is one."""
    said = logging.getLogger(joined._OF_TOKENS)
    said.addFilter(joined._worth_a_line)
    for state in ("enabled", "disabled"):
        said.warning("Token authentication is %s for this Ray cluster.", state)
    assert [record.args for record in caplog.records] == [("disabled",)]


def test_checking_imports_nothing() -> None:
    """Nor does the command line."""
    asked = """
import sys
import typer, app.cli
dict(typer.main.get_command(app.cli.cli).commands)  # every command's module
from app.ray import joined
joined.find_spec("ray") and joined.check("local")
sys.exit("ray" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


def test_a_process_here_is_as_urgent_as_the_command(turn: None) -> None:  # noqa: ARG001 - one cluster at a time
    """Unless the environment says otherwise."""
    asked = """
import os, sys
import ray
from app.ray.joined import join
from app.ray.tasks import Tasks
join("local", cpus=1)
niceness = Tasks().submit(os.nice, 0).result()
ray.shutdown()
sys.exit(niceness - os.nice(0))
"""
    for said, more in ((None, 0), ("4", 4)):
        environment = {name: value for name, value in os.environ.items() if name != "RAY_worker_niceness"}
        environment |= {"RAY_worker_niceness": said} if said else {}
        assert subprocess.run([sys.executable, "-c", asked], check=False, env=environment).returncode == more


def test_what_does_not_start_in_time_is_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Ray's own processes on a busy machine; what never starts is told."""
    pytest.importorskip("ray")
    monkeypatch.setattr("ray.shutdown", lambda: None)
    begun = []

    def begin(needed: int) -> int:
        begun.append(needed)
        if len(begun) < needed:
            msg = "timed out"
            raise Exception(msg)  # noqa: TRY002 - as Ray does
        return len(begun)

    assert joined.patiently(lambda: begin(3)) == 3
    begun.clear()
    with pytest.raises(InputError, match=r"does not start on this machine \(timed out\)"):
        joined.patiently(lambda: begin(4))
