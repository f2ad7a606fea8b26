"""Answers in a file are evaluated as a bundle's are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from app.cli import run
from models.errors import InputError
from models.evaluation.evaluate import evaluate
from models.evaluation.evaluate_scores import evaluate_scores
from models.evaluation.table import render_table

Lines = list[dict[str, Any]]


@pytest.fixture(scope="module")
def own(shop: Path, bundle_path: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The predictions of a bundle, and its figures."""
    path = tmp_path_factory.mktemp("own") / "own.jsonl"
    return path, evaluate(shop, bundle_path, predictions=path)


def changed(own: Path, path: Path, change: Callable[[Lines], Lines]) -> Path:
    """Predictions with something changed."""
    lines = change([json.loads(line) for line in own.read_text().splitlines()])
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_predictions_have_the_figures_of_their_bundle(shop: Path, own: tuple[Path, dict[str, Any]]) -> None:
    """All of them, baselines and intervals among them, but for what only a bundle has."""
    path, expected = own
    found = evaluate_scores(shop, path)
    assert (found["bundle"], found["scores"]) == (None, str(path))
    for name, figures in expected["tasks"].items():
        assert found["tasks"][name] == {key: value for key, value in figures.items() if key not in {"ranked_by", "calibrated"}}


def test_how_far_ahead_it_is_of_another(shop: Path, own: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    """Nothing ahead of itself; ahead of one that is wrong, by the paired interval, which the table tells."""
    path, expected = own
    mistaken = {"scores": [1.0, 0.0, 0.0]}
    wrong = changed(path, tmp_path / "wrong.jsonl", lambda lines: [line | mistaken for line in lines if line["task"] == "fitb"])
    said: list[str] = []
    found = evaluate_scores(shop, path, against=wrong, warn=said.append)
    assert list(found["tasks"]) == ["fitb"]
    assert any(line.startswith(f"retrieval is left out: {wrong} has no line") for line in said)
    right = expected["tasks"]["fitb"]["fitb_accuracy"]
    assert found["tasks"]["fitb"]["against"] == {"fitb_accuracy": {"value": 0.0, "lead": right, "ci95": [right, right]}}
    console = Console(width=220, record=True, file=None, quiet=False)
    with console.capture() as capture:
        console.print(render_table(found))
    assert "ahead of wrong.jsonl" in capture.get()
    assert evaluate_scores(shop, path, against=path)["tasks"]["compatibility"]["against"]["auc"]["ci95"] == [0.0, 0.0]


def test_who_gives_no_probabilities_has_no_calibration_error(shop: Path, own: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    """AUC needs scores alone."""
    path = changed(own[0], tmp_path / "p.jsonl", lambda lines: [{key: line[key] for key in line if key != "probability"} for line in lines])
    figures = evaluate_scores(shop, path)["tasks"]["compatibility"]
    assert figures["auc"] == own[1]["tasks"]["compatibility"]["auc"]
    assert not {"ece", "ece_floor", "ece_by_size"} & set(figures)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda lines: lines[1:], "has no line about 1 of 30 questions of task fitb, such as 'f60'"),
        (lambda lines: [*lines, lines[0]], "'f60' of task fitb is answered twice"),
        (lambda lines: [lines[0] | {"scores": [1.0]}, *lines[1:]], "has 1 for 3 candidates; give one for each"),
        (lambda lines: [line | {"rank": 0} for line in lines], "field 'rank'"),
        (lambda lines: [line | {"score": None} for line in lines], "field 'score': is missing"),
        (lambda lines: [line | {"probability": 1.5} for line in lines], "field 'probability'"),
        (lambda lines: [line | {"task": "other"} for line in lines[:1]], "answers none of fitb"),
    ],
)
def test_what_cannot_be_used_is_refused(
    shop: Path, own: tuple[Path, dict[str, Any]], tmp_path: Path, change: Callable[[Lines], Lines], problem: str
) -> None:
    """By file, line and field."""
    path = changed(own[0], tmp_path / "p.jsonl", change)
    with pytest.raises(InputError) as refused:
        evaluate_scores(shop, path)
    assert str(path) in str(refused.value)
    assert problem in str(refused.value)


def test_the_command_takes_a_bundle_or_scores(shop: Path, own: tuple[Path, dict[str, Any]], capsys: pytest.CaptureFixture[str]) -> None:
    """Not both, and what is written of a bundle only of one."""
    path = str(own[0])
    assert run(["evaluate", str(shop), "--scores", path, "--against", path]) == 0
    assert "ahead of own.jsonl" in capsys.readouterr().out
    for words in (["--scores", path, "--report", "r"], ["--scores", path, "--bundle", "b"], [], ["--against", path], ["--scores", "none"]):
        assert run(["evaluate", str(shop), *words]) == 2
