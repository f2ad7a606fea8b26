"""From events to visits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.log.base import Entry, Event
from app.worker.archive import Archive, read_archive
from app.worker.sessions import COLUMNS, Visit, visits_of

Said = Callable[..., Event]
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def visits(tmp_path: Path, events: Sequence[Event], *, gap_s: float = 1_800, longest_s: float = 14_400) -> list[Visit]:
    """The visits of events, by way of the archive."""
    Archive(tmp_path).write([Entry(str(place), event) for place, event in enumerate(events)])
    return visits_of(read_archive(tmp_path, COLUMNS), gap_s=gap_s, longest_s=longest_s)


@pytest.fixture
def view(said: Said) -> Callable[..., Event]:
    """An event so many minutes later."""

    def event(minute: float, item: str = "a", session: str = "s", **more: object) -> Event:
        return said(f"{session}-{item}-{minute}", type="view", item=item, session=session, at=NOON + timedelta(minutes=minute), **more)

    return event


def test_silence_ends_a_visit(tmp_path: Path, view: Callable[..., Event]) -> None:
    """Half an hour of it; the later part has a name of its own."""
    found = visits(tmp_path, [view(0), view(29), view(60, "b"), view(61, "c")])
    assert [(one.id, [act.item for act in one.acts]) for one in found] == [("s", ["a", "a"]), ("s#2", ["b", "c"])]


def test_a_visit_is_cut_when_it_is_too_long(tmp_path: Path, view: Callable[..., Event]) -> None:
    """A tab that never closes is not one visit."""
    found = visits(tmp_path, [view(20 * number, f"i{number}") for number in range(16)], longest_s=3_600)
    assert {len(one.acts) for one in found} == {4}
    assert [one.truncated for one in found] == [True, True, True, False]


def test_acts_are_in_the_order_of_their_time(tmp_path: Path, view: Callable[..., Event]) -> None:
    """However they arrived; what has no session or item, or is no act, is not among them."""
    others = [Event("1", {"type": "view", "item": "a"}), Event("2", {"type": "impression", "session": "s"}), Event("3", {})]
    [found] = visits(tmp_path, [view(2, "b"), view(1), *others, view(3, "c", user="u")])
    assert [act.item for act in found.acts] == ["a", "b", "c"]
    assert found.user == "u"


def test_a_clock_that_runs_ahead_is_not_believed(tmp_path: Path, view: Callable[..., Event]) -> None:
    """What is dated after its arrival happened when it arrived."""
    early, late = view(0), view(600, "b")
    late = Event(late.id, {**late.data, "received": early.data["received"]})
    assert len(visits(tmp_path, [early, late])) == 1


def test_a_purchase_knows_that_it_came_back(tmp_path: Path, said: Said) -> None:
    """In a visit of its own, weeks later and by another session of the same user."""
    who = {"user": "u", "item": "a"}
    bought = [said(f"p{item}", type="purchase", session="s", at=NOON, **{**who, "item": item}) for item in "ab"]
    back = said("r", type="return", session="t", at=NOON + timedelta(days=20), **who)
    first, second = visits(tmp_path, [*bought, back])
    assert [(act.item, act.returned) for act in first.acts] == [("a", True), ("b", False)]
    assert [(act.kind, act.returned) for act in second.acts] == [("return", False)]
