"""Saving and loading bundles, and refusing broken ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from models.bundle import Bundle, Manifest
from models.compatibility.build import build_model
from models.compatibility.calibration import Calibration
from models.compatibility.slot_templates import SlotTemplates
from models.encoders.features import Block, FeatureSpec
from models.errors import BundleError

SPEC = FeatureSpec("features", "features:7", (Block("image", 4), Block("text", 3)))
FILES = ("manifest.json", "weights.safetensors", "vocabulary.json", "residuals.json", "slots.json")


def bundle(seed: int = 0, vocabulary: tuple[str, ...] = ("rot", "grün"), **manifest: object) -> Bundle:
    """An untrained bundle that knows two categories, two words and one item."""
    config = {"blocks": [4, 3], "categories": 2, "words": len(vocabulary), "residuals": 1, "embedding_size": 8, "hidden": 12}
    torch.manual_seed(seed)
    model = build_model("set_transformer", config)
    for parameter in model.parameters():
        parameter.data.add_(0.1 * torch.randn_like(parameter))
    body = Manifest(
        recipe="attire",
        config={"epochs": 1, "seed": seed},
        model="set_transformer",
        model_config=config,
        encoder=SPEC,
        categories=("shoes", "tops"),
        embedding_size=8,
        calibration=Calibration(slope=2.0, intercept=-0.5, larger=((3, 4.0, 0.0),)),
        completion=Calibration(slope=0.5),
        metrics={"valid_recall_at_10": 0.5},
    )
    slots = SlotTemplates.fit([["tops", "shoes"]])
    return Bundle(replace(body, **manifest), model, vocabulary=vocabulary, residuals=("i1",), slots=slots)  # type: ignore[arg-type]


def answers(asked: Bundle) -> list[np.ndarray]:
    """All answers of a bundle."""
    features = np.random.default_rng(0).normal(size=(4, 7)).astype(np.float32)
    embedded = asked.embed(features, ["tops", "shoes", "hats", "tops"], ["rot", "grün rot", "unknown", ""], ["i1", "i2", None, "i4"])
    outfits = asked.outfits([embedded[:2], embedded[2:3]], [["tops", "shoes"], ["hats"]])
    scores = asked.score(outfits)
    ranked = asked.rank(outfits, embedded[None].repeat(2, 0), [["tops", "shoes", "hats", "tops"]] * 2)
    return [
        embedded,
        asked.queries(outfits, ["hats", "shoes"]),
        scores,
        ranked,
        asked.probability(scores, [["tops", "shoes"], ["hats"]]),
        asked.shares(ranked[0], 3),
    ]


def test_a_loaded_bundle_gives_the_same_answers(tmp_path: Path) -> None:
    """Its answers and its manifest are the same bit for bit."""
    saved = bundle().save(tmp_path / "b")
    loaded = Bundle.load(tmp_path / "b")
    for before, after in zip(answers(saved), answers(loaded), strict=True):
        np.testing.assert_array_equal(before, after)
    assert loaded.manifest == replace(saved.manifest, config=loaded.manifest.config)
    assert (loaded.vocabulary, loaded.residuals, loaded.slots) == (saved.vocabulary, saved.residuals, saved.slots)


def test_an_items_features_words_and_residual_count() -> None:
    """Each changes the embedding; a word outside the vocabulary does not."""
    made, features = bundle(), np.ones((1, 7), dtype=np.float32)
    made.model.state_dict()["popularity"][1] = 1.0
    plain = made.embed(features, ["tops"], ["rot"])
    assert not np.allclose(plain, made.embed(2 * features, ["tops"], ["rot"]))
    assert not np.allclose(plain, made.embed(features, ["shoes"], ["rot"]))
    assert not np.allclose(plain, made.embed(features, ["tops"], ["grün"]))
    assert not np.allclose(plain, made.embed(features, ["tops"], ["rot"], ["i1"]))
    np.testing.assert_allclose(plain, made.embed(features, ["tops"], ["rot neverheard"], ["i2"]), atol=1e-6)


def test_the_batch_does_not_matter() -> None:
    """Embedding in batches gives the same embeddings."""
    features = np.random.default_rng(0).normal(size=(10, 7)).astype(np.float32)
    made = bundle()
    whole = made.embed(features, ["tops"] * 10, [""] * 10)
    np.testing.assert_allclose(made.embed(features, ["tops"] * 10, [""] * 10, batch_size=3), whole, atol=1e-6)


def test_nothing_embeds_to_nothing() -> None:
    """No items, no rows."""
    assert bundle().embed(np.zeros((0, 7), dtype=np.float32), [], []).shape == (0, 8)


def test_read_only_features_are_fine() -> None:
    """Read-only arrays, such as a memory-mapped snapshot's, can be embedded."""
    features = np.ones((1, 7), dtype=np.float32)
    features.flags.writeable = False
    assert bundle().embed(features, ["tops"], [""]).shape == (1, 8)


