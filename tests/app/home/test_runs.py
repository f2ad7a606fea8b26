"""The runs of a home, on disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.home.runs import CANDIDATE, FINAL, Compared, Dropped, LearningRun, Runs, Shadowed, read_run, write_run


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


def test_old_runs_go_but_those_that_tell_what_a_bundle_learned_from(tmp_path: Path) -> None:
    """Also where shoppers were folded into it since; candidates go sooner, and what never finished stays."""
    runs, made = Runs(tmp_path), [("b1", None), ("b2", None), ("b3", "b4"), ("b5", None), ("b6", None), ("b7", None)]
    for number, (candidate, folded) in enumerate(made, 1):
        path = runs.begin()
        (path / CANDIDATE).mkdir()
        said = {"candidate": {"bundle": candidate}, "current": {"bundle": "b1"}, "folded_bundle": folded}
        write_run(path / FINAL, LearningRun(id=path.name, started="", rows=number, decision="rejected", **said))
    runs.begin()
    (tmp_path / "bundles" / "b4").mkdir(parents=True)
    gone = [path.relative_to(runs.root / "runs").as_posix() for path in runs.leftovers(3, 2)]
    assert gone == ["0005/candidate", "0004", "0003/candidate", "0002", "0001/candidate"]


@pytest.mark.parametrize(
    "text", ["", "3", "[]", "{}", '{"id": "0001"}', '{"id": "1", "started": "", "rows": "many", "decision": "failed"}']
)
def test_what_is_no_run_is_none(tmp_path: Path, text: str) -> None:
    """A broken file does not break the others."""
    (tmp_path / "run.json").write_text(text)
    assert read_run(tmp_path / "run.json") is None
    assert read_run(tmp_path / "missing.json") is None
