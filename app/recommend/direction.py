"""Where words lead that name nothing in the catalogue: a direction in the space that pictures and titles share, where the encoder reads.

Shape legend: M candidates · F size of the shared space.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.ground.errors import NoEncoderError
from app.recommend.leaning import FARTHEST, standard
from app.recommend.likeness import image_part
from app.recommend.rank import unit
from app.recommend.similar import text_part
from app.recommend.stages import stage
from app.release.release import Release
from app.words.forms import ELIDED, one_form
from app.words.grammar_abroad import IDLE
from app.words.occasions import DRESS_CODE, OCCASIONS, SUMMER, WARMING, dress_codes
from index.backends.base import FloatArray, IntArray
from models.errors import EncoderError

_COSY: Final = "cosy"
_DAY_WORDS: Final = (
    "weather climate day days evening evenings night nights afternoon wetter tag tage abend abende temps jour jours soir tiempo clima "
    "día días tempo giorno giorni sera weer dag dagen"
)
_DAYS: Final = frozenset(_DAY_WORDS.split())
"""What is warm for summer's clothes: a warm evening, not a warm jacket."""
_WORD: Final = re.compile(rf"{DRESS_CODE.pattern}|{ELIDED}['\u2019]|[^\W_]+(?:['\u2019-][^\W_]+)*", re.IGNORECASE)


@dataclass(frozen=True, eq=False, slots=True)
class Direction:
    """Where words lead.

    Attributes:
        said: the words that were understood.
        to_F: of unit length.
        strength: what one standard deviation of likeness counts, in standard deviations of the candidates' scores.
    """

    said: str
    to_F: FloatArray
    strength: float

    def pull(self, release: Release, rows_M: IntArray, scores_M: FloatArray) -> FloatArray:
        """What the words add to the score of each candidate, ``(M,)``: positive where its picture and title are more as they say."""
        likeness_M = self.likeness(release, rows_M)
        return np.asarray(self.strength * scores_M.std() * np.clip(likeness_M, -FARTHEST, FARTHEST), dtype=np.float32)

    def likeness(self, release: Release, rows_M: IntArray) -> FloatArray:
        """How much each candidate is as the words say, ``(M,)``, in standard deviations of all of them."""
        if len(rows_M) < 2:  # noqa: PLR2004 - one has nothing to be compared with
            return np.zeros(len(rows_M), dtype=np.float32)
        with stage("search"):
            features_MF = np.asarray(release.snapshot.features[rows_M], dtype=np.float32)
            parts = [part for part in (image_part(release), text_part(release)) if part is not None]
            likeness_M = np.sum([standard(unit(features_MF[:, part]) @ self.to_F) for part in parts], axis=0)
        return np.asarray(standard(likeness_M), dtype=np.float32)


def direction_of(
    release: Release, phrases: Sequence[str], against: Sequence[str], strength: float
) -> tuple[Direction | None, tuple[str, ...]]:
    """Where phrases lead, away from others; and the words that were not understood. None where the encoder reads none of them.

    Args:
        against: what is not wanted.
    """
    spoken = [(word, sign) for some, sign in ((phrases, 1.0), (against, -1.0)) for text in some for word in _spoken(text)]
    if any((SUMMER, -1.0) in OCCASIONS.get(one_form(word), ()) for word, sign in spoken if sign > 0):  # warm for the winter
        spoken = [(word, sign) for word, sign in spoken if word.lower() not in WARMING]
    of_days = any(
        word.lower() in _DAYS or ((SUMMER, 1.0) in OCCASIONS.get(one_form(word), ()) and word.lower() not in WARMING) for word, _ in spoken
    )
    cosy = frozenset() if of_days else WARMING.intersection(map(str.lower, (*phrases, *against)))  # clothes that are warm
    try:
        known = {word: _vector(release, _COSY if word.lower() in cosy else word) for word, _ in dict.fromkeys(spoken)}
    except (NoEncoderError, EncoderError):
        return None, tuple(word for word, _ in spoken)
    total_F = sum((sign * vector for word, sign in spoken if (vector := known[word]) is not None), start=np.float32(0))
    unknown = tuple(word for word, _ in spoken if known[word] is None)
    if not np.any(total_F):
        return None, tuple(word for word, _ in spoken)
    said = " ".join(word if sign > 0 else f"not {word}" for word, sign in spoken if known[word] is not None)
    return Direction(said, unit(np.asarray(total_F, dtype=np.float32)[None])[0], strength), unknown


def _spoken(text: str) -> list[str]:
    """The words of a phrase, without what joins them in other languages: of *mariage d'été* two."""
    return [word for word in _WORD.findall(text) if word[-1].isalnum() and word.lower() not in IDLE]


def _vector(release: Release, word: str) -> FloatArray | None:
    """Where one word leads: along the axes of its occasion, else as the encoder reads it; None where it was taught no such word."""
    axes = next((OCCASIONS[code] for code in dress_codes(word)), None) or OCCASIONS.get(one_form(word)) or OCCASIONS.get(word)
    if axes:
        ends = [turn * (_mean(release, axis.towards) - _mean(release, axis.away)) for axis, turn in axes]
        return np.asarray(np.sum(ends, axis=0), dtype=np.float32)
    if not release.encoder.knows_a_word_of(word):
        return None
    vector = release.encoder.reads(word)
    return None if vector is None else unit(vector[None])[0]


def _mean(release: Release, phrases: Sequence[str]) -> FloatArray:
    """Where phrases lead on average; those that the encoder does not know count for nothing."""
    found = [vector for text in phrases if (vector := release.encoder.reads(text)) is not None]
    if not found:
        msg = "the encoder reads no words"
        raise NoEncoderError(msg)
    return np.asarray(unit(np.stack(found)).mean(axis=0), dtype=np.float32)
