"""Words for a picture, from the release's encoder: the words that it was trained on, or that it can read."""

from __future__ import annotations

from app.ground.parts import Limits
from app.recommend.likeness import image_part
from app.recommend.limits import check_count
from app.recommend.outfit import Photo, photo_features
from app.release.release import Release


def label(release: Release, picture: bytes, k: int, limits: Limits) -> list[tuple[str, float]]:
    """The k most likely words of a picture with their probabilities, likeliest first.

    Raises:
        LimitExceededError: k is too large. BadPictureError: the picture cannot be used.
        NoEncoderError, EncoderError: see ``PhotoEncoder.words``.
    """
    check_count("k", k, limits.max_k)
    features_1F = photo_features(release, [Photo(field="", category="", image=picture)], limits)
    return release.encoder.words().likeliest(features_1F[:, image_part(release)], k)[0]
