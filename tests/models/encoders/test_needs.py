"""What an encoder would need, before it is downloaded."""

from __future__ import annotations

import pytest

from models.encoders.needs import needs_of
from models.errors import EncoderError


@pytest.mark.parametrize(("spec", "millions"), [("ViT-B-32/openai", 151), ("hf-hub:Marqo/marqo-fashionSigLIP", 203)])
def test_it_is_counted_without_weights(spec: str, millions: int) -> None:
    """Parameters as published, four bytes each to download; more than a picture a day."""
    needs = needs_of(spec)
    assert needs.parameters / 1e6 == pytest.approx(millions, abs=1)
    assert needs.download == 4 * needs.parameters
    assert needs.memory > needs.download
    assert needs.side == 224
    assert needs.images_per_s > 1e-3


@pytest.mark.parametrize(
    ("spec", "why"), [("shipped", "nothing of it is downloaded"), ("hf-hub:nobody/nothing", "not known before it is downloaded")]
)
def test_what_cannot_be_told_is_refused(spec: str, why: str) -> None:
    """In one line."""
    with pytest.raises(EncoderError, match=why):
        needs_of(spec)
