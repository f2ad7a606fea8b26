"""Files that people write for a command, with mistakes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import run


@pytest.mark.parametrize(
    ("command", "written", "told"),
    [
        ("rules", [{"id": "a", "do": "bosot", "items": {"ids": ["x"]}}], ["do is one of 'exclude'", "not bosot", "did you mean 'boost'?"]),
        ("rules", {"rule": [{"id": "a"}]}, ["unknown field", "did you mean 'rules'?"]),
        ("rules", {"id": "a", "do": "exclude", "items": {"price": {"min": "x"}}}, ["'rules[0].items.price.min'"]),
        (
            "experiments",
            [{"name": "a", "metric": "purchases", "variants": [{"name": "a", "weight": 1}, {"name": "b", "weigth": 1}]}],
            ["variants[1].weigth'", "did you mean 'weight'?", "experiments[0].metric: ", "'purchase'"],
        ),
    ],
)
def test_every_mistake_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, written: Any, told: list[str]) -> None:
    """In one line, by the names that were written."""
    (tmp_path / "said.json").write_text(json.dumps(written))
    assert run([command, "put", str(tmp_path / "said.json"), "--home", str(tmp_path)]) == 2
    err = capsys.readouterr().err
    assert [one in err for one in told] == [True] * len(told), err
    assert len(err.splitlines()) == 1


def test_one_is_taken_and_not_told_as_several(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of rules; it need not be a list."""
    (tmp_path / "said.json").write_text(json.dumps({"id": "a", "do": "exclude", "items": {"ids": ["x"]}}))
    assert run(["rules", "put", str(tmp_path / "said.json"), "--home", str(tmp_path)]) == 0
    assert "1 rule, of which 1 holds now" in capsys.readouterr().err
