"""``weak-labels`` from a dataset directory to a bundle that is evaluated, labels and goes on after a kill."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from models.bundle import Bundle
from models.datasets.read import read_catalogue
from models.encoders.keep import catalogue_features
from models.encoders.load import load_encoder
from models.errors import AttireError, BundleError, EncoderError, InputError
from models.evaluation.evaluate import features_for
from models.progress import Advance
from models.recipes.train import train
from models.recipes.weak_labels.config import WeakLabelsConfig
from models.training.settings import configure

TINY = {
    "side": "32", "width": "8", "embedding_size": "16", "text_width": "32", "text_layers": "1", "context_length": "8",
    "batch_size": "16", "least_word": "3", "epochs": "2", "learning_rate": "0.01", "optimiser": "adamw",
}  # fmt: skip
Shop = Callable[..., Path]


@pytest.fixture(scope="module")
def data(painted_shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Squares and rings in four colours."""
    return painted_shop(tmp_path_factory.mktemp("shapes") / "shop")


@pytest.fixture(scope="module")
def learned(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A bundle of the published form, trained until it knows its words."""
    out = tmp_path_factory.mktemp("learned") / "bundle"
    return train(data, "weak-labels", out, settings={**TINY, "epochs": "60", "augment": "false", "fields": "title"})


def trained(data: Path, out: Path, **settings: str) -> Bundle:
    """A short training."""
    return train(data, "weak-labels", out, settings={**TINY, **settings})


@pytest.mark.training
def test_it_learns_the_words_that_show(data: Path, learned: Bundle) -> None:
    """On pictures it did not train on, most words are among the likeliest; the ones that are said are the vocabulary."""
    assert set(learned.vocabulary) == {"crimson", "navy", "gold", "green", "square", "ring", "number"}
    shop = read_catalogue(data)
    encoder = load_encoder(learned.encoder_spec)
    words = encoder.words()
    assert words is not None
    rows = list(range(0, 80, 5))
    seen = encoder.encode([shop.image(row) for row in rows], [None] * len(rows))[:, encoder.features.part("image")]
    titles = [str(shop.titles[row]).split() for row in rows]
    found = [len({word for word, _ in best} & set(title)) for best, title in zip(words.likeliest(seen, 3), titles, strict=True)]
    assert np.mean(found) > 2.2


@pytest.mark.training
def test_alike_in_words_is_alike_in_features(data: Path, learned: Bundle) -> None:
    """The nearest other picture of most pictures has the same words; an untrained tower has learned nothing of the kind."""
    shop, encoder = read_catalogue(data), load_encoder(learned.encoder_spec)
    features = catalogue_features(shop, encoder).features[:, encoder.features.part("image")]
    alike = features @ features.T - 2 * np.eye(len(shop))
    kinds = np.array([" ".join(str(title).split()[:2]) for title in shop.titles])
    assert (kinds[alike.argmax(1)] == kinds).mean() > 0.7


@pytest.mark.training
def test_the_bundle_carries_its_encoder(data: Path, learned: Bundle) -> None:
    """Hashed like every other file, found wherever the bundle lies, and what evaluation encodes with."""
    manifest = learned.manifest
    assert (manifest.recipe, manifest.model, manifest.encoder.spec) == ("weak-labels", "cosine", "bundle:encoder")
    assert {"encoder/image_config.json", "encoder/image_model.safetensors", "encoder/words.json"} <= set(manifest.files)
    assert load_encoder(learned.encoder_spec).features.fingerprint == manifest.encoder.fingerprint
    assert features_for(learned, read_catalogue(data)).shape == (80, manifest.embedding_size)
    assert 0 < manifest.metrics["valid_word_recall_at_10"] <= 1
    assert learned.encoder is not None
    assert not list(learned.encoder.parent.parent.glob("*.work"))


@pytest.mark.training
@pytest.mark.parametrize(
    ("settings", "blocks"),
    [
        ({"loss": "clip"}, ["image", "text", "colour", "texture"]),
        ({"loss": "siglip"}, ["image", "text", "colour", "texture"]),
        ({"loss": "clip", "word_weight": "0"}, ["image", "text", "colour", "texture"]),
        ({"backbone": "shufflenet_v2_x0_5", "optimiser": "sgd"}, ["image", "colour", "texture"]),
        ({"sampling": "frequency", "negatives": "0"}, ["image", "colour", "texture"]),
    ],
)
def test_every_form_gives_an_encoder_that_labels(data: Path, tmp_path: Path, settings: dict[str, str], blocks: list[str]) -> None:
    """Both losses, both libraries, both samplings; where no words were trained the text tower reads some."""
    bundle = trained(data, tmp_path / "b", **settings)
    encoder = load_encoder(bundle.encoder_spec)
    assert [block.name for block in encoder.features.blocks] == blocks
    features = encoder.encode([read_catalogue(data).image(0)], ["red ring"])
    words = encoder.words()
    assert words is not None
    [best] = words.likeliest(features[:, encoder.features.part("image")], 3)
    assert len(best) == 3
    assert all(math.isfinite(chance) for _, chance in best)
    assert (encoder.words().words == bundle.vocabulary) == (settings.get("word_weight") != "0")  # type: ignore[union-attr]


@pytest.mark.training
@pytest.mark.parametrize("loss", ["words", "clip"])
def test_a_configuration_of_ones_own_is_a_backbone(data: Path, tmp_path: Path, loss: str) -> None:
    """In the form of open_clip's; weights that were trained for it before are taken, others refused."""
    first = trained(data, tmp_path / "first", loss="clip")
    assert first.encoder is not None
    config, weights = first.encoder / "open_clip_config.json", first.encoder / "open_clip_model.safetensors"
    own = {"backbone": str(config), "loss": loss, "epochs": "0", "side": "0"}
    again = trained(data, tmp_path / "again", weights=str(weights), **own)
    features = [
        encoder.encode([read_catalogue(data).image(0)], [None])[:, encoder.features.part("image")]
        for encoder in (load_encoder(bundle.encoder_spec) for bundle in (first, again))
    ]
    np.testing.assert_allclose(features[0], features[1], atol=0.02)
    other = trained(data, tmp_path / "other", backbone="shufflenet_v2_x0_5", epochs="0")
    with pytest.raises(EncoderError, match="the weights lack"):
        trained(data, tmp_path / "b", weights=f"{other.encoder}/image_model.safetensors", **own)


@pytest.mark.training
def test_the_last_layer_comes_first(data: Path, tmp_path: Path) -> None:
    """While only the words are trained the tower stays as it was, batch statistics included."""
    untouched, first, all_of_it = (
        load_file(trained(data, tmp_path / name, **settings).encoder / "image_model.safetensors")  # type: ignore[operator]
        for name, settings in (("a", {"epochs": "0"}), ("b", {"last_layer": "9"}), ("c", {"last_layer": "0"}))
    )
    assert all(torch.equal(value, first[name]) for name, value in untouched.items())
    assert not all(torch.equal(value, all_of_it[name]) for name, value in untouched.items())


@pytest.mark.training
def test_fewer_pictures_than_a_batch_are_trained_on_all_the_same(data: Path, tmp_path: Path) -> None:
    """A batch is what there is; an untrained model is never passed off as a trained one."""
    for loss in ("words", "clip"):
        bundle = trained(data, tmp_path / loss, batch_size="1000", loss=loss)
        assert bundle.manifest.metrics["steps"] == 2
        assert math.isfinite(bundle.manifest.metrics["loss"])


@pytest.mark.training
def test_training_goes_on_from_a_bundle(data: Path, learned: Bundle, tmp_path: Path) -> None:
    """With no step of its own the tower is the same; the parent is on record."""
    start = learned.encoder.parent if learned.encoder else Path()
    again = train(data, "weak-labels", tmp_path / "again", settings={**TINY, "epochs": "0"}, init=start)
    first, second = (load_file(bundle.encoder / "image_model.safetensors") for bundle in (learned, again) if bundle.encoder)
    assert all(torch.equal(value, second[name]) for name, value in first.items())
    assert again.manifest.parent == learned.id
    with pytest.raises(BundleError, match="none of its weights fit"):
        train(data, "weak-labels", tmp_path / "b", settings={**TINY, "backbone": "shufflenet_v2_x0_5"}, init=start)


@pytest.mark.parametrize(
    ("settings", "kind", "message"),
    [
        ({"least_word": "999"}, InputError, "no word is said of 999 items or more"),
        ({"backbone": "resnet18", "loss": "clip"}, InputError, "reads no titles"),
        ({"backbone": "resnet19"}, InputError, "'resnet19' is no model of open_clip"),
        ({"backbone": "resnet18", "weights": "missing.safetensors"}, EncoderError, "cannot be loaded"),
        ({"weights": "missing.safetensors"}, EncoderError, "cannot be had"),
    ],
)
def test_what_cannot_be_trained_is_refused(
    data: Path, tmp_path: Path, settings: dict[str, str], kind: type[AttireError], message: str
) -> None:
    """In one line."""
    with pytest.raises(kind, match=message) as caught:
        trained(data, tmp_path / "b", **settings)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"side": "16"}, "side"),
        ({"width": "7"}, "width"),
        ({"text_width": "100"}, "text_width"),
        ({"fields": ""}, "fields"),
        ({"batch_size": "1"}, "batch_size"),
        ({"layers": "1,1"}, "layers"),
        ({"epochs": "-1"}, "epochs"),
        ({"sampling": "rare"}, "sampling"),
    ],
)
def test_settings_that_exclude_each_other_are_refused(settings: dict[str, str], field: str) -> None:
    """By the field."""
    with pytest.raises(InputError) as caught:
        configure(WeakLabelsConfig(), settings)
    assert caught.value.field == field


