"""Do replicas behind Ray Serve add up? One to four of them under rising load; the table of "Replicas" in ``docs/ray.md``.

    python -m benchmarks.ray_replicas [--work-s 0.5] [--each-s 90]

Replicas are started and ended as those of ``attire serve --on``, but their work is waiting, for one request at a time, so that cores do not
bound them. The model: r replicas answer r / work_s a second; of c clients who ask again and again, each waits for c * work_s / r.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
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

from app.ray.joined import LOCAL, join
from app.ray.serve import NAME, ONGOING, SCALING, deployment

REPLICAS: Final = 4
PORT: Final = 8_477


def application(work_s: float) -> Starlette:
    """Answers one request at a time."""
    one = asyncio.Lock()

    async def answer(_: Request) -> PlainTextResponse:
        async with one:
            await asyncio.sleep(work_s)
        return PlainTextResponse("done")

    return Starlette(routes=[Route("/", answer)])


async def ask(clients: int, each_s: float, settled: Callable[[], bool]) -> tuple[list[float], int]:
    """Seconds that answers took which came within ``each_s`` once it has settled; and how many were refused."""
    taken, refused, begin, end = list[float](), 0, math.inf, math.inf

    async def one(client: httpx2.AsyncClient) -> None:
        nonlocal refused
        while (began := time.monotonic()) < end:
            refused += (await client.get(f"http://127.0.0.1:{PORT}/")).status_code != httpx2.codes.OK
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


def running() -> int:
    """Replicas that answer."""
    return serve.status().applications[NAME].deployments[NAME].replica_states.get(ReplicaState.RUNNING.value, 0)


def main(work_s: Annotated[float, typer.Option()] = 0.5, each_s: Annotated[float, typer.Option()] = 60.0) -> None:
    """Print a table."""
    join(LOCAL, cpus=REPLICAS)
    with suppress(TimeoutError):  # of a minute, for the proxy, which a busy machine may start later
        serve.start(http_options={"host": "127.0.0.1", "port": PORT})
    replicas = deployment(partial(application, work_s), 30.0)
    serve.run(replicas.options(autoscaling_config={**SCALING, "max_replicas": REPLICAS}).bind(), name=NAME)
    print("| clients | replicas | answers a second (model) | ms: median (model) | 99 % | refused |\n|---|---|---|---|---|---|")
    for count in range(1, REPLICAS + 1):
        clients = ONGOING * count - 2
        taken, refused = asyncio.run(ask(clients, each_s, lambda count=count: running() == count))  # type: ignore[misc]
        rate, (median, most) = len(taken) / each_s, 1e3 * np.percentile(taken, [50, 99])
        reckoned = f"{count / work_s:.1f}", f"{1e3 * clients * work_s / count:,.0f}"
        print(
            f"| {clients} | {running()} | {rate:.1f} ({reckoned[0]}) | {median:,.0f} ({reckoned[1]}) | {most:,.0f} | {refused} |",
            flush=True,
        )
    serve.shutdown()


if __name__ == "__main__":
    typer.run(main)
