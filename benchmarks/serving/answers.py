"""Are the answers still those of before? Writes those to 500 questions of every kind, or compares with what was written.

    python -m benchmarks.serving.answers OUT.json --home DIR [--items 100000]       # with the code of before
    python -m benchmarks.serving.answers OUT.json --home DIR [--items 100000]       # with the code of now: compares

Half of the questions are asked of the snapshot alone, half with changed and removed items over it.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.ground.parts import Limits
from app.recommend.complete import complete
from app.recommend.completion import Question
from app.release.release import Release
from app.release.traits import Traits
from benchmarks.serving.home import CATEGORIES, RARE, made, outfits
from index.columns import Filter
from index.delta import Overlay
from index.segment import Segment

_NEAR: Final = 1e-4
_CHANGED: Final = 400
_FILTERS: Final = (
    {},
    {},
    {"price_min": 20.0, "price_max": 60.0},
    {"brand": (RARE,)},
    {"brand": (RARE,), "price_max": 40.0},
    {"brand": ("brand-3", "brand-17")},
    {"in_stock": False},
    {"in_stock": None},
    {"attributes": {"colour": ("red", "blue")}, "price_max": 100.0},
    {"attributes": {"nothing": ("x",)}},
    {"price_min": 400.0},
)


def main() -> None:
    """Write, or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=500)
    asked = parser.parse_args()
    store = made(asked.home, asked.items)
    release = Release.open(store, store.served())
    found = []
    for number, question in enumerate(questions(asked.questions)):
        if number == asked.questions // 2:
            release = changed(release)
        found.append(told(release, asdict(complete(release, question, Limits()))))
    written = json.dumps(found, default=np.ndarray.tolist)
    if not asked.out.exists():
        asked.out.write_text(written)
        print(f"{len(found)} answers written")
        return
    before = json.loads(asked.out.read_text())
    differences = [list(differing("", one, other)) for one, other in zip(before, json.loads(written), strict=True)]
    same = sum(not some for some in differences)
    for number, some in [(number, some) for number, some in enumerate(differences) if some][:10]:
        print(number, *some[:4], sep="\n    ")
    items = sum(len(slot["items"]) for answer in found for slot in answer["slots"])
    kinds = Counter(len(answer["slots"]) for answer in found)
    print(f"{same} of {len(found)} answers are the same; {items:,} items suggested, slots {dict(sorted(kinds.items()))}")
    sys.exit(same != len(found))


def questions(count: int) -> list[Question]:
    """Questions of every kind."""
    rng = np.random.default_rng(5)
    worn = [items for size in (1, 2, 3, 5) for items in outfits(count // 4 + 1, size, 100 + size)]
    some = []
    for items in worn[:: max(1, len(worn) // count)][:count]:
        filters = {"in_stock": True} | dict(_FILTERS[rng.integers(len(_FILTERS))])
        if rng.random() < 0.2:  # noqa: PLR2004 - one in five
            filters["exclude"] = tuple(f"i{row:07d}" for row in rng.integers(0, 20_000, 300))
        slots = [None, *([str(name) for name in rng.choice(CATEGORIES, many)] for many in (1, 1, 2, 4))][rng.integers(5)]
        given = rng.random() < 0.1  # noqa: PLR2004 - one in ten
        some.append(
            Question(
                items=items,
                slots=None if given else slots,
                candidates=[f"i{row:07d}" for row in rng.integers(0, 3_000, 30)] if given else None,
                k=[None, 1, 5, 10, 40][rng.integers(5)],
                looks=3 if rng.random() < 0.05 else 0,  # noqa: PLR2004
                budget=150.0 if rng.random() < 0.05 else None,  # noqa: PLR2004
                diversity=0.5 if rng.random() < 0.1 else 0.0,  # noqa: PLR2004
                explain=bool(rng.random() < 0.1),  # noqa: PLR2004
                wanted=Filter(**filters),
                consistent=bool(rng.random() < 0.8),  # noqa: PLR2004
            )
        )
    return some


def changed(release: Release) -> Release:
    """The release with some items changed and some removed."""
    snapshot, rng = release.snapshot, np.random.default_rng(9)
    rows = np.sort(rng.choice(snapshot.count, _CHANGED, replace=False))
    table = snapshot.items.take(rows[::2])
    features = np.asarray(snapshot.features[rows[::2]], dtype=np.float32)
    embeddings = snapshot.embeddings(rows[::2][::-1])
    removed = [snapshot.items.column("id")[int(row)].as_py() for row in rows[1::2]]
    overlay = Overlay.over(snapshot, Segment(table, features, embeddings, removed))
    return replace(release, snapshot=overlay, traits=Traits.of(overlay, release.traits))


def told(release: Release, answer: dict[str, Any]) -> dict[str, Any]:
    """An answer with ids for rows."""
    ids = release.snapshot.items.column("id")
    for slot in answer["slots"]:
        for item in slot["items"]:
            item["row"] = ids[item["row"]].as_py()
    return answer


def differing(where: str, one: Any, other: Any) -> Any:  # noqa: ANN401 - JSON
    """The places where two answers differ; numbers may by what adding in another order does to them."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for name in one:
            yield from differing(f"{where}.{name}", one[name], other[name])
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differing(f"{where}[{place}]", left, right)
    elif isinstance(one, float) and isinstance(other, float):
        if not math.isclose(one, other, rel_tol=_NEAR, abs_tol=_NEAR):
            yield f"{where}: {one} {other}"
    elif one != other:
        yield f"{where}: {str(one)[:80]} {str(other)[:80]}"


if __name__ == "__main__":
    main()
