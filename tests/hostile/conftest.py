"""A tiny home, and the real server over it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import numpy as np
import pytest

from app.catalogue.importing import import_catalogue
from app.home.store import ReleaseStore

ATTIRE = [sys.executable, "-c", "from app.cli import main; main()"]
Server = tuple[subprocess.Popen[str], str, int]


@pytest.fixture(scope="session")
def bare_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of 48 items that bring their own features."""
    rng = np.random.default_rng(0)
    root = tmp_path_factory.mktemp("hostile")
    (root / "shop").mkdir()
    lines = [
        f'{{"id": "{category}-{number}", "category": "{category}", "features": {rng.normal(size=16).round(3).tolist()}}}\n'
        for category in ("bags", "bottoms", "shoes", "tops")
        for number in range(12)
    ]
    (root / "shop" / "items.jsonl").write_text("".join(lines))
    import_catalogue(root / "shop", ReleaseStore(root / "home"), default_encoder="shipped")
    return root / "home"


@pytest.fixture(scope="session")
def serving(bare_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., object]:
    """A context manager that starts ``attire serve`` with settings, and gives the process, its host and its port."""

    @contextmanager
    def start(*more: str, **settings: str) -> Iterator[Server]:
        own = Path(shutil.copytree(bare_home, tmp_path_factory.mktemp("served") / "home"))
        environment = {
            **os.environ,
            "PYTHONUNBUFFERED": "1",
            "OMP_NUM_THREADS": "1",
            "ATTIRE_KEYS__OPEN_ON_LOOPBACK": "true",
            **{f"ATTIRE_{k}": v for k, v in settings.items()},
        }
        process = subprocess.Popen(
            [*ATTIRE, "serve", "--home", str(own), "--port", "0", *more], stdout=subprocess.PIPE, text=True, env=environment
        )
        assert process.stdout is not None
        found = re.search(r"http://([\d.]+):(\d+)", process.stdout.readline())
        assert found is not None
        host, port = found[1], int(found[2])
        until = time.monotonic() + 120
        try:
            while time.monotonic() < until:
                try:
                    if httpx2.get(f"http://{host}:{port}/readyz", timeout=5).status_code == 200:
                        break
                except httpx2.TransportError:
                    pass
                time.sleep(0.1)
            yield process, host, port
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
            process.communicate()

    return start


@pytest.fixture(scope="session")
def server(serving: Callable[..., object]) -> Iterator[Server]:
    """One server for all tests that leave it as it was."""
    bounds = {"HEAD_S": "1", "STALLED_S": "1", "BODY_S": "3", "MOST": "40"}
    settings = {f"CONNECTIONS__{name}": value for name, value in bounds.items()}
    with serving(**settings, LIMITS__MAX_BODIES_BYTES="40000000") as started:  # type: ignore[attr-defined]
        yield started
