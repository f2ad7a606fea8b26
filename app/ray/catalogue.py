"""Encoding and embedding on a cluster: each batch is a task, which Ray gives to another process when one, or its node, is lost.

A task has a whole batch as one machine makes it, so that the features are the same to the byte; see docs/ray.md.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final, TypeVar

import ray
import torch
from ray.exceptions import LocalRayletDiedError, NodeDiedError, RayTaskError, WorkerCrashedError

from app.catalogue.engine import Part, embed_part
from app.ground import compute
from app.ray.joined import AUTO, anew, here, places
from models.bundle import Bundle
from models.encoders.base import Encoder
from models.encoders.batches import Batch, Encoded, encode_batch
from models.encoders.features import FloatArray
from models.encoders.load import load_encoder
from models.errors import EncoderError

Row = TypeVar("Row")
Found = TypeVar("Found")

_AHEAD: Final = 4
"""Batches for each worker that are given out, and not read before: what a node takes in, and what is lost with it, is bounded."""
_AGAIN: Final = 5
"""How often a batch is begun anew when its process or its node was lost."""
_GOES_ON: Final = "what is encoded is kept, and the same command goes on from there"
_LOOK_S: Final = 5.0
_WAITS_S: Final = (1.0, 5.0)


@dataclass(frozen=True, slots=True)
class Cluster:
    """The ``Engine`` that is the cluster which this process has joined.

    Attributes:
        device: of each worker; one with a GPU has it for itself.
        threads: of each worker, which takes as many CPUs: other numbers of threads round otherwise. None for as many as torch has here.
        on: how it was joined, as of ``join``.
    """

    device: str = "cpu"
    threads: int | None = None
    on: str = AUTO

    def encode(self, encoder: Encoder, batches: Iterable[Batch]) -> Iterator[Encoded]:
        """As ``Engine.encode``, in order. Files of pictures have to lie at the same path on every node.

        Raises:
            EncoderError: a node has other weights, or a batch ends every process that it is given to.
            ConnectionResetError: the node of this process was lost, and no other could be started.
        """
        placed = (replace(batch, pictures=tuple(_placed(picture) for picture in batch.pictures)) for batch in batches)
        return self._stream(partial(_encoded, encoder.features.spec, encoder.features.fingerprint), placed)

    def embed(self, bundle: Bundle, directory: Path, parts: Iterable[Part]) -> Iterator[FloatArray]:  # noqa: ARG002 - each worker loads it
        """As ``Engine.embed``. The home has to lie at the same path on every node."""
        return self._stream(partial(_embedded, directory.resolve()), parts)

    def _stream(self, answer: Callable[[torch.device, Row], Found], rows: Iterable[Row]) -> Iterator[Found]:
        threads, on_gpu = self.threads or torch.get_num_threads(), self.device.startswith("cuda")
        share, workers = ({"num_gpus": 1}, places("GPU", 1)) if on_gpu else ({"num_cpus": threads}, places("CPU", threads))
        task = ray.remote(max_retries=_AGAIN, max_calls=0, **share)(_patiently)  # a process stays, and keeps what it has loaded
        under_way: deque[tuple[Row, Any]] = deque()

        def give(row: Row) -> None:
            under_way.append((row, task.remote(answer, row, self.device, threads)))

        def take() -> Found:
            for _ in range(1 + _AGAIN):
                try:
                    found: Found = _taken(under_way[0][1])
                except LocalRayletDiedError:
                    rows = [row for row, _ in under_way]
                    under_way.clear()
                    anew(self.on, _GOES_ON)
                    for row in rows:
                        give(row)
                else:
                    under_way.popleft()
                    return found
            raise _too_often()

        for row in rows:
            if len(under_way) == _AHEAD * workers:
                yield take()
            give(row)
        while under_way:
            yield take()


def _taken(answer: Any) -> Any:  # noqa: ANN401 - of ``_stream``
    try:
        while not ray.wait([answer], timeout=_LOOK_S)[0]:
            if not here():  # whose worker may go on, and have nobody to tell
                raise LocalRayletDiedError
        return ray.get(answer)
    except RayTaskError as error:
        raise error.cause from None
    except (NodeDiedError, WorkerCrashedError) as error:
        raise _too_often() from error


def _too_often() -> EncoderError:
    return EncoderError(f"{1 + _AGAIN} processes were lost that had the same batch; {_GOES_ON}")


def _patiently(answer: Callable[[torch.device, Row], Found], row: Row, device: str, threads: int) -> Found:
    """In a process of the cluster: the answer; a file that cannot be read just now is tried again."""
    torch.set_num_threads(threads)
    for wait_s in _WAITS_S:
        try:
            return answer(compute.device(device), row)
        except OSError:
            time.sleep(wait_s)
    return answer(compute.device(device), row)


def _encoded(spec: str, fingerprint: str, device: torch.device, batch: Batch) -> Encoded:
    return encode_batch(_encoder(spec, fingerprint, device), batch)


@lru_cache(maxsize=1)
def _encoder(spec: str, fingerprint: str, device: torch.device) -> Encoder:
    encoder = load_encoder(spec, device)
    there = encoder.features.fingerprint
    if there != fingerprint:
        msg = f"encoder {spec!r} is {there} on a node, {fingerprint} here; install the same weights there"
        raise EncoderError(msg)
    return encoder


def _embedded(directory: Path, device: torch.device, part: Part) -> FloatArray:
    return embed_part(_bundle(directory, device), part)


@lru_cache(maxsize=1)
def _bundle(directory: Path, device: torch.device) -> Bundle:
    return Bundle.load(directory).to(device)


def _placed(picture: bytes | Path | None) -> bytes | Path | None:
    return picture.resolve() if isinstance(picture, Path) else picture
