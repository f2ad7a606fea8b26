"""Does a running composition do what it is for? Prints a line per step; ends with 1 at the first that fails.

    docker compose up --build --wait && python3 deploy/check.py

It posts some hundred purchases, so it is for a composition that nobody shops at. For its last step the worker has to train early, so bring
the composition up with ATTIRE_WORKER__SESSIONS=700 and
ATTIRE_WORKER__TRAINING='{"epochs": "3", "masks": "1", "mask_epochs": "3"}' in the environment, or leave that step out: --release-s 0.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

STARTED = time.monotonic()
PATIENCE_S = 120.0
SESSIONS_AT_ONCE = 100


def main() -> None:
    """Take the steps."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=800, help="sessions to post")
    parser.add_argument("--release-s", type=float, default=600.0, help="seconds to wait for a new release; 0 leaves that step out")
    asked = parser.parse_args()
    keys = environment()
    replicas = [address for address in addresses() if answers(address)]
    step(len(replicas) > 1, f"replicas that answer: {', '.join(replicas)}")
    first, other = replicas[0], replicas[1]
    releases = {address: call("GET", address, "/readyz")["release"] for address in replicas}
    step(len(set(releases.values())) == 1, f"all serve release {releases[first]}")
    worn = completes(replicas)
    changes_the_catalogue(first, other, worn, keys["CATALOGUE_KEY"])
    purchases(first, asked.sessions)
    wait("the worker has archived them", lambda: lag(first) == 0)
    scraped(len(replicas))
    if asked.release_s:
        began = time.monotonic()
        wait("a new release is served", lambda: call("GET", first, "/readyz")["release"] != releases[first], asked.release_s)
        seen = time.monotonic()
        now = call("GET", first, "/readyz")["release"]
        wait("every other replica serves it", lambda: all(call("GET", one, "/readyz")["release"] == now for one in replicas), 5.0)
        step(True, f"release {now} after {seen - began:.0f} s, on all replicas {time.monotonic() - seen:.1f} s later")
        completes(replicas)


def completes(replicas: list[str]) -> str:
    """Every replica completes an outfit; returns its item."""
    worn = call("GET", replicas[0], "/items?limit=1")["items"][0]["id"]
    for address in replicas:
        answer = call("POST", address, "/complete-outfit", {"items": [worn], "k": 3, "session": "check"})
        step(
            all(slot["items"] for slot in answer["slots"]),
            f"{address} completes {worn} in {len(answer['slots'])} slots by {answer['release']}",
        )
    return str(worn)


def changes_the_catalogue(first: str, other: str, known: str, key: str) -> None:
    """What one replica is told, the other one knows; nobody without a key is listened to."""
    with urllib.request.urlopen(f"{first}/items/{known}/image") as picture:
        image = {"base64": base64.b64encode(picture.read()).decode()}
    item = {"id": f"check-{uuid4().hex}", "category": "shoes", "title": "shoes of the check", "image": image}
    step(status("PUT", first, "/items", {"items": [item]}) == 401, "a change without a key is refused")
    call("PUT", first, "/items", {"items": [item]}, key)
    wait("an item put to one replica is found by the other", lambda: status("GET", other, f"/items/{item['id']}") == 200)
    found = call("POST", other, "/similar-items", {"image": image, "category": "shoes", "k": 1})["items"]
    step(found[0]["id"] == item["id"], "and by its picture")
    call("DELETE", other, f"/items/{item['id']}", None, key)
    wait("deleted on the other, it is gone from the first", lambda: status("GET", first, f"/items/{item['id']}") == 404)


def purchases(address: str, sessions: int) -> None:
    """Shoppers buy what the sample's outfits hold, and each event is accepted."""
    lines = compose("exec", "-T", "worker", "cat", "/var/lib/attire/sample/outfits.jsonl").splitlines()
    outfits, accepted = [json.loads(line) for line in lines[:sessions]], 0
    for at in range(0, len(outfits), SESSIONS_AT_ONCE):
        events = [
            {"id": uuid4().hex, "type": "purchase", "item": item, "session": f"check-{at + place}", "user": f"check-{at + place}"}
            for place, outfit in enumerate(outfits[at : at + SESSIONS_AT_ONCE])
            for item in outfit["items"]
        ]
        accepted += call("POST", address, "/events", {"events": events})["accepted"]
    step(accepted > 0, f"{accepted} purchases of {len(outfits)} sessions are accepted")


def lag(address: str) -> float | None:
    """Events that the worker has not archived; None before it ever took one."""
    figure = r'^attire_log_lag_entries{group="archive",state="(?:unread|pending)",stream="events"} (\S+)'
    states = re.findall(figure, text(address, "/metrics"), re.MULTILINE)
    return sum(map(float, states)) if states else None


def scraped(replicas: int) -> None:
    """Prometheus sees every replica, and knows the rules."""
    port = environment().get("PROMETHEUS_PORT", "9090")
    address = f"http://127.0.0.1:{port}"
    if not answers(address, "/-/ready"):
        step(True, "no Prometheus here; left out")
        return
    up = "/api/v1/query?query=count(attire_ready%3D%3D1)"
    wait(
        "Prometheus scrapes every replica",
        lambda: [one["value"][1] for one in call("GET", address, up)["data"]["result"]] == [str(replicas)],
    )
    step(bool(call("GET", address, "/api/v1/rules")["data"]["groups"]), "and has the rules")


def addresses() -> list[str]:
    """Where replicas may listen."""
    low, _, high = environment().get("API_PORTS", "8000-8009").partition("-")
    return [f"http://127.0.0.1:{port}" for port in range(int(low), int(high or low) + 1)]


def environment() -> dict[str, str]:
    """What ``.env`` says."""
    lines = [line.partition("=") for line in Path(".env").read_text().splitlines() if line and not line.startswith("#")]
    return {name: value for name, _, value in lines}


def compose(*words: str) -> str:
    """A command of docker compose."""
    return subprocess.run(["docker", "compose", *words], check=True, capture_output=True, text=True).stdout


def call(method: str, address: str, path: str, body: Any = None, key: str | None = None) -> Any:  # noqa: ANN401 - JSON
    """Ask, and take the answer as JSON."""
    return json.loads(text(address, path, method, body, key))


def text(address: str, path: str, method: str = "GET", body: Any = None, key: str | None = None) -> str:  # noqa: ANN401 - likewise
    """Ask, and take the answer as it is."""
    headers = {"Content-Type": "application/json"} | ({"X-API-Key": key} if key else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{address}{path}", data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        error.msg = f"{method} {path}: {error.read().decode()[:500]}"
        raise


def status(method: str, address: str, path: str, body: Any = None) -> int:  # noqa: ANN401 - likewise
    """The status of an answer."""
    try:
        text(address, path, method, body)
    except urllib.error.HTTPError as error:
        return error.code
    return 200


def answers(address: str, path: str = "/readyz") -> bool:
    """Whether somebody is there."""
    try:
        text(address, path)
    except OSError:
        return False
    return True


def wait(what: str, check: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    """Wait until something is so."""
    began = time.monotonic()
    while not check():
        if time.monotonic() - began > seconds:
            step(False, f"{what}: not within {seconds:.0f} s")
        time.sleep(0.1)
    step(True, f"{what} ({time.monotonic() - began:.1f} s)")


def step(good: bool, what: str) -> None:  # noqa: FBT001 - what a step is
    """Say what is so, or end."""
    print(f"[{time.monotonic() - STARTED:6.1f} s] {'ok  ' if good else 'FAIL'}  {what}", flush=True)
    if not good:
        sys.exit(1)


if __name__ == "__main__":
    main()
