"""``make encoder``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import load_file

from models.encoders import lite
from models.encoders.load import load_encoder
from models.recipes.weak_labels.encoder import main

TINY = ("side=32", "width=8", "embedding_size=16", "text_width=32", "text_layers=1", "batch_size=16", "least_word=3", "epochs=1")


@pytest.mark.training
def test_it_learns_from_several_shops_and_keeps_what_else_is_there(
    painted_shop: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An open_clip model with its words, written over the older one beside its card."""
    shops = [str(painted_shop(tmp_path / str(count), count)) for count in (40, 20)]
    out = tmp_path / "shipped"
    out.mkdir()
    (out / "README.md").write_text("card")
    pairs = [argument for setting in TINY for argument in ("--set", setting)]
    monkeypatch.setattr("sys.argv", ["encoder", *shops, "--out", str(out), *pairs])
    assert main() == 0
    names = {"README.md", "open_clip_config.json", "open_clip_model.safetensors", "words.json", "words.safetensors"}
    assert {path.name for path in out.iterdir()} == names
    assert not (tmp_path / "shipped.work").exists()
    words = load_encoder(f"local-dir:{out}").words()
    assert words is not None
    assert "crimson" in words.words
    assert json.loads((out / "open_clip_config.json").read_text())["training"]["loss"] == "clip"


@pytest.mark.training
def test_words_alone_leave_the_model_as_it_is(painted_shop: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are told from its pictures, and the features stay what they were."""
    shop, out = str(painted_shop(tmp_path / "shop", 80)), tmp_path / "shipped"
    pairs = [argument for setting in TINY for argument in ("--set", setting)]
    monkeypatch.setattr("sys.argv", ["encoder", shop, "--out", str(out), *pairs])
    assert main() == 0
    before = load_encoder(f"local-dir:{out}")
    words = (out / "words.safetensors").read_bytes()
    (out / "words.safetensors").unlink()
    monkeypatch.setattr("sys.argv", ["encoder", shop, "--out", str(out), "--words"])
    assert main() == 0
    assert (out / "words.safetensors").read_bytes() == words
    assert load_encoder(f"local-dir:{out}").features.fingerprint == before.features.fingerprint


@pytest.mark.training
def test_words_need_a_vocabulary(
    painted_shop: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says so."""
    shop, out = str(painted_shop(tmp_path / "shop", 20)), tmp_path / "shipped"
    pairs = [argument for setting in TINY for argument in ("--set", setting)]
    monkeypatch.setattr("sys.argv", ["encoder", shop, "--out", str(out), *pairs])
    assert main() == 0
    (out / "words.json").unlink()
    (out / "words.safetensors").unlink()
    monkeypatch.setattr("sys.argv", ["encoder", shop, "--out", str(out), "--words"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    assert "no vocabulary" in capsys.readouterr().err


@pytest.mark.training
def test_what_imagenet_taught_stays_and_the_layers_over_it_learn(
    painted_shop: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network and its statistics are those of the file, in half precision."""
    shop, weights, out = str(painted_shop(tmp_path / "shop", 40)), tmp_path / "lite0.pth", tmp_path / "out"
    theirs = timm.create_model("tf_efficientnet_lite0").state_dict()
    torch.save(theirs, weights)
    monkeypatch.setattr(lite, "SHA256", hashlib.sha256(weights.read_bytes()).hexdigest())
    pairs = [argument for setting in (*TINY, f"weights={weights}") for argument in ("--set", setting)]
    monkeypatch.setattr("sys.argv", ["encoder", shop, "--out", str(out), *pairs])
    assert main() == 0
    mine = load_file(out / "open_clip_model.safetensors")
    names = [name for name in theirs if theirs[name].is_floating_point() and not name.startswith("classifier")]
    assert all(torch.equal(mine[f"visual.trunk.network.{name}"], theirs[name].half()) for name in names)
    assert mine["visual.trunk.standard.running_var"].float().std() > 0


def test_a_setting_that_makes_no_sense_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2."""
    monkeypatch.setattr("sys.argv", ["encoder", str(tmp_path), "--set", "epoch=1"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    assert "did you mean 'epochs'" in capsys.readouterr().err
