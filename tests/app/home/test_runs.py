"""The runs of a home, on disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.home.runs import Compared, Dropped, LearningRun, Shadowed, read_run, write_run


def test_a_run_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """With all of its parts, and its file keeps the keys that programs read."""
    figure = Compared(set="recent", metric="auc", n=3, current=0.5, candidate=0.6, low=-0.1, high=0.3, baselines={"popularity": 0.4})
    run = LearningRun(
        id="0001",
        started="2026-01-01T00:00:00+00:00",
        rows=7,
        decision="waiting",
        reasons=("too little",),
        dropped=(Dropped("bots", "too fast", visits=1),),
        metrics=(figure,),
        shadow=Shadowed(requests=2, agreement=0.5, same_first=1.0, current_ms=(1.0, 2.0), candidate_ms=(1.5, 2.5)),
        folded_in=2,
        folded_bundle="b1",
    )
    write_run(tmp_path / "run.json", run)
    body = json.loads((tmp_path / "run.json").read_text())
    assert (body["met"], body["acquainted"], "folded_in" in body) == (2, "b1", False)
    assert read_run(tmp_path / "run.json") == run


@pytest.mark.parametrize(
    "text", ["", "3", "[]", "{}", '{"id": "0001"}', '{"id": "1", "started": "", "rows": "many", "decision": "failed"}']
)
def test_what_is_no_run_is_none(tmp_path: Path, text: str) -> None:
    """A broken file does not break the others."""
    (tmp_path / "run.json").write_text(text)
    assert read_run(tmp_path / "run.json") is None
    assert read_run(tmp_path / "missing.json") is None
