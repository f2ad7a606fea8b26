"""Everything at once: does an ordinary request still get its answer?

    python -m benchmarks.storm --home HOME [--minutes 10] [--seed 0] [--workers 1]

A copy of the home is served, and started anew after each kill. First it is calm, for a tenth of the time (at least 20 s): ordinary
``/complete-outfit`` ten times a second. Then, for ``--minutes``: the same, beside a fuzzer, clients that send slowly, batches as heavy as
may be, and writers of prices and events; once a minute the service is killed with -9. Then it is calm again.

Printed: the share of ordinary requests that were answered, but for the seconds from a kill to ready again; their 99th percentile against
that of the calm; resident memory before and after, of the processes that serve, and how long it took to be back within a tenth. Beside
them what tells the machine's part from its own: ``/healthz``, asked as often; how late a thread that only sleeps wakes up; how many cores
the service, the storm and all together had.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import numpy as np
import requests

from benchmarks.processes import cpu_s
from benchmarks.storm_clients import storm

ADMIN: Final = "the-storms-admin-key"
PER_SECOND: Final = 10
KILL_EVERY_S: Final = 60.0
_TIMEOUT_S: Final = 10.0
_GIVEN_UP_S: Final = 300.0
_NAP_S: Final = 0.01
_BACK: Final = 1.1
_BACK_S: Final = 180.0


@dataclass
class Supervised:
    """A service that is started anew whenever it ends; times are of ``time.monotonic``."""

    home: Path
    port: int
    workers: int = 1
    down: list[tuple[float, float]] = field(default_factory=list)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it is ready."""
        command = [sys.executable, "-c", "from app.cli import main; main()", "serve", "--home", str(self.home), "--port", str(self.port)]
        command += ["--workers", str(self.workers)]
        log = (self.home.parent / "log").open("ab")
        self._process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "ATTIRE_KEYS__ADMIN": ADMIN})
        until = time.monotonic() + _GIVEN_UP_S
        while time.monotonic() < until:
            try:
                if requests.get(f"{self.url}/readyz", timeout=1).ok:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.1)
        msg = f"not ready after {_GIVEN_UP_S:.0f} s; see {self.home.parent / 'log'}"
        raise RuntimeError(msg)

    def kill(self) -> None:
        """Kill it, start it anew, and remember for how long it was gone."""
        assert self._process is not None
        began = time.monotonic()
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self.start()
        self.down.append((began, time.monotonic()))

    def died(self) -> bool:
        """Whether it ended by itself, which counts against it."""
        return self._process is not None and self._process.poll() is not None

    def resident_mb(self) -> float:
        """Resident memory of it and of the processes that it started."""
        assert self._process is not None
        return sum(_resident_mb(process) for process in _family(self._process.pid))

    def cpu_s(self) -> float:
        """Seconds of a core that it has had since it was started."""
        assert self._process is not None
        return sum(cpu_s(process) for process in _family(self._process.pid))

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()


@dataclass
class Ordinary:
    """What became of the ordinary requests: when each began, how long it took, and whether it was answered."""

    rows: list[tuple[float, float, bool]] = field(default_factory=list)
    trivial: bool = False  # /healthz instead, which needs no turn

    def ask(self, url: str, items: list[str], seconds: float, chance: random.Random) -> None:
        """Ask ten times a second, each request in a thread of its own, so that a slow answer delays no other."""
        began, threads = time.monotonic(), []
        for number in range(int(seconds * PER_SECOND)):
            time.sleep(max(0.0, began + number / PER_SECOND - time.monotonic()))
            threads.append(threading.Thread(target=self._one, args=(url, chance.sample(items, 2)), daemon=True))
            threads[-1].start()
        for thread in threads:
            thread.join()

    def _one(self, url: str, items: list[str]) -> None:
        began = time.monotonic()
        try:
            if self.trivial:
                answered = requests.get(f"{url}/healthz", timeout=_TIMEOUT_S).ok
            else:
                answered = requests.post(f"{url}/complete-outfit", json={"items": items, "k": 5}, timeout=_TIMEOUT_S).ok
        except requests.RequestException:
            answered = False
        self.rows.append((began, time.monotonic() - began, answered))

    def but_for(self, down: list[tuple[float, float]]) -> list[tuple[float, float, bool]]:
        """Those that neither began nor ended while the service was gone."""
        return [row for row in self.rows if not any(row[0] <= until and row[0] + row[1] >= since for since, until in down)]


def p99_ms(rows: list[tuple[float, float, bool]]) -> float:
    """99th percentile of the answered ones, in milliseconds."""
    taken = [1000 * seconds for _, seconds, answered in rows if answered]
    return float(np.percentile(taken, 99)) if taken else float("nan")


