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

from tests.app.homes import copied

pytestmark = pytest.mark.integration
ATTIRE = [sys.executable, "-c", "from app.cli import main; main()"]


@pytest.fixture
def told(home: Path, tmp_path: Path) -> dict[str, str]:
    """An environment that names two shops."""
    shops = {name: {"home": str(copied(home, tmp_path / name)), "hosts": [f"{name}.example"]} for name in ("a", "b")}
    return {**os.environ, "ATTIRE_SHOPS": json.dumps(shops), "PYTHONUNBUFFERED": "1", "ATTIRE_KEYS__ADMIN": "operators"}


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
        assert httpx2.get(f"{url}/readyz", timeout=60).json() == {"status": "ready", "not_ready": 0}
        server.send_signal(signal.SIGTERM)
        _, err = server.communicate(timeout=60)
    assert "Traceback" not in err


def test_one_worker_is_theirs_until_it_is_stopped(told: dict[str, str], tmp_path: Path) -> None:
    """``--once`` is for one home."""
    done = subprocess.run([*ATTIRE, "worker", "--once"], env=told, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, "leave ATTIRE_SHOPS out" in done.stderr) == (2, True)
    with subprocess.Popen([*ATTIRE, "worker"], env=told, stderr=subprocess.PIPE, text=True) as worker:
        until = time.monotonic() + 120
        while not all((tmp_path / name / "worker" / "lock").exists() for name in ("a", "b")):
            assert time.monotonic() < until
            time.sleep(0.1)
        worker.send_signal(signal.SIGTERM)
        _, err = worker.communicate(timeout=60)
    assert (worker.returncode, "Traceback" in err) == (130, False)
