"""Encoders as a deployment of their own, so that replicas hold none: what several ask at a time is encoded in one batch.

A replica sees one as any other encoder. While none answers, it says so at once, so that no thread of it waits for each photo in turn.

Shapes: N items, F features.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

import numpy as np
from ray import serve
from ray.exceptions import RayError, RayTaskError
from ray.serve.exceptions import RayServeException
from ray.serve.handle import DeploymentHandle, DeploymentResponse

from app.ground.errors import EncoderGoneError
from models.encoders.base import Encoder
from models.encoders.features import FeatureSpec, FloatArray
from models.encoders.words import WordMatrix
from models.errors import AttireError

NAME: Final = "encoder"
PATIENCE_S: Final = 10.0
"""That a question has; the first one waits for weights to be read."""
TOGETHER: Final = 8
"""Requests of a batch, each of one photo as a rule."""
_MOMENT_S: Final = 0.005
_KEPT: Final = 4
"""Encoders that a process has loaded: shops and releases mostly have the same."""
_GONE: Final = "the processes that encode photos do not answer now; send ids, or try again in a moment"

Asked: TypeAlias = tuple[str, Sequence[bytes | None], Sequence[str | None]]


class Encoders:
    """One process that encodes. What is wrong with a request is its answer: raised, it would be that of its whole batch.

    Args:
        device: as ``ATTIRE_DEVICE``. threads: of each operation.
    """

    def __init__(self, device: str, threads: int) -> None:
        from app.ground import compute  # noqa: PLC0415 - whoever only deploys it needs no torch
        from models.encoders.load import load_encoder  # noqa: PLC0415

        compute.fix_threads(threads)
        self._loaded = lru_cache(maxsize=_KEPT)(lambda spec: load_encoder(spec, compute.device(device)))
        self._loads = threading.Lock()

    async def there(self) -> None:
        """Returns once it can be asked."""

    async def about(self, spec: str) -> tuple[FeatureSpec, WordMatrix | None] | AttireError:
        """What an encoder makes, and the words that it can say."""
        return await asyncio.to_thread(self._about, spec)

    @serve.batch(max_batch_size=TOGETHER, batch_wait_timeout_s=_MOMENT_S)  # type: ignore[untyped-decorator]
    async def encode(self, asked: list[Asked]) -> list[FloatArray | AttireError]:
        """Encode pictures and titles of several requests, each to ``(N, F)``."""
        return await asyncio.to_thread(self.encoded, asked)

    def encoded(self, asked: Sequence[Asked]) -> list[FloatArray | AttireError]:
        """As ``encode``, here and now: together those that ask the same encoder; each by itself where together they cannot be."""
        found: dict[int, FloatArray | AttireError] = {}
        for spec in dict.fromkeys(spec for spec, _, _ in asked):
            mine = [number for number, one in enumerate(asked) if one[0] == spec]
            images = [image for number in mine for image in asked[number][1]]
            titles = [title for number in mine for title in asked[number][2]]
            ends = np.cumsum([len(asked[number][1]) for number in mine])
            answers: Sequence[FloatArray | AttireError]
            try:
                answers = np.split(self._encoder(spec).encode(images, titles), ends[:-1])
            except AttireError as error:
                answers = [error] if len(mine) == 1 else [self.encoded([asked[number]])[0] for number in mine]
            found.update(zip(mine, answers, strict=True))
        return [found[number] for number in range(len(asked))]

    def _about(self, spec: str) -> tuple[FeatureSpec, WordMatrix | None] | AttireError:
        try:
            encoder = self._encoder(spec)
            return encoder.features, encoder.words()
        except AttireError as error:
            return error

    def _encoder(self, spec: str) -> Encoder:
        with self._loads:
            return self._loaded(spec)


class Way:
    """The way to that deployment, of one process; for threads without an event loop.

    Args:
        patience_s: seconds that an answer may take.
    """

    def __init__(self, handle: DeploymentHandle[Encoders], patience_s: float = PATIENCE_S) -> None:
        self._handle, self._patience_s = handle, patience_s
        self._lock = threading.Lock()
        self._sent_after: DeploymentResponse[None] | None = None  # where an answer was missed: who answers this is there again

    def ask(self, method: str, *given: Any) -> Any:  # noqa: ANN401 - as the method
        """What a method of ``Encoders`` returns.

        Raises:
            EncoderGoneError: no answer came in time, or none a moment ago. AttireError: what it returns is one.
        """
        with self._lock:
            if self._sent_after is not None and not self._is_back(self._sent_after):
                raise EncoderGoneError(_GONE)
            self._sent_after = None
        asked = getattr(self._handle, method).remote(*given)
        try:
            answer = asked.result(timeout_s=self._patience_s)
        except RayTaskError:
            raise
        except (RayError, RayServeException, TimeoutError) as error:
            if isinstance(error, TimeoutError):
                asked.cancel()
            with self._lock:
                self._sent_after = self._sent_after or self._handle.there.remote()
            raise EncoderGoneError(_GONE) from error
        if isinstance(answer, AttireError):
            raise answer
        return answer

    def _is_back(self, sent: DeploymentResponse[None]) -> bool:
        try:
            sent.result(timeout_s=0)
        except TimeoutError:
            return False
        except (RayError, RayServeException):
            self._sent_after = self._handle.there.remote()
            return False
        return True


class FarEncoder:
    """The ``Encoder`` of that deployment.

    Raises:
        EncoderError: it cannot be loaded there. EncoderGoneError: see ``Way.ask``, here and by ``encode``.
    """

    def __init__(self, way: Way, spec: str) -> None:
        self._way, self._spec = way, spec
        self._features: FeatureSpec
        self._words: WordMatrix | None
        self._features, self._words = way.ask("about", spec)

    @property
    def features(self) -> FeatureSpec:
        """What it makes."""
        return self._features

    def encode(self, images: Sequence[bytes | None], titles: Sequence[str | None]) -> FloatArray:
        """As ``Encoder.encode``."""
        found: FloatArray = self._way.ask("encode", (self._spec, images, titles))
        return found

    def words(self) -> WordMatrix | None:
        """As ``Encoder.words``; they lie here."""
        return self._words


def register(handle: DeploymentHandle[Encoders]) -> None:
    """Have this process ask there in place of loading encoders."""
    from app.release.photo_encoder import ELSEWHERE  # noqa: PLC0415 - needs torch, which whoever only deploys does not

    way = Way(handle)
    ELSEWHERE.append(lambda spec: FarEncoder(way, spec))
