"""Shards in processes of a cluster."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from index.backends.faiss_cpu import FlatIndex
from index.backends.registry import BACKENDS
from tests.app.ray.conftest import QUESTIONS, told

pytestmark = pytest.mark.usefixtures("cluster")
COUNT, SIZE = 12_000, 16


def test_four_shards_answer_a_thousand_questions_as_one_index_does() -> None:
    """With filters, in two processes, one of which is killed on the way."""
    import ray  # noqa: PLC0415 - an extra

    from app.ray.shards import Shards  # noqa: PLC0415

    rng = np.random.default_rng(0)
    vectors, queries = (rng.normal(size=(count, SIZE)).astype(np.float32) for count in (COUNT, 1_000))
    shards = Shards(2, most=3_072)
    one, many = FlatIndex(vectors), shards.build(vectors)
    assert len(many._parts) == 4
    loads = [load for load, _, _ in shards._by_load]
    assert sum(loads) == COUNT
    assert max(loads) - min(loads) <= 3_072
    pid = ray.get(shards._by_load[0][2].pid.remote())
    for at in range(0, 1_000, 5):
        allowed = None if at % 2 else rng.random(COUNT) < rng.choice([0.5, 0.01])
        if at == 500:
            os.kill(pid, signal.SIGKILL)
        for expected, found in zip(
            one.search(queries[at : at + 5], 20, allowed), many.search(queries[at : at + 5], 20, allowed), strict=True
        ):
            np.testing.assert_array_equal(found, expected)
    assert ray.get(shards._by_load[0][2].pid.options(max_task_retries=-1).remote()) != pid


def test_a_piece_is_taken_out_of_the_store() -> None:
    """Whose pages are small ones, of which a scan takes twice as long."""
    import ray  # noqa: PLC0415 - an extra

    from app.ray.shards import _Holder  # noqa: PLC0415

    holder, vectors = _Holder(), np.eye(SIZE, dtype=np.float32)
    piece = [ray.put(vectors)]
    _, [[found]] = holder.search(piece, vectors[[3]], 1, None)
    assert (found, holder._held[piece[0]].vectors.flags.writeable) == (3, True)  # the store's are read alone


def test_a_search_ends_in_the_release_that_it_began_in() -> None:
    """With two releases in the same processes, asked at the same time, of which one is let go with questions under way."""
    from app.ray.shards import Shards  # noqa: PLC0415 - an extra

    rng = np.random.default_rng(1)
    both = [rng.normal(size=(COUNT, SIZE)).astype(np.float32) for _ in range(2)]
    queries = rng.normal(size=(50, 1, SIZE)).astype(np.float32)
    expected = [[FlatIndex(vectors).search(query, 10) for query in queries] for vectors in both]
    shards = Shards(2, most=3_072)
    releases = [shards.build(vectors) for vectors in both]
    with ThreadPoolExecutor(4) as pool:
        asked = [[pool.submit(release.search, query, 10) for query in queries] for release in releases]
        del releases
        for right, found in zip(chain(*expected), chain(*asked), strict=True):
            np.testing.assert_array_equal(found.result(), right)


def test_a_replica_searches_in_shards_by_a_setting(home: Path, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """And answers what one that searches itself does."""
    from app.ray import serve, shards  # noqa: PLC0415 - an extra

    monkeypatch.setitem(BACKENDS, shards.BACKEND, BACKENDS["flat"])  # so that it is taken away afterwards
    for name, value in (said := {"ATTIRE_HOME": str(home), "ATTIRE_INDEX__SHARDS": "1"}).items():
        monkeypatch.setenv(name, value)
    with TestClient(serve.application(said)) as cut:
        release = cut.app.state.services.serving.release  # type: ignore[attr-defined]
        assert set(release.snapshot.backends.values()) == {"sharded"}
        for path, body in QUESTIONS:
            here, there = client.post(path, json=body), cut.post(path, json=body)
            assert (there.status_code, told(there)) == (here.status_code, told(here))
