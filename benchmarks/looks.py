"""How good are looks, against every combination? See ``looks.md``.

    python -m benchmarks.looks --home HOME [--questions 10] [--slots 3] [--each 30] [--seed 0]

Each question is one or two items of the catalogue, and some of its categories, each cut to so many items at random. Every combination is
scored, and then searched for.
"""

from __future__ import annotations

import argparse
import time
from itertools import product
from pathlib import Path

import numpy as np

from app.ground import compute
from app.ground.parts import Limits
from app.home.store import ReleaseStore
from app.recommend.looks import best_looks
from app.recommend.outfit import Worn, resolve
from app.recommend.rank import Pool, rank, score_outfits
from app.release.release import Release

AT_ONCE = 4_000


def exhaustive(release: Release, worn: Worn, pools: list[Pool]) -> np.ndarray:
    """The scores of all combinations, best first."""
    rows = list(product(*(pool.rows_M.tolist() for pool in pools)))
    found = []
    for at in range(0, len(rows), AT_ONCE):
        some = rows[at : at + AT_ONCE]
        vectors = [np.concatenate([worn.embeddings_ID, release.snapshot.embeddings(list(one))]) for one in some]
        found.append(score_outfits(release, vectors, [[*worn.categories, *(pool.category for pool in pools)]] * len(some)))
    return np.sort(np.concatenate(found))[::-1]


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    for name, default in (("questions", 10), ("slots", 3), ("each", 30), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    compute.fix_threads(1)
    store = ReleaseStore(asked.home)
    release, rng = Release.open(store, store.served()), np.random.default_rng(asked.seed)
    ids, names = release.snapshot.items.column("id").to_pylist(), list(release.snapshot.categories)
    shares, taken = [], []
    for _ in range(asked.questions):
        worn = resolve(release, [ids[row] for row in rng.choice(len(ids), rng.integers(1, 3), replace=False)], Limits())
        free = [name for name in names if name not in worn.categories]
        pools = []
        for name in rng.permutation(free)[: asked.slots]:
            rows = release.snapshot.rows_in(str(name))
            pools.append(rank(release, worn, str(name), rng.choice(rows, min(asked.each, len(rows)), replace=False)))
        best = exhaustive(release, worn, pools)
        began = time.perf_counter()
        found = [look.score for look in best_looks(release, worn, pools, 10, None)]
        taken.append(time.perf_counter() - began)
        middling = float(np.median(best))
        shares.append([(found[place] - middling) / (best[place] - middling) for place in (0, 9)])
    mean, least = np.mean(shares, axis=0), np.min(shares, axis=0)
    print(f"first: mean {mean[0]:.3f}, least {least[0]:.3f}; tenth: mean {mean[1]:.3f}, least {least[1]:.3f}")
    print(f"{1000 * float(np.median(taken)):.0f} ms a question (median)")


if __name__ == "__main__":
    main()