@dataclass
class Yardstick:
    """What is not the service's own: how late a thread that only sleeps wakes up here, and who had the cores."""

    late_s: list[float] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to sleep."""
        self._thread = threading.Thread(target=self._sleep, daemon=True)
        self._thread.start()

    def _sleep(self) -> None:
        while not self._ended.is_set():
            began = time.monotonic()
            time.sleep(_NAP_S)
            self.late_s.append(time.monotonic() - began - _NAP_S)

    def stop(self) -> float:
        """End; the 99th percentile of how late it was, in milliseconds."""
        self._ended.set()
        assert self._thread is not None
        self._thread.join()
        return float(np.percentile(self.late_s, 99)) * 1000


def killing(service: Supervised, cores: dict[str, float], ended: threading.Event) -> None:
    """Kill the service once a minute until ``ended``; what it had of the cores is added up before."""
    while not ended.wait(KILL_EVERY_S):
        cores["service"] += service.cpu_s()
        service.kill()


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1, help="processes of the service that answer")
    parser.add_argument("--nice", type=int, default=0, help="how far those who make the storm stand back; 19 is nearly: on other machines")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    chance, calm_s = random.Random(asked.seed), max(60.0, asked.minutes * 6)  # noqa: S311 - drawn again from the seed
    with tempfile.TemporaryDirectory() as folder:
        service = Supervised(Path(shutil.copytree(asked.home, Path(folder) / "home")), _free_port(), asked.workers)
        service.start()
        try:
            page = requests.get(f"{service.url}/items?limit=100&mixed=true", timeout=_TIMEOUT_S).json()
            ids = [item["id"] for item in page["items"]]
            Ordinary().ask(service.url, ids, 5, chance)  # the first answers warm it
            calm, stormy, after, trivial = Ordinary(), Ordinary(), Ordinary(), Ordinary(trivial=True)
            rest = Yardstick()
            rest.start()
            calm.ask(service.url, ids, calm_s, chance)
            calm_late_ms, before_mb = rest.stop(), service.resident_mb()
            cores, stopped, ended = {"service": -service.cpu_s()}, get_context("spawn").Event(), threading.Event()
            clients = get_context("spawn").Process(
                target=storm, args=(service.url, ADMIN, ids, stopped), kwargs={"seed": asked.seed, "nice": asked.nice}
            )
            clients.start()
            beside = [
                threading.Thread(target=trivial.ask, args=(service.url, ids, asked.minutes * 60, random.Random(1))),  # noqa: S311 - likewise
                threading.Thread(target=killing, args=(service, cores, ended)),
            ]
            yardstick, began, machine = Yardstick(), time.monotonic(), _busy_s()
            for thread in beside:
                thread.start()
            yardstick.start()
            stormy.ask(service.url, ids, asked.minutes * 60, chance)
            took, late_ms, died = time.monotonic() - began, yardstick.stop(), service.died()
            cores |= {"service": cores["service"] + service.cpu_s(), "storm": cpu_s(clients.pid or 0), "all": _busy_s() - machine}
            stopped.set()
            ended.set()
            for thread in beside:
                thread.join(_GIVEN_UP_S)
            clients.join(_GIVEN_UP_S)
            calm_again = time.monotonic()
            after.ask(service.url, ids, calm_s, chance)
            after_mb = service.resident_mb()
            while after_mb > _BACK * before_mb and time.monotonic() < calm_again + _BACK_S:
                time.sleep(1)
                after_mb = service.resident_mb()
            back_s = time.monotonic() - calm_again
        finally:
            service.stop()
    counted = stormy.but_for(service.down)
    told = {
        "ordinary": len(stormy.rows),
        "but_for_kills": len(counted),
        "answered": round(sum(answered for *_, answered in counted) / max(1, len(counted)), 5),
        "kills": len(service.down),
        "seconds_down_per_kill": round(float(np.mean([until - since for since, until in service.down])), 1) if service.down else None,
        "ended_by_itself": died,
        "p99_calm_ms": round(p99_ms(calm.rows), 1),
        "p99_storm_ms": round(p99_ms(counted), 1),
        "times_calm": round(p99_ms(counted) / p99_ms(calm.rows), 2),
        "p99_healthz_ms": round(p99_ms(trivial.but_for(service.down)), 1),
        "p99_sleeper_late_calm_ms": round(calm_late_ms, 1),
        "p99_sleeper_late_ms": round(late_ms, 1),
        **{f"cores_{who}": round(seconds / took, 2) for who, seconds in cores.items()},
        "p99_after_ms": round(p99_ms(after.rows), 1),
        "resident_before_mb": round(before_mb),
        "resident_after_mb": round(after_mb),
        "resident_after_s": round(back_s),
    }
    tell(told, asked.json)


def tell(told: dict[str, object], kept: Path | None) -> None:
    """Print the figures, and keep them where that is asked for."""
    for name, value in told.items():
        print(f"{name:24} {value}")
    if kept:
        kept.write_text(json.dumps(told, indent=1) + "\n")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _family(process: int) -> list[int]:
    found = [int(child) for told in Path(f"/proc/{process}/task").glob("*/children") for child in told.read_text().split()]
    return [process, *(member for child in found for member in _family(child))]


def _busy_s() -> float:
    told = [int(one) for one in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return (sum(told) - told[3] - told[4]) / os.sysconf("SC_CLK_TCK")  # neither idle nor waiting for a disk


def _resident_mb(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


if __name__ == "__main__":
    main()
