"""Measure what a request costs beside its parts, and write the page: ``python -m benchmarks.serving``, or ``make bench``."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.ground import compute  # noqa: F401 - torch before faiss
from benchmarks.serving.home import made
from benchmarks.serving.measure import measure
from benchmarks.serving.page import page


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=150)
    parser.add_argument("--seconds", type=float, default=10.0, help="of 32 requests at once")
    parser.add_argument("--overloaded", type=float, default=60.0, help="seconds of twice the load that it can take")
    parser.add_argument("--work", type=Path, default=Path("~/.cache/attire/serving").expanduser(), help="where the home is kept")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/serving.md"))
    parser.add_argument("--notes", type=Path, help="Markdown that the page ends with")
    parser.add_argument("--set", action="append", default=[], help="an environment variable of the service, NAME=VALUE")
    parser.add_argument("--beside", type=Path, help="another checkout, whose service is measured in the same turns")
    asked = parser.parse_args()
    store = made(asked.work, asked.items)
    found = measure(
        store, asked.rounds, asked.seconds, dict(one.split("=", 1) for one in asked.set), asked.beside, overloaded_s=asked.overloaded
    )
    text = page(found, asked.items, asked.rounds, asked.notes.read_text().strip() if asked.notes else "")
    asked.out.write_text(text)
    print(text)


main()
