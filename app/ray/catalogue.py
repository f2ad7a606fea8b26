"""Encoding and embedding on a cluster: a stream through worker processes, which Ray restarts, feeds again and holds back (Ray Data).

A row of the stream is a whole batch as one machine makes it, so that the features are the same to the byte; see docs/ray.md.
"""

from __future__ import annotations

import pickle  # nosec B403
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import ray
import ray.data
import torch
from numpy.typing import NDArray

from app.catalogue.engine import Part, embed_part
from app.ground import compute
from app.ray.joined import places
from models.bundle import Bundle
from models.encoders.base import Encoder
from models.encoders.batches import Batch, Encoded, encode_batch
from models.encoders.features import FloatArray
from models.encoders.load import load_encoder
from models.errors import AttireError, EncoderError

_COLUMN: Final = "pickled"
_WAITS_S: Final = (1.0, 5.0)


@dataclass(frozen=True, slots=True)
class Cluster:
    """The ``Engine`` that is the cluster which this process has joined.

    Attributes:
        device: of each worker; one with a GPU has it for itself.
        threads: of each worker, which takes as many CPUs: other numbers of threads round otherwise. None for as many as torch has here.
    """

    device: str = "cpu"
    threads: int | None = None

    def encode(self, encoder: Encoder, batches: Iterable[Batch]) -> Iterator[Encoded]:
        """As ``Engine.encode``. Files of pictures have to lie at the same path on every node.

        Raises:
            EncoderError: a node has other weights.
        """
        spec, fingerprint = encoder.features.spec, encoder.features.fingerprint
        placed = (replace(batch, pictures=tuple(_placed(picture) for picture in batch.pictures)) for batch in batches)
        return self._stream(_Encoding, {"spec": spec, "fingerprint": fingerprint}, placed, ordered=False)

    def embed(self, bundle: Bundle, directory: Path, parts: Iterable[Part]) -> Iterator[FloatArray]:  # noqa: ARG002 - each worker loads it
        """As ``Engine.embed``. The home has to lie at the same path on every node."""
        return self._stream(_Embedding, {"directory": directory.resolve()}, parts, ordered=True)

    def _stream(self, worker: Callable[..., Any], given: dict[str, Any], rows: Iterable[Any], *, ordered: bool) -> Iterator[Any]:
        refs = [ray.put(pa.table({_COLUMN: pa.array([pickle.dumps(row)], pa.large_binary())})) for row in rows]
        if not refs:
            return
        context = ray.data.DataContext.get_current()
        context.execution_options.preserve_order = ordered
        context.enable_progress_bars = False
        threads, on_gpu = self.threads or torch.get_num_threads(), self.device.startswith("cuda")
        share, workers = ({"num_gpus": 1}, places("GPU", 1)) if on_gpu else ({"num_cpus": threads}, places("CPU", threads))
        pool = ray.data.ActorPoolStrategy(size=min(workers, len(refs)))
        given |= {"device": self.device, "threads": threads}
        stream = ray.data.from_arrow_refs(refs)
        done = stream.map_batches(worker, batch_size=1, batch_format="pyarrow", compute=pool, fn_constructor_kwargs=given, **share)
        del refs, stream
        for row in done.iter_rows():
            answer = pickle.loads(row[_COLUMN])  # noqa: S301 # nosec B301 - of our own workers
            if isinstance(answer, Exception):
                raise answer
            yield answer


class _Worker:
    """A process of the cluster."""

    def __init__(self, device: str, threads: int) -> None:
        torch.set_num_threads(threads)
        self.device = compute.device(device)

    def __call__(self, table: pa.Table) -> pa.Table:
        rows = [pickle.dumps(self._patiently(pickle.loads(row.as_py()))) for row in table.column(_COLUMN)]  # noqa: S301 # nosec B301 - of the command
        return pa.table({_COLUMN: pa.array(rows, pa.large_binary())})

    def _patiently(self, row: Any) -> Any:  # noqa: ANN401 - a batch or a part
        """The answer, or the error to raise in its place; a file that cannot be read just now is tried again."""
        for wait_s in (*_WAITS_S, None):
            try:
                return self.answer(row)
            except AttireError as error:
                return error
            except OSError as error:
                if wait_s is None:
                    return error
                time.sleep(wait_s)
        return None

    def answer(self, row: Any) -> Any:  # noqa: ANN401 - a batch or a part
        raise NotImplementedError


class _Encoding(_Worker):
    def __init__(self, spec: str, fingerprint: str, device: str, threads: int) -> None:
        super().__init__(device, threads)
        self._spec, self._fingerprint = spec, fingerprint

    @cached_property
    def _encoder(self) -> Encoder:
        encoder = load_encoder(self._spec, self.device)
        there = encoder.features.fingerprint
        if there != self._fingerprint:
            msg = f"encoder {self._spec!r} is {there} on a node, {self._fingerprint} here; install the same weights there"
            raise EncoderError(msg)
        return encoder

    def answer(self, row: Batch) -> Encoded:
        return encode_batch(self._encoder, row)


class _Embedding(_Worker):
    def __init__(self, directory: Path, device: str, threads: int) -> None:
        super().__init__(device, threads)
        self._directory = directory

    @cached_property
    def _bundle(self) -> Bundle:
        return Bundle.load(self._directory).to(self.device)

    def answer(self, row: Part) -> NDArray[np.float32]:
        return embed_part(self._bundle, row)


def _placed(picture: bytes | Path | None) -> bytes | Path | None:
    return picture.resolve() if isinstance(picture, Path) else picture
