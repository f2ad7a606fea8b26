"""Evaluation end to end, on the shop of three styles."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from rich.console import Console

from models.bundle import Bundle
from models.datasets.schema import Dataset
from models.errors import BundleError, FeaturesError, InputError
from models.evaluation.evaluate import evaluate, evaluate_dataset, features_for
from models.evaluation.metrics import ece
from models.evaluation.table import render_table

BASELINES = {"pair_regression", "pair_boosting", "random", "popularity", "co_purchase", "pair_pmi", "raw_cosine", "category"}


@pytest.fixture(scope="module")
def written(shop: Path, bundle_path: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """One evaluation with everything it can write."""
    out = tmp_path_factory.mktemp("out")
    return evaluate(shop, bundle_path, predictions=out / "made" / "predictions.jsonl", report=out / "report"), out


def test_the_result_is_the_contracts(written: tuple[dict[str, Any], Path], bundle: Bundle) -> None:
    """Every file of questions is reported under its own name, as JSON without NaN."""
    result, _ = written
    assert set(result) == {"dataset", "bundle", "split", "tasks", "seconds"}
    assert (result["dataset"], result["bundle"], result["split"]) == ("shop", bundle.id, "test")
    assert set(result["tasks"]) == {"fitb", "fitb_first", "compatibility", "retrieval"}
    metric = {"fitb": "fitb_accuracy", "fitb_first": "fitb_accuracy", "compatibility": "auc", "retrieval": "recall_at_10"}
    for name, figures in result["tasks"].items():
        assert set(figures["baselines"]) == set(figures["baselines_ci95"]) == BASELINES
        assert figures["ci95"][0] <= figures[metric[name]] <= figures["ci95"][1]
    json.dumps(result, allow_nan=False)


def test_a_model_that_knows_the_style_is_right(written: tuple[dict[str, Any], Path]) -> None:
    """The cosine of the style's vectors answers all but by construction; popularity does not."""
    tasks = written[0]["tasks"]
    assert tasks["fitb"]["fitb_accuracy"] == 1.0
    assert tasks["fitb"]["baselines"]["raw_cosine"] == 1.0
    assert tasks["fitb"]["baselines"]["popularity"] < 0.8
    assert tasks["compatibility"]["auc"] == 1.0
    assert 0 < tasks["compatibility"]["ece"] < 0.2
    assert [name for name, one in tasks["compatibility"]["ci95_by_metric"].items() if one is None] == ["ece"]
    assert tasks["retrieval"]["recall_at_50"] == 1.0
    assert tasks["retrieval"]["ranked_by"] == "queries"


def test_too_few_questions_are_told(written: tuple[dict[str, Any], Path], shop: Path, bundle_path: Path) -> None:
    """By the warning, for each task that has fewer than 100, and for no other."""
    said: list[str] = []
    evaluate(shop, bundle_path, warn=said.append)
    few = [f"{name} has {figures['n']} questions" for name, figures in written[0]["tasks"].items() if figures["n"] < 100]
    assert few
    line = said[-1]
    assert [one in line for one in few] == [True] * len(few)
    assert line.count("questions (interval ±") == len(few)


def test_predictions_say_every_answer(written: tuple[dict[str, Any], Path]) -> None:
    """One line per question, from which the metrics can be computed again."""
    result, out = written
    lines = [json.loads(line) for line in (out / "made" / "predictions.jsonl").read_text().splitlines()]
    assert len(lines) == sum(figures["n"] for figures in result["tasks"].values())
    fitb = [line for line in lines if line["task"] == "fitb"]
    assert all(set(line) == {"task", "id", "scores", "correct"} and len(line["scores"]) == 3 for line in fitb)
    assert sum(line["correct"] for line in fitb) / len(fitb) == result["tasks"]["fitb"]["fitb_accuracy"]
    ranks = [line["rank"] for line in lines if line["task"] == "retrieval"]
    assert sum(rank <= 10 for rank in ranks) / len(ranks) == result["tasks"]["retrieval"]["recall_at_10"]
    assert {tuple(sorted(line)) for line in lines if line["task"] == "compatibility"} == {("id", "probability", "score", "scores", "task")}
    worn = [line["id"].startswith("y") for line in lines if line["task"] == "compatibility"]
    likely = np.array([line["probability"] for line in lines if line["task"] == "compatibility"])
    assert ece(likely, np.array(worn)).value == pytest.approx(result["tasks"]["compatibility"]["ece"])
    for line in lines:
        if line["task"] == "retrieval" and not line["tied"]:
            assert line["best"][line["rank"] - 1]["id"].startswith("shoes")
            assert [one["score"] for one in line["best"]] == sorted((one["score"] for one in line["best"]), reverse=True)


