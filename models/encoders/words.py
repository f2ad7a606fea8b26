"""Words for pictures: a vector and a bias per word; ``vector . z + bias`` is the log-odds of the word for a picture with features ``z``.

A training (weak labels: Corbière et al., 2017) saves them beside the encoder's weights as ``words.json`` (a list) and
``words.safetensors`` (``vectors``, ``bias``). A ``words.json`` alone is a vocabulary for an encoder with a text tower.

Shape legend: N pictures · K words · D size of the image block, whose vectors are of unit length.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file

from models.encoders.features import FloatArray
from sealed.files import as_any

VOCABULARY_FILE: Final = "words.json"
MATRIX_FILE: Final = "words.safetensors"
_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")


@dataclass(frozen=True, eq=False)
class WordMatrix:
    """K words with their vectors ``(K, D)`` and biases ``(K,)``."""

    words: tuple[str, ...]
    vectors_KD: FloatArray
    bias_K: FloatArray

    def __post_init__(self) -> None:
        if self.vectors_KD.ndim != 2 or len(self.words) != len(self.vectors_KD) or self.bias_K.shape != (len(self.words),):  # noqa: PLR2004 - a matrix
            msg = f"{len(self.words)} words, vectors {self.vectors_KD.shape} and biases {self.bias_K.shape} do not belong together"
            raise ValueError(msg)

    def logits(self, seen_ND: FloatArray) -> FloatArray:
        """The log-odds of each word, up to a constant per picture, ``(N, K)``."""
        return np.asarray(seen_ND @ self.vectors_KD.T + self.bias_K, dtype=np.float32)

    def probabilities(self, seen_ND: FloatArray) -> NDArray[np.float64]:
        """Softmax over the words of each picture, ``(N, K)``; each row sums to 1."""
        logits_NK = self.logits(seen_ND).astype(np.float64)
        odds_NK = np.exp(logits_NK - logits_NK.max(axis=1, keepdims=True))
        return np.asarray(odds_NK / odds_NK.sum(axis=1, keepdims=True))

    def likeliest(self, seen_ND: FloatArray, k: int) -> list[list[tuple[str, float]]]:
        """The k most likely words of each picture with their probabilities, likeliest first."""
        chances_NK = self.probabilities(seen_ND)
        best_Nk = np.argsort(-chances_NK, axis=1, kind="stable")[:, :k]
        return [[(self.words[k], float(chances_K[k])) for k in best_k] for chances_K, best_k in zip(chances_NK, best_Nk, strict=True)]

    def meaning(self, text: str) -> FloatArray | None:
        """Direction of a text in the space of pictures, ``(D,)`` of unit length: the sum of its known words' vectors; None without any."""
        row_of = {word: row for row, word in enumerate(self.words)}
        rows = [row_of[word] for word in split_words(text) if word in row_of]
        vectors = self.vectors_KD[rows] / np.maximum(np.linalg.norm(self.vectors_KD[rows], axis=1, keepdims=True), 1e-12)
        total_D = vectors.sum(axis=0)
        return np.asarray(total_D / max(float(np.linalg.norm(total_D)), 1e-12), dtype=np.float32) if rows else None

    def save(self, directory: Path) -> None:
        """Write the matrix beside an encoder's weights."""
        (directory / VOCABULARY_FILE).write_text(json.dumps(self.words, ensure_ascii=False, indent=0))
        vectors, bias = torch.from_numpy(self.vectors_KD.astype(np.float16)), torch.from_numpy(self.bias_K.astype(np.float32))
        with as_any(directory / MATRIX_FILE) as file:
            save_file({"vectors": vectors, "bias": bias}, file)

    @classmethod
    def load(cls, directory: Path) -> WordMatrix | None:
        """The matrix of an encoder's directory, or None where it has none.

        Raises:
            OSError, ValueError, SafetensorError: its files are broken.
        """
        if not (directory / MATRIX_FILE).is_file():
            return None
        stored = load_file(directory / MATRIX_FILE)
        for name in ("vectors", "bias"):
            if name not in stored:
                msg = f"{MATRIX_FILE} lacks {name!r}"
                raise ValueError(msg)
            if not stored[name].isfinite().all():
                msg = f"{name!r} of {MATRIX_FILE} holds NaN or an infinity"
                raise ValueError(msg)
        return cls(tuple(read_vocabulary(directory)), stored["vectors"].float().numpy(), stored["bias"].float().numpy())


def read_vocabulary(directory: Path) -> list[str]:
    """The words of an encoder's directory; none where it has no list.

    Raises:
        OSError, ValueError: the list is broken.
    """
    path = directory / VOCABULARY_FILE
    return [str(word) for word in json.loads(path.read_text())] if path.is_file() else []


def split_words(text: str) -> list[str]:
    """The words of a text, in lower case; letters and digits without a separator are one token.

    >>> split_words("Men's T-Shirt, 100% cotton (V2)")
    ["men's", 't-shirt', '100', 'cotton', 'v2']
    """
    return [found.replace("\u2019", "'") for found in _WORD.findall(text.lower())]
