"""The engines: each holds the same vectors and prices, and finds the best of what costs no more than some price.

Each has efforts, from the least to the most; what they mean is the engine's.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import numpy as np
import pyarrow as pa

from index.backends.base import FloatArray, IntArray
from index.backends.registry import BACKENDS, Choice
from index.category_index import CategoryIndex
from index.columns import Columns, Filter

SPARE: Final = 1.3
_EF_BUILT, _LINKS = 200, 16
_EFS: Final = (50, 100, 200, 400, 800, 1_600)
_CHROMA_EF: Final = 400
_LEARNED: Final = 96
_PART: Final = 5_000


class Engine(Protocol):
    """Vectors that are searched by inner product, and a price for each.

    Attributes:
        efforts: from the least to the most.
    """

    efforts: Sequence[Any]

    def search(self, query_D: FloatArray, k: int, most: float | None, effort: Any) -> IntArray:  # noqa: ANN401 - the engine's own
        """Positions of about the best k of what costs at most ``most``; None: whatever it costs."""
        ...


class Attire:
    """This project's index of one category, asked as the service asks it."""

    def __init__(self, vectors_ND: FloatArray, price_N: FloatArray, queries_BD: FloatArray, backend: str = "auto") -> None:
        name = Choice(backend=backend).of("all", len(vectors_ND))
        index = BACKENDS[name].build(vectors_ND)
        if tune := BACKENDS[name].tune:
            index = tune(index, queries_BD[:_LEARNED])
        rows = np.arange(len(vectors_ND))
        items = pa.table({"id": [str(row) for row in rows], "price": price_N.astype(np.float64)})
        self._columns = Columns(items, {})
        self._index = CategoryIndex({"all": rows}, {"all": index}, vectors_ND)
        self.efforts = (name,)

    def search(self, query_D: FloatArray, k: int, most: float | None, _: object) -> IntArray:
        """See ``Engine``."""
        return self._index.search("all", query_D[None], k, self._columns.selection(Filter(price_max=most)))[1][0]


class Hnswlib:
    """Its graph, whose search asks a Python function of each vector that it meets."""

    efforts = _EFS

    def __init__(self, vectors_ND: FloatArray, price_N: FloatArray) -> None:
        import hnswlib  # noqa: PLC0415 - an engine need not be there

        self._prices = price_N.tolist()
        self._index = hnswlib.Index(space="ip", dim=vectors_ND.shape[1])
        self._index.init_index(max_elements=len(vectors_ND), ef_construction=_EF_BUILT, M=_LINKS)
        self._index.set_num_threads(1)
        self._index.add_items(vectors_ND)

    def search(self, query_D: FloatArray, k: int, most: float | None, effort: int) -> IntArray:
        """See ``Engine``; fewer where the graph led to no more."""
        self._index.set_ef(effort)
        prices = self._prices
        passes = None if most is None else (lambda row: prices[row] <= most)
        try:
            return self._index.knn_query(query_D, k, filter=passes)[0][0].astype(np.int64)
        except RuntimeError:
            return np.zeros(0, dtype=np.int64)


class Usearch:
    """Its graph, which knows no filter from Python: more are fetched, and those that pass are kept; or its exact search of what passes."""

    efforts = ("exact", *_EFS)

    def __init__(self, vectors_ND: FloatArray, price_N: FloatArray) -> None:
        from usearch.index import Index, MetricKind, search  # noqa: PLC0415 - an engine need not be there

        self._vectors_ND, self._price_N = vectors_ND, price_N
        self._exact: Callable[..., Any] = lambda some_MD, query_D, k: search(some_MD, query_D, k, MetricKind.IP, exact=True, threads=1)
        self._index = Index(ndim=vectors_ND.shape[1], metric="ip", dtype="f32", connectivity=_LINKS, expansion_add=_EF_BUILT)
        self._index.add(np.arange(len(vectors_ND)), vectors_ND, threads=1)

    def search(self, query_D: FloatArray, k: int, most: float | None, effort: int | str) -> IntArray:
        """See ``Engine``."""
        rows = None if most is None else np.flatnonzero(self._price_N <= most)
        if effort == "exact":
            some_MD = self._vectors_ND if rows is None else self._vectors_ND[rows]
            keys = np.asarray(self._exact(some_MD, query_D, min(k, len(some_MD))).keys).ravel().astype(np.int64)
            return keys if rows is None else rows[keys]
        count = len(self._vectors_ND)
        fetch = k if rows is None else min(count, math.ceil(SPARE * k * count / len(rows)))
        self._index.expansion_search = max(int(effort), fetch)
        keys = np.asarray(self._index.search(query_D, fetch, threads=1).keys).astype(np.int64)
        return keys[:k] if most is None else keys[self._price_N[keys] <= most][:k]


