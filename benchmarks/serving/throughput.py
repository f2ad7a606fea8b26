"""32 requests at once, by the clock and in processor time, beside their bare parts: ``python -m benchmarks.serving.throughput``.

One process and a process per core, of this checkout and of another one where it is given, are asked in turn, and between them the parts are
computed one after the other on one thread. What the client takes of the same cores is told, too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.ground.compute import cores, fix_threads
from app.release.release import Release
from benchmarks.serving.ceilings import Bare
from benchmarks.serving.home import MIDDLE, made, outfits
from benchmarks.serving.http import Connection, flood, free_port, request, running

_AT_ONCE: Final = 32
_SETTLED_S: Final = 8.0
_PARTS: Final = 30


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each turn of each service")
    parser.add_argument("--turns", type=int, default=4)
    parser.add_argument("--work", type=Path, default=Path("~/.cache/attire/serving").expanduser(), help="where the home is kept")
    parser.add_argument("--beside", type=Path, help="another checkout")
    asked = parser.parse_args()
    store, worn = made(asked.work, asked.items), outfits(40, 3, 7)
    fix_threads(1)
    bare = Bare(Release.open(store, store.served()), worn)
    body = {"k": 10, "slots": [{"category": MIDDLE}]}
    sent = [request("POST", "/complete-outfit", json.dumps({"items": items, **body}).encode()) for items in worn]
    checkouts = {"": Path.cwd(), **({"before: ": asked.beside.resolve()} if asked.beside else {})}
    with ExitStack() as stack:
        services = dict(_services(stack, store.home, checkouts))
        port = free_port()
        empty = stack.enter_context(running(("-m", "benchmarks.serving.empty", str(port)), port, {}, "/readyz"))
        nothing = request("POST", "/nothing", json.dumps(body).encode())
        parts: dict[str, Callable[[int], object]] = {"scan": bare.middle, "forward": bare.forward, "probabilities": bare.likely}
        parts["empty endpoint"] = lambda _: None
        time.sleep(_SETTLED_S)
        found: dict[str, list[tuple[float, ...]]] = {name: [] for name in (*parts, *services)}
        waited: dict[str, list[float]] = {kind: [] for kind in services}
        for turn in range(-1, asked.turns):
            parts["empty endpoint"] = partial(_nothing, Connection(port), nothing)  # one that was idle is closed
            for name, piece in parts.items():
                found[name].append(_part(piece, empty.process if name == "empty endpoint" else None))
            for kind, (at, process) in services.items():
                spent, client = _spent_s(process), time.process_time()
                taken = asyncio.run(flood(at, sent, _AT_ONCE, asked.seconds))
                if turn >= 0:
                    waited[kind] += taken
                    each = (_spent_s(process) - spent, time.process_time() - client)
                    found[kind].append((len(taken) / asked.seconds, *(1000 * one / len(taken) for one in each)))
    _tell({name: np.median(np.array(some), axis=0) for name, some in found.items()}, parts, waited)


def _services(stack: ExitStack, home: Path, checkouts: Mapping[str, Path]) -> Iterator[tuple[str, tuple[int, int]]]:
    """What answers, by name: its port, and the id of its process."""
    for name, checkout in checkouts.items():
        for kind, more in (("one process", ()), ("a process per core", ("--workers", str(cores())))):
            port = free_port()
            environment = {"ATTIRE_HOME": str(home), "ATTIRE_ANSWERS__KEPT_BYTES": "0", "PYTHONPATH": str(checkout)}
            command = ("-c", "from app.cli import main; main()", "serve", "--port", str(port), *more)
            yield f"{name}{kind}", (port, stack.enter_context(running(command, port, environment, "/readyz", checkout)).process)


def _nothing(connection: Connection, sent: bytes, _: int) -> None:
    connection.ask(sent)


def _part(piece: Callable[[int], object], process: int | None) -> tuple[float, float]:
    """Milliseconds of a part by the clock and of a processor, that of another process included."""
    begun, spent = time.perf_counter(), time.thread_time() + (_spent_s(process) if process else 0.0)
    for number in range(_PARTS):
        piece(number)
    took = time.perf_counter() - begun, time.thread_time() + (_spent_s(process) if process else 0.0) - spent
    return 1000 * took[0] / _PARTS, 1000 * took[1] / _PARTS


def _tell(middle: Mapping[str, NDArray[np.float64]], parts: Iterable[str], waited: Mapping[str, list[float]]) -> None:
    clock, spent = sum(middle[name] for name in ("scan", "forward", "empty endpoint"))
    print("| bare part | ms | ms of a processor |\n|---|---|---|")
    for name in parts:
        print(f"| {name} | {middle[name][0]:.2f} | {middle[name][1]:.2f} |")
    print(f"\nThe three in a loop on each of {cores()} cores: {1000 * cores() / clock:,.0f} a second, {spent:.2f} ms of a processor.\n")
    print("| 32 at once | a second | of the loop's | ms of a processor, and the client's | the loop's of these | p50, p99 ms |")
    print("|---|---|---|---|---|---|")
    for kind, ms in waited.items():
        rate, service, client = middle[kind]
        low, high = np.percentile(ms, [50, 99])
        share, of_it = rate * clock / 1000 / cores(), spent / (service + client)
        print(f"| {kind} | {rate:.0f} | {share:.0%} | {service:.2f} + {client:.2f} | {of_it:.0%} | {low:.0f}, {high:.0f} |")


def _spent_s(process: int) -> float:
    """Processor time of a process and of those that it started, in seconds."""
    tasks = list(Path(f"/proc/{process}/task").iterdir())
    own = sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    return own + sum(_spent_s(int(child)) for task in tasks for child in (task / "children").read_text().split())


if __name__ == "__main__":
    main()
