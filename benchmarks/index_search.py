"""What a search costs: FAISS against a numpy scan, and with filters against without, all in one run.

    python benchmarks/index_search.py --items 100000 --size 128

Times are the median of the repeats, taken in turn so that a busy machine slows every row alike; read the ratios rather than the times.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import faiss
import numpy as np

from index.backends.base import BoolArray, FloatArray, IntArray
from index.backends.faiss_cpu import FlatIndex


def numpy_scan(vectors_ND: FloatArray, queries_BD: FloatArray, k: int, allowed_N: BoolArray | None) -> IntArray:
    """The plain alternative: gather, multiply, take the best k."""
    positions = np.arange(len(vectors_ND)) if allowed_N is None else np.flatnonzero(allowed_N)
    scores = queries_BD @ (vectors_ND if allowed_N is None else vectors_ND[positions]).T
    k = min(k, len(positions))
    best = np.argpartition(-scores, k - 1, axis=1)[:, :k]
    order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1)
    return np.asarray(positions[np.take_along_axis(best, order, axis=1)])


def medians_ms(work: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Median time of each piece of work, taken in turn."""
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(repeats + 1):
        for name, piece in work.items():
            start = time.perf_counter()
            piece()
            times[name].append((time.perf_counter() - start) * 1e3)
    return {name: statistics.median(taken[1:]) for name, taken in times.items()}  # the first warms up


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--k", type=int, default=50)
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--repeats", type=int, default=15)
    arguments = parser.parse_args()

    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((arguments.items, arguments.size)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index, k = FlatIndex(vectors), arguments.k
    print(f"{arguments.items:,} x {arguments.size}, k = {k}, median of {arguments.repeats}\n")
    print("queries  allowed   faiss ms   of unfiltered   numpy ms   faiss/numpy")
    for batch in arguments.batches:
        queries = rng.standard_normal((batch, arguments.size)).astype(np.float32)
        masks = {f"{share:.1%}": rng.random(arguments.items) < share for share in (0.001, 0.01, 0.1, 0.3, 0.49, 0.51, 0.9)}
        work: dict[str, Callable[[], object]] = {}
        for share, mask in {"all": None, **masks}.items():
            work[f"faiss {share}"] = partial(index.search, queries, k, mask)
            work[f"numpy {share}"] = partial(numpy_scan, vectors, queries, k, mask)
        taken = medians_ms(work, arguments.repeats)
        for share in ("all", *masks):
            faiss_ms, numpy_ms = taken[f"faiss {share}"], taken[f"numpy {share}"]
            ratio = faiss_ms / taken["faiss all"]
            print(f"{batch:7d}  {share:>7}  {faiss_ms:9.2f}  {ratio:14.2f}  {numpy_ms:9.2f}  {faiss_ms / numpy_ms:12.2f}")

    questions = [rng.standard_normal((1, arguments.size)).astype(np.float32) for _ in range(80)]
    raw = faiss.IndexFlatIP(arguments.size)
    raw.add(vectors)
    with ThreadPoolExecutor(8) as pool:
        taken = medians_ms(
            {
                "as the index searches (one thread each)": lambda: list(pool.map(lambda query: index.search(query, k), questions)),
                "FAISS with its own teams of threads": lambda: list(pool.map(lambda query: raw.search(query, k), questions)),
            },
            max(3, arguments.repeats // 5),
        )
    print("\n8 callers at once, one query each, ms per search")
    for name, total in taken.items():
        print(f"{name:40s} {total / len(questions):9.2f}")


if __name__ == "__main__":
    main()
