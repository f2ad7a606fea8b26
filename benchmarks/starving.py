"""Do heavy clients starve ordinary ones? Ordinary questions at a steady rate: calm first, then beside clients that ask for all they may.

    attire serve --home HOME &
    python benchmarks/starving.py --url http://127.0.0.1:8000

Half of the heavy clients leave after .3 s, as one does who wants to keep the service busy at no cost.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import io
import json
import threading
import time
import urllib.request
from collections.abc import Callable
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

Ask = Callable[[], object]


def main() -> None:
    """Measure, and print the times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rate", type=float, default=10.0, help="ordinary questions a second")
    parser.add_argument("--heavy", type=int, default=6, help="heavy clients at once")
    asked = parser.parse_args()
    host = urlsplit(asked.url).netloc
    with urllib.request.urlopen(f"{asked.url}/items?limit=45&mixed=true") as answer:  # noqa: S310 - the address that was given
        ids = [item["id"] for item in json.load(answer)["items"]]
    ordinary = json.dumps({"items": ids[:3], "k": 10}).encode()
    outfits = json.dumps({"outfits": [{"items": ids}] * 100}).encode()
    photo = {"image": {"base64": base64.b64encode(_jpeg(8_000, 5_000)).decode()}, "category": "tops"}
    photos = json.dumps({"items": [photo] * 16}).encode()
    calm = steadily(host, ordinary, asked.rate, asked.seconds)
    tell("calm", calm)
    for name, path, body in (("100 outfits of 45 items", "/score-outfit", outfits), ("16 photos of 40 MP", "/complete-outfit", photos)):
        end = threading.Event()
        heavy = [threading.Thread(target=insist, args=(host, path, body, end, number % 2)) for number in range(asked.heavy)]
        for thread in heavy:
            thread.start()
        time.sleep(0.5)
        found = steadily(host, ordinary, asked.rate, asked.seconds)
        end.set()
        for thread in heavy:
            thread.join()
        tell(f"{asked.heavy} x {name}", found, calm)


def steadily(host: str, body: bytes, rate: float, seconds: float) -> list[float]:
    """Ask at a rate, whether answers come or not; returns the seconds of each, infinite where there was none."""
    took: list[float] = []

    def ask() -> None:
        began = time.perf_counter()
        took.append(time.perf_counter() - began if post(host, "/complete-outfit", body) == 200 else float("inf"))  # noqa: PLR2004

    threads = []
    began = time.perf_counter()
    for number in range(int(rate * seconds)):
        time.sleep(max(0.0, began + number / rate - time.perf_counter()))
        threads.append(threading.Thread(target=ask))
        threads[-1].start()
    for thread in threads:
        thread.join()
    return took


def insist(host: str, path: str, body: bytes, end: threading.Event, leaves: int) -> None:
    """Ask for something heavy again and again."""
    while not end.is_set():
        post(host, path, body, 0.3 if leaves else 120.0)


def post(host: str, path: str, body: bytes, timeout_s: float = 120.0) -> int:
    """Ask; returns the status, or 0 where there was no answer."""
    connection = http.client.HTTPConnection(host, timeout=timeout_s)
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        return 0
    else:
        return answer.status
    finally:
        connection.close()


def tell(name: str, took: list[float], calm: list[float] | None = None) -> None:
    """Print a line."""
    p50, p99 = (1000 * np.percentile(took, q, method="lower") for q in (50, 99))
    times = f", {p99 / (1000 * np.percentile(calm, 99, method='lower')):.1f} x calm" if calm else ""
    print(f"{name:32s} n {len(took):4d}  p50 {p50:7.0f} ms  p99 {p99:7.0f} ms{times}  unanswered {sum(map(np.isinf, took))}", flush=True)


def _jpeg(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(buffer, "JPEG", quality=30)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
