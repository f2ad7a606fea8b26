"""The contrastive losses against slow loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from models.objectives.contrastive import alike_loss, clip_loss, nt_xent, siglip_loss, top1

torch.manual_seed(0)
SEEN, READ = F.normalize(torch.randn(5, 4), dim=-1), F.normalize(torch.randn(5, 4), dim=-1)
ALONE = torch.arange(5)
COSINE = SEEN.double().numpy() @ READ.double().numpy().T


def test_the_softmax_loss_is_the_mean_of_both_directions() -> None:
    """Cross-entropy of each picture among all titles, and of each title among all pictures."""
    logits, total = 7.0 * COSINE, 0.0
    for row in range(5):
        total += math.log(np.exp(logits[row]).sum()) - logits[row, row]
        total += math.log(np.exp(logits[:, row]).sum()) - logits[row, row]
    assert clip_loss(SEEN, READ, ALONE, torch.tensor(7.0)).item() == pytest.approx(total / 10, abs=1e-5)


def test_the_sigmoid_loss_is_that_of_every_pair() -> None:
    """Its own title is a positive, every other title a negative; summed per picture."""
    total = 0.0
    for picture in range(5):
        for title in range(5):
            logit = 7.0 * COSINE[picture, title] - 2.0
            total += math.log(1 + math.exp(-logit if picture == title else logit))
    assert siglip_loss(SEEN, READ, ALONE, torch.tensor(7.0), torch.tensor(-2.0)).item() == pytest.approx(total / 5, abs=1e-5)


def test_pairs_of_the_same_words_are_no_negatives() -> None:
    """Two black tees do not push each other away."""
    scale, shift, twins = torch.tensor(1.0), torch.tensor(0.0), torch.tensor([0, 0, 1, 2, 3])
    assert clip_loss(SEEN, READ, twins, scale) < clip_loss(SEEN, READ, ALONE, scale)
    assert siglip_loss(SEEN, READ, twins, scale, shift) < siglip_loss(SEEN, READ, ALONE, scale, shift)
    assert clip_loss(SEEN[:2], READ[:2], torch.tensor([0, 0]), scale).item() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    "loss",
    [lambda s, r: clip_loss(s, r, ALONE, torch.tensor(5.0)), lambda s, r: siglip_loss(s, r, ALONE, torch.tensor(5.0), torch.tensor(-1.0))],
)
def test_a_picture_nearer_its_title_is_a_smaller_loss(loss: object) -> None:
    """Both losses fall as a picture moves towards its title."""
    nearer, farther = (F.normalize(SEEN + step * READ, dim=-1) for step in (0.1, -0.1))
    assert loss(nearer, READ) < loss(SEEN, READ) < loss(farther, READ)  # type: ignore[operator]


def test_top1_is_how_often_the_own_title_is_nearest() -> None:
    """Other pairs of the same words do not count against it."""
    assert top1(SEEN, READ, ALONE) == pytest.approx(float((COSINE.argmax(1) == np.arange(5)).mean()))
    assert top1(SEEN, READ, torch.zeros(5)) == 1.0


def test_each_view_is_matched_among_the_views_of_all_others() -> None:
    """NT-Xent equals a loop of 2B softmaxes over 2B - 1 views."""
    views, total = np.concatenate([SEEN.double().numpy(), READ.double().numpy()]), 0.0
    for own in range(10):
        logits = {other: views[own] @ views[other] / 0.5 for other in range(10) if other != own}
        total += math.log(sum(math.exp(value) for value in logits.values())) - logits[(own + 5) % 10]
    assert nt_xent(SEEN, READ, 0.5).item() == pytest.approx(total / 10, abs=1e-5)


def test_views_that_agree_cost_less() -> None:
    """The loss falls as the second view turns towards the first."""
    towards = F.normalize(0.5 * SEEN + 0.5 * READ, dim=1)
    assert nt_xent(SEEN, SEEN, 0.5) < nt_xent(SEEN, towards, 0.5) < nt_xent(SEEN, READ, 0.5)


def test_pictures_of_a_kind_attract_each_other() -> None:
    """Two of a kind among four, by hand; pictures of unknown kinds are no likes, and a batch without likes costs nothing."""
    seen = torch.eye(4)
    seen[1] = seen[0]
    each = torch.tensor(2 + math.e).log() - 1
    assert alike_loss(seen, torch.tensor([7, 7, 1, 2]), 1.0).item() == pytest.approx(each.item())
    assert alike_loss(seen, torch.tensor([7, 7, -1, -1]), 1.0).item() == pytest.approx(each.item())
    assert alike_loss(seen, torch.tensor([-1, -1, -1, -1]), 1.0).item() == 0
