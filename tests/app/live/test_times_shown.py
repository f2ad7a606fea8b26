"""What is cold."""

from __future__ import annotations

from app.live.times_shown import TimesShown


def test_an_item_is_cold_until_it_was_shown_often_enough() -> None:
    """Each time counts; where none is asked for, none is cold."""
    times = TimesShown(2)
    assert times.cold("a")
    times.note(["a", "b"])
    times.note(["a"])
    assert (times.cold("a"), times.cold("b"), times.cold("c")) == (False, True, True)
    never = TimesShown(0)
    never.note(["a"])
    assert not never.cold("a")
    assert not never.cold("b")
