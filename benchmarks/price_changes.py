"""Price changes by the second: does a change cost more the more came before?

    python benchmarks/price_changes.py OUT [--items 30000] [--rate 1000] [--seconds 60] [--batch 50]

Starts `attire serve` on a home of ITEMS items with features of their own. First single changes, one after the other, on the fresh snapshot;
then RATE price changes a second in batches, for SECONDS, with one outfit to complete every 100 ms beside them; then single changes and
deletes again. Everything is judged by ratios of medians of the same run, so that the machine does not matter.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx2
import numpy as np

from app.catalogue.importing import import_catalogue
from app.home.store import ReleaseStore

ATTIRE = [sys.executable, "-c", "from app.cli import main; main()"]
CATEGORIES = ("bags", "bottoms", "shoes", "tops")
KEY = "key-of-the-benchmark"


def made(root: Path, items: int) -> Path:
    """A home of so many items."""
    dice = np.random.default_rng(0)
    root.mkdir(parents=True)
    with (root / "items.jsonl").open("w") as file:
        for n in range(items):
            said = {
                "id": f"i{n}",
                "category": CATEGORIES[n % 4],
                "title": f"item {n}",
                "price": 10.0,
                "features": dice.normal(size=32).tolist(),
            }
            file.write(json.dumps(said) + "\n")
    import_catalogue(root, ReleaseStore(root / "home"), default_encoder="shipped")
    return root / "home"


def timed(client: httpx2.Client, method: str, path: str, body: object = None) -> float:
    """Seconds of a request that must succeed."""
    started = time.perf_counter()
    client.request(method, path, json=body).raise_for_status()
    return time.perf_counter() - started


def milliseconds(seconds: list[float]) -> dict[str, float]:
    """Median and 99th percentile."""
    return {"p50_ms": round(1000 * float(np.median(seconds)), 1), "p99_ms": round(1000 * float(np.percentile(seconds, 99)), 1)}


def completing(client: httpx2.Client, ended: threading.Event, took: list[float]) -> None:
    """Complete an outfit ten times a second."""
    while not ended.wait(0.1):
        took.append(timed(client, "POST", "/complete-outfit", {"items": ["i0"], "k": 5}))


def main() -> None:
    """Measure, and print the result as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    for name, default in (("--items", 30_000), ("--rate", 1_000), ("--seconds", 60), ("--batch", 50)):
        parser.add_argument(name, type=int, default=default)
    given = parser.parse_args()
    home = made(given.out, given.items)
    environment = {**os.environ, "ATTIRE_HOME": str(home), "ATTIRE_KEYS__ADMIN": KEY, "OMP_NUM_THREADS": "1"}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = (given.out / "service.log").open("w")
    service = subprocess.Popen([*ATTIRE, "serve", "--port", str(port)], env=environment, stderr=log, stdout=log)
    client = httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers={"X-API-Key": KEY}, timeout=30)
    try:
        while True:
            try:
                client.get("/readyz").raise_for_status()
                break
            except httpx2.HTTPError:
                time.sleep(0.2)
        dice = np.random.default_rng(1)

        def one() -> float:
            item = int(dice.integers(given.items))
            return timed(client, "PATCH", "/items", [{"id": f"i{item}", "price": round(float(dice.uniform(1, 99)), 2)}])

        for _ in range(20):
            one()
        first = [one() for _ in range(200)]
        calm = [timed(client, "POST", "/complete-outfit", {"items": ["i0"], "k": 5}) for _ in range(100)]
        ended, beside, batches = threading.Event(), list[float](), list[float]()
        thread = threading.Thread(target=completing, args=(client, ended, beside))
        thread.start()
        began, sent = time.perf_counter(), 0
        while (now := time.perf_counter() - began) < given.seconds:
            if sent > now * given.rate:
                time.sleep(sent / given.rate - now)
            items = dice.choice(given.items, given.batch, replace=False)
            batches.append(
                timed(client, "PATCH", "/items", [{"id": f"i{n}", "price": round(float(dice.uniform(1, 99)), 2)} for n in items])
            )
            sent += given.batch
        rate = sent / (time.perf_counter() - began)
        ended.set()
        thread.join()
        last = [one() for _ in range(200)]
        started = time.perf_counter()
        for n in range(500):
            timed(client, "DELETE", f"/items/i{n + 1}")
        deletes = time.perf_counter() - started
        tenth = max(1, len(batches) // 10)
        result = {
            "changes_per_s": round(rate),
            "changes": sent,
            "one_change": {
                "fresh": milliseconds(first),
                "after": milliseconds(last),
                "ratio": round(float(np.median(last) / np.median(first)), 2),
            },
            "a_batch": {"first_tenth": milliseconds(batches[:tenth]), "last_tenth": milliseconds(batches[-tenth:])},
            "completing": {"calm": milliseconds(calm), "beside": milliseconds(beside)},
            "500_deletes_s": round(deletes, 1),
        }
        (given.out / "result.json").write_text(json.dumps(result, indent=1))
        print(json.dumps(result, indent=1))
    finally:
        service.terminate()
        service.wait()


if __name__ == "__main__":
    main()
