"""Does a request fail of whoever sends it again, where processes of a service are killed? A table of "Replicas" in ``docs/ray.md``.

    python -m benchmarks.ray_killed WORK [--clients 18] [--each-s 40]

``attire serve --on local`` answers by two replicas with a process for a shard each, while clients (``attire.client``) ask for looks again
and again. In turn a replica, a shard's process and the node's process are killed with ``kill -9``.
"""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path
from typing import Annotated, Final

import httpx2
import typer

from attire.client import Client, ClientError, Patience
from attire.exchange import PATIENCE
from benchmarks.processes import named
from benchmarks.serving.home import made, outfits

ITEMS: Final = 20_000
PORT: Final = 8_479
REPLICAS: Final = 2
REPLICA: Final = "ray::ServeReplica:attire"
KILLED: Final = {
    "a replica": (REPLICA, PATIENCE.tries),
    "a shard's process": ("ray::_Holder", PATIENCE.tries),
    "the node's process": ("raylet", 16),
}
"""The program's name, and how often clients send a request at most: sixteen times take four minutes of waiting, as
another node takes one to three to answer on a busy machine; four times take 1.4 s."""
_LOOK_S: Final = 0.2


class Sending(httpx2.HTTPTransport):
    """Counts how often a request is sent."""

    sent = 0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send it."""
        self.sent += 1
        return super().handle_request(request)


class Asked:
    """Clients that ask again and again, and what they were told.

    Attributes:
        sent: of each request how often it was sent. took_s: seconds until it was answered. failed: why some were not.
    """

    def __init__(self) -> None:
        self.sent, self.took_s, self.failed = list[int](), list[float](), list[str]()
        self.end = math.inf

    def ask(self, url: str, tries: int, number: int) -> None:
        """One client, until the end; ``number`` says which outfits it asks about."""
        sending, worn = Sending(), cycle(outfits(40, 3, number))
        with Client(url, patience=Patience(tries=tries, ready_s=0.0), transport=sending) as client:
            while time.monotonic() < self.end:
                before, began = sending.sent, time.monotonic()
                try:
                    client.complete_outfit(items=next(worn), k=5, filters={"price": {"max": 60}})
                except ClientError as error:
                    self.failed.append(str(error))
                self.sent.append(sending.sent - before)
                self.took_s.append(time.monotonic() - began)


def main(work: Path, clients: Annotated[int, typer.Option()] = 18, each_s: Annotated[float, typer.Option()] = 40) -> None:
    """Print a table."""
    home = made(work.absolute(), ITEMS).home
    command = subprocess.Popen(  # nosec B603
        [sys.executable, "-m", "app.cli", "serve", "--home", home, "--port", str(PORT), "--on", "local", "--workers", str(REPLICAS)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "ATTIRE_INDEX__SHARDS": "1", "ATTIRE_PUBLIC": "read", "PYTHONUNBUFFERED": "1"},
    )
    assert command.stdout is not None
    url = next(line for line in command.stdout if "http://" in line).split()[-1]
    print("| killed | requests | sent again | times at most | s at most | failed |\n|---|---|---|---|---|---|")
    for what, (program, tries) in KILLED.items():
        asked = Asked()
        with ThreadPoolExecutor(clients) as pool:
            asking = [pool.submit(asked.ask, url, tries, number) for number in range(clients)]
            while len(named(command.pid, REPLICA)) < REPLICAS:
                time.sleep(_LOOK_S)
            time.sleep(each_s / 2)  # until both of them answer
            os.kill(named(command.pid, program)[0], signal.SIGKILL)
            asked.end = time.monotonic() + each_s
            for one in asking:
                one.result()
        again = sum(times > 1 for times in asked.sent)
        print(f"| {what} | {len(asked.sent):,} | {again} | {max(asked.sent)} | {max(asked.took_s):.1f} | {len(asked.failed)} |", flush=True)
        for why in sorted(set(asked.failed)):
            print(f"    {asked.failed.count(why)} times: {why}", file=sys.stderr)
    command.terminate()
    command.communicate()


if __name__ == "__main__":
    typer.run(main)
