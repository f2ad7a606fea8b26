"""Words as weak labels of pictures: a softmax over one word of a picture's text and sampled words that are not in it.

Source: Corbière, Ben-Younes, Ramé, Ollion, ICCV Workshops 2017, section 3.2. There a sampled word counts once. Here the sampled words
are weighted up to stand for all that could have been drawn (Jean et al., ACL 2015, for uniform draws), so fewer negatives make the loss
noisier but not smaller [R: our reconstruction].

Shape legend: B pictures · K words · S sampled words.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def word_loss(logits_BS: Tensor, own_B: Tensor, said_BS: Tensor, others_B: Tensor) -> Tensor:
    """Cross-entropy of one word of each picture against the sampled words that are not in its text, ``(B,)``.

    Args:
        logits_BS: of the sampled words.
        own_B: logit of the word that was drawn.
        said_BS: True where a sampled word is in the picture's text, so that it is not a negative.
        others_B: how many words of the vocabulary are not in each text; the sampled ones stand for them.
    """
    drawn_B = (~said_BS).sum(1).clamp(min=1)
    stand_for_B = (others_B.clamp(min=1) / drawn_B).log()
    negatives_BS = (logits_BS + stand_for_B[:, None]).masked_fill(said_BS, -torch.inf)
    return torch.logsumexp(torch.cat([own_B[:, None], negatives_BS], dim=1), dim=1) - own_B


def all_words_loss(logits_BK: Tensor, said_BK: Tensor) -> Tensor:
    """Mean cross-entropy of all words of each title, weighted by ``said_BK``, under one softmax; a title without known words counts 0."""
    target_BK = said_BK / said_BK.sum(1, keepdim=True).clamp(min=1e-6)
    return -(target_BK * F.log_softmax(logits_BK, dim=1)).sum(1).mean()
