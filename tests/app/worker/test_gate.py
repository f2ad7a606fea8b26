"""The gate: what is better comes in, what is broken or worse stays out, and why."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.catalogue.publishing import catalogue_of
from app.home.runs import FINAL, Compared, LearningRun, Runs, write_run
from app.log.base import Entry, Event
from app.worker.archive import Archive
from app.worker.compare import Comparison
from app.worker.gate import objections
from app.worker.learn import _Steps
from index.snapshot import Snapshot
from models.bundle import Bundle
from models.datasets.schema import Outfit

Judge = Callable[[Bundle], LearningRun]


def compared(**given: Any) -> Compared:
    """A metric that did not move."""
    return Compared(**{"set": "recent", "metric": "auc", "n": 200, "current": 0.8, "candidate": 0.8, "low": -0.01, "high": 0.01, **given})


def against(metrics: Sequence[Compared] = (), categories: Sequence[Compared] = (), calibration: Sequence[Compared] = ()) -> list[str]:
    """What speaks against it."""
    return objections(Comparison(tuple(metrics), tuple(categories), tuple(calibration)))


def test_better_or_equal_within_the_interval_passes() -> None:
    """A small loss that may be chance is none."""
    assert against([compared(), compared(candidate=0.9, low=0.05, high=0.15), compared(candidate=0.79, low=-0.03, high=0.01)]) == []


@pytest.mark.parametrize(
    "worse",
    [
        {"candidate": 0.78, "low": -0.03, "high": -0.01},
        {"candidate": 0.7, "low": -0.25, "high": 0.05},
        {"candidate": float("nan"), "low": float("nan"), "high": float("nan")},
    ],
)
def test_worse_beyond_chance_or_by_far_or_undefined_does_not(worse: dict[str, float]) -> None:
    """With few questions the interval would allow anything."""
    [why] = against([compared(**worse)])
    assert "AUC on the recent set 0.800" in why


def test_a_category_must_not_collapse() -> None:
    """Below half of what it was, beyond chance, in enough questions."""
    bad = {"metric": "recall_at_10", "about": "shoes", "candidate": 0.3, "low": -0.6, "high": -0.3}
    assert against(categories=[compared(**bad, n=19), compared(**{**bad, "high": 0.01}), compared(**{**bad, "candidate": 0.5})]) == []
    [why] = against(categories=[compared(**bad, n=20)])
    assert "'shoes' collapses" in why


@pytest.mark.parametrize(("candidate", "low", "holds"), [(0.07, 0.05, True), (0.2, -0.01, True), (0.2, 0.05, False), (0.3, -0.1, False)])
def test_calibration_must_hold(candidate: float, low: float, *, holds: bool) -> None:
    """Small, or not above the current release's beyond chance; and never large."""
    assert (against(calibration=[compared(metric="ece", current=0.02, candidate=candidate, low=low, high=0.3)]) == []) is holds