@pytest.mark.training
@pytest.mark.parametrize("loss", ["words", "clip"])
def test_a_training_that_diverges_leaves_nothing(data: Path, tmp_path: Path, loss: str) -> None:
    """No bundle, and no checkpoint that the same training with a lower rate would stumble over."""
    with pytest.raises(InputError, match="diverged at 1e\\+30"):
        trained(data, tmp_path / "b", loss=loss, learning_rate="1e30", checkpoint_s="0")
    assert not (tmp_path / "b").exists()
    assert not list(tmp_path.rglob("*.safetensors"))
    trained(data, tmp_path / "b", loss=loss, epochs="1")


@pytest.mark.training
def test_frequency_may_count_when_labelling(data: Path, tmp_path: Path) -> None:
    """A prior changes what is said and how likely it is, not the features' vectors; ``number`` is in every title."""
    plain, weighed = (trained(data, tmp_path / prior, prior=prior, fields="title") for prior in ("0", "3"))
    words, others = (load_encoder(bundle.encoder_spec).words() for bundle in (plain, weighed))
    assert words is not None
    assert others is not None
    np.testing.assert_array_equal(words.vectors_KD, others.vectors_KD)
    [[(likeliest, _)]] = others.likeliest(np.zeros((1, 16), dtype=np.float32), 1)
    assert likeliest == "number"
    assert not words.bias_K.any()


