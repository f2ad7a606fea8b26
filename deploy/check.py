"""Does a running composition do what it is for? Prints a line per step; ends with 1 at the first that fails.

    docker compose up --build --wait && python3 deploy/check.py

It posts some hundred purchases, so it is for a composition that nobody shops at. For a new release the worker has to train early, so bring
the composition up with ATTIRE_WORKER__SESSIONS=700 and
ATTIRE_WORKER__TRAINING='{"epochs": "3", "masks": "1", "mask_epochs": "3"}' in the environment, or leave that step out: --release-s 0.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import urllib.request
from typing import Any
from uuid import uuid4

from asking import addresses, answers, call, compose, environment, proxy, status, step, text, wait
from kills import each_is_killed

SESSIONS_AT_ONCE = 100


def main() -> None:
    """Take the steps."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=800, help="sessions to post")
    parser.add_argument("--release-s", type=float, default=3600.0, help="seconds that the worker may train; 0 leaves that step out")
    parser.add_argument("--no-kills", action="store_true", help="kill nobody")
    asked = parser.parse_args()
    keys = environment()
    replicas = [address for address in addresses() if answers(address)]
    step(len(replicas) > 1, f"replicas that answer: {', '.join(replicas)}")
    first, other = replicas[0], replicas[1]
    releases = {address: call("GET", address, "/readyz")["release"] for address in replicas}
    step(len(set(releases.values())) == 1, f"all serve release {releases[first]}")
    worn = completes(replicas)
    changes_the_catalogue(first, other, worn, keys["CATALOGUE_KEY"])
    before = len(of_the_worker("run_finished"))
    purchases(first, asked.sessions)
    wait("the worker has archived them", lambda: lag(first) == 0)
    scraped(len(replicas))
    proxied(worn)
    watched()
    if asked.release_s:
        now = learned(before, asked.release_s)
        wait(f"every replica serves {now}", lambda: all(call("GET", one, "/readyz")["release"] == now for one in replicas), 30.0)
        completes(replicas)
    if not asked.no_kills:
        each_is_killed(replicas, worn)
        scraped(len(replicas))
        watched()


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


def learned(before: int, seconds: float) -> str:
    """The worker says that it trains once more, and that what it trained is published; returns the release."""
    wait("the worker trains", lambda: len(of_the_worker("run_started")) > before)
    wait("the training has ended", lambda: len(of_the_worker("run_finished")) > before, seconds)
    run = of_the_worker("run_finished")[-1]
    step(run["decision"] == "published", f"run {run['run']} is {run['decision']} {'; '.join(run['reasons'])}".rstrip())
    return str(run["release"])


def of_the_worker(event: str) -> list[dict[str, Any]]:
    """The lines of this name in the worker's log, oldest first."""
    lines = re.findall(r"(\{.*\})\s*$", compose("logs", "--no-color", "worker"), re.MULTILINE)  # behind the service's name
    return [line for line in map(json.loads, lines) if line.get("event") == event]


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


def proxied(known: str) -> None:
    """The proxy passes on, by TLS, what is public, and nothing else."""
    address = proxy()
    if not answers(address, "/items?limit=1"):
        step(True, f"no proxy at {address}; left out")
        return
    step(bool(call("POST", address, "/complete-outfit", {"items": [known], "k": 3})["slots"]), f"{address} completes {known}, by TLS")
    for method, path in (("GET", "/metrics"), ("GET", "/ops"), ("GET", "/releases"), ("PUT", "/items"), ("DELETE", f"/items/{known}")):
        step(status(method, address, path) == 404, f"and passes no {method} {path.partition('/check')[0]} on")


def watched() -> None:
    """Alertmanager hears from Prometheus, and Grafana has the dashboard."""
    said = environment()
    manager = f"http://127.0.0.1:{said.get('ALERTMANAGER_PORT') or 9093}"
    if answers(manager, "/-/ready"):
        prometheus = f"http://127.0.0.1:{said.get('PROMETHEUS_PORT') or 9090}"
        wait("Prometheus tells Alertmanager", lambda: bool(call("GET", prometheus, "/api/v1/alertmanagers")["data"]["activeAlertmanagers"]))
    grafana = f"http://127.0.0.1:{said.get('GRAFANA_PORT') or 3000}"
    if answers(grafana, "/api/health"):
        password = said.get("GRAFANA_PASSWORD") or said["ADMIN_KEY"]
        basic = base64.b64encode(f"admin:{password}".encode()).decode()
        asked = urllib.request.Request(f"{grafana}/api/dashboards/uid/attire", headers={"Authorization": f"Basic {basic}"})
        with urllib.request.urlopen(asked, timeout=30) as answer:
            step(json.load(answer)["dashboard"]["title"] == "Attire", "Grafana has the dashboard")


if __name__ == "__main__":
    main()
