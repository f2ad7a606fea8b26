"""The small encoder's training."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import torch
from PIL import Image, ImageDraw
from torch.nn import functional as F

from models.datasets.schema import ITEM_SCHEMA, Catalogue
from models.encoders.colour import oklab_from_srgb
from models.encoders.load import load_encoder
from models.errors import InputError
from models.training import contrastive
from models.training.contrastive import ContrastiveConfig, augment, contrastive_loss, load_pairs, train_contrastive, weak_label_loss

MEAN, STD = (torch.tensor(values).view(3, 1, 1) for values in (contrastive._MEAN, contrastive._STD))
COLOURS = ("crimson", "navy", "gold", "green")


def shop(count: int = 12) -> Catalogue:
    """Garments of four colours, the first without a title, the second with a broken picture, the third of the test split."""
    rows = []
    for number in range(count):
        image = Image.new("RGB", (48, 64), "white")
        ImageDraw.Draw(image).rectangle((12, 10, 36, 54), fill=COLOURS[number % 4])
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        picture = {"bytes": b"broken" if number == 1 else buffer.getvalue(), "path": None}
        title = None if number == 0 else f"{COLOURS[number % 4]} shirt number {'abcdefghijkl'[number % 12]}"
        rows.append({"id": str(number), "category": "tops", "title": title, "image": picture, "split": "test" if number == 2 else None})
    return Catalogue(pa.Table.from_pylist(rows, ITEM_SCHEMA))


def test_pairs_are_what_has_both_a_picture_and_a_title() -> None:
    """And is for training: unless all is asked for."""
    pairs = load_pairs(shop(), 16)
    assert pairs.pictures.shape == (9, 3, 16, 16)
    assert pairs.pictures.dtype == np.uint8
    assert [title[-1] for title in pairs.titles] == list("defghijkl")
    assert len(load_pairs(shop(), 16, None).titles) == 10


def test_a_catalogue_without_pairs_is_refused() -> None:
    """There is nothing to learn from."""
    with pytest.raises(InputError, match="no item has both a usable picture and a title"):
        load_pairs(shop(2), 16)


def test_the_loss_is_the_mean_of_both_directions() -> None:
    """Each picture among all titles, each title among all pictures; slowly."""
    torch.manual_seed(0)
    seen, read = F.normalize(torch.randn(5, 4), dim=-1), F.normalize(torch.randn(5, 4), dim=-1)
    logits = 7.0 * seen.double().numpy() @ read.double().numpy().T
    total = 0.0
    for one in range(5):
        total += math.log(np.exp(logits[one]).sum()) - logits[one, one]
        total += math.log(np.exp(logits[:, one]).sum()) - logits[one, one]
    loss, top1 = contrastive_loss(seen, read, torch.arange(5), torch.tensor(7.0))
    assert loss.item() == pytest.approx(total / 10, abs=1e-5)
    assert top1 == pytest.approx(float((logits.argmax(1) == np.arange(5)).mean()))


def test_pairs_of_the_same_words_are_no_negatives() -> None:
    """Two black tees do not push each other away."""
    torch.manual_seed(0)
    seen, read = torch.randn(4, 3, requires_grad=True), torch.randn(4, 3, requires_grad=True)
    twins, _ = contrastive_loss(seen, read, torch.tensor([0, 0, 1, 2]), torch.tensor(1.0))
    strangers, _ = contrastive_loss(seen, read, torch.arange(4), torch.tensor(1.0))
    assert twins < strangers
    alone, _ = contrastive_loss(seen[:2], read[:2], torch.tensor([0, 0]), torch.tensor(1.0))
    assert alone.item() == pytest.approx(0, abs=1e-6)


def test_words_are_told_from_the_picture() -> None:
    """Cross-entropy under one softmax; a title without known words counts nothing."""
    logits = torch.tensor([[2.0, 0.0, -1.0], [0.0, 0.0, 5.0]])
    said = torch.tensor([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    log_p = logits.log_softmax(1)
    assert weak_label_loss(logits, said).item() == pytest.approx(-(log_p[0, 0] + log_p[0, 1]).item() / 2 / 2)


@pytest.mark.parametrize("colour", COLOURS)
def test_augmenting_keeps_the_hue(colour: str) -> None:
    """Light, size and place vary; a red garment stays red."""
    image = Image.new("RGB", (32, 32), "white")
    ImageDraw.Draw(image).rectangle((8, 8, 24, 24), fill=colour)
    pixels = np.asarray(image)
    batch = torch.from_numpy(pixels.transpose(2, 0, 1).copy())[None].repeat(16, 1, 1, 1)
    varied = augment(batch, 32, torch.Generator().manual_seed(0)) * STD + MEAN
    assert varied.shape == (16, 3, 32, 32)
    assert (varied.std(0) > 0.02).any()
    middle = (varied[:, :, 16, 16].clamp(0, 1) * 255).round().numpy().astype(np.uint8)
    hues = [np.arctan2(b, a) for _, a, b in oklab_from_srgb(np.concatenate([middle, pixels[16:17, 16]]))]
    turn = (np.array(hues[:-1]) - hues[-1] + np.pi) % (2 * np.pi) - np.pi
    assert np.abs(turn).max() < 0.35


def test_what_is_written_is_an_encoder(tmp_path: Path) -> None:
    """Two steps, and ``local-dir:`` loads it with the preprocessing it was trained on."""
    config = ContrastiveConfig(
        side=32, embedding_size=16, width=8, text_width=32, text_layers=1, context_length=8, batch_size=4, epochs=1, least_word=2
    )
    catalogue = shop()
    figures = train_contrastive([load_pairs(catalogue, 32)], tmp_path, config)
    assert all(math.isfinite(value) for value in figures.values())
    body = json.loads((tmp_path / "open_clip_config.json").read_text())
    assert body["training"]["batch_size"] == 4
    encoder = load_encoder(f"local-dir:{tmp_path}")
    assert [(block.name, block.size) for block in encoder.blocks][:2] == [("image", 16), ("text", 16)]
    features = encoder.encode([catalogue.image(3)], ["gold shirt"])
    assert np.isfinite(features).all()
    assert np.linalg.norm(features[0, :16]) == pytest.approx(1, abs=1e-3)


def test_the_same_seed_trains_the_same_encoder(tmp_path: Path) -> None:
    """Bit for bit."""
    config = ContrastiveConfig(side=32, embedding_size=8, width=8, text_width=32, text_layers=1, batch_size=4, epochs=1, least_word=2)
    pairs = [load_pairs(shop(), 32)]
    for name in ("a", "b"):
        train_contrastive(pairs, tmp_path / name, config)
    one, other = ((tmp_path / name / "open_clip_model.safetensors").read_bytes() for name in ("a", "b"))
    assert one == other
