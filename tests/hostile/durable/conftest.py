"""A home of each test's own, and a redis-server to start."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import redis

from app.catalogue.importing import import_catalogue
from app.home.store import ReleaseStore


@pytest.fixture
def anyio_backend() -> str:
    """The service's."""
    return "asyncio"


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of 48 items with features of their own."""
    root, dice = tmp_path_factory.mktemp("shop"), np.random.default_rng(0)
    lines = [
        {
            "id": f"{category}-{number}",
            "category": category,
            "title": f"{category} number {number}",
            "price": 10.0 + number,
            "in_stock": number != 10,
            "features": dice.normal(size=16).tolist(),
        }
        for category in ("bags", "bottoms", "shoes", "tops")
        for number in range(12)
    ]
    (root / "items.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    import_catalogue(root, ReleaseStore(root / "home"), default_encoder="shipped")
    return root / "home"


@pytest.fixture
def home(imported: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(imported, tmp_path / "home")


class RedisServer:
    """A redis-server with an append-only file."""

    def __init__(self, directory: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        places = ("--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(directory), "--save", "", "--appendonly", "yes")
        self.process = subprocess.Popen([shutil.which("redis-server") or "", *places], stdout=subprocess.DEVNULL)
        until = time.monotonic() + 20
        with self.client() as client:
            while True:
                try:
                    client.ping()
                except redis.ConnectionError:
                    assert time.monotonic() < until, "redis-server does not come up"
                    time.sleep(0.02)
                else:
                    return

    def client(self) -> redis.Redis:
        """A plain client."""
        return redis.Redis(host="127.0.0.1", port=self.port, decode_responses=True)


@pytest.fixture
def start_redis(tmp_path: Path) -> Iterator[Callable[[], RedisServer]]:
    """Starts a redis-server, which ends with the test."""
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed")
    started: list[RedisServer] = []

    def start() -> RedisServer:
        started.append(RedisServer(tmp_path))
        return started[-1]

    yield start
    for server in started:
        server.process.kill()
        server.process.wait()