@pytest.fixture(scope="module")
def trained(build_shop: Callable[[Path], Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A shop whose current release has learned from its sessions."""
    shop = build_shop(tmp_path_factory.mktemp("gate"))
    archive(shop, shop.sessions(600))
    run = step(shop)
    assert run.decision == "accepted", run.reasons
    shop.store.activate(run.release)
    write_run(Runs(shop.store.home).directory(run.id) / FINAL, run)
    archive(shop, shop.sessions(300, seed=1))
    return shop


def archive(shop: Any, events: Sequence[Event]) -> None:
    """Archive events without a log."""
    Archive(Runs(shop.store.home).events).write([Entry(str(place), event) for place, event in enumerate(events)])


def step(shop: Any, candidate: Path | None = None, **settings: Any) -> LearningRun:
    """One run in this process, up to the gate's decision."""
    runs = Runs(shop.store.home)
    worker = shop.settings.worker.model_copy(update=settings)
    given = shop.settings.model_copy(update={"worker": worker, "device": "cpu"})
    return _Steps(given, runs.begin(), Archive(runs.events).rows, candidate).take()


@pytest.fixture
def current(trained: Any) -> Bundle:
    """The bundle that serves."""
    return Bundle.load(trained.store.bundle_path(trained.store.current().bundle))


def judged(trained: Any, tmp_path: Path, bundle: Bundle) -> LearningRun:
    """What the gate says of a bundle."""
    bundle.save(tmp_path / "bundle")
    return step(trained, tmp_path / "bundle")


@pytest.mark.training
def test_a_release_that_has_learned_beats_one_that_has_not(trained: Any) -> None:
    """Both are asked the same, and the page can say all of it."""
    run = step(trained, trained.store.bundle_path(trained.store.current().bundle))
    assert run.decision == "accepted", run.reasons
    assert {(one.set, one.metric) for one in run.metrics} == {
        (name, metric) for name in ("recent", "reference") for metric in ("recall_at_10", "fitb_accuracy", "auc")
    }
    assert all(one.gain == one.low == one.high == 0 for one in run.metrics)
    first = Runs(trained.store.home)
    assert first.directory("0001").exists()
    assert run.decision == "accepted"


@pytest.mark.parametrize("outfits", [300, 1_500])
def test_a_release_is_not_asked_about_what_its_own_lists_led_to(
    build_shop: Callable[[Path], Any], tmp_path: Path, said: Callable[..., Event], outfits: int
) -> None:
    """Where enough was bought without a list: here bags, which come first."""
    shop, events = build_shop(tmp_path), list[Event]()
    bought = shop.sessions(outfits)
    for number in range(outfits):
        first, *led = bought[4 * number : 4 * number + 4]
        slots = [{"category": one.data["item"].partition("-")[0], "items": [one.data["item"]]} for one in led]
        about = {"session": first.data["session"], "recommendation_id": f"r{number}"}
        events += [first, said(f"impression:r{number}", type="impression", slots=slots, **about)]
        events += [Event(one.id, {**one.data, **about}) for one in led]
    archive(shop, events)
    run = step(shop, shop.store.bundle_path(shop.store.current().bundle))
    free = [count for name, count in run.outfits.items() if "no list" in name]
    asked = {one.about for one in run.categories if one.n > run.outfits["reference, held out for ever"]}
    assert (len(free), asked) == ((1, {"bags"}) if outfits > 1_000 else (0, set()))


@pytest.mark.training
def test_shuffled_labels_stay_out(trained: Any) -> None:
    """What was bought by chance teaches nothing, and the metrics say so."""
    home = trained.store.home
    kept = home / "kept"
    shutil.move(Runs(home).events, kept)
    try:
        archive(trained, [*trained.sessions(400, seed=5, shuffled=True)])
        run = step(trained)
    finally:
        shutil.rmtree(Runs(home).events)
        shutil.move(kept, Runs(home).events)
    assert run.decision == "rejected"
    assert any("worse" in why or "lower by" in why for why in run.reasons)


@pytest.mark.training
def test_corrupted_weights_stay_out(trained: Any, current: Bundle, tmp_path: Path) -> None:
    """By the digest, and where that fits, by what they say."""
    current.save(tmp_path / "bundle")
    weights = tmp_path / "bundle" / "weights.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 0xFF
    weights.write_bytes(data)
    run = step(trained, tmp_path / "bundle")
    assert run.decision == "rejected"
    assert "weights.safetensors: corrupted" in run.reasons[0]

    noisy = current.model.state_dict()
    for value in noisy.values():
        value.copy_(np.nan if value.ndim < 2 else 1.0) if value.is_floating_point() else None
    run = judged(trained, tmp_path / "noisy", current)
    assert run.decision == "rejected"
    assert "not finite" in run.reasons[0]


@pytest.mark.training
def test_a_category_gone_stays_out(trained: Any, current: Bundle, tmp_path: Path) -> None:
    """One that the catalogue has, and the current release knows."""
    names = tuple("hats" if name == "shoes" else name for name in current.manifest.categories)
    run = judged(trained, tmp_path, Bundle(replace(current.manifest, categories=names), current.model))
    assert run.decision == "rejected"
    assert "does not know the category 'shoes'" in run.reasons[0]


@pytest.mark.training
def test_features_of_another_encoder_stay_out(trained: Any, current: Bundle, tmp_path: Path) -> None:
    """They would mean something else."""
    stranger = replace(current.manifest, encoder=replace(current.manifest.encoder, fingerprint="features:99"))
    run = judged(trained, tmp_path, Bundle(stranger, current.model))
    assert run.decision == "rejected"
    assert "reads features of" in run.reasons[0]


@pytest.mark.training
def test_a_rejected_candidate_is_kept_and_no_release(trained: Any, current: Bundle, tmp_path: Path) -> None:
    """It lies beside its page."""
    before = trained.store.records()
    stranger = replace(current.manifest, encoder=replace(current.manifest.encoder, fingerprint="features:99"))
    run = judged(trained, tmp_path, Bundle(stranger, current.model))
    assert Bundle.load(Runs(trained.store.home).directory(run.id) / "candidate").manifest.encoder.fingerprint == "features:99"
    assert trained.store.records() == before


def test_choices_count_by_their_age_where_that_is_asked(trained: Any) -> None:
    """None is lost, and the run says as how many they tell; by default all count alike."""
    runs, snapshot = Runs(trained.store.home), Snapshot.load(trained.store.snapshot_path(trained.store.served().snapshot))
    catalogue = catalogue_of(snapshot.items, trained.store.images)
    outfits = [Outfit(f"s{number}", ("tops-1", "shoes-1"), "train", None, 86_400.0 * number) for number in range(60)]
    assert _Steps(trained.settings, runs.begin(), 10, None)._counts(outfits, catalogue) == {}
    worker = trained.settings.worker.model_copy(update={"half_life_days": 10.0, "debias": True})
    steps = _Steps(trained.settings.model_copy(update={"worker": worker}), runs.begin(), 10, None)
    counts = steps._counts(outfits, catalogue)
    assert [counts[f"s{number}", "tops-1"] for number in (59, 49, 9)] == pytest.approx([1.0, 0.5, 1 / 32])
    age = 0.5 ** (np.arange(60) / 10)
    alike = round(2 * age.sum() ** 2 / (age**2).sum())
    assert steps.run.outfits == {"choices of an item": 120, "as many as tell as much, alike": alike}
