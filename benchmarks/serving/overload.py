"""Twice the load that a service can take: who is refused and how soon, how long the answered wait, what it holds, and how it recovers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.serving.http import Client, flood

AT_ONCE: Final = 32
TIMES: Final = 2.0
_RECOVERED_S: Final = 2.0
_OK: Final = 200
_BUSY: Final = 503


@dataclass(frozen=True)
class Overload:
    """What became of requests that came at twice the rate of 32 at once.

    Attributes:
        full_rate, full_p99: of 32 at once, answers a second and milliseconds.
        rate, p50, p99: of what was answered.
        refused: share of all. refused_p50, refused_p99: milliseconds until a refusal. failed: how many were neither.
        resident: bytes before, after the first third, and at the end.
        recovered_p50: milliseconds of one at a time, from 2 s after the end on. alone_p50: before.
    """

    seconds: float
    full_rate: float
    full_p99: float
    sent_rate: float
    rate: float
    p50: float
    p99: float
    refused: float
    refused_p50: float
    refused_p99: float
    failed: int
    resident: tuple[int, int, int]
    alone_p50: float
    recovered_p50: float


def overload(port: int, process: int, sent: Sequence[bytes], seconds: float) -> Overload:
    """Measure a service that runs.

    Args:
        process: its id. sent: the requests. seconds: of the overload.
    """
    return asyncio.run(_overload(port, process, sent, seconds))


async def _overload(port: int, process: int, sent: Sequence[bytes], seconds: float) -> Overload:
    alone = await flood(port, sent, 1, 2.0)
    full_s = max(5.0, seconds / 4)
    full = await flood(port, sent, AT_ONCE, full_s)
    rate = TIMES * len(full) / full_s
    held = [_resident(process)]
    taken: list[tuple[int, float]] = []
    client, under_way = Client(port), set[asyncio.Task[None]]()

    async def one(number: int) -> None:
        begun = time.perf_counter()
        status = await client.ask(sent[number % len(sent)])
        taken.append((status, 1000 * (time.perf_counter() - begun)))

    begun, number = time.perf_counter(), 0
    while (now := time.perf_counter() - begun) < seconds:
        while number < rate * now:
            task = asyncio.create_task(one(number))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            number += 1
        if now > seconds / 3 and len(held) == 1:
            held.append(_resident(process))
        await asyncio.sleep(0.002)
    held.append(_resident(process))
    await asyncio.sleep(_RECOVERED_S)
    recovered = await flood(port, sent, 1, 2.0)
    await asyncio.gather(*under_way)
    client.close()
    answered = [ms for status, ms in taken if status == _OK]
    refused = [ms for status, ms in taken if status == _BUSY]
    return Overload(
        seconds=seconds,
        full_rate=len(full) / full_s,
        full_p99=float(np.percentile(full, 99)),
        sent_rate=number / seconds,
        rate=len(answered) / seconds,
        p50=float(np.median(answered)),
        p99=float(np.percentile(answered, 99)),
        refused=len(refused) / len(taken),
        refused_p50=float(np.median(refused)) if refused else 0.0,
        refused_p99=float(np.percentile(refused, 99)) if refused else 0.0,
        failed=len(taken) - len(answered) - len(refused),
        resident=(held[0], held[1], held[2]),
        alone_p50=float(np.median(alone)),
        recovered_p50=float(np.median(recovered)),
    )


def _resident(process: int) -> int:
    """Bytes that a process holds in memory."""
    status = Path(f"/proc/{process}/status").read_text()
    return 1024 * int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))
