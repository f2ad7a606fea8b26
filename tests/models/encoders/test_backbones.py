"""torchvision's classifiers as encoders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import save_file
from torchvision import models

from models.encoders.base import Encoder, feature_size
from models.encoders.load import load_encoder
from models.errors import EncoderError

Picture = Callable[..., bytes]


@pytest.fixture(scope="module")
def resnet() -> Encoder:
    """Untrained, seeded."""
    return load_encoder("backbone:resnet18")


def test_it_sees_and_does_not_read(resnet: Encoder, picture: Picture) -> None:
    """512 features of a picture beside what every encoder says of it; no block for words."""
    assert (resnet.blocks[0].name, resnet.blocks[0].size) == ("image", 512)
    assert "text" not in {block.name for block in resnet.blocks}
    features = resnet.encode([picture(), None], ["red", "red"])
    assert features.shape == (2, feature_size(resnet.blocks))
    assert np.linalg.norm(features[0, :512]) == pytest.approx(1, abs=1e-5)
    assert not features[1].any()


def test_it_is_the_same_every_time(resnet: Encoder) -> None:
    """Untrained weights come from a fixed seed."""
    assert load_encoder("backbone:resnet18").fingerprint == resnet.fingerprint


def test_weights_of_ones_own(resnet: Encoder, tmp_path: Path) -> None:
    """A safetensors file of the whole classifier makes another encoder."""
    save_file(models.resnet18(weights=None).state_dict(), tmp_path / "mine.safetensors")
    assert load_encoder(f"backbone:resnet18/{tmp_path}/mine.safetensors").fingerprint != resnet.fingerprint


@pytest.mark.parametrize("spec", ["backbone:resnet19", "backbone:resnet18/missing.safetensors"])
def test_what_cannot_be_loaded_is_refused(spec: str) -> None:
    """In one line that names it."""
    with pytest.raises(EncoderError) as caught:
        load_encoder(spec)
    assert repr(spec) in str(caught.value)
    assert "\n" not in str(caught.value)
