"""Whichever of several processes is asked for figures tells those of all, so that no counter falls from one scrape to the next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from starlette.testclient import TestClient

from app.ground.settings import Settings
from app.live.siblings import Siblings
from app.main import create_app
from tests.app.homes import copied


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path, as a socket needs."""
    with TemporaryDirectory() as made:
        yield Path(made)


def purchases(client: TestClient) -> dict[str, float]:
    """Process -> how many it has counted."""
    told = client.get("/metrics").text
    return {number: float(count) for number, count in re.findall(r'attire_events_total\{process="(\d)",type="purchase"\} (\S+)', told)}


def test_all_processes_are_in_the_figures_of_each(home: Path, tmp_path: Path, folder: Path) -> None:
    """Each by its number; one that is gone is left out, and its place is taken by who comes in its place."""
    settings = Settings(home=copied(home, tmp_path / "own"))

    def event(client: TestClient, name: str) -> None:
        body = {"events": [{"id": name, "type": "purchase", "item": "tops-1", "session": "s"}]}
        assert client.post("/events", json=body).status_code == 202

    with TestClient(create_app(settings, siblings=Siblings(folder, 0))) as one:
        with ExitStack() as stack:
            two = stack.enter_context(TestClient(create_app(settings, siblings=Siblings(folder, 1))))
            event(one, "a")
            for name in "bc":
                event(two, name)
            assert purchases(one) == purchases(two) == {"0": 1.0, "1": 2.0}
            told = one.get("/metrics").text
            assert len(re.findall(r"^attire_ready\{.*\} 1.0$", told, re.MULTILINE)) == 2
            assert len(re.findall(r"^process_cpu_seconds_total\{.*\} ", told, re.MULTILINE)) == 2
            assert len(re.findall(r"^# TYPE attire_ready ", told, re.MULTILINE)) == 1
        assert purchases(one) == {"0": 1.0}
        (folder / "1").touch()  # as one that was killed leaves its place
        assert purchases(one) == {"0": 1.0}
        with TestClient(create_app(settings, siblings=Siblings(folder, 1))) as two:
            event(two, "d")
            assert purchases(one) == {"0": 1.0, "1": 1.0}


def test_one_process_needs_no_number(home: Path, tmp_path: Path) -> None:
    """Its figures are as they were."""
    with TestClient(create_app(Settings(home=copied(home, tmp_path / "own")))) as client:
        assert "process=" not in client.get("/metrics").text
