"""Every service of a running composition, killed once: does each come back, and are outfits completed meanwhile?"""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.parse
from uuid import uuid4

from asking import addresses, answers, compose, docker, inspected, proxy, status, step, text, wait

SECONDS_OF_A_KILL = 5.0
PATIENCE_S = 300.0
PAUSE_S = 0.1
FROM_OUTSIDE = ["run", "--rm", "--pid", "host", "--user", "0", "--network", "none", "--entrypoint", "python", "attire:latest", "-c"]


def each_is_killed(replicas: list[str], worn: str) -> None:
    """Kill every service once. While the proxy is away one replica is asked, and the proxy while anybody else is."""
    many = len(replicas)
    containers = [json.loads(line) for line in compose("ps", "--format", "json").splitlines()]
    of = {one["Service"]: one["ID"] for one in containers}
    ports = {one["ID"]: {published["PublishedPort"] for published in one.get("Publishers") or ()} for one in containers}
    for service, container in sorted(of.items(), key=lambda one: one[0] == "api"):  # a replica last, as its port may change
        through = proxy() if service != "proxy" and answers(proxy(), "/items?limit=1") else beside(replicas, ports[container])
        began, pid, ended = time.monotonic(), inspected(container, "{{.State.Pid}}"), threading.Event()
        if pid == "0":
            step(False, f"{service} runs: it does not; docker compose logs {service}")
        asked: list[str] = []
        asking = threading.Thread(target=keeps_asking, args=(through, worn, ended, asked), daemon=True)
        asking.start()
        docker(*FROM_OUTSIDE, f"import os; os.kill({int(pid)}, 9)")
        wait(f"{service} is killed, and comes back", lambda was=pid, of=container: lives(of, was), PATIENCE_S)  # type: ignore[misc]
        if service == "api":  # perhaps on another port of the range than before
            wait("every replica answers again", lambda: sum(map(answers, addresses())) == many)
            replicas = [address for address in addresses() if answers(address)]
        if service == "redis":
            wait("events are taken again", lambda first=replicas[0]: sends_an_event(first, worn))
        time.sleep(max(0.0, SECONDS_OF_A_KILL - (time.monotonic() - began)))
        ended.set()
        asking.join()
        lost = [how for how in asked if how != "200"]
        under_way = 1 if service == "api" else 0  # what the replica was answering is lost with it
        told = f"meanwhile {through} completed {len(asked) - len(lost)} of {len(asked)} outfits"
        step(len(lost) <= under_way, ": ".join([told, *lost]))


def beside(replicas: list[str], ports: set[int]) -> str:
    """A replica that listens on none of these ports, the last one."""
    return next(address for address in reversed(replicas) if urllib.parse.urlsplit(address).port not in ports)


def lives(container: str, was: str) -> bool:
    """Whether it runs again, as another process, and is well as far as it is asked."""
    pid, state, health = inspected(
        container, "{{.State.Pid}} {{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{else}}healthy{{end}}"
    ).split()
    return pid not in {"0", was} and (state, health) == ("running", "healthy")


def keeps_asking(address: str, worn: str, ended: threading.Event, answered: list[str]) -> None:
    """Complete an outfit again and again; notes each status, or why there was none."""
    while not ended.wait(PAUSE_S):
        try:
            text(address, "/complete-outfit", "POST", {"items": [worn], "k": 3})
            answered.append("200")
        except urllib.error.HTTPError as error:
            answered.append(str(error.code))
        except OSError as error:
            answered.append(str(error))


def sends_an_event(address: str, item: str) -> bool:
    """Whether one is accepted."""
    event = {"id": uuid4().hex, "type": "view", "item": item, "session": "check"}
    return status("POST", address, "/events", {"events": [event]}) in {200, 202}