def test_features_of_another_encoder_are_refused() -> None:
    """With both sizes."""
    with pytest.raises(BundleError, match=r"\(2, 9\).*\(features\) gives \(N, 7\)"):
        bundle().embed(np.zeros((2, 9), dtype=np.float32), ["tops"] * 2, [""] * 2)


def test_the_id_is_the_content(tmp_path: Path) -> None:
    """The same content at another place and time is the same bundle; saved twice, too."""
    first = bundle().save(tmp_path / "a")
    assert first.id == bundle().save(tmp_path / "b").id == Bundle.load(tmp_path / "a").id
    assert first.id == Bundle.load(tmp_path / "b").save(tmp_path / "c").id
    assert len(first.id) == 16


def test_how_long_training_took_is_not_content(tmp_path: Path) -> None:
    """Equal trainings are one bundle, however busy the machine was."""
    quick, slow = (bundle(metrics={"valid": 0.5, "minutes": minutes}).save(tmp_path / str(minutes)) for minutes in (1.0, 9.0))
    assert quick.id == slow.id != bundle(metrics={"valid": 0.6, "minutes": 1.0}).save(tmp_path / "other").id
    assert Bundle.load(tmp_path / "9.0").manifest.measured == {"valid": 0.5, "minutes": 9.0}


@pytest.mark.parametrize(
    "other",
    [
        lambda: bundle(seed=1),
        lambda: bundle(vocabulary=("rot", "blau")),
        lambda: bundle(calibration=Calibration(slope=1.0)),
        lambda: bundle(completion=Calibration(slope=1.0)),
        lambda: bundle(encoder=replace(SPEC, fingerprint="other")),
        lambda: bundle(parent="0123456789abcdef"),
    ],
)
def test_other_content_is_another_bundle(tmp_path: Path, other: Callable[[], Bundle]) -> None:
    """Weights, words, calibration, encoder, parent."""
    assert other().save(tmp_path / "other").id != bundle().save(tmp_path / "b").id


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    """In one line."""
    bundle().save(tmp_path / "b")
    (tmp_path / "b" / name).unlink()
    with pytest.raises(BundleError, match=name) as caught:
        Bundle.load(tmp_path / "b")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["cut", "flipped", "empty"])
def test_a_damaged_file_is_named(tmp_path: Path, name: str, damage: str) -> None:
    """Whether it can still be parsed or not."""
    bundle().save(tmp_path / "b")
    path = tmp_path / "b" / name
    data = bytearray(path.read_bytes())
    if damage == "flipped":
        data[len(data) // 2] ^= 1
    path.write_bytes({"cut": data[:-2], "flipped": data, "empty": b""}[damage])
    with pytest.raises(BundleError, match=name) as caught:
        Bundle.load(tmp_path / "b")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("field", ["calibration", "categories", "embedding_size", "files"])
def test_an_altered_manifest_is_refused(tmp_path: Path, field: str) -> None:
    """Valid JSON that says something else."""
    bundle().save(tmp_path / "b")
    path = tmp_path / "b" / "manifest.json"
    other = {
        "calibration": {"slope": 3.0, "intercept": 0.0, "larger": []},
        "categories": ["tops", "shoes"],
        "embedding_size": 16,
        "files": {},
    }
    path.write_text(json.dumps({**json.loads(path.read_text()), field: other[field]}))
    with pytest.raises(BundleError, match=r"manifest\.json: corrupted"):
        Bundle.load(tmp_path / "b")


def test_another_format_is_refused(tmp_path: Path) -> None:
    """With the one that can be read."""
    bundle().save(tmp_path / "b")
    path = tmp_path / "b" / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 99}))
    with pytest.raises(BundleError, match="format 99, this version reads 2"):
        Bundle.load(tmp_path / "b")


