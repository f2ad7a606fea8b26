"""Shards of large categories as actors of a cluster, behind the interface of an index's backend.

An actor holds pieces of any categories; a piece goes to the one that holds least. Vectors lie in the object store of whoever asks, so that
an actor that was lost, and is started anew, takes its pieces from there when it is next asked. Until then, which is for long where its node
was lost and no other has room, the asking process searches them itself.
"""

from __future__ import annotations

import heapq
import os
from functools import cached_property
from typing import Any, Final

import ray
from ray.exceptions import GetTimeoutError, RayActorError

from index.backends.base import Backend, BoolArray, FloatArray, IntArray
from index.backends.faiss_cpu import FlatIndex
from index.backends.registry import BACKENDS
from index.backends.sharded import Answer, ShardedIndex, cuts

BACKEND: Final = "sharded"
MOST: Final = 262_144
"""Vectors of a piece."""
_PATIENCE_S: Final = 5.0
"""That an actor has for an answer, a first one with its vectors from another node: one whose machine is off does not say so."""


class _Holder:
    """One process that holds pieces and searches them."""

    def __init__(self) -> None:
        self._held: dict[ray.ObjectRef[Any], FlatIndex] = {}

    def search(
        self, piece: list[ray.ObjectRef[Any]], queries_BD: FloatArray, k: int, allowed_S: BoolArray | None
    ) -> tuple[FloatArray, IntArray]:
        """Search a piece, in a list lest Ray send its vectors with each question; it is taken first where it is not held yet."""
        [where] = piece
        if where not in self._held:
            self._held[where] = FlatIndex(ray.get(where).copy())  # into large pages, of which a scan reads twice as much a second
        return self._held[where].search(queries_BD, k, allowed_S)

    def pid(self) -> int:
        """Its process."""
        return os.getpid()

    def let_go(self, piece: list[ray.ObjectRef[Any]]) -> None:
        """Forget a piece."""
        self._held.pop(piece[0], None)


_Actor: Final = ray.remote(num_cpus=1, max_restarts=-1)(_Holder)


class FarShard:
    """A piece in an actor."""

    def __init__(self, holder: Any, vectors_SD: FloatArray) -> None:  # noqa: ANN401 - Ray types no actor
        self._holder, self._piece = holder, [ray.put(vectors_SD)]

    def ask(self, queries_BD: FloatArray, k: int, allowed_S: BoolArray | None) -> Answer:
        """As ``Shard.ask``; what an actor cannot answer that is lost is searched here."""
        asked = self._holder.search.remote(self._piece, queries_BD, k, allowed_S)

        def answer() -> tuple[FloatArray, IntArray]:
            try:
                found: tuple[FloatArray, IntArray] = ray.get(asked, timeout=_PATIENCE_S)
            except (RayActorError, GetTimeoutError):
                return self._here.search(queries_BD, k, allowed_S)
            return found

        return answer

    @cached_property
    def _here(self) -> FlatIndex:
        return FlatIndex(ray.get(self._piece[0]))  # read where they lie in this node's store

    def __del__(self) -> None:
        if ray.is_initialized():
            self._holder.let_go.remote(self._piece)


class Shards:
    """Actors, and the vectors that each holds.

    Args:
        actors: how many. most: vectors of a piece.
    """

    def __init__(self, actors: int, most: int = MOST) -> None:
        self.most = most
        self._by_load = [(0, number, _Actor.remote()) for number in range(actors)]

    def wait(self) -> None:
        """Return once all of them run: where nodes have no room, a cluster may get others."""
        ray.get([holder.pid.remote() for _, _, holder in self._by_load])

    def build(self, vectors_ND: FloatArray) -> ShardedIndex:
        """The index of a category, cut into pieces."""
        parts = cuts(len(vectors_ND), self.most)
        return ShardedIndex(vectors_ND.shape[1], parts, [self._placed(vectors_ND[start:end]) for start, end in parts])

    def _placed(self, vectors_SD: FloatArray) -> FarShard:
        load, number, holder = self._by_load[0]
        heapq.heapreplace(self._by_load, (load + len(vectors_SD), number, holder))
        return FarShard(holder, vectors_SD)


def register(actors: int, most: int = MOST) -> None:
    """Let the backend ``sharded`` search in so many actors of the cluster that this process has joined, once all of them have a place."""
    shards = Shards(actors, most)
    shards.wait()
    BACKENDS[BACKEND] = Backend(build=shards.build)
