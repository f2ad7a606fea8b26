"""The real server in a process of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from app.cli.serve import _heavy_beside, shared_out
from app.ground.parts import Threads
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from tests.app.homes import copied

pytestmark = pytest.mark.integration
ATTIRE = [sys.executable, "-c", "from app.cli import main; main()"]


def serve(home: Path | None, *more: str) -> subprocess.Popen[str]:
    """Start ``attire serve`` on any free port; for all shops that the environment names, or for one home."""
    command = [*ATTIRE, "serve", *(["--home", str(home)] if home else []), "--port", "0", *more]
    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, preexec_fn=_hears_hang_ups)  # noqa: PLW1509 - it sets one signal


def _hears_hang_ups() -> None:
    """Though the tests may not, as under nohup."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def first_answer(url: str, within_s: float) -> tuple[httpx2.Response, int]:
    """What ``/readyz`` says as soon as anybody takes the connection, and how often nobody did before."""
    until, refused = time.monotonic() + within_s, 0
    while True:
        try:
            return httpx2.get(f"{url}/readyz", timeout=60), refused
        except httpx2.ConnectError:
            refused += 1
            assert time.monotonic() < until
            time.sleep(0.02)


@pytest.fixture
def own(home: Path, tmp_path: Path) -> ReleaseStore:
    """A copy of the home, to break."""
    return ReleaseStore(copied(home, tmp_path / "home"))


