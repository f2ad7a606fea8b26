"""From the first 200 of ``/readyz`` on nobody is told that it starts: the port is in one hand at a time."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from select import select

import httpx2
import pytest

from tests.hostile.conftest import ATTIRE

pytestmark = pytest.mark.integration
READY = 200
SERVING = """
import socket
from pathlib import Path
from tempfile import mkdtemp

from app.cli.serve import _one_of_several
from app.ground.settings import Settings
from app.main import create_app
from app.server.process import answer
from app.server.workers import Workers

def loaded():
    print("loaded", flush=True)
    input()

if __name__ == "__main__":
    settings, listener = Settings.read(), socket.create_server(("127.0.0.1", 0))
    print("port", listener.getsockname()[1], flush=True)
    if settings.workers > 1:
        Workers(_one_of_several, listener, settings.workers, 5, (settings, None, None, Path(mkdtemp())), first=loaded).supervise()
    else:
        answer(create_app(settings), settings, listener, loaded)
"""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def asked_while(url: str, begun: Callable[[], bool]) -> list[tuple[float, float, int]]:
    """What ``/readyz`` answered to two who ask, again and again, until a second after the first 200: when asked, when answered, and how."""
    rows: list[tuple[float, float, int]] = []
    until = time.monotonic() + 240

    def ask() -> None:
        while time.monotonic() < until and begun():
            asked = time.monotonic()
            try:
                status = httpx2.get(f"{url}/readyz", timeout=30).status_code
            except httpx2.TransportError:
                status = 0
            rows.append((asked, time.monotonic(), status))
            first = min((answered for _, answered, how in rows if how == READY), default=None)
            if first is not None and time.monotonic() > first + 1:
                return
            time.sleep(0.02)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return rows


@pytest.mark.parametrize("workers", [1, 2])
def test_no_connection_is_taken_before_the_port_is_free(bare_home: Path, tmp_path: Path, workers: int) -> None:
    """While whoever answered until then has not left the port, a request waits; then it is answered."""
    own, script = Path(shutil.copytree(bare_home, tmp_path / "home")), tmp_path / "serving.py"
    script.write_text(SERVING)
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "ATTIRE_HOME": str(own), "ATTIRE_WORKERS": str(workers)}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    process = subprocess.Popen([sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        port = int(next(line for line in process.stdout if line.startswith("port ")).split()[1])
        assert next(line for line in process.stdout if line == "loaded\n")
        with socket.create_connection(("127.0.0.1", port), timeout=60) as asked:
            asked.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert not select([asked], [], [], 1)[0], "it is answered while another still has the port"
            process.stdin.write("free\n")
            process.stdin.flush()
            assert asked.recv(15) == b"HTTP/1.1 200 OK"
    finally:
        process.terminate()
        process.wait(60)
        process.stdin.close()
        process.stdout.close()


def test_ready_once_is_ready_for_all(bare_home: Path, tmp_path: Path) -> None:
    """Two processes: whoever asks after the first 200 gets 200."""
    own, port = Path(shutil.copytree(bare_home, tmp_path / "home")), free_port()
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "ATTIRE_WORKERS": "2"}
    process = subprocess.Popen([*ATTIRE, "serve", "--home", str(own), "--port", str(port)], stdout=subprocess.DEVNULL, env=environment)
    try:
        rows = asked_while(f"http://127.0.0.1:{port}", lambda: process.poll() is None)
        first = min(answered for _, answered, how in rows if how == READY)
        assert {how for _, _, how in rows if how} == {READY, 503}, "it was asked while it started, and after"
        assert {how for asked, _, how in rows if asked > first} == {READY}
    finally:
        process.terminate()
        process.wait(60)
