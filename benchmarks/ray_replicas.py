"""Do replicas behind Ray Serve add up? One to four of them under rising load; the tables of "Replicas" in ``docs/ray.md``.

    python -m benchmarks.ray_replicas [--work-s 0.5] [--each-s 60] [--home HOME]

Replicas are started and ended as those of ``attire serve --on``, but their work is waiting, for one request at a time, so that cores do not
bound them. The model: r replicas answer r / work_s a second; of c clients who ask again and again, each waits for c * work_s / r.

With HOME it is checked by one replica of the application itself, which keeps no answers: work_s is what it takes with ``ONGOING`` clients.
"""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import httpx2
import numpy as np
import typer
from ray import serve
from ray.serve.schema import ReplicaState
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from app.ground.settings import PREFIX, Settings
from app.ray.joined import LOCAL, join
from app.ray.serve import NAME, ONGOING, SCALING, bound, deployment

REPLICAS: Final = 4
PORT: Final = 8_477


def application(work_s: float) -> Starlette:
    """Answers one request at a time."""
    one = asyncio.Lock()

    async def answer(_: Request) -> PlainTextResponse:
        async with one:
            await asyncio.sleep(work_s)
        return PlainTextResponse("done")

    return Starlette(routes=[Route("/complete-outfit", answer, methods=["POST"])])


async def ask(clients: int, each_s: float, settled: Callable[[], bool], bodies: Sequence[object]) -> tuple[list[float], int]:
    """Seconds that answers took which came within ``each_s`` once it has settled; and how many were refused."""
    taken, refused, begin, end = list[float](), 0, math.inf, math.inf

    async def one(client: httpx2.AsyncClient) -> None:
        nonlocal refused
        while (began := time.monotonic()) < end:
            answer = await client.post(f"http://127.0.0.1:{PORT}/complete-outfit", json=random.choice(bodies))  # noqa: S311 # nosec B311
            refused += answer.status_code != httpx2.codes.OK
            if begin <= time.monotonic() < end:
                taken.append(time.monotonic() - began)

    async def watch() -> None:
        nonlocal begin, end
        while not await asyncio.to_thread(settled):  # noqa: ASYNC110 - it is Serve that is asked
            await asyncio.sleep(1)
        begin = time.monotonic() + each_s / 4
        end = begin + each_s

    async with httpx2.AsyncClient(timeout=120, limits=httpx2.Limits(max_connections=clients)) as client:
        await asyncio.gather(watch(), *(one(client) for _ in range(clients)))
    return taken, refused


def questions() -> list[dict[str, list[str]]]:
    """One slot for each item of the first page, of the category of another."""
    items = httpx2.get(f"http://127.0.0.1:{PORT}/items", timeout=60).json()["items"]
    return [
        {"items": [item["id"]], "slots": [other]}
        for item in items
        for other in sorted({one["category"] for one in items} - {item["category"]})
    ]


def running() -> int:
    """Replicas that answer."""
    return serve.status().applications[NAME].deployments[NAME].replica_states.get(ReplicaState.RUNNING.value, 0)


def told(clients: int, replicas: int, work_s: float, each_s: float, bodies: Sequence[object] = ({},)) -> float:
    """Print a row, once there are so many replicas. Returns answers a second."""
    taken, refused = asyncio.run(ask(clients, each_s, lambda: running() == replicas, bodies))
    rate, (median, most) = len(taken) / each_s, 1e3 * np.percentile(taken, [50, 99])
    work_s = work_s or 1 / rate
    print(
        f"| {clients} | {running()} | {rate:.1f} ({replicas / work_s:.1f}) "
        f"| {median:,.0f} ({1e3 * clients * work_s / replicas:,.0f}) | {most:,.0f} | {refused} |",
        flush=True,
    )
    return rate


def main(
    work_s: Annotated[float, typer.Option()] = 0.5,
    each_s: Annotated[float, typer.Option()] = 60.0,
    home: Annotated[Path | None, typer.Option()] = None,
) -> None:
    """Print a table."""
    join(LOCAL, cpus=REPLICAS)
    with suppress(TimeoutError):  # of a minute, for the proxy, which a busy machine may start later
        serve.start(http_options={"host": "127.0.0.1", "port": PORT})
    most = 1 if home else REPLICAS
    if home:
        settings = Settings(home=home.absolute())
        said = {f"{PREFIX}HOME": str(settings.home), f"{PREFIX}ANSWERS__KEPT_BYTES": "0"}
        serve.run(bound(settings, said, {"max_replicas": most}), name=NAME)
    else:
        replicas = deployment(partial(application, work_s), 30.0)
        serve.run(replicas.options(autoscaling_config={**SCALING, "max_replicas": most}).bind(), name=NAME)
    print("| clients | replicas | answers a second (model) | ms: median (model) | 99 % | refused |\n|---|---|---|---|---|---|")
    if home:
        bodies = questions()
        work_s = 1 / told(ONGOING, 1, 0.0, each_s, bodies)
        for clients in (1, 2, 4, 2 * ONGOING, 4 * ONGOING):
            told(clients, 1, work_s, each_s, bodies)
    else:
        for count in range(1, REPLICAS + 1):
            told(ONGOING * count - 2, count, work_s, each_s)
    serve.shutdown()


if __name__ == "__main__":
    typer.run(main)
