"""Answers kept for whoever asks the same: of the release that serves, with its catalogue as it is now, and of nobody in particular.

A change of the catalogue, an item that is encoded now and another release each make another ``Release``; with it all that was kept of the
one before is dropped. So a kept answer is the one that would be computed.
"""

from __future__ import annotations

import hashlib
import weakref
from collections import OrderedDict
from typing import Final

from app.release.release import Release
from app.release.serving import Serving

_BESIDE_BYTES: Final = 400  # what Python holds for an entry beside the answer: key, two objects, and their place


class KeptAnswers:
    """The answers that were given last, within a number of bytes; used from the event loop only.

    Args:
        max_bytes: of all answers; 0 keeps none.

    Attributes:
        hits, misses: questions whose answer was kept, or not. held_bytes: of what is kept now.
    """

    def __init__(self, serving: Serving, max_bytes: int) -> None:
        self._serving, self._max_bytes = serving, max_bytes
        self._of: weakref.ref[Release] | None = None  # weak, as a replaced release is to be freed
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()
        self.hits = self.misses = self.held_bytes = 0

    def of(self, serving: Serving) -> KeptAnswers:
        """Room of the same size for the answers of another release."""
        return KeptAnswers(serving, self._max_bytes)

    @property
    def on(self) -> bool:
        """Whether any are kept."""
        return self._max_bytes > 0

    def find(self, release: Release, question: bytes) -> bytes | None:
        """The answer of a release to a question, as ``named`` names it; None where it is not kept."""
        found = self._kept.get(question) if self._serves(release) else None
        if found is None:
            self.misses += 1
            return None
        self.hits += 1
        self._kept.move_to_end(question)
        return found

    def keep(self, release: Release, question: bytes, answer: bytes) -> None:
        """Keep an answer, in place of those that nobody asked for longest; not one of a release that serves no more."""
        size = len(answer) + _BESIDE_BYTES
        if not self._serves(release) or question in self._kept or size > self._max_bytes:
            return
        self._kept[question] = answer
        self.held_bytes += size
        while self.held_bytes > self._max_bytes:
            _, oldest = self._kept.popitem(last=False)
            self.held_bytes -= len(oldest) + _BESIDE_BYTES

    def _serves(self, release: Release) -> bool:
        """Whether this is what serves now; what was kept of another is dropped."""
        if release is not self._serving.release:
            return False
        if self._of is None or self._of() is not release:
            self._kept.clear()
            self.held_bytes, self._of = 0, weakref.ref(release)
        return True


def named(question: bytes) -> bytes:
    """The name of a question as it is written."""
    return hashlib.blake2b(question, digest_size=16).digest()
