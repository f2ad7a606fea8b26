"""open_clip models from a directory, from the hub's cache, and not at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import huggingface_hub
import numpy as np
import open_clip
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional as F

from models.encoders.base import Encoder
from models.encoders.features import FloatArray
from models.encoders.load import SHIPPED_DIRECTORY, load_encoder, spec_now
from models.encoders.pictures import decode
from models.encoders.words import WordMatrix
from models.errors import EncoderError, ImageError

Picture = Callable[..., bytes]


@pytest.fixture(scope="module")
def encoder(tiny: Path) -> Encoder:
    """The tiny model."""
    return load_encoder(f"local-dir:{tiny}")


def block(encoder: Encoder, features: FloatArray, name: str) -> FloatArray:
    """The columns of one block."""
    at = 0
    for block in encoder.features.blocks:
        if block.name == name:
            return features[:, at : at + block.size]
        at += block.size
    raise KeyError(name)


def refusal(spec: str) -> str:
    """Why an encoder cannot be had, in one line that names it."""
    with pytest.raises(EncoderError) as caught:
        load_encoder(spec)
    assert "\n" not in str(caught.value)
    assert repr(spec) in str(caught.value)
    return str(caught.value)


def changed(tiny: Path, root: Path, weights: Callable[[dict[str, torch.Tensor]], None] = lambda _: None, **preprocess: object) -> Encoder:
    """The tiny model with other weights or preprocessing."""
    tensors = load_file(tiny / "open_clip_model.safetensors")
    weights(tensors)
    save_file(tensors, root / "open_clip_model.safetensors")
    body = json.loads((tiny / "open_clip_config.json").read_text())
    body["preprocess_cfg"].update(preprocess)
    (root / "open_clip_config.json").write_text(json.dumps(body))
    return load_encoder(f"local-dir:{root}")


def test_features_are_the_models_own(encoder: Encoder, tiny: Path, picture: Picture) -> None:
    """The image and text blocks are open_clip's features, of unit length."""
    model, _, transform = open_clip.create_model_and_transforms(f"local-dir:{tiny}")
    with torch.inference_mode():
        seen = F.normalize(model.eval().encode_image(transform(decode(picture()))[None]), dim=-1)
        read = F.normalize(model.encode_text(open_clip.get_tokenizer(f"local-dir:{tiny}")(["red shirt"])), dim=-1)
    features = encoder.encode([picture()], ["red shirt"])
    assert features.shape == (1, encoder.features.size)
    np.testing.assert_allclose(block(encoder, features, "image"), seen, atol=1e-5)
    np.testing.assert_allclose(block(encoder, features, "text"), read, atol=1e-5)


@pytest.mark.parametrize("name", ["image", "text", "colour"])
def test_a_missing_modality_is_a_block_of_zeros(encoder: Encoder, picture: Picture, name: str) -> None:
    """Everything else stays as it is."""
    whole = encoder.encode([picture()], ["red shirt"])
    lacking = encoder.encode([picture() if name == "text" else None], [None if name == "text" else "red shirt"])
    assert np.linalg.norm(block(encoder, whole, name)) == pytest.approx(1, abs=1e-5)
    assert not block(encoder, lacking, name).any()
    kept = "image" if name == "text" else "text"
    np.testing.assert_allclose(block(encoder, lacking, kept), block(encoder, whole, kept), atol=1e-5)


@pytest.mark.parametrize("title", ["", "   ", None])
def test_an_empty_title_is_no_title(encoder: Encoder, title: str | None) -> None:
    """An empty or blank title gives a zero text block."""
    assert not encoder.encode([None], [title]).any()


def test_the_batch_does_not_matter(encoder: Encoder, picture: Picture) -> None:
    """An item's features are the same alone and in a batch."""
    images = [picture("crimson"), None, picture("navy", kind="JPEG"), picture("gold")]
    titles = ["red shirt", "a much longer title of a blue shirt", None, ""]
    together = encoder.encode(images, titles)
    alone = np.concatenate([encoder.encode([image], [title]) for image, title in zip(images, titles, strict=True)])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_an_empty_batch_has_no_rows(encoder: Encoder) -> None:
    """An empty batch has no rows and all columns."""
    assert encoder.encode([], []).shape == (0, encoder.features.size)


def test_a_broken_picture_is_an_image_error(encoder: Encoder, picture: Picture) -> None:
    """The whole batch is refused; the caller finds out which picture it was."""
    with pytest.raises(ImageError):
        encoder.encode([picture(), b"not a picture"], [None, None])


def test_the_fingerprint_is_the_contents(encoder: Encoder, tiny: Path, tmp_path: Path) -> None:
    """A copy elsewhere is the same encoder."""
    assert changed(tiny, tmp_path).features.fingerprint == encoder.features.fingerprint