def test_nothing_but_a_bundle_is_written_over(tmp_path: Path) -> None:
    """An older bundle is; a directory or file of somebody's is not."""
    bundle().save(tmp_path / "b")
    assert bundle(seed=1).save(tmp_path / "b").id == Bundle.load(tmp_path / "b").id
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("mine", "file"):
        with pytest.raises(BundleError, match="not a bundle"):
            bundle().save(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_probability_is_the_calibrated_logistic() -> None:
    """sigmoid(slope * score + intercept), without overflow; a larger outfit has its own, a lone item that of two."""
    outfits = [["tops"] * items for items in (2, 2, 1, 3, 7, 2)]
    probability = bundle().probability(np.array([-1e6, 0.25, 0.25, 0.0, 1.0, 1e6], dtype=np.float32), outfits)
    assert probability == pytest.approx([0, 0.5, 0.5, 0.5, 1 / (1 + np.exp(-4)), 1], abs=1e-9)


def test_probability_knows_whether_an_outfit_looks_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its categories in any order: slope and intercept move with the chance that nothing is missing; combinations do not tell it."""
    knowing, names = Calibration(slope=2.0, whole=(1.0, -3.0)), [["shoes", "tops", "tops"], ["tops", "shoes", "tops"], ["tops", "hats"]]
    scores = np.full(3, 0.4, dtype=np.float32)
    assert bundle(calibration=knowing).probability(scores, names) == pytest.approx(1 / (1 + np.exp(-0.8)))
    monkeypatch.setattr(SlotTemplates, "whole_of", lambda _, categories: 0.75 if categories == ("shoes", "tops", "tops") else 0.5)
    told = bundle(calibration=knowing).probability(scores, names)
    assert told == pytest.approx([1 / (1 + np.exp(-odds)) for odds in (0.8 + 0.25 * (0.4 - 3.0), 0.8 + 0.25 * (0.4 - 3.0), 0.8)])
    assert told[0] == told[1]


def test_shares_are_the_odds_among_the_candidates() -> None:
    """They sum to 1, without overflow, and their ratio is that of the calibrated odds of completing."""
    shares = bundle().shares(np.array([2.0, 4.0, -1e6], dtype=np.float32), 5)
    assert shares.sum() == pytest.approx(1)
    assert shares[1] / shares[0] == pytest.approx(np.exp(0.5 * 2))
    assert shares[2] == 0


@pytest.mark.parametrize(("outfits", "known"), [(None, True), (99, False), (100, True)])
def test_too_few_outfits_do_not_tell_how_likely(outfits: int | None, known: bool) -> None:  # noqa: FBT001
    """A bundle knows of how many it learned."""
    assert bundle(outfits=outfits).calibrated is known
    assert not bundle(calibration=Calibration()).calibrated


def carrying(root: Path) -> Bundle:
    """A bundle with an encoder of its own."""
    root.mkdir()
    (root / "image_config.json").write_text("{}")
    made = bundle(encoder=replace(SPEC, spec="bundle:encoder"))
    return Bundle(made.manifest, made.model, vocabulary=made.vocabulary, residuals=made.residuals, encoder=root)


def test_a_bundle_carries_its_encoder(tmp_path: Path) -> None:
    """Found where the bundle lies now, wherever it was made; written over itself, it is still there."""
    saved = carrying(tmp_path / "encoder").save(tmp_path / "a")
    (tmp_path / "a").rename(tmp_path / "b")
    loaded = Bundle.load(tmp_path / "b")
    assert loaded.encoder_spec == f"local-dir:{tmp_path / 'b' / 'encoder'}"
    assert "encoder/image_config.json" in loaded.manifest.files
    assert loaded.save(tmp_path / "b").id == saved.id == Bundle.load(tmp_path / "b").id


def test_a_carried_encoder_is_checked_like_every_file(tmp_path: Path) -> None:
    """And is part of the bundle's name."""
    saved = carrying(tmp_path / "encoder").save(tmp_path / "a")
    assert saved.id != bundle(encoder=replace(SPEC, spec="bundle:encoder")).save(tmp_path / "b").id
    (tmp_path / "a" / "encoder" / "image_config.json").write_text("{ }")
    with pytest.raises(BundleError, match=r"image_config\.json: corrupted"):
        Bundle.load(tmp_path / "a")


def test_what_hurts_is_not_read() -> None:
    """Neither the block, nor with the text the words of titles; attributes are."""
    features = np.ones((1, 7), dtype=np.float32)
    known, whole = (bundle(vocabulary=("rot", "farbe=rot"), left_out=names) for names in (("text",), ()))
    read, all_read = (one.inputs(features, ["tops"], ["rot farbe=rot"]) for one in (known, whole))
    assert read.features_NF.tolist() == [[1, 1, 1, 1, 0, 0, 0]]
    assert read.words_NL.tolist() == [[2]]
    assert all_read.features_NF.all()
    assert all_read.words_NL.tolist() == [[1, 2]]
    assert features.all()
