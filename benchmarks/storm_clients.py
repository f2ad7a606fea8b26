"""Everyone in ``benchmarks.storm`` who is not ordinary: a fuzzer, slow and heavy clients, writers; in a process of their own.

Beside the ordinary clients, in one process, they would hold Python's lock while an ordinary answer waits to be read.
"""

from __future__ import annotations

import os
import random
import socket
import threading
from collections.abc import Callable
from multiprocessing.synchronize import Event
from typing import Any, Final
from urllib.parse import urlsplit

import requests

SLOW_CLIENTS: Final = 20
HEAVY_CLIENTS: Final = 3
WRITERS: Final = 2
_TIMEOUT_S: Final = 10.0
_PAUSE_S: Final = 0.1


def storm(url: str, key: str, ids: list[str], stopped: Event, *, seed: int, nice: int) -> None:  # noqa: C901 - one small function a kind
    """Everything at once, until ``stopped``; the target of a process.

    Args:
        ids: of items. nice: how far these clients stand back, as those on other machines would.
    """
    os.nice(nice)
    chance, headers = random.Random(seed), {"X-API-Key": key}  # noqa: S311 - drawn again from the seed
    odd: list[Any] = [None, -1, 1e308, "", "\x00", "tops", [], {}, [[]] * 50, {"a": {"b": []}}, "9" * 5000, True]
    items = [requests.get(f"{url}/items/{item}", timeout=_TIMEOUT_S).json() for item in ids[:50]]

    def fuzzer() -> None:
        path = chance.choice(["/complete-outfit", "/score-outfit", "/similar-items", "/events", "/label-item", "/items"])
        names = ["items", "slots", "candidates", "k", "looks", "outfits", "filters", "exclude", "events", "image", "item", "budget"]
        body = {name: chance.choice([*odd, [chance.choice(ids)]]) for name in chance.sample(names, 3)}
        requests.request("PUT" if path == "/items" else "POST", url + path, json=body, timeout=_TIMEOUT_S)

    def slow() -> None:
        with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=_TIMEOUT_S) as sent:
            sent.sendall(
                b"POST /complete-outfit HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n"
            )
            while not stopped.wait(0.5):
                sent.sendall(b" ")

    def heavy() -> None:
        body = {"outfits": [{"items": chance.sample(ids, min(45, len(ids)))} for _ in range(100)]}
        requests.post(f"{url}/score-outfit", json=body, timeout=chance.choice([0.3, _TIMEOUT_S]))

    def writer() -> None:
        known = ("id", "category", "title", "brand", "in_stock")
        some = [
            {name: item[name] for name in known if name in item} | {"price": chance.randrange(5, 200)} for item in chance.sample(items, 3)
        ]
        requests.put(f"{url}/items", json={"items": some}, headers=headers, timeout=_TIMEOUT_S)
        event = {"id": f"{chance.random()}", "type": "view", "item": chance.choice(ids), "session": f"s{chance.randrange(50)}"}
        requests.post(f"{url}/events", json={"events": [event]}, timeout=_TIMEOUT_S)
        stopped.wait(0.2)

    def again(work: Callable[[], None]) -> None:
        while not stopped.is_set():
            try:
                work()
            except (requests.RequestException, OSError):
                stopped.wait(_PAUSE_S)

    kinds = [fuzzer, *[slow] * SLOW_CLIENTS, *[heavy] * HEAVY_CLIENTS, *[writer] * WRITERS]
    threads = [threading.Thread(target=again, args=(work,), daemon=True) for work in kinds]
    for thread in threads:
        thread.start()
    stopped.wait()
    for thread in threads:
        thread.join(_TIMEOUT_S)
