"""The reproduction of the systems' claims: what is measured once, what figures are made of it, and what the page says."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.systems import reproduce as command
from benchmarks.systems.measure import averaged, made_of, place_of
from benchmarks.systems.page import write_page
from benchmarks.systems.peers import pair_features
from benchmarks.systems.results import Figure, Results
from benchmarks.systems.runs import CLAIMS, ORDER, SYSTEMS, WARDROBES, Claim, Expectation, Run
from models.bundle import Bundle, Manifest
from models.compatibility.build import build_model
from models.encoders.features import Block, FeatureSpec
from models.evaluation.pair_learned import PairOdds, one_drawn
from models.recipes.registry import RECIPES
from models.training.settings import configure
from models.wardrobe.generate import generate

RUN = Run(name="one", recipe="attire", size="tiny", settings={"epochs": "1"}, seeds=2)
LINE = {"training_s": 1.0, "all_s": 2.0, "cpu_s": 2.0, "metrics": {}, "ceilings": {"fitb": [0.25, 0.75]}}


def results_of(directory: Path, *ranks: list[int], run: Run = RUN) -> Results:
    """Results with one line per seed, of a few FITB questions."""
    results = Results(directory)
    for seed, one in enumerate(ranks):
        results.add(run, seed, LINE, {"fitb": np.array(one)})
    return results


def test_every_setting_is_one_of_its_recipe() -> None:
    """No run fails after an hour for a misspelled setting."""
    for run in {run.name: run for claim in CLAIMS for run in claim.runs if run.recipe in RECIPES}.values():
        configure(RECIPES[run.recipe].default, run.settings)


def test_claims_name_their_own_runs() -> None:
    """What is expected, compared to and averaged is among the runs, and every claim is measured."""
    assert sorted(claim.title for claim in ORDER) == sorted(claim.title for claim in CLAIMS)
    for claim in CLAIMS:
        names = {run.name for run in claim.runs}
        assert {name for one in claim.expected for name in (one.run, one.than)} <= names
        assert not claim.reference or claim.reference in names
        assert {run.of for run in claim.runs if run.of} <= names


def test_one_name_is_one_run() -> None:
    """Tables may share a run, but never a name for two."""
    runs = [run for claim in CLAIMS for run in claim.runs]
    assert all(one == other for one in runs for other in runs if (one.size, one.name) == (other.size, other.name))


def test_what_was_measured_is_not_measured_again(tmp_path: Path) -> None:
    """A killed reproduction goes on where it was: the results are read from disk."""
    results_of(tmp_path, [1, 2])
    assert Results(tmp_path).done(RUN, 0)
    assert not Results(tmp_path).done(RUN, 1)


def test_another_setting_is_another_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures of an older setting, or of another wardrobe, are never shown for a newer one."""
    results = results_of(tmp_path, [1, 2])
    assert not results.done(replace(RUN, settings={"epochs": "2"}), 0)
    monkeypatch.setitem(WARDROBES, "tiny", {**WARDROBES["tiny"], "outfits": 500})  # type: ignore[misc]
    assert not Results(tmp_path).done(RUN, 0)


def test_more_seeds_keep_the_earlier_ones(tmp_path: Path) -> None:
    """Asking for one seed more does not discard what is there."""
    assert results_of(tmp_path, [1, 2]).done(replace(RUN, seeds=5), 0)


def test_intervals_span_seeds_and_questions(tmp_path: Path) -> None:
    """Two seeds that disagree on everything leave everything open, although each is sure of its questions."""
    figure = results_of(tmp_path, [1] * 50, [2] * 50).figure(RUN, "fitb")
    assert figure == Figure(0.5, 0.0, 1.0)


def test_a_difference_is_told_on_the_same_questions(tmp_path: Path) -> None:
    """Two runs that answer every question alike differ by nothing, however hard the questions."""
    results = results_of(tmp_path, [1, 2, 1, 2, 3])
    other = replace(RUN, name="other")
    results.add(other, 0, LINE, {"fitb": np.array([1, 2, 1, 2, 3])})
    assert results.difference(RUN, other, "fitb") == Figure(0.0, 0.0, 0.0)


def test_what_was_not_measured_has_no_figure(tmp_path: Path) -> None:
    """A measure that a run was not asked is left blank, not zero."""
    results = results_of(tmp_path, [1, 2])
    assert results.figure(RUN, "retrieval") is None
    assert results.difference(RUN, replace(RUN, name="other"), "fitb") is None


