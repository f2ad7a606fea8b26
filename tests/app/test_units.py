"""The units of ``deploy`` for systemd run what there is, with settings that there are, and none is less shut in than the others."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from app.cli import COMMANDS
from app.ground.settings import Settings, table

DEPLOY: Final = Path(__file__).parents[2] / "deploy"
UNITS: Final = sorted(path.name for path in DEPLOY.glob("attire*.service"))
SHUT_IN: Final = {
    "CapabilityBoundingSet=",
    "NoNewPrivileges=true",
    "ProtectSystem=strict",
    "ProtectHome=true",
    "PrivateTmp=true",
    "UMask=0077",
}


def test_there_is_one_of_all_that_runs() -> None:
    """The service, the worker, and backups, which a timer starts."""
    assert UNITS == ["attire-backup.service", "attire-worker.service", "attire.service"]
    commands = [re.findall(r"/opt/attire/bin/attire (\w+)", (DEPLOY / unit).read_text()) for unit in UNITS]
    assert commands == [["backup"], ["worker"], ["serve"]]
    assert {command for one in commands for command in one} <= COMMANDS.keys()
    assert (DEPLOY / "attire-backup.timer").exists()


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_is_shut_in_and_its_settings_can_be_read(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with lines of JSON, for the journal; over one home."""
    lines = (DEPLOY / unit).read_text().splitlines()
    assert set(lines) >= SHUT_IN
    given = dict(
        pair.split("=", 1) for line in lines if line.startswith("Environment=") for pair in line.removeprefix("Environment=").split()
    )
    assert given.keys() <= {name for name, _, _ in table()}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = Settings.read()
    assert (str(settings.home), settings.log.json_lines) == ("/var/lib/attire", True)
    stop = [float(line.partition("=")[2]) for line in lines if line.startswith("TimeoutStopSec=")]
    assert all(seconds > settings.grace_s + 10 for seconds in stop)


@pytest.mark.parametrize("unit", [*UNITS, "attire-backup.timer"])
def test_systemd_reads_a_unit(unit: str, tmp_path: Path) -> None:
    """Whatever it says is of the program, which is not installed here."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    for name in (*UNITS, "attire-backup.timer"):
        text = (DEPLOY / name).read_text().replace("/opt/attire/bin/attire", "/bin/true").replace("User=attire\n", "")
        (tmp_path / name).write_text(text)
    ran = subprocess.run(["systemd-analyze", "verify", str(tmp_path / unit)], capture_output=True, text=True, check=False)
    assert [line for line in ran.stderr.splitlines() if unit in line] == []