@pytest.fixture
def server(home: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running server and its address."""
    process = serve(home)
    assert process.stdout is not None
    url = next(line for line in process.stdout if "http://" in line).rsplit(maxsplit=1)[-1]  # a key may have been made
    yield process, url
    process.kill()
    process.communicate()


def test_it_answers_and_ctrl_c_ends_it_quietly(server: tuple[subprocess.Popen[str], str]) -> None:
    """A question over a socket; then exit code 130 and no traceback."""
    process, url = server
    answer = httpx2.post(f"{url}/complete-outfit", json={"items": ["tops-1"]}, timeout=60)
    assert answer.status_code == 200
    assert answer.json()["slots"]
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "stopped" in err


@pytest.mark.parametrize(("starts", "code"), [("await asyncio.sleep(60)", -signal.SIGTERM), ("1 / 0", 1)], ids=["for ever", "fails"])
def test_a_start_that_does_not_end_well_ends_the_process(starts: str, code: int) -> None:
    """One that fails by itself; one that lasts when it is told to stop."""
    script = f"""
import asyncio, socket
from app.ground.settings import Settings
from app.server.process import answer

class Service:
    state = None

    async def __call__(self, scope, receive, send):
        print("starts", flush=True)
        {starts}

answer(Service(), Settings(), socket.create_server(("127.0.0.1", 0)))
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"starts\n"
        process.send_signal(signal.SIGTERM) if code < 0 else None
        assert process.wait(30) == code


@pytest.mark.parametrize("more", [(), ("--workers", "2")], ids=["one process", "several"])
def test_a_hang_up_ends_it_as_sigterm_does(home: Path, tmp_path: Path, more: tuple[str, ...]) -> None:
    """What is under way is finished, and its line is there; nothing of it is left."""
    process = serve(copied(home, tmp_path / "own"), *more)
    assert process.stdout is not None
    assert next(line for line in process.stdout if "http://" in line)
    process.send_signal(signal.SIGHUP)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "stopped" in err
    assert "Traceback" not in err


def test_few_open_files_are_told(home: Path, tmp_path: Path) -> None:
    """With what to do; where the system gives more, they are taken."""

    def line(soft: int, hard: int) -> str:
        command = ["sh", "-c", f'ulimit -Sn {soft} && ulimit -Hn {hard} && exec "$@"', "sh", *ATTIRE]
        own = copied(home, tmp_path / str(hard))
        process = subprocess.Popen(
            [*command, "serve", "--home", str(own), "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert next(said for said in process.stdout if "http://" in said)
        process.send_signal(signal.SIGTERM)
        return next((said for said in process.communicate(timeout=60)[1].splitlines() if "few_open_files" in said), "")

    assert "LimitNOFILE" in line(200, 200)
    assert not line(200, 1_000)


def test_it_says_what_is_waited_for_while_it_starts(home: Path) -> None:
    """At once, and to whoever asks; it lives meanwhile, and answers once it says where."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = serve(home, "--port", str(port))
    url = f"http://127.0.0.1:{port}"
    try:
        ready, _ = first_answer(url, 60)
        lives, asked = httpx2.get(f"{url}/healthz", timeout=60), httpx2.post(f"{url}/complete-outfit", json={}, timeout=60)
        assert (lives.status_code, lives.json()) == (200, {"status": "ok"})
        for answer in (ready, asked):
            assert (answer.status_code, answer.json()["type"]) == (503, "/problems/not-ready")
            assert "release r2-" in answer.json()["detail"]
            assert {"retry-after", "x-request-id", "x-content-type-options"} <= answer.headers.keys()
        assert process.stdout is not None
        assert url in next(line for line in process.stdout if "http://" in line)
        assert [httpx2.get(f"{url}/readyz", timeout=60).status_code for _ in range(20)] == [200] * 20
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("workers", [1, 2])
def test_connections_are_refused_until_it_can_answer_where_that_is_asked_for(
    home: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    """A proxy, which passes a 503 on, tries another replica then: whoever asks all the while is refused or answered."""
    monkeypatch.setenv("ATTIRE_ANSWERS_AT_START", "false")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = serve(home, "--port", str(port), "--workers", str(workers))
    try:
        answer, refused = first_answer(f"http://127.0.0.1:{port}", 120)
        assert (answer.status_code, refused > 0) == (200, True)
    finally:
        process.terminate()
        process.communicate(timeout=60)


def test_a_body_too_large_is_refused_before_it_is_sent(server: tuple[subprocess.Popen[str], str]) -> None:
    """The answer comes on the header alone."""
    _, url = server
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(
            b"POST /score-outfit HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 999999999999\r\n\r\n"
        )
        assert connection.recv(64).startswith(b"HTTP/1.1 413")


def break_weights(store: ReleaseStore) -> str:
    """Alter the weights; returns the name of the file."""
    current = store.current()
    assert current is not None
    path = store.bundle_path(current.bundle) / "weights.safetensors"
    path.write_bytes(path.read_bytes() + b"x")
    return path.name


def swap_snapshot(store: ReleaseStore) -> str:
    """Put the other release's snapshot in place of the current one's."""
    first, second = store.records()
    shutil.rmtree(store.snapshot_path(second.snapshot))
    shutil.copytree(store.snapshot_path(first.snapshot), store.snapshot_path(second.snapshot))
    return second.snapshot


def lose_category(store: ReleaseStore) -> str:
    """Delete the index of one category."""
    current = store.current()
    assert current is not None
    path = store.snapshot_path(current.snapshot) / "embeddings.npy"
    path.unlink()
    return path.name


@pytest.mark.parametrize("damage", [break_weights, swap_snapshot, lose_category])
def test_a_broken_release_is_one_line_and_exit_code_2(own: ReleaseStore, damage: object) -> None:
    """Naming the file, with no traceback."""
    assert callable(damage)
    name = damage(own)
    process = serve(own.home)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert len(err.strip().splitlines()) == 1
    assert name in err
    assert "Traceback" not in err + out


def test_a_taken_port_is_told_before_any_work(home: Path) -> None:
    """Exit code 2 and the address."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        started = time.monotonic()
        process = serve(home, "--port", str(taken.getsockname()[1]))
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "choose another --port" in err
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(("cores", "share"), [(8, 4), (2, 1), (1, 1)])
def test_processes_share_out_the_threads(tmp_path: Path, cores: int, share: int) -> None:
    """One for each core of the machine, and not of each process; what is told holds for each."""
    told = Settings(home=tmp_path, workers=2, threads=Threads(compute=3))
    threads = shared_out(told, cores).threads
    assert (threads.compute, threads.requests) == (3, share)


@pytest.mark.parametrize("folder", ["none", "x" * 100])
def test_no_place_for_the_heavy_process_is_told(
    folder: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nothing else needs a directory for temporary files, so the service answers without it."""
    (tmp_path / ("x" * 100)).mkdir()  # no socket has so long a path
    with monkeypatch.context() as full:
        full.setattr(tempfile, "tempdir", str(tmp_path / folder))
        with _heavy_beside(Settings(home=tmp_path)) as heavy:
            assert heavy is None
    assert "no_heavy_process" in capfd.readouterr().err
    with _heavy_beside(Settings(home=tmp_path, threads=Threads(apart=False))) as heavy:
        assert heavy is None
