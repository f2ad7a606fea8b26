"""Replicas agree: how long after its publication do two replicas of the service answer with a new release?

    python benchmarks/replicas.py OUT [--releases 5]

Two services and one worker, each a process of its own, on one home and one redis-server. A client posts what shoppers buy until the worker
has published so many releases. The clock starts when ``CURRENT`` changes and stops when ``/readyz`` of each replica first names the
release.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from pathlib import Path

import httpx2
import numpy as np
from kill_points import ATTIRE, House, Kept

LOOK_S = 0.02


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--releases", type=int, default=5)
    parser.add_argument("--port", type=int, default=8_476)
    asked = parser.parse_args()
    shutil.rmtree(asked.out, ignore_errors=True)
    house = House(asked.out, asked.out, asked.port, redis=True, more={"ATTIRE_SWAP__POLL_S": "1.0"})
    other = Kept([*ATTIRE, "serve", "--port", str(asked.port + 1)], asked.out / "other.log", house.kept["service"].environment)
    house.kept["other"] = other
    house.up()
    house.client.start()
    urls = [f"http://127.0.0.1:{asked.port + replica}" for replica in range(2)]
    current, found = house.store.current(), list[float]()
    while len(found) < asked.releases:
        time.sleep(LOOK_S)
        record = house.store.current()
        if record != current and record is not None:
            published = (house.store.home / "CURRENT").stat().st_mtime
            current, seen = record, [until_served(url, record.id) - published for url in urls]
            found.append(max(seen))
            print(f"{record.id}: {', '.join(f'{one:.2f} s' for one in seen)}", flush=True)
    house.client.ended.set()
    house.client.join()
    seconds = {"median": round(float(np.median(found)), 2), "most": round(max(found), 2)}
    result = {"releases": len(found), "seconds": seconds, **house.counted()}
    (asked.out / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


def until_served(url: str, release: str) -> float:
    """When a replica first names the release."""
    while True:
        try:
            if httpx2.get(f"{url}/readyz").json().get("release") == release:
                return time.time()
        except httpx2.TransportError:
            pass
        time.sleep(LOOK_S)


if __name__ == "__main__":
    main()