def test_the_report_stands_alone(written: tuple[dict[str, Any], Path]) -> None:
    """The page names nothing outside its directory, and what it names is there; an item without a picture is words."""
    directory = written[1] / "report"
    page = (directory / "index.html").read_text()
    assert "http" not in page.replace("http-equiv", "")
    named = {part.split('"')[0] for part in page.replace("srcset=", "src=").split('src="')[1:]}
    assert named
    assert all((directory / name).is_file() for name in named)
    assert list((directory / "pictures").glob("*.jpg"))
    assert '<div class="words"><strong>' in page


def test_the_report_escapes_what_the_shop_says(dataset: Dataset, bundle: Bundle, tmp_path: Path) -> None:
    """A title is text on the page, whatever it holds."""
    table = dataset.catalogue.table
    titles = pa.array(["<script>alert(1)</script>"] * len(table))
    catalogue = dataclasses.replace(dataset.catalogue, table=table.set_column(table.column_names.index("title"), "title", titles))
    evil = dataclasses.replace(dataset, catalogue=catalogue)
    evaluate_dataset(evil, bundle, features_for(bundle, catalogue), report=tmp_path / "report")
    page = (tmp_path / "report" / "index.html").read_text()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_share_of_the_oracle(dataset: Dataset, bundle: Bundle) -> None:
    """The share is (model - chance) / (oracle - chance), for the metrics that the oracle knows; else there is none."""
    wise = dataclasses.replace(dataset, oracle={"retrieval": {"mrr": 0.5}, "fitb": {"fitb_accuracy": 1 / 3}})
    tasks = evaluate_dataset(wise, bundle, features_for(bundle, dataset.catalogue))["tasks"]
    found = tasks["retrieval"]
    expected = (found["mrr"] - found["chance"]["mrr"]) / (0.5 - found["chance"]["mrr"])
    assert found["share_of_oracle"] == {"mrr": pytest.approx(expected)}
    assert tasks["fitb"]["share_of_oracle"] == {"fitb_accuracy": None}
    assert "oracle" not in tasks["compatibility"]


def test_a_collapsed_bundle_answers_nothing(dataset: Dataset, bundle: Bundle, tmp_path: Path) -> None:
    """A model that says the same of every item gets no FITB question right, finds nothing early, and has an AUC of one half."""
    same = features_for(bundle, dataset.catalogue) * 0 + 1
    tasks = evaluate_dataset(dataset, bundle, same, report=tmp_path / "report")["tasks"]
    assert tasks["fitb"]["fitb_accuracy"] == tasks["fitb"]["baselines"]["raw_cosine"] == 0.0
    by_chance = tasks["fitb"]["ties_by_chance"]["fitb_accuracy"], tasks["fitb"]["baselines_ties_by_chance"]["raw_cosine"]
    assert by_chance == pytest.approx((tasks["fitb"]["chance"]["fitb_accuracy"],) * 2)
    assert tasks["retrieval"]["ties_by_chance"] == pytest.approx(tasks["retrieval"]["chance"])
    assert tasks["retrieval"]["recall_at_10"] == 0.0
    assert tasks["compatibility"]["auc"] == pytest.approx(0.5)


def test_one_rule_of_ties_for_model_and_baselines(dataset: Dataset, bundle: Bundle) -> None:
    """A bundle that is the cosine of its features has the figures of raw cosine, strictly and with ties broken by chance."""
    two_styles_alike = features_for(bundle, dataset.catalogue).round() @ np.diag([1.0, 1.0, 0.0])
    two_styles_alike[:, 1] = 1 - two_styles_alike[:, 0]
    result = evaluate_dataset(dataset, bundle, two_styles_alike.astype(np.float32))
    figures = result["tasks"]["fitb"]
    assert figures["baselines"]["raw_cosine"] == figures["fitb_accuracy"] < figures["ties_by_chance"]["fitb_accuracy"]
    assert figures["baselines_ties_by_chance"]["raw_cosine"] == figures["ties_by_chance"]["fitb_accuracy"]
    console = Console(width=220, record=True, file=None, quiet=False)
    with console.capture() as capture:
        console.print(render_table(result))
    told = next(line for line in capture.get().splitlines() if "ties by chance" in line)
    assert told.count(f"{figures['ties_by_chance']['fitb_accuracy']:.3f}") >= 2


