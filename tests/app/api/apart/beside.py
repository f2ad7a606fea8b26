"""A service with the process that answers heavy requests, which is a thread here."""

from __future__ import annotations

import time
from contextlib import ExitStack
from ctypes import c_double
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.api.services import Services
from app.ground.heavy import Place
from app.ground.parts import Answers, Keys, LogSettings, Threads
from app.ground.settings import Settings
from app.live.metrics import NO_ROUTE, Traffic
from app.main import create_app

ITEMS = [f"{category}-{number}" for category in ("bags", "bottoms", "shoes", "tops") for number in range(12)]
HEAVY = {"outfits": [{"items": ITEMS[:45]} for _ in range(60)]}
ADMIN = "of-the-admin-herself"
KEY = {"X-API-Key": "of-the-catalogue-itself"}


class Beside:
    """A service with the process beside it, which is a thread here."""

    def __init__(self, home: Path, folder: Path, stack: ExitStack, **more: Any) -> None:
        log = LogSettings(level="error")
        keys = Keys(catalogue=KEY["X-API-Key"], admin=ADMIN)
        alone = Threads(together=1)  # or what is asked side by side is the same to the rounding only
        self.settings = Settings(**{"home": home, "log": log, "keys": keys, "answers": Answers(kept_bytes=0), "threads": alone, **more})
        self.place = Place(folder / "heavy", c_double(0))
        self.inner = create_app(self.settings, inside=True)
        self.server = uvicorn.Server(uvicorn.Config(self.inner, uds=str(self.place.socket), log_config=None))
        self._stack = stack
        self.client = stack.enter_context(TestClient(create_app(self.settings, heavy=self.place), headers=KEY))

    def run(self) -> None:
        """Start the process beside."""
        thread = Thread(target=self.server.run, daemon=True)
        thread.start()

        def stop() -> None:
            self.server.should_exit = True
            thread.join()

        self._stack.callback(stop)
        until = time.monotonic() + 20
        while not self.server.started and time.monotonic() < until:
            time.sleep(0.01)

    @property
    def outer(self) -> Services:
        """Of the service itself."""
        assert isinstance(self.client.app, FastAPI)
        services: Services = self.client.app.state.services
        return services

    @property
    def answers(self) -> int:
        """How many requests the process beside has answered."""
        return sum(one.requests for one in self._traffic if one.route != NO_ROUTE)

    @property
    def answered(self) -> set[str]:
        """The routes of what the process beside has answered."""
        return {one.route for one in self._traffic}

    @property
    def _traffic(self) -> list[Traffic]:
        """All of it: a request is counted after its answer is sent."""
        until = time.monotonic() + 5
        while self.server.started and self.server.server_state.tasks and time.monotonic() < until:
            time.sleep(0.001)
        traffic: list[Traffic] = self.inner.state.services.metrics.traffic()
        return traffic
