"""What a judge of outfits hears beside means."""

from __future__ import annotations

import torch

from models.compatibility.bends import Bends


def bends() -> Bends:
    """Of two kinds of evidence, within -1 to 1 and -2 to 2."""
    made = Bends(2)
    made.range_2E.copy_(torch.tensor([[-1.0, -2.0], [1.0, 2.0]]))
    return made


def test_the_worst_and_the_best_item_and_the_size_are_told() -> None:
    """Of the items that are there."""
    fit_BI = torch.tensor([[0.5, -3.0, 9.0], [1.0, 2.0, 4.0]])
    present_BI = torch.tensor([[True, True, False], [True, True, True]])
    told = bends().beside(torch.zeros(2, 2), fit_BI, present_BI)
    torch.testing.assert_close(told[:, 2:4], torch.tensor([[-3.0, 0.5], [1.0, 4.0]]))
    torch.testing.assert_close(told[:, 4].exp(), torch.tensor([1.0, 1.5]))


def test_usual_categories_are_no_reason() -> None:
    """Between usual and very usual ones there is nothing; the more unusual, the more it counts against an outfit."""
    usual, very, odd, odder = bends()(torch.tensor([[0.0, mean, 0.0, 0.0, 0.0] for mean in (2.0, 4.0, -2.0, -4.0)]))[:, 5].tolist()
    assert abs(usual - very) < 0.01
    assert odd - usual > 2
    assert odder - odd > 3


def test_what_lies_beyond_what_was_seen_bends_no_further() -> None:
    """A square would else outgrow everything."""
    inside, edge, beyond = bends()(torch.tensor([[mean, 0.0, 0.0, 0.0, 0.0] for mean in (0.5, 1.0, 7.0)]))[:, 6].tolist()
    assert (inside, edge, beyond) == (0.25, 1.0, 1.0)


def test_evidence_turns_with_the_size() -> None:
    """As much as the logarithm of the number of pairs; all that is heard is counted."""
    heard = bends()(torch.tensor([[0.5, -1.0, 0.0, 0.0, 2.0]]))
    assert heard.shape == (1, bends().heard)
    assert heard[0, -2:].tolist() == [1.0, -2.0]