def test_the_page_tells_verdicts_either_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A comparison that went against the claim is written down as such, and so is what was not run."""
    other = replace(RUN, name="other")
    expected = tuple(Expectation(run=one, than=than, measure="fitb") for one, than in (("one", "other"), ("other", "one")))
    claim = Claim(title="a claim", says="so it is", runs=(RUN, other), columns=("fitb",), expected=expected, shares=True)
    monkeypatch.setattr("benchmarks.systems.page.CLAIMS", (claim,))
    results = results_of(tmp_path, [1] * 30)
    results.add(other, 0, LINE, {"fitb": np.array([2] * 30)})
    write_page(tmp_path / "page.md", tmp_path, machine="a machine")
    page = (tmp_path / "page.md").read_text()
    assert "| one above other | FITB | +1.000 [+1.000, +1.000] | **shown** |" in page
    assert "| other above one | FITB | -1.000 [-1.000, -1.000] | *against* |" in page
    assert "| one | 150 % [150, 150] |" in page
    assert "Not run, or not with every seed: one; other." in page


def test_a_drawn_pair_keeps_its_categories() -> None:
    """Peers learn from negatives as hard as the questions: the same categories, one of the two items worn elsewhere."""
    names_N = np.array(["tops", "shoes"] * 10, dtype=object)
    worn_P2 = np.array([[item, item + 1] for item in range(0, 20, 2)])
    drawn_P2 = one_drawn(worn_P2, names_N, np.random.default_rng(0))
    assert (names_N[drawn_P2] == names_N[worn_P2]).all()
    assert ((drawn_P2 != worn_P2).sum(1) <= 1).all()
    assert (drawn_P2 != worn_P2).any()


def test_peers_read_a_pair_either_way_round() -> None:
    """|a - b| and a∘b do not know which item came first."""
    features_NF = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    one_P, other_P = np.array([0, 1]), np.array([2, 3])
    assert np.array_equal(pair_features(features_NF, one_P, other_P), pair_features(features_NF, other_P, one_P))


def test_peers_score_the_mean_of_the_pairs() -> None:
    """Of a candidate over the context's items, of an outfit over its pairs; padding counts nothing."""
    features_NF = np.arange(5, dtype=np.float32)[:, None]
    peer = PairOdds(partial(pair_features, features_NF), lambda pair_PF: pair_PF[:, 0])  # |a - b|
    context_BI = np.array([[0, 4, -1], [1, -1, -1]])
    assert peer.candidates(context_BI, np.array([[2, 3], [2, 3]])).tolist() == [[2.0, 2.0], [1.0, 2.0]]
    assert peer.candidates(context_BI, np.array([[2, 3]])).tolist() == [[2.0, 2.0], [1.0, 2.0]]
    assert peer.outfits(np.array([[0, 1, 4], [1, 3, -1]])).tolist() == pytest.approx([8 / 3, 2.0])


def test_averaged_bundles_hold_all_members() -> None:
    """The average of two trainings answers the mean of their answers."""

    def bundle(seed: int) -> Bundle:
        config = {"members": 1, "model": "set_transformer", "config": {"blocks": [3], "categories": 2, "words": 0, "residuals": 0}}
        model = build_model("average", config)
        with np.errstate(all="ignore"):
            for parameter in model.parameters():
                parameter.data = parameter.data + 0.01 * seed
        manifest = Manifest(
            recipe="attire",
            config={},
            model="average",
            model_config=config,
            encoder=FeatureSpec("own", "", (Block("own", 3),)),
            categories=("shoes", "tops"),
            embedding_size=model.embedding_size,
        )
        return Bundle(manifest, model)

    both, features_NF = [bundle(1), bundle(5)], np.eye(3, dtype=np.float32)
    names = ["tops", "shoes", "tops"]
    whole = averaged(both, {})

    def score(one: Bundle) -> float:
        embedded_ND = one.embed(features_NF, names, [""] * 3)
        return float(one.score(one.outfits([embedded_ND], [names]))[0])

    assert score(whole) == pytest.approx((score(both[0]) + score(both[1])) / 2, rel=1e-5)