@pytest.mark.training
@pytest.mark.integration
def test_a_killed_training_goes_on_to_the_same_bundle(data: Path, tmp_path: Path) -> None:
    """``kill -9`` in the middle; started again it ends with the weights of a run that nobody killed."""
    settings = {**TINY, "epochs": "10", "checkpoint_s": "0"}
    pairs = [argument for name, value in settings.items() for argument in ("--set", f"{name}={value}")]
    threads = f"import torch; torch.set_num_threads({torch.get_num_threads()})"  # another number of them adds in another order
    start = f"{threads}; import sys; from app.cli import run; sys.exit(run(sys.argv[1:]))"
    out = tmp_path / "killed"
    command = [sys.executable, "-c", start, "train", str(data), "--recipe", "weak-labels", "--out", str(out), *pairs]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        checkpoint, deadline = tmp_path / "killed.work" / "checkpoint.safetensors", time.monotonic() + 300
        while not checkpoint.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    assert checkpoint.exists()
    assert not out.exists()
    epochs: dict[str, list[int]] = {}

    @contextmanager
    def watched(title: str, total: int) -> Iterator[Advance]:
        epochs[title] = [total]

        def advance(steps: int = 1, **_: float | str) -> None:
            epochs[title].append(steps)

        yield advance

    resumed = train(data, "weak-labels", out, settings=settings, progress=watched)
    whole = trained(data, tmp_path / "whole", **settings)
    total, done_before, *_ = epochs["training weak-labels"]
    assert 0 < done_before < total
    names = {path.name for path in resumed.encoder.iterdir() if path.suffix == ".safetensors"}  # type: ignore[union-attr]
    for name in names:
        first, second = (load_file(bundle.encoder / name) for bundle in (resumed, whole))  # type: ignore[operator]
        assert all(torch.equal(value, second[key]) for key, value in first.items())
    assert not (tmp_path / "killed.work").exists()
    assert json.loads((out / "manifest.json").read_text())["files"]
