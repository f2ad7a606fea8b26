"""Titles are read as open_clip reads them, with less work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import open_clip
import pytest
import torch
from torch import Tensor

from models.encoders.load import SHIPPED_DIRECTORY
from models.encoders.titles import title_reader
from models.precision import CPU

TITLES = [
    "shirt",
    "Slim washed cotton shirt navy 57293",
    "Men's T-Shirt's 2-pack",
    "Chemise été « bleue »",
    "\u00c3\u00a9t\u00e9 a&amp;b &amp;lt;",
    "ﬁne \u3000 kn\u00adit\ttop",
    "a <end_of_text> b <start_of_text>",
    "A_B--c''s 've",
    "綿のシャツ 👗",
    "word " * 100,
    "shirt",
    ".",
]


def loaded(directory: Path) -> tuple[Any, Any]:
    """A model and its tokenizer."""
    source = f"local-dir:{directory}"
    model, _, _ = open_clip.create_model_and_transforms(source)
    return model.eval().requires_grad_(requires_grad=False), open_clip.get_tokenizer(source)


@pytest.fixture(params=["tiny", "shipped"])
def tower(request: pytest.FixtureRequest, tiny: Path) -> tuple[Any, Any]:
    """A model and its tokenizer."""
    import models.encoders.lite  # noqa: F401, PLC0415 - registers the image tower of the shipped encoder

    return loaded(tiny if request.param == "tiny" else SHIPPED_DIRECTORY)


def as_before(model: Any, tokenizer: Any) -> Tensor:
    """What open_clip says of the titles."""
    read: Tensor = model.encode_text(tokenizer(TITLES))
    return read


def test_it_reads_as_open_clip_does(tower: tuple[Any, Any]) -> None:
    """Each title in its place, whatever is in it, however long it is."""
    torch.testing.assert_close(title_reader(*tower, CPU)(TITLES), as_before(*tower), atol=1e-5, rtol=1e-4)


def test_padding_is_not_read(tower: tuple[Any, Any]) -> None:
    """A batch is as long as its longest title."""
    model, tokenizer = tower
    shapes: list[torch.Size] = []
    model.transformer.register_forward_pre_hook(lambda _, given: shapes.append(given[0].shape))
    title_reader(model, tokenizer, CPU)(["shirt", "blue shirt"])
    assert [tuple(shape[:2]) for shape in shapes] == [(2, 4)]


@pytest.mark.parametrize("pooled", ["last", "argmax"])
def test_a_tower_that_looks_at_its_padding_gets_it(tiny: Path, pooled: str) -> None:
    """One without a causal mask, as SigLIP's, or one that takes its last token."""
    model, tokenizer = loaded(tiny)
    if pooled == "last":
        model.text_pool_type = "last"
    else:
        model.attn_mask = None
    torch.testing.assert_close(title_reader(model, tokenizer, CPU)(TITLES), as_before(model, tokenizer))
