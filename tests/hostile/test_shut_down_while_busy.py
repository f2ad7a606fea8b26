"""A shutdown during long requests makes no 500 and no reset: what is under way ends, or is told to come back."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from app.server import supervised
from app.server.supervised import Supervised

pytestmark = pytest.mark.integration
LONG = {
    "outfits": [{"items": [f"{category}-{number}" for category in ("bags", "shoes", "tops") for number in range(12)]}] * 12,
    "explain": True,
}


def under_load(url: str, process: subprocess.Popen[str], ends: Callable[[], None]) -> list[httpx2.Response]:
    """Answers to long requests that were under way when the process was told to end, and to ordinary ones that came after."""
    answers: list[httpx2.Response] = []

    def ask() -> None:
        answers.append(httpx2.post(f"{url}/score-outfit", json=LONG, timeout=60))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    while True:  # until all six have come: one or two are computed, the others wait or are answered
        answered = len(answers)
        waiting = figure(url, "attire_compute_waiting")
        if waiting and answered + waiting >= len(threads) - 2:
            break
        if not any(thread.is_alive() for thread in threads):
            pytest.fail("they were not long")
    time.sleep(0.5)  # where one is computed, one may still be on its way
    process.send_signal(signal.SIGTERM)
    ends()
    for thread in threads:
        thread.join()
    return answers


def test_what_is_under_way_is_finished_and_new_ones_are_refused(serving: Any) -> None:
    """Within the grace: all are answered, readiness says no, and who comes now is told when to come again."""
    with serving(LIMITS__MAX_WORK="10000000", GRACE_S="60", THREADS__REQUESTS="2") as (process, host, port):
        url, refused = f"http://{host}:{port}", []

        def meanwhile() -> None:
            for _ in range(100):
                try:
                    refused.append(httpx2.get(f"{url}/readyz", timeout=30))
                except httpx2.TransportError:
                    return
                if refused[-1].status_code == 503:
                    return
                time.sleep(0.01)

        answers = under_load(url, process, meanwhile)
        assert [answer.status_code for answer in answers] == [200] * 6
        assert refused[-1].status_code == 503
        assert refused[-1].headers["retry-after"]
        assert refused[-1].json()["type"] == "/problems/stopping"


def test_what_cannot_be_finished_is_told_so(serving: Any) -> None:
    """Without grace: 503 with Retry-After for each, and no connection is reset."""
    with serving(LIMITS__MAX_WORK="10000000", GRACE_S="0", THREADS__REQUESTS="2") as (process, host, port):
        answers = under_load(f"http://{host}:{port}", process, lambda: None)
        assert len(answers) == 6
        assert {answer.status_code for answer in answers} <= {200, 503}
        assert all("retry-after" in answer.headers for answer in answers if answer.status_code == 503)
        assert any(answer.status_code == 503 for answer in answers)
        assert process.wait(30) is not None


def test_a_process_that_dies_is_replaced_and_the_other_answers(serving: Any) -> None:
    """Two processes behind one port: one is killed; requests go on, and there are two again."""
    with serving("--workers", "2") as (process, host, port):
        url = f"http://{host}:{port}"

        def processes() -> set[int]:
            listed = subprocess.run(
                ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(process.pid)], capture_output=True, text=True, check=True
            )
            return {int(line.split()[0]) for line in listed.stdout.splitlines() if "spawn_main" in line}

        first = processes()
        assert len(first) == 2
        until = time.monotonic() + 120
        for pid in first:  # both have started: each answers while the other stands still
            (other,) = first - {pid}
            os.kill(other, signal.SIGSTOP)
            try:
                assert answers_by(url, until)
            finally:
                os.kill(other, signal.SIGCONT)
        os.kill(killed := min(first), signal.SIGKILL)
        statuses = [httpx2.post(f"{url}/complete-outfit", json={"items": ["tops-1"]}, timeout=60).status_code for _ in range(20)]
        assert statuses == [200] * 20
        while len(processes() - {killed}) < 2 and time.monotonic() < until:
            time.sleep(0.1)
        assert len(processes() - {killed}) == 2


LIVES_ONCE = """
import time
from pathlib import Path


def run(said, beat):
    beat.value = time.monotonic()
    with Path(said).open("a") as file:
        file.write("started ")
    time.sleep(600)
"""


def test_a_process_that_hangs_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gives one sign of life and then none: it is killed, and another one starts."""
    (tmp_path / "lives_once.py").write_text(LIVES_ONCE)
    monkeypatch.syspath_prepend(tmp_path)
    said, until = tmp_path / "said", time.monotonic() + 60
    process = Supervised("hangs", importlib.import_module("lives_once").run, str(said), hung_s=0.5)
    try:
        while (said.read_text().split() if said.exists() else []) != ["started"] * 2:
            assert time.monotonic() < until
            process.look_after()
            time.sleep(0.05)
    finally:
        process.ended(time.monotonic())


def test_a_process_that_dies_at_once_is_started_later_and_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that what it lacks is not asked for without end; some tens of seconds between two in the end."""
    clock, started = [0.0], list[float]()

    class Dies:
        pid = exitcode = 1

        def __init__(self, **_: object) -> None: ...

        def start(self) -> None:
            started.append(clock[0])

        def is_alive(self) -> bool:
            return False

    monkeypatch.setattr(supervised, "SPAWNING", SimpleNamespace(Process=Dies, Value=lambda *_, **__: SimpleNamespace(value=0.0)))
    monkeypatch.setattr(supervised, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    process = Supervised("dies", print)
    for tick in range(1_500):
        clock[0] = tick * supervised.LOOK_S
        process.look_after()
    pauses = [round(after - before, 3) for before, after in pairwise(started)]
    assert pauses[0] < 1
    assert pauses == sorted(pauses)
    assert 25 < pauses[-1] < 35
    assert len(started) < 20


def answers_by(url: str, until: float) -> bool:
    """Whether anybody answers before then."""
    while time.monotonic() < until:
        try:
            if httpx2.get(f"{url}/readyz", timeout=5).status_code == 200:
                return True
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    return False


def figure(url: str, name: str) -> float:
    """A figure of whichever process answers."""
    lines = httpx2.get(f"{url}/metrics", timeout=30).text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))


def test_a_deadline_is_told(serving: Any) -> None:
    """A request that takes longer gets 503 with Retry-After, and its work is let go of."""
    with serving(LIMITS__MAX_WORK="10000000", DEADLINE_S="0.05") as (_, host, port):
        answer = httpx2.post(f"http://{host}:{port}/score-outfit", json=LONG, timeout=60)
        assert (answer.status_code, json.loads(answer.text)["type"]) == (503, "/problems/deadline")
        assert answer.headers["retry-after"]
        assert figure(f"http://{host}:{port}", "attire_compute_late_total") == 1