def test_one_weight_changes_the_fingerprint(encoder: Encoder, tiny: Path, tmp_path: Path) -> None:
    """Another weight gives another fingerprint."""

    def nudge(weights: dict[str, torch.Tensor]) -> None:
        weights["text_projection"][0, 0] += 1e-3

    assert changed(tiny, tmp_path, nudge).features.fingerprint != encoder.features.fingerprint


@pytest.mark.parametrize("preprocess", [{"mean": [0.4, 0.5, 0.5]}, {"resize_mode": "squash"}, {"interpolation": "bilinear"}])
def test_preprocessing_changes_the_fingerprint(encoder: Encoder, tiny: Path, tmp_path: Path, preprocess: dict[str, object]) -> None:
    """Same weights, other features."""
    assert changed(tiny, tmp_path, **preprocess).features.fingerprint != encoder.features.fingerprint


def hub_cache(tiny: Path, root: Path) -> None:
    """The tiny model as huggingface_hub keeps what it has downloaded."""
    repository, commit = root / "models--shop--tiny", "0" * 40
    shutil.copytree(tiny, repository / "snapshots" / commit)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit)


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No network, and a hub cache of one's own."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    return tmp_path


def test_a_model_of_the_hub_is_the_same_model(encoder: Encoder, tiny: Path, offline: Path, picture: Picture) -> None:
    """``hf-hub:`` reads the files that it once downloaded, without asking again."""
    hub_cache(tiny, offline)
    loaded = load_encoder("hf-hub:shop/tiny")
    assert (loaded.features.spec, loaded.features.fingerprint) == ("hf-hub:shop/tiny", encoder.features.fingerprint)
    np.testing.assert_array_equal(loaded.encode([picture()], ["red"]), encoder.encode([picture()], ["red"]))


def test_a_model_of_the_hub_without_its_weights_is_refused(tiny: Path, offline: Path) -> None:
    """When the connection broke after the configuration, there is no encoder, and not an untrained one."""
    hub_cache(tiny, offline)
    next(offline.rglob("*.safetensors")).unlink()
    refusal("hf-hub:shop/tiny")


@pytest.mark.usefixtures("offline")
def test_an_unreachable_hub_is_one_line() -> None:
    """It names the encoder, the reason and what to do."""
    message = refusal("hf-hub:shop/never-seen")
    assert "Cannot reach https://huggingface.co/shop/never-seen/" in message
    assert "online for the first download" in message


def test_a_directory_without_a_model_is_refused(tmp_path: Path) -> None:
    """The message names the missing file."""
    assert "open_clip_config.json" in refusal(f"local-dir:{tmp_path}")


def test_a_directory_without_weights_is_refused(tiny: Path, tmp_path: Path) -> None:
    """It is refused, not served untrained."""
    shutil.copy(tiny / "open_clip_config.json", tmp_path)
    assert "no weights" in refusal(f"local-dir:{tmp_path}")


def test_damaged_weights_are_refused(tiny: Path, tmp_path: Path) -> None:
    """A damaged weights file is refused."""
    shutil.copytree(tiny, tmp_path, dirs_exist_ok=True)
    (tmp_path / "open_clip_model.safetensors").write_bytes(b"broken")
    refusal(f"local-dir:{tmp_path}")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda model: model.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"), "git lfs pull"),
        (lambda model: model.write_bytes(b"broken"), "are whole"),
        (lambda model: model.rename(model.with_name("open_clip_pytorch_model.bin")), "a pickle"),
        (lambda model: _without(model, "text_projection", "ln_final.bias"), "text_projection"),
        (lambda model: _with_nan(model, "text_projection"), "weight 'text_projection' holds NaN"),
        (lambda model: model.with_name("words.safetensors").write_text("version https://git-lfs.github.com/spec/v1\n"), "git lfs pull"),
        (lambda model: _without(model.with_name("words.safetensors"), "vectors"), "words.safetensors lacks 'vectors'"),
        (lambda model: _with_nan(model.with_name("words.safetensors"), "vectors"), "'vectors' of words.safetensors holds NaN"),
    ],
)
def test_spoilt_files_are_refused_by_what_is_wrong(tiny: Path, tmp_path: Path, spoil: Callable[[Path], object], said: str) -> None:
    """By what helps, too: what lies on this disk is not downloaded."""
    shutil.copytree(tiny, tmp_path, dirs_exist_ok=True)
    WordMatrix(("red",), np.eye(1, 16, dtype=np.float32), np.zeros(1, dtype=np.float32)).save(tmp_path)
    spoil(tmp_path / "open_clip_model.safetensors")
    message = refusal(f"local-dir:{tmp_path}")
    assert said in message
    assert "online" not in message


def _without(model: Path, *names: str) -> None:
    save_file({name: value for name, value in load_file(model).items() if name not in names}, model)


def _with_nan(model: Path, name: str) -> None:
    weights = load_file(model)
    weights[name][0] = torch.nan
    save_file(weights, model)


