"""Words as weak labels: the sampled softmax against the full one."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from models.objectives.softmax import no_negatives
from models.objectives.weak_labels import all_words_loss, word_loss

K, D = 50, 6
RNG = np.random.default_rng(0)
Z, W = RNG.normal(size=(3, D)), RNG.normal(size=(K, D))
SAID = [[4, 7, 9], [0], [7, 30, 31, 32]]
DRAWN = [7, 0, 31]


def padded() -> Tensor:
    """The words of the pictures' texts, ``(3, 4)``."""
    return torch.tensor([[*words, *[-1] * (4 - len(words))] for words in SAID])


def loss(sampled: Tensor, z: np.ndarray = Z) -> Tensor:
    """The loss of each picture against sampled words."""
    z_BD, w_KD = torch.from_numpy(z).float(), torch.from_numpy(W).float()
    own_B = (z_BD * w_KD[DRAWN]).sum(1)
    others_B = torch.tensor([float(K - len(words)) for words in SAID])
    return word_loss(z_BD @ w_KD[sampled].T, own_B, no_negatives(padded(), padded() >= 0, sampled, K), others_B)


def full(row: int) -> float:
    """Cross-entropy of the drawn word under a softmax over it and every word that the text does not say; in float64, one by one."""
    scores = {word: float(Z[row] @ W[word]) for word in range(K) if word not in SAID[row] or word == DRAWN[row]}
    return float(np.log(sum(np.exp(score) for score in scores.values())) - scores[DRAWN[row]])


def test_with_every_word_sampled_it_is_the_full_softmax() -> None:
    """To the precision of float32."""
    assert loss(torch.arange(K)).tolist() == pytest.approx([full(row) for row in range(3)], abs=1e-5)


def test_sampled_words_stand_for_all() -> None:
    """On the average over draws, the sampled partition is the full one: fewer negatives are noisier, not smaller."""
    generator = torch.Generator().manual_seed(0)
    draws = torch.stack([loss(torch.randperm(K, generator=generator)[:20]) for _ in range(600)]).double()
    own = torch.from_numpy((Z * W[DRAWN]).sum(1))
    partition = (draws + own).exp().mean(0)
    expected = [np.exp(full(row)) * np.exp(float(own[row])) for row in range(3)]
    assert partition.tolist() == pytest.approx(expected, rel=0.1)


def test_the_pictures_other_words_are_no_negatives() -> None:
    """The vectors of a picture's other words get no gradient; those of words not in its text do."""
    w_KD = torch.from_numpy(W).float().requires_grad_()
    z_BD = torch.from_numpy(Z).float()
    sampled = torch.arange(K)
    others_B = torch.tensor([float(K - len(words)) for words in SAID])
    own_B = (z_BD * w_KD[DRAWN]).sum(1)
    word_loss(z_BD @ w_KD.T, own_B, no_negatives(padded(), padded() >= 0, sampled, K), others_B)[0].backward()
    assert w_KD.grad is not None
    touched = {int(row) for row in w_KD.grad.abs().sum(1).nonzero()[:, 0]}
    assert touched == set(range(K)) - {4, 9}


def test_a_better_fit_is_a_smaller_loss() -> None:
    """Moving z towards the drawn word's vector lowers it, away from it raises it."""
    towards, away = (Z + step * W[DRAWN] for step in (0.1, -0.1))
    here = loss(torch.arange(K))
    assert (loss(torch.arange(K), towards) < here).all()
    assert (loss(torch.arange(K), away) > here).all()


def test_golden() -> None:
    """The figures at a fixed seed, so that no change of the loss goes unseen."""
    assert loss(torch.arange(0, K, 2)).tolist() == pytest.approx([3.19103, 8.05260, 10.17885], abs=1e-5)


def test_a_text_that_says_every_sampled_word_has_no_loss() -> None:
    """Without negatives the loss is 0."""
    assert loss(torch.tensor([4, 9]))[0].item() == pytest.approx(0, abs=1e-6)


def test_what_is_said_is_found_among_the_sampled() -> None:
    """In the order of the sample; padding counts as no word."""
    found = no_negatives(padded(), padded() >= 0, torch.tensor([31, 0, 7, K - 1]), K)
    assert found.tolist() == [[False, False, True, False], [False, True, False, False], [True, False, True, False]]


def test_all_words_of_a_title_share_one_softmax() -> None:
    """Weighted cross-entropy; a title without known words counts 0."""
    logits = torch.tensor([[2.0, 0.0, -1.0], [0.0, 0.0, 5.0]])
    said = torch.tensor([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    log_p = logits.log_softmax(1)
    assert all_words_loss(logits, said).item() == pytest.approx(-(log_p[0, 0] + log_p[0, 1]).item() / 2 / 2)
