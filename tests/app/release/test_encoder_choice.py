"""ATTIRE_ENCODER from the environment to a served release: a model on disk, and models that cannot be had."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import huggingface_hub
import open_clip
import pytest
import torch
from safetensors.torch import save_file

from app.cli import run
from app.home.store import ReleaseStore
from app.release.release import Release

MODEL = {
    "embed_dim": 16,
    "vision_cfg": {"layers": [1, 1, 1, 1], "width": 8, "patch_size": None, "image_size": 32},
    "text_cfg": {"context_length": 8, "vocab_size": 49408, "width": 16, "heads": 1, "layers": 1},
}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """An open_clip model, saved as open_clip's own ``local-dir:`` reads it."""
    directory = tmp_path / "model"
    directory.mkdir()
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(0)
        weights = open_clip.model.CLIP(**MODEL).state_dict()
    save_file({name: value for name, value in weights.items() if name != "attn_mask"}, directory / "open_clip_model.safetensors")
    (directory / "open_clip_config.json").write_text(json.dumps({"model_cfg": MODEL, "preprocess_cfg": {"size": 32}}))
    return directory


def test_a_model_on_disk_encodes_the_catalogue(saved: Path, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the release says so."""
    monkeypatch.setenv("ATTIRE_ENCODER", f"local-dir:{saved}")
    assert run(["import", str(pictures), "--home", str(tmp_path / "home")]) == 0
    store = ReleaseStore(tmp_path / "home")
    current = store.current()
    assert current is not None
    release = Release.open(store, current)
    assert release.bundle.encoder_spec == f"local-dir:{saved}"
    assert [block.name for block in release.bundle.manifest.encoder.blocks] == ["image", "text", "colour", "texture"]
    assert release.encoder.encode([None], ["red shirt"]).shape == (1, release.snapshot.manifest.feature_size)


@pytest.mark.parametrize("spec", ["local-dir:model", "local-dir:~/model"])
def test_a_directory_is_kept_by_its_full_path(
    spec: str, saved: Path, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Imported in one directory, served from another."""
    monkeypatch.setenv("ATTIRE_ENCODER", spec)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert run(["import", str(pictures), "--home", str(tmp_path / "home")]) == 0
    monkeypatch.chdir("/")
    monkeypatch.setenv("HOME", "/")
    store = ReleaseStore(tmp_path / "home")
    current = store.current()
    assert current is not None
    release = Release.open(store, current)
    assert release.bundle.encoder_spec == f"local-dir:{saved}"
    assert release.encoder.encode([None], ["red shirt"]).any()


@pytest.mark.parametrize(
    "encoder",
    ["hf-hub:nobody/nothing", "local-dir:/nowhere", "ViT-B-32/nothing", "backbone:nothing", "shippd", "local-dir:~nobody-here/model"],
)
def test_an_encoder_that_cannot_be_had_is_one_line_and_exit_code_2(
    encoder: str, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names what was asked for, and no release is made."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("ATTIRE_ENCODER", encoder)
    assert run(["import", str(pictures), "--home", str(tmp_path / "home")]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert err.startswith(f"attire: encoder '{encoder}'")
    assert ReleaseStore(tmp_path / "home").current() is None
