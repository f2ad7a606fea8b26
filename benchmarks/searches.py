"""What a search of words takes, beside looking once through all titles for its longest word. See ``text.md``.

python -m benchmarks.searches --home HOME [--rounds 5]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Final

import pyarrow.compute as pc

from app.ground import compute
from app.ground.parts import Limits
from app.home.store import ReleaseStore
from app.recommend.search import sought
from app.release.release import Release
from app.words.titles import titles_of

ASKED: Final = (
    "nike", "blue", "running", "red dress", "black leather shoes", "summer dress", "women's jeans", "kids t-shirt", "shoes under 80",
    "dress for a wedding", "blak shirt",
)  # fmt: skip


def processor_ms(work: Callable[[], object], rounds: int) -> float:
    """Milliseconds of a processor, the median of some rounds."""
    took = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        took.append(1000 * (time.process_time() - began))
    return median(took)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    compute.fix_threads(1)
    store = ReleaseStore(asked.home)
    release, limits = Release.open(store, store.served()), Limits()
    titles = titles_of(release.snapshot).all
    print(f"{len(titles):,} titles\n\n| search | found | ms of a processor | one look through all titles |\n|---|---|---|---|")
    for text in ASKED:
        found = len(sought(release, None, text, limits).rows)
        search = processor_ms(lambda text=text: sought(release, None, text, limits), asked.rounds)  # type: ignore[misc]
        longest = max(text.split(), key=len)
        look = processor_ms(lambda word=longest: pc.match_substring(titles, word, ignore_case=True), asked.rounds)  # type: ignore[misc]
        print(f"| {text} | {found:,} | {search:.1f} | {look:.1f} |")


if __name__ == "__main__":
    main()
