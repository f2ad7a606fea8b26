"""Perturbed pictures: what changes and what does not."""

from __future__ import annotations

import torch
from torch import Tensor

from models.recipes.pairwise.perturb import recoloured, reshaped


def pictures(count: int = 12, side: int = 48) -> Tensor:
    """A red disc with a darker half on white."""
    line = torch.linspace(-1, 1, side)
    inside = (line[:, None] ** 2 + line**2 < 0.4)[None]
    red = torch.tensor([0.8, 0.2, 0.1])[:, None, None] * torch.where(line[None, :, None] > 0, 1.0, 0.6)
    return torch.where(inside, red, torch.ones(3, side, side)).expand(count, -1, -1, -1).clone()


def seeded(seed: int = 0) -> torch.Generator:
    """For what is drawn."""
    return torch.Generator().manual_seed(seed)


def chroma(pixels: Tensor) -> Tensor:
    """Colour without light."""
    return pixels - pixels.mean(1, keepdim=True)


def test_another_shape_keeps_the_colours() -> None:
    """Whatever is coloured has the hue it had; the picture is another."""
    before = pictures()
    after = reshaped(before, seeded())
    hue = torch.tensor([0.8, 0.2, 0.1]) - 0.3667
    coloured = chroma(after).movedim(1, -1)[chroma(after).norm(dim=1) > 0.2]
    assert torch.nn.functional.cosine_similarity(coloured, hue.expand_as(coloured), dim=1).min() > 0.99
    assert ((after - before).abs().mean((1, 2, 3)) > 0.02).all()


def test_other_colours_keep_the_shape() -> None:
    """White stays nearly white, and the disc's edge stays where it was."""
    before = pictures()
    after = recoloured(before, seeded())
    outside = (before == 1).all(1)
    assert after.movedim(1, -1)[outside].min() > 0.8
    contrast = (after.mean(1)[~outside].mean() - after.mean(1)[outside].mean()).abs()
    assert contrast > 0.2


def test_other_colours_are_other_colours() -> None:
    """The hue turns by 60 degrees at least, or is gone."""
    before, after = pictures(200), recoloured(pictures(200), seeded())
    here = chroma(before)[:, :, 24, 24], chroma(after)[:, :, 24, 24]
    alike = torch.nn.functional.cosine_similarity(*here, dim=1)
    grey = here[1].norm(dim=1) < 1e-3
    assert (alike[~grey] < 0.75).all()
    assert 0.1 < grey.float().mean() < 0.3


def test_both_are_pictures_and_follow_the_seed() -> None:
    """Between 0 and 1; the same seed paints the same, another something else."""
    for perturb in (reshaped, recoloured):
        first, same, other = (perturb(pictures(), seeded(seed)) for seed in (0, 0, 1))
        assert first.shape == pictures().shape
        assert 0 <= first.min() <= first.max() <= 1
        assert torch.equal(first, same)
        assert not torch.equal(first, other)
