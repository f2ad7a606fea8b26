"""A real server of S3's protocol, and machines that share a home in it."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from s3fs import S3FileSystem

from app.ground.places import working_copy
from app.home.store import ReleaseStore

START_S = 60.0
BUCKET = "shops"


class ObjectStorage:
    """The server, to kill.

    Args:
        trusting: it answers whatever key is sent, and has the bucket; else it refuses every key.
    """

    def __init__(self, *, trusting: bool = True) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        told = os.environ | {"INITIAL_NO_AUTH_ACTION_COUNT": "inf" if trusting else "0"}
        self.process = subprocess.Popen(command, env=told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + START_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                assert time.monotonic() < until, "the object storage does not come up"
                assert self.process.poll() is None, "the object storage ended"
                time.sleep(0.05)
        names = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")
        self.asked = dict(zip(names, (self.url, "anyone", "anything", "us-east-1"), strict=True))
        key, secret = self.asked["AWS_ACCESS_KEY_ID"], self.asked["AWS_SECRET_ACCESS_KEY"]
        self.files = S3FileSystem(endpoint_url=self.url, key=key, secret=secret, use_listings_cache=False, skip_instance_cache=True)
        if trusting:
            self.files.mkdir(BUCKET)

    def kill(self) -> None:
        """As if it had lost power."""
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="session")
def start_storage() -> Iterator[Callable[..., ObjectStorage]]:
    """Starts one, which ends with the tests."""
    started: list[ObjectStorage] = []

    def start(**given: Any) -> ObjectStorage:
        started.append(ObjectStorage(**given))
        return started[-1]

    yield start
    for server in started:
        server.kill()


@pytest.fixture(scope="session")
def one_storage(start_storage: Callable[..., ObjectStorage]) -> ObjectStorage:
    """One for all tests that do not kill it."""
    return start_storage()


@pytest.fixture
def storage(one_storage: ObjectStorage, monkeypatch: pytest.MonkeyPatch) -> ObjectStorage:
    """The same, asked by whoever is told nothing else."""
    for name, value in one_storage.asked.items():
        monkeypatch.setenv(name, value)
    assert "AWS_PROFILE" not in os.environ
    return one_storage


@pytest.fixture
def shared_url(storage: ObjectStorage) -> str:  # noqa: ARG001 - which is asked
    """A home of its own in it."""
    return f"s3://{BUCKET}/{secrets.token_hex(4)}/home"


@pytest.fixture
def machine(shared_url: str, tmp_path: Path) -> Callable[[str], ReleaseStore]:
    """The home on a machine of that name."""

    def of(name: str) -> ReleaseStore:
        return ReleaseStore(working_copy(shared_url, tmp_path / name))

    return of


@pytest.fixture
def first(machine: Callable[[str], ReleaseStore], home: Path) -> ReleaseStore:
    """The machine ``a``, on which two releases were made, of which the first is current for everybody."""
    store = machine("a")
    for part in ("bundles", "snapshots", "releases"):
        shutil.copytree(home / part, store.home / part)
    assert store.current() is None
    store.activate(store.records()[0].id)
    return store
