"""Dice that an id throws the same way at every request and on every machine."""

from __future__ import annotations

import hashlib

import numpy as np


def dice(key: str) -> np.random.Generator:
    """Random numbers that follow from a text alone."""
    return np.random.default_rng(digest(key))


def digest(key: str) -> int:
    """A text as a number of 64 bits."""
    return int.from_bytes(hashlib.blake2b(key.encode(errors="surrogatepass"), digest_size=8).digest(), "big")