def test_probabilities_that_nobody_is_given_are_not_judged(dataset: Dataset, bundle: Bundle, tmp_path: Path) -> None:
    """Of a bundle that learned from too few outfits: neither in the table nor on the page; predictions have none."""
    few = Bundle(dataclasses.replace(bundle.manifest, outfits=60), bundle.model)
    out = {"predictions": tmp_path / "p.jsonl", "report": tmp_path / "report"}
    result = evaluate_dataset(dataset, few, features_for(bundle, dataset.catalogue), **out)
    assert result["tasks"]["compatibility"]["calibrated"] is False
    console = Console(width=220, record=True, file=None, quiet=False)
    with console.capture() as capture:
        console.print(render_table(result))
    assert "ece" not in capture.get()
    assert "calibration" not in (tmp_path / "report" / "index.html").read_text()
    lines = [json.loads(line) for line in (tmp_path / "p.jsonl").read_text().splitlines()]
    assert {line["probability"] for line in lines if line["task"] == "compatibility"} == {None}


def test_the_same_twice(dataset: Dataset, bundle: Bundle) -> None:
    """Baselines and intervals are seeded: only the time differs."""
    features = features_for(bundle, dataset.catalogue)
    assert evaluate_dataset(dataset, bundle, features)["tasks"] == evaluate_dataset(dataset, bundle, features)["tasks"]


def test_one_label_only_is_null(dataset: Dataset, bundle: Bundle, tmp_path: Path) -> None:
    """Without both labels AUC is null rather than NaN, and the report is written all the same."""
    worn = tuple(question for question in dataset.tasks["compatibility"] if getattr(question, "label", 0) == 1)
    one_label = dataclasses.replace(dataset, tasks={"compatibility": worn})
    result = evaluate_dataset(one_label, bundle, features_for(bundle, dataset.catalogue), report=tmp_path / "report")
    assert (result["tasks"]["compatibility"]["auc"], result["tasks"]["compatibility"]["ci95"]) == (None, None)
    json.dumps(result, allow_nan=False)


def test_no_questions_is_said(dataset: Dataset, bundle: Bundle) -> None:
    """A split without questions is bad input, named."""
    with pytest.raises(InputError, match="no questions of split 'valid'"):
        evaluate_dataset(dataset, bundle, features_for(bundle, dataset.catalogue), split="valid")


def test_features_of_another_size_are_refused(dataset: Dataset, bundle: Bundle) -> None:
    """The bundle says which size it needs."""
    with pytest.raises(BundleError, match=r"gives \(N, 3\)"):
        evaluate_dataset(dataset, bundle, features_for(bundle, dataset.catalogue)[:, :2])


def test_features_of_its_own_are_not_taken_for_an_encoders(dataset: Dataset, bundle: Bundle) -> None:
    """Even where they have the same size."""
    shipped = dataclasses.replace(bundle.manifest.encoder, spec="shipped", fingerprint="c0ffee")
    seeing = Bundle(dataclasses.replace(bundle.manifest, encoder=shipped), bundle.model)
    with pytest.raises(FeaturesError, match=r"of shipped \(c0ffee\), .* has those of the shop itself \(features:3\); leave the column"):
        features_for(seeing, dataset.catalogue)


def test_a_catalogue_without_its_own_features_is_refused(dataset: Dataset, bundle: Bundle) -> None:
    """A bundle trained on the shop's own features needs the column."""
    table = dataset.catalogue.table
    empty = table.set_column(table.column_names.index("features"), "features", pa.nulls(len(table), pa.list_(pa.float32())))
    with pytest.raises(InputError, match="field 'features'"):
        features_for(bundle, dataclasses.replace(dataset.catalogue, table=empty))


def test_the_table_tells_it_all(written: tuple[dict[str, Any], Path]) -> None:
    """The terminal's table names each task once, with the model, its interval and the baselines."""
    console = Console(width=220, record=True, file=None, quiet=False)
    with console.capture() as capture:
        console.print(render_table(written[0]))
    text = capture.get()
    assert text.count("fitb_first") == 1
    assert "co purchase" in text
    assert "0.886 - 1.000" in text
    assert text.count("ece_floor") == sum("ece_floor" in figures for figures in written[0]["tasks"].values()) > 0
