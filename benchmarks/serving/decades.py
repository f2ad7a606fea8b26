"""One request at a time of catalogues of different size, in turn: ``python -m benchmarks.serving.decades 100000 1000000 10000000``."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.serving.home import made, outfits
from benchmarks.serving.http import Connection, Running, free_port, running
from benchmarks.serving.measure import NONE_KEPT, SERVE, Figure, completing, in_turn, questions

_MB: Final = 1024


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("items", type=int, nargs="+", help="how many the catalogues have")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--work", type=Path, default=Path("~/.cache/attire/serving").expanduser(), help="where the homes are kept")
    asked = parser.parse_args()
    homes = {count: made(asked.work, count).home for count in asked.items}
    worn, ports, services = outfits(40, 3, 7), dict[int, int](), dict[int, Running]()
    with ExitStack() as stack:
        for count, home in homes.items():
            port = ports[count] = free_port()
            environment = {"ATTIRE_HOME": str(home), **NONE_KEPT}
            services[count] = stack.enter_context(running((*SERVE, "--port", str(port)), port, environment, "/readyz"))
        work = {}
        for name, body in questions().items():
            sent = [completing(items, body) for items in worn]
            for count, port in ports.items():
                work[f"{name}, {count}"] = partial(_ask, Connection(port), sent)
        taken = {name: Figure.of(some) for name, some in in_turn(work, asked.rounds).items()}
        held = [f"| {count:,} | {one.ready_s:.1f} | {' | '.join(_resident(one.process))} |" for count, one in services.items()]
    print("| items | s until `/readyz` | resident, MB | of it the process's own | the files' pages |\n|---|---|---|---|---|")
    print("\n".join(held))
    print(f"\n| ms | {' | '.join(f'{count:,}' for count in ports)} |\n|---|{'---|' * len(ports)}")
    for name in questions():
        of_each = [taken[f"{name}, {count}"] for count in ports]
        print(f"| {name} | {' | '.join(f'{one.median:.2f} ({one.low:.2f} to {one.high:.2f})' for one in of_each)} |")


def _ask(service: Connection, sent: list[bytes], number: int) -> None:
    service.ask(sent[number % len(sent)])


def _resident(process: int) -> list[str]:
    """Megabytes: all, what is the process's own, and what is mapped of files."""
    lines = (line.split() for line in Path(f"/proc/{process}/status").read_text().splitlines())
    held = {line[0]: int(line[1]) for line in lines if line[0] in {"VmRSS:", "RssAnon:", "RssFile:"}}
    return [f"{held[name] // _MB:,}" for name in ("VmRSS:", "RssAnon:", "RssFile:")]


if __name__ == "__main__":
    main()
