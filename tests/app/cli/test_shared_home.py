"""The commands on a home in object storage, each on a machine of its own, which is a directory of copies."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import httpx2
import pytest
from s3fs import S3FileSystem

from tests.redis_server import RedisServer

pytestmark = pytest.mark.integration
ATTIRE = [sys.executable, "-c", "from app.cli import main; main()"]
URL = "s3://shops/home"


@pytest.fixture
def servers(start_redis: Callable[..., RedisServer]) -> Iterator[Mapping[str, str]]:
    """An object storage and a Redis, as the environment names them."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    storage = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    endpoint = f"http://127.0.0.1:{port}"
    soon(partial(answers, port))
    S3FileSystem(endpoint_url=endpoint, key="anyone", secret="anything").mkdir("shops")  # noqa: S106 - nobody's
    yield {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "anyone",
        "AWS_SECRET_ACCESS_KEY": "anything",
        "AWS_DEFAULT_REGION": "us-east-1",
        "ATTIRE_LOG__URL": start_redis().url,
        "ATTIRE_HOME": URL,
        "ATTIRE_SWAP__POLL_S": "0.2",
        "PYTHONUNBUFFERED": "1",
    }
    storage.kill()
    storage.wait()


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as asking:
        return not asking.connect_ex(("127.0.0.1", port))


def soon(happens: Callable[[], bool]) -> None:
    """It does, within a minute."""
    until = time.monotonic() + 60
    while not happens():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_release_is_imported_here_served_there_and_rolled_back_from_elsewhere(
    servers: Mapping[str, str], catalogue: Path, tmp_path: Path, write_catalogue: Callable[..., Path]
) -> None:
    """What is not for such a home says so."""

    def on(machine: str, *arguments: str) -> tuple[int, str]:
        told = {**os.environ, **servers, "ATTIRE_CACHE": str(tmp_path / machine)}
        done = subprocess.run([*ATTIRE, *arguments], env=told, capture_output=True, text=True, check=False, timeout=240)
        return done.returncode, done.stdout + done.stderr

    code, said = on("a", "import", str(catalogue))
    assert any(line.startswith(f"{URL}: ") for line in said.splitlines()), said
    assert code == 0, said
    there = {**os.environ, **servers, "ATTIRE_CACHE": str(tmp_path / "b")}
    with subprocess.Popen(
        [*ATTIRE, "serve", "--port", "0"], env=there, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            assert server.stdout is not None
            url = next(line for line in server.stdout if "http://" in line).rsplit(maxsplit=1)[-1]
            asked = httpx2.post(f"{url}/complete-outfit", json={"items": ["tops-1"]}, timeout=60)
            assert (asked.status_code, asked.json()["release"].partition("-")[0]) == (200, "r1")
            code, said = on("a", "import", str(write_catalogue(tmp_path / "next", seed=1)))
            assert code == 0, said
            soon(lambda: httpx2.get(f"{url}/readyz", timeout=60).json()["release"].startswith("r2-"))
            code, said = on("c", "releases", "rollback")
            assert code == 0, said
            soon(lambda: httpx2.get(f"{url}/readyz", timeout=60).json()["release"].startswith("r1-"))
        finally:
            server.terminate()
    for command in (["releases", "rollback"], ["keys", "create"], ["keys", "revoke", "none"]):
        said = on("c", *command)[1]
        assert (URL in said, str(tmp_path) in said) == (True, False), said
    code, said = on("a", "gc")
    assert any(line.startswith(f"{URL}: ") for line in said.splitlines()), said
    assert (code, "nothing to remove" in said) == (0, True), said
    code, said = on("a", "backup", str(tmp_path / "all.tar"))
    assert (code, f"attire backup is for a home that is a directory, not for {URL}" in said) == (2, True), said
