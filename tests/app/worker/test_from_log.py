"""What a bundle would have earned: told by a shop's own explored answers, refused where there are none, and heard by the gate."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from app.ground.settings import Settings
from app.ground.windows import Windows
from app.home.runs import FINAL, FromLog, LearningRun, read_run, write_run
from app.log.base import Entry, Event
from app.worker.archive import SCHEMA, Archive, read_archive
from app.worker.asked import told_by_log
from app.worker.gate import worse_in_log
from app.worker.logged import logged
from app.worker.page import write_page
from models.errors import InputError
from models.offpolicy.estimates import Estimate, Estimated
from models.precision import CPU


@pytest.mark.training
def test_a_bundle_is_judged_by_what_explored_answers_earned(shop: Any, log_of: Callable[..., pl.LazyFrame], tmp_path: Path) -> None:
    """The bundle that serves would have earned what it did; the figures are of all that was logged."""
    settings, store = Settings(home=shop.store.home), shop.store
    events = log_of(shop, tmp_path / "events", 1_500, 0.1)
    found = told_by_log(settings, events, store.bundle_path(store.served().bundle), "purchase", CPU)
    assert found.current == found.candidate
    assert found.current is not None
    one = found.current
    assert (one.answers, one.refused) == (1_500, None)
    assert one.effective >= 400
    row_of = {item: row for row, item in enumerate(shop.hue)}
    lists = logged(events, Windows(), row_of, "purchase").lists
    best = (lists.shown_UK < 10) & (lists.shown_UK == np.arange(10))
    earned = (lists.reward_UK * best / np.where(np.arange(10) < 1, 1.0, lists.chance_UM[:, 1:2])).sum(1).mean()
    assert one.dr.low < earned < one.dr.high


def test_a_log_without_exploration_is_refused(shop: Any, log_of: Callable[..., pl.LazyFrame], tmp_path: Path) -> None:
    """What was never tried cannot be told; the message says what to set."""
    events = log_of(shop, tmp_path / "events", 3, 0.0)
    with pytest.raises(InputError, match="ATTIRE_EXPLORATION__SHARE"):
        logged(events, Windows(), {item: row for row, item in enumerate(shop.hue)}, "purchase")


def test_returned_purchases_earn_nothing(said: Callable[..., Event], tmp_path: Path) -> None:
    """Nor does what another answer earned; items that are gone stay as what they were shown."""
    slot = {"category": "shoes", "items": ["a", "c"], "candidates": ["a", "b", "c"], "scores": [3, 2, 1], "chances": [1, 0.9, 0.1]}
    slot |= {"open": 1, "explored": [1]}
    shown = {"type": "impression", "recommendation_id": "r", "session": "s", "items": ["w"], "slots": [slot], "exploration": 0.1}
    bought = [said(f"p{item}", type="purchase", item=item, session="s", recommendation_id="r") for item in "ac"]
    events = [said("impression:r", **shown), *bought, said("back", type="return", item="a", session="s")]
    Archive(tmp_path).write([Entry(str(number), event) for number, event in enumerate(events)])
    frame = pl.from_arrow(read_archive(tmp_path, SCHEMA.names))
    assert isinstance(frame, pl.DataFrame)
    found = logged(frame.lazy(), Windows(), {"w": 0, "a": 1, "c": 2}, "purchase")
    assert found.lists.reward_UK.tolist() == [[0.0, 1.0]]
    assert found.lists.shown_UK.tolist() == [[0, 2]]
    assert found.rows_UM.tolist() == [[1, -1, 2]]


def test_the_gate_rejects_only_what_would_surely_have_earned_less(tmp_path: Path) -> None:
    """Intervals apart, and both believed; the page tells the figures either way, and a run is read as it was written."""
    figures = Estimated(
        ips=Estimate(2, 1.9, 2.1), snips=Estimate(2, 1.9, 2.1), dr=Estimate(2, 1.9, 2.1), answers=900, effective=800, reachable=1.0
    )
    worse = replace(figures, dr=Estimate(1, 0.9, 1.1))
    assert worse_in_log(FromLog(reward="purchase", current=figures, candidate=figures)) == []
    assert worse_in_log(FromLog(reward="purchase", current=worse, candidate=figures)) == []
    assert worse_in_log(FromLog(reward="purchase", current=figures, candidate=replace(worse, refused="too few"))) == []
    assert worse_in_log(FromLog(reward="purchase", refused="none")) == worse_in_log(None) == []
    both = FromLog(reward="purchase", current=figures, candidate=worse)
    [why] = worse_in_log(both)
    assert "1.0000 (0.9000 to 1.1000) after 2.0000" in why
    run = LearningRun(id="0001", started="", rows=1, decision="rejected", from_log=both)
    write_run(tmp_path / FINAL, run)
    assert read_run(tmp_path / FINAL) == run
    write_page(tmp_path / "index.html", run)
    assert "1.0000 <small>0.9000 to 1.1000</small>" in (tmp_path / "index.html").read_text()
    write_page(tmp_path / "index.html", replace(run, from_log=FromLog(reward="purchase", refused="no answer was explored")))
    assert "no answer was explored" in (tmp_path / "index.html").read_text()
    assert json.loads((tmp_path / FINAL).read_text())["from_log"]["reward"] == "purchase"
