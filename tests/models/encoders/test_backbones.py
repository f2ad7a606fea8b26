"""torchvision's classifiers as encoders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch.nn import functional as F
from torchvision import models

from models.encoders.base import Encoder
from models.encoders.image_towers import Preprocessing, build_tower, save_tower
from models.encoders.load import load_encoder
from models.encoders.pictures import decode
from models.encoders.words import WordMatrix
from models.errors import EncoderError

Picture = Callable[..., bytes]


@pytest.fixture(scope="module")
def resnet() -> Encoder:
    """An untrained, seeded ResNet18."""
    return load_encoder("backbone:resnet18")


def test_it_sees_and_does_not_read(resnet: Encoder, picture: Picture) -> None:
    """It has 512 image features beside the colour and texture blocks, and no text block."""
    assert (resnet.features.blocks[0].name, resnet.features.blocks[0].size) == ("image", 512)
    assert "text" not in {block.name for block in resnet.features.blocks}
    features = resnet.encode([picture(), None], ["red", "red"])
    assert features.shape == (2, resnet.features.size)
    assert np.linalg.norm(features[0, :512]) == pytest.approx(1, abs=1e-5)
    assert not features[1].any()


def test_it_is_the_same_every_time(resnet: Encoder) -> None:
    """Untrained weights come from a fixed seed."""
    assert load_encoder("backbone:resnet18").features.fingerprint == resnet.features.fingerprint


def test_weights_of_ones_own(resnet: Encoder, tmp_path: Path) -> None:
    """A safetensors file of the whole classifier makes another encoder."""
    save_file(models.resnet18(weights=None).state_dict(), tmp_path / "mine.safetensors")
    assert load_encoder(f"backbone:resnet18/{tmp_path}/mine.safetensors").features.fingerprint != resnet.features.fingerprint


@pytest.mark.parametrize("spec", ["backbone:resnet19", "backbone:resnet18/missing.safetensors"])
def test_what_cannot_be_loaded_is_refused(spec: str) -> None:
    """The refusal is one line that names it."""
    with pytest.raises(EncoderError) as caught:
        load_encoder(spec)
    assert repr(spec) in str(caught.value)
    assert "\n" not in str(caught.value)


DESCRIPTIONS = [
    {"library": "torchvision", "name": "shufflenet_v2_x0_5"},
    {"library": "open_clip", "embed_dim": 16, "vision_cfg": {"layers": [1, 1, 1, 1], "width": 8, "image_size": 32, "patch_size": None}},
]


@pytest.mark.parametrize("description", DESCRIPTIONS)
def test_a_trained_tower_is_loaded_from_its_directory(tmp_path: Path, picture: Picture, description: dict[str, object]) -> None:
    """A tower of either library gives the same features as before saving, with its own preprocessing, in the saved precision."""
    tower, preprocessing = build_tower(description).eval(), Preprocessing(side=32)
    save_tower(tmp_path, tower, description, preprocessing, {})
    encoder = load_encoder(f"local-dir:{tmp_path}")
    with torch.inference_mode():
        expected = F.normalize(tower(preprocessing(decode(picture()))[None]).flatten(1), dim=-1)
    features = encoder.encode([picture()], ["red"])
    np.testing.assert_allclose(features[:, : encoder.features.blocks[0].size], expected, atol=5e-3)
    assert encoder.words() is None
    assert load_encoder(f"local-dir:{tmp_path}").features.fingerprint == encoder.features.fingerprint


def test_words_beside_a_tower_are_part_of_it(tmp_path: Path) -> None:
    """It returns them; its features and fingerprint do not depend on them."""
    save_tower(tmp_path, build_tower(DESCRIPTIONS[1]), DESCRIPTIONS[1], Preprocessing(side=32), {})
    wordless = load_encoder(f"local-dir:{tmp_path}")
    for word in ("dress", "coat"):
        WordMatrix(("red", word), np.ones((2, 16), dtype=np.float32), np.zeros(2, dtype=np.float32)).save(tmp_path)
        encoder = load_encoder(f"local-dir:{tmp_path}")
        words = encoder.words()
        assert words is not None
        assert words.words == ("red", word)
        assert encoder.features.fingerprint == wordless.features.fingerprint


@pytest.mark.parametrize("damage", ["image_config.json", "image_model.safetensors", "words.safetensors"])
def test_a_damaged_tower_is_refused(tmp_path: Path, damage: str) -> None:
    """The refusal is one line that names the encoder."""
    save_tower(tmp_path, build_tower(DESCRIPTIONS[1]), DESCRIPTIONS[1], Preprocessing(side=32), {})
    (tmp_path / damage).write_bytes(b"broken")
    with pytest.raises(EncoderError, match="cannot be loaded") as caught:
        load_encoder(f"local-dir:{tmp_path}")
    assert "\n" not in str(caught.value)


def test_a_tower_may_start_from_a_trained_one(tmp_path: Path) -> None:
    """Weights without the last layer load like those of a whole classifier."""
    description = DESCRIPTIONS[0]
    save_tower(tmp_path, build_tower(description), description, Preprocessing(side=32), {})
    again = load_encoder(f"backbone:shufflenet_v2_x0_5/{tmp_path}/image_model.safetensors")
    assert again.features.blocks == load_encoder("backbone:shufflenet_v2_x0_5").features.blocks


def test_weights_are_named_by_their_full_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The spec holds the full path, so it works from any directory."""
    save_file(models.shufflenet_v2_x0_5(weights=None).state_dict(), tmp_path / "mine.safetensors")
    monkeypatch.chdir(tmp_path)
    loaded = load_encoder("backbone:shufflenet_v2_x0_5/mine.safetensors")
    assert loaded.features.spec == f"backbone:shufflenet_v2_x0_5/{tmp_path}/mine.safetensors"
