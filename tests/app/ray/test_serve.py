"""``attire serve --on auto``: replicas behind Ray Serve, in the order in which one service lives."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
from starlette.testclient import TestClient

from app.home.store import ReleaseStore
from tests.app.cli.test_serve import serve
from tests.app.homes import copied
from tests.app.ray.conftest import ASKED, QUESTIONS, told

pytestmark = pytest.mark.usefixtures("cluster")
AT_ONCE: Final = 16
MOST_S: Final = 900


@dataclass(frozen=True)
class Running:
    """The command, where it answers for which home, who asks Serve, and who asks the service."""

    command: subprocess.Popen[str]
    url: str
    home: Path
    client: Any
    asking: httpx2.Client

    def replicas(self, *states: str, of: str = "attire") -> list[int | None]:
        """Process ids of those that answer; or of those in other states, some of which have none yet."""
        found = self.client.get_serve_details()["applications"]["attire"]["deployments"][of]["replicas"]
        return [one.get("pid") for one in found if one["state"] in (states or ("RUNNING",))]

    def both(self) -> list[int | None]:
        """Process ids of two that answer, the second started by load where it is not there: as after tests that another process took."""
        if len(self.replicas()) < 2:
            self.under_load(lambda: len(self.replicas()) == 2)
        return self.replicas()

    def ask(self, path: str = "/complete-outfit", body: Any = None, **headers: str) -> httpx2.Response:
        """One answer, by a connection of its own."""
        return self.asking.post(path, json=body or ASKED, headers=headers)

    def under_load(self, until: Callable[[], bool]) -> list[tuple[float, int | str]]:
        """What many who ask at once are told until something holds: when each asked, and the status, or what went wrong."""
        end = time.monotonic() + MOST_S

        def asks(_: int) -> list[tuple[float, int | str]]:
            told: list[tuple[float, int | str]] = []
            while not done():
                began = time.monotonic()
                try:
                    told.append((began, self.ask().status_code))
                except httpx2.TransportError as error:
                    told.append((began, repr(error)))
            return told

        def done() -> bool:
            return held or time.monotonic() > end

        held = False
        with ThreadPoolExecutor(AT_ONCE) as pool:
            asking = [pool.submit(asks, number) for number in range(AT_ONCE)]
            try:
                waited(until)
            finally:
                held = True
            return [one for each in asking for one in each.result()]

    def attempts(self, expected: dict[str, Any], lose: Callable[[], None], beside: str | None = None) -> int:
        """How often a request had to be sent at most until it was answered as expected, where many ask while something is lost.

        Args:
            beside: where else the service answers; half of the requests are first sent there.
        """

        def sent(number: int) -> int:
            if number == AT_ONCE:
                lose()
            for times in range(1, 10):
                elsewhere = beside if beside and times == 1 and number % 2 else ""
                try:
                    answer = self.ask(f"{elsewhere}/complete-outfit")
                except httpx2.TransportError:
                    continue
                if answer.status_code == 200:
                    assert told(answer) == expected
                    return times
            return 10

        with ThreadPoolExecutor(AT_ONCE) as pool:
            return max(pool.map(sent, range(10 * AT_ONCE)))


@contextmanager
def serving(own: Path, workers: int = 2, headers: Mapping[str, str] | None = None, **settings: Any) -> Iterator[Running]:
    """One replica, of so many at most, on a home; ``headers`` are sent with every question."""
    import ray  # noqa: PLC0415 - an extra
    from ray.serve.context import _disconnect, _get_global_client  # noqa: PLC0415

    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("RAY_ADDRESS", ray.get_runtime_context().gcs_address)
        for name, value in {"SWAP__POLL_S": 0.2, **settings}.items():
            patched.setenv(f"ATTIRE_{name}", json.dumps(value))
        command = serve(None if "SHOPS" in settings else own, "--workers", str(workers), "--on", "auto")
    assert command.stdout is not None
    assert command.stderr is not None
    said = command.stdout.readline()
    assert f"by up to {workers} replicas: http://" in said, command.stderr.read()
    assert command.stderr.readline().startswith("Ray starts ")
    _disconnect()  # from a service before, which has ended
    client, url = _get_global_client(), said.split()[-1]
    # one for all, as each reads the certificates that there are: asking took longer than answering, and a replica never had much to do
    with httpx2.Client(base_url=url, headers={"Connection": "close", **(headers or {})}, timeout=60) as asking:
        yield Running(command, url, own, client, asking)
    if command.poll() is None:
        command.terminate()
    command.communicate(timeout=120)


@pytest.fixture(scope="module")
def running(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """For all tests of this file."""
    with serving(copied(home, tmp_path_factory.mktemp("served") / "home")) as found:
        yield found


def waited(until: Callable[[], bool]) -> None:
    """Return once it holds."""
    end = time.monotonic() + MOST_S
    while not until():
        assert time.monotonic() < end
        time.sleep(0.2)


def test_replicas_answer_what_one_process_does(running: Running, client: TestClient) -> None:
    """To the last digit of a score; what is refused, too."""
    for path, body in QUESTIONS:
        here, there = client.post(path, json=body), running.ask(path, body)
        assert (there.status_code, told(there)) == (here.status_code, told(here))
    assert httpx2.get(f"{running.url}/readyz", timeout=60).json()["status"] == "ready"


def test_another_replica_starts_when_more_is_asked(running: Running) -> None:
    """Than one should answer; nobody is refused meanwhile."""
    assert len(running.replicas()) == 1
    answers = running.under_load(lambda: len(running.replicas("STARTING", "RUNNING")) == 2)
    assert {outcome for _, outcome in answers} == {200}
    waited(lambda: len(running.replicas()) == 2)


def test_every_replica_follows_the_current_release(running: Running) -> None:
    """Which each says in its note in the home."""
    running.both()
    store = ReleaseStore(running.home)
    before = store.served().id
    [other] = [one.id for one in store.records() if one.id != before]
    noted = lambda: sorted(note.read_text() for note in (running.home / "serving").glob("[0-9a-f]*"))  # noqa: E731
    waited(lambda: noted() == [before] * 2)
    store.activate(other)
    answers = running.under_load(lambda: noted() == [other] * 2)
    assert {outcome for _, outcome in answers} == {200}
    store.activate(before)
    waited(lambda: noted() == [before] * 2)


def test_a_replica_that_is_killed_costs_one_retry_at_most(running: Running, client: TestClient) -> None:
    """With ``kill -9``, while many ask."""
    expected = told(client.post("/complete-outfit", json=ASKED))
    victim, other = running.both()
    assert victim is not None

    assert running.attempts(expected, lambda: os.kill(victim, signal.SIGKILL)) <= 2
    waited(lambda: victim not in running.replicas())
    assert other in running.replicas()


def test_what_is_under_way_is_finished_at_a_stop(running: Running) -> None:
    """Replicas close what they have open, and take back what they noted in the home."""
    told_at: list[float] = []
    begun = time.monotonic()

    def stopped() -> bool:
        if not told_at and time.monotonic() > begun + 1:
            told_at.append(time.monotonic())
            running.command.terminate()
        return running.command.poll() is not None

    answers = running.under_load(stopped)
    assert running.command.returncode == 0
    assert {outcome for began, outcome in answers if began < told_at[0]} <= {200, 404}  # which is for who has not yet come to the proxy
    assert len(list((running.home / "serving").glob("[0-9a-f]*"))) <= 1  # of the one that was killed