@pytest.mark.skipif(find_spec("transformers") is not None, reason="it is installed")
def test_a_tokenizer_of_the_hub_names_what_to_install(tiny: Path, tmp_path: Path) -> None:
    """SigLIP's, as the recommended encoder has it."""
    shutil.copytree(tiny, tmp_path, dirs_exist_ok=True)
    config = json.loads((tmp_path / "open_clip_config.json").read_text())
    config["model_cfg"]["text_cfg"]["hf_tokenizer_name"] = "timm/ViT-B-16-SigLIP"
    (tmp_path / "open_clip_config.json").write_text(json.dumps(config))
    assert "transformers, which is not installed; run `pip install 'attire[siglip]'`" in refusal(f"local-dir:{tmp_path}")


def test_an_unknown_name_is_refused_with_what_there_is() -> None:
    """The message lists all ways to name an encoder."""
    assert "shipped, hf-hub:ORG/NAME, local-dir:PATH, backbone:NAME" in refusal("clipp")


def test_it_reads_a_vocabulary_where_it_has_no_matrix(tiny: Path, tmp_path: Path, picture: Picture) -> None:
    """Each word alone as the text tower reads it, compared at the model's own scale; the vocabulary is no part of the features."""
    shutil.copytree(tiny, tmp_path, dirs_exist_ok=True)
    (tmp_path / "words.json").write_text(json.dumps(["red", "shirt"]))
    encoder = load_encoder(f"local-dir:{tmp_path}")
    words = encoder.words()
    assert words is not None
    features = encoder.encode([picture(), None, None], [None, "red", "shirt"])
    seen, read = block(encoder, features, "image")[:1], block(encoder, features, "text")[1:]
    odds = np.exp(float(load_file(tiny / "open_clip_model.safetensors")["logit_scale"].exp()) * (seen @ read.T))
    np.testing.assert_allclose(words.probabilities(seen), odds / odds.sum(), atol=1e-4)
    assert encoder.features.fingerprint == load_encoder(f"local-dir:{tiny}").features.fingerprint


def test_a_matrix_beside_it_comes_first(tiny: Path, tmp_path: Path) -> None:
    """The matrix is used; features and fingerprint do not change."""
    shutil.copytree(tiny, tmp_path, dirs_exist_ok=True)
    WordMatrix(("red", "dress"), np.eye(2, 16, dtype=np.float32), np.zeros(2, dtype=np.float32)).save(tmp_path)
    encoder = load_encoder(f"local-dir:{tmp_path}")
    words = encoder.words()
    assert words is not None
    assert words.words == ("red", "dress")
    np.testing.assert_array_equal(words.vectors_KD, np.eye(2, 16))
    assert encoder.features.fingerprint == load_encoder(f"local-dir:{tiny}").features.fingerprint


def test_without_words_of_its_own_it_is_asked_for_the_projects(encoder: Encoder) -> None:
    """A model with a text tower labels with the project's words."""
    words = encoder.words()
    assert words is not None
    assert {"dress", "black", "shoes"} <= set(words.words)
    assert words is encoder.words()


@pytest.mark.skipif(not (SHIPPED_DIRECTORY / "open_clip_config.json").exists(), reason="the shipped encoder is not in this checkout")
class TestShipped:
    """The encoder that comes with the project."""

    def test_it_is_small(self) -> None:
        """25 megabytes at most."""
        assert sum(path.stat().st_size for path in SHIPPED_DIRECTORY.iterdir()) <= 25e6

    def test_it_knows_pictures_from_words(self, picture: Picture) -> None:
        """It loads, sees and reads; equal blocks for image and text."""
        shipped = load_encoder()
        features = shipped.encode([picture()], ["red t-shirt"])
        image, text = (block(shipped, features, name) for name in ("image", "text"))
        assert shipped.features.spec == "shipped"
        assert image.shape == text.shape
        assert np.isfinite(features).all()
        assert np.linalg.norm(image) == pytest.approx(1, abs=1e-3)

    def test_its_words_were_trained_and_not_only_read(self) -> None:
        """A vector for each word of its vocabulary, of the size of its image block."""
        words = WordMatrix.load(SHIPPED_DIRECTORY)
        assert words is not None
        assert words.vectors_KD.shape == (len(words.words), load_encoder().features.blocks[0].size)


def test_what_was_shipped_before_has_a_name_of_its_own() -> None:
    """Features that were called shipped then are read by the weights of then; those of now, and of others, by what they name."""
    before = load_encoder("shipped-2026-11").features
    assert before.fingerprint == "0ec9496c015e361d"
    assert spec_now(replace(before, spec="shipped")) == "shipped-2026-11"
    assert spec_now(replace(before, spec="shipped", fingerprint="other")) == "shipped"
    assert spec_now(replace(before, spec="local-dir:/models/mine")) == "local-dir:/models/mine"
