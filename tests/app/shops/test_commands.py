"""The commands for several shops, in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from app.cli import run
from tests.app.homes import copied

pytestmark = pytest.mark.integration
ATTIRE = [sys.executable, "-c", "from app.cli import main; main()"]


@pytest.fixture
def told(home: Path, tmp_path: Path) -> dict[str, str]:
    """An environment that names two shops."""
    shops = {name: {"home": str(copied(home, tmp_path / name)), "hosts": [f"{name}.example"]} for name in ("a", "b")}
    return {**os.environ, "ATTIRE_SHOPS": json.dumps(shops), "PYTHONUNBUFFERED": "1", "ATTIRE_KEYS__ADMIN": "the-operators-own-key"}


@pytest.mark.parametrize("workers", ["1", "2"])
def test_one_command_serves_all_of_them(told: dict[str, str], workers: str) -> None:
    """In one process or in several; a signal ends it quietly."""
    command = [*ATTIRE, "serve", "--port", "0", "--workers", workers]
    with subprocess.Popen(command, env=told, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        line = next(line for line in server.stdout if "http://" in line)
        assert line.startswith("Serving 2 shops")
        url = line.rsplit(maxsplit=1)[-1]
        for name in ("a", "b"):
            answer = httpx2.post(f"{url}/complete-outfit", json={"items": ["tops-1"]}, headers={"Host": f"{name}.example"}, timeout=60)
            assert answer.status_code == 200
        assert httpx2.get(f"{url}/readyz", timeout=60).json() == {"status": "ready", "not_ready": 0, "degraded": 0}
        server.send_signal(signal.SIGTERM)
        _, err = server.communicate(timeout=60)
    assert "Traceback" not in err


def test_they_are_served_though_nobody_reads_the_log(told: dict[str, str]) -> None:
    """Whoever read it left during the start; a signal ends the service as ever."""
    read, write = os.pipe()
    os.close(read)
    with subprocess.Popen([*ATTIRE, "serve", "--port", "0"], env=told, stdout=subprocess.PIPE, stderr=write, text=True) as server:
        os.close(write)
        assert server.stdout is not None
        url = next(line for line in server.stdout if "http://" in line).rsplit(maxsplit=1)[-1]
        assert httpx2.get(f"{url}/readyz", timeout=60).json() == {"status": "ready", "not_ready": 0, "degraded": 0}
        assert httpx2.post(f"{url}/complete-outfit", json={"items": ["tops-1"]}, headers={"Host": "a.example"}, timeout=60).is_success
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=60)


def test_a_home_that_is_named_is_served_alone(told: dict[str, str], tmp_path: Path) -> None:
    """By the settings of its shop: under its name, and no other's."""
    command = [*ATTIRE, "serve", "--home", str(tmp_path / "a"), "--port", "0", "--workers", "2"]
    with subprocess.Popen(command, env=told, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        line = next(line for line in server.stdout if "http://" in line)
        assert line.startswith("Serving release")
        for name, status in (("a", 200), ("b", 400)):
            answer = httpx2.get(f"{line.rsplit(maxsplit=1)[-1]}/categories", headers={"Host": f"{name}.example"}, timeout=60)
            assert answer.status_code == status
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0


@pytest.mark.parametrize("command", ["keys create", "releases list", "gc --dry-run", "log check", "rules list"])
def test_a_command_for_one_home_asks_which(
    command: str, told: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where several are named: the one without a name is served by nobody, be it the environment's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ATTIRE_SHOPS", told["ATTIRE_SHOPS"])
    monkeypatch.setenv("ATTIRE_HOME", str(tmp_path / "other"))
    assert run(command.split()) == 2
    assert f"say which: a {tmp_path / 'a'}, b {tmp_path / 'b'}" in capsys.readouterr().err
    assert run([*command.split(), "--home", str(tmp_path / "a")]) == 0
    assert not (tmp_path / "other").exists()


def test_doctor_tells_of_each(
    told: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that cannot be served hides no other."""
    monkeypatch.setenv("ATTIRE_SHOPS", told["ATTIRE_SHOPS"])
    assert run(["doctor", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["serves"] is True
    (tmp_path / "a" / "CURRENT").unlink()
    assert run(["doctor", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["serves"], {name: shop["serves"] for name, shop in found["shops"].items()}) == (False, {"a": False, "b": True})
    assert run(["doctor"]) == 1
    said = capsys.readouterr().out
    assert said.index("a has no release") < said.index("shop             b") < said.index("yes: release")


def test_one_worker_is_theirs_until_it_is_stopped(told: dict[str, str], tmp_path: Path) -> None:
    """``--once`` is for one home, which is named."""
    done = subprocess.run([*ATTIRE, "worker", "--once"], env=told, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, "name its --home" in done.stderr) == (2, True)
    with subprocess.Popen([*ATTIRE, "worker"], env=told, stderr=subprocess.PIPE, text=True) as worker:
        until = time.monotonic() + 120
        while not all((tmp_path / name / "worker" / "lock").exists() for name in ("a", "b")):
            assert time.monotonic() < until
            time.sleep(0.1)
        worker.send_signal(signal.SIGTERM)
        _, err = worker.communicate(timeout=60)
    assert (worker.returncode, "Traceback" in err) == (130, False)