class Chroma:
    """chromadb in memory; what its search looks through is settled when a collection is made."""

    efforts = (_CHROMA_EF,)

    def __init__(self, vectors_ND: FloatArray, price_N: FloatArray) -> None:
        import chromadb  # noqa: PLC0415 - an engine need not be there
        from chromadb.config import Settings  # noqa: PLC0415

        client = chromadb.EphemeralClient(Settings(anonymized_telemetry=False))
        hnsw = {"space": "ip", "ef_construction": _EF_BUILT, "max_neighbors": _LINKS, "ef_search": _CHROMA_EF, "num_threads": 1}
        self._items: Any = client.create_collection("items", configuration={"hnsw": hnsw}, embedding_function=None, get_or_create=False)
        for start in range(0, len(vectors_ND), _PART):
            rows = range(start, min(len(vectors_ND), start + _PART))
            self._items.add(
                ids=[str(row) for row in rows],
                embeddings=vectors_ND[start : start + _PART],
                metadatas=[{"price": float(price_N[row])} for row in rows],
            )

    def search(self, query_D: FloatArray, k: int, most: float | None, _: object) -> IntArray:
        """See ``Engine``."""
        where = None if most is None else {"price": {"$lte": most}}
        found = self._items.query(query_embeddings=query_D[None], n_results=k, where=where, include=[])
        return np.array([int(name) for name in found["ids"][0]], dtype=np.int64)


class Lance:
    """lancedb in a directory of its own, with an index of the prices; a scan, or lists of codes whose best are compared exactly."""

    efforts = ("scan", *((probes, refined) for probes in (8, 32, 128) for refined in (2, 8)))

    def __init__(self, vectors_ND: FloatArray, price_N: FloatArray) -> None:
        import lancedb  # noqa: PLC0415 - an engine need not be there

        self._place = tempfile.TemporaryDirectory()
        size = vectors_ND.shape[1]
        vectors = pa.FixedSizeListArray.from_arrays(pa.array(vectors_ND.ravel()), size)
        table = pa.table({"row": np.arange(len(vectors_ND)), "price": price_N.astype(np.float64), "vector": vectors})
        self._items: Any = lancedb.connect(self._place.name).create_table("items", table)
        self._items.create_scalar_index("price")
        lists = round(math.sqrt(len(vectors_ND)) / 2)
        self._items.create_index(metric="dot", num_partitions=lists, num_sub_vectors=size // 2, vector_column_name="vector")

    def search(self, query_D: FloatArray, k: int, most: float | None, effort: str | tuple[int, int]) -> IntArray:
        """See ``Engine``."""
        asked = self._items.search(query_D, vector_column_name="vector").distance_type("dot").limit(k).select(["row", "_distance"])
        asked = asked.bypass_vector_index() if isinstance(effort, str) else asked.nprobes(effort[0]).refine_factor(effort[1])
        if most is not None:
            asked = asked.where(f"price <= {most}", prefilter=True)
        return asked.to_arrow().column("row").to_numpy()


class Qdrant:
    """qdrant-client in local mode: a scan by numpy, and a filter asked of each payload by Python."""

    efforts = ("scan",)

    def __init__(self, vectors_ND: FloatArray, price_N: FloatArray) -> None:
        from qdrant_client import QdrantClient, models  # noqa: PLC0415 - an engine need not be there

        self._models: Any = models
        self._client = QdrantClient(":memory:")
        self._client.create_collection("items", vectors_config=models.VectorParams(size=vectors_ND.shape[1], distance=models.Distance.DOT))
        self._client.upload_collection(
            "items", vectors=vectors_ND, payload=[{"price": float(price)} for price in price_N], ids=range(len(price_N)), parallel=1
        )

    def search(self, query_D: FloatArray, k: int, most: float | None, _: object) -> IntArray:
        """See ``Engine``."""
        some = self._models
        only = None if most is None else some.Filter(must=[some.FieldCondition(key="price", range=some.Range(lte=most))])
        found = self._client.query_points("items", query=query_D, limit=k, query_filter=only, with_payload=False)
        return np.array([point.id for point in found.points], dtype=np.int64)


PEERS: Final[dict[str, Callable[[FloatArray, FloatArray], Engine]]] = {
    "hnswlib": Hnswlib,
    "usearch": Usearch,
    "chromadb": Chroma,
    "lancedb": Lance,
    "qdrant-client": Qdrant,
}