def test_a_small_reproduction_from_nothing_to_its_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are measured in processes of their own, what is made of them after them, and the page shows all of it."""
    data = tmp_path / "shop"
    generate(data, items=120, outfits=80, shoppers=5, seed=3)
    one = Run(name="attire", recipe="attire", size="small", settings={"epochs": "1", "members": "1", "masks": "0"}, seeds=2)
    average = Run(name="average", recipe="average", of="attire", members=2, seeds=1, size="small", settings={"rerank": "0.5"})
    peer = Run(name="peer", recipe="logistic regression", size="small", seeds=1)
    teacher = Run(name="teacher", recipe="personal", size="small", settings={"epochs": "1"}, seeds=1)
    student = Run(name="student", recipe="personal", of="teacher", size="small", settings={"epochs": "1", "way": "student"}, seeds=1)
    claim = Claim(title="small", says="", runs=(one, average, peer, student, teacher), columns=("fitb",))
    command.reproduce([claim], tmp_path / "work", data, jobs=1, seeds=2)
    monkeypatch.setattr("benchmarks.systems.page.CLAIMS", (claim,))
    write_page(tmp_path / "page.md", tmp_path / "work", machine="a machine", data=data)
    page = (tmp_path / "page.md").read_text()
    assert all(f"\n| {run.name} | {run.seeds} |" in page for run in claim.runs)
    told = Bundle.load(tmp_path / "work" / "small" / "student 0").manifest.config["teacher"]
    assert told == str(tmp_path / "work" / "small" / "teacher 0")


def test_a_student_is_taught_by_the_teacher_of_its_seed() -> None:
    """An average is of its first seeds, whatever its own."""
    student = Run(name="student", recipe="personal", of="teacher", size="small")
    average = Run(name="average", recipe="average", of="teacher", members=2, size="small")
    assert made_of(student, 1, Path("work")) == [Path("work/small/teacher 1")]
    assert made_of(average, 1, Path("work")) == [Path("work/small/teacher 0"), Path("work/small/teacher 1")]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_run_begins_when_what_it_is_made_of_is_done(
    jobs: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the order of the list otherwise, no more at a time than asked for; what would be made of a failed one is left out and told of."""
    good, bad = (Run(name=name, recipe="personal", size="small") for name in ("good", "bad"))
    alone = Run(name="alone", recipe="personal", size="tiny")
    average = Run(name="average", recipe="average", of="good", members=2, size="small")
    student = Run(name="student", recipe="personal", of="bad", size="small")
    missing = [(average, 0), (student, 0), (bad, 0), (alone, 0), (good, 0), (good, 1)]
    begun, running = list[str](), list[str]()

    def measured(run: Run, seed: int, data: Path, work: Path, cache: Path) -> tuple[dict[str, float], dict[str, Any]]:
        begun.append(run.name)
        running.append(run.name)
        assert len(running) <= jobs
        assert (data, cache) == (tmp_path / run.size, work / "features")
        assert all(path.exists() for path in made_of(run, seed, work))
        place_of(run, seed, work).mkdir(parents=True)
        time.sleep(0.01)
        running.remove(run.name)
        if run is bad:
            raise RuntimeError
        return {"all_s": 0.0}, {}

    monkeypatch.setattr(command, "measure", measured)
    monkeypatch.setattr(command, "data_of", lambda size, _, work: work / size)
    with ThreadPoolExecutor(jobs) as pool:
        done = [(run.name, seed) for run, seed, _, _ in command._measured(missing, None, tmp_path, pool, jobs)]
    assert sorted(done) == [("alone", 0), ("average", 0), ("good", 0), ("good", 1)]
    if jobs == 1:
        assert begun == ["bad", "alone", "good", "good", "average"]
    told = capsys.readouterr().out
    assert "small · bad · seed 0 failed" in told
    assert "small · student · seed 0: left out, for want of bad" in told


def test_what_the_data_do_not_allow_is_left_out(tmp_path: Path) -> None:
    """A dataset without shoppers has no figures of `personal`, and is not asked again."""
    data = tmp_path / "shop"
    generate(data, items=120, outfits=80, shoppers=5, seed=3)
    outfits = data / "outfits.jsonl"
    outfits.write_text(outfits.read_text().replace('"user"', '"someone"'))
    run = Run(name="personal", recipe="personal", size="small", seeds=1)
    command.reproduce([Claim(title="", says="", runs=(run,), columns=("fitb",))], tmp_path / "work", data, jobs=1, seeds=1)
    results = Results(tmp_path / "work")
    assert "shopper" in (results.done(run, 0) or {})["skipped"]
    assert not results.lines(run)


def test_the_wardrobes_are_not_the_ones_that_settings_were_chosen_on() -> None:
    """Seed 0, the default, was looked at; the reproduction's are others, and each its own."""
    seeds = [one["seed"] for one in WARDROBES.values()]
    assert 0 not in seeds
    assert len(set(seeds)) == len(seeds)
    assert SYSTEMS.shares
