"""Shoppers who came after the training: met by the next run, whatever it decides, and nothing else is touched."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from app.catalogue.publishing import publish
from app.home.runs import FINAL, OUTCOME, LearningRun, Runs, now, read_run, write_run
from app.log.base import Event, Stream
from app.log.sqlite import SqliteLog
from app.worker.loop import Worker
from models.bundle import Bundle
from models.recipes.train import train

pytestmark = [pytest.mark.anyio, pytest.mark.training, pytest.mark.usefixtures("learning_here")]

Bought = Callable[[Sequence[str]], list[Event]]
PERSONAL = {"embedding_size": "16", "own": "4", "heads": "2", "bank": "32", "probes": "4", "batch_size": "32", "epochs": "2"}
FIRST = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def knows_five(build_shop: Callable[[Path], Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of such a shop that knows five shoppers. Read only."""
    root = tmp_path_factory.mktemp("five")
    shop, dice = build_shop(root), np.random.default_rng(3)
    worn = [{"id": f"o{number}", "items": shop.outfit(dice), "split": "train", "user": f"u{number % 5}"} for number in range(100)]
    (root / "shop" / "outfits.jsonl").write_text("".join(json.dumps(one) + "\n" for one in worn))
    train(root / "shop", "personal", root / "bundle", settings=PERSONAL)
    return root / "bundle"


@pytest.fixture
def personal_shop(shop: Any, knows_five: Path) -> Any:
    """The shop with a release that knows them."""
    publish(knows_five, shop.store)
    return shop


@pytest.fixture
async def log(shop: Any) -> AsyncIterator[SqliteLog]:
    """The shop's log."""
    opened = SqliteLog(shop.store.home / "log.sqlite")
    yield opened
    await opened.close()


@pytest.fixture
def bought(shop: Any, purchases: Callable[..., list[Event]]) -> Bought:
    """Makes the events of shoppers who bought an outfit each, a minute apart."""
    dice, minutes = np.random.default_rng(5), iter(range(100_000))

    def events(shoppers: Sequence[str]) -> list[Event]:
        events = []
        for shopper in shoppers:
            minute = next(minutes)
            session = purchases(f"s{minute}", shop.outfit(dice), at=FIRST + timedelta(minutes=minute))
            events += [Event(event.id, {**event.data, "user": shopper}) for event in session]
        return events

    return events


def serving(shop: Any) -> Bundle:
    """The bundle of the current release."""
    return Bundle.load(shop.store.bundle_path(shop.store.current().bundle))


async def test_a_new_shopper_is_met_without_a_training(personal_shop: Any, log: SqliteLog, bought: Bought) -> None:
    """Too little to learn from, so the model stays as it is but for a row; known shoppers and the common answer are the same to the bit."""
    before = serving(personal_shop)
    await log.append(Stream.EVENTS, bought(["new", "u1", "new"]))
    run = await Worker(personal_shop.settings, log).once()
    after = serving(personal_shop)
    assert (run.decision, run.folded_in, run.folded_bundle) == ("waiting", 1, after.id)
    assert run.release == personal_shop.store.current().id
    assert run.reasons[-1] == f"release {run.release} knows shoppers who are new (1) and is otherwise the same"
    assert after.shoppers.ids == (*before.shoppers.ids, "new")
    was, now_is = before.model.state_dict(), after.model.state_dict()
    assert all(torch.equal(value, now_is[name][: len(value)] if name == "own" else now_is[name]) for name, value in was.items())


async def test_who_is_known_is_not_met_again(personal_shop: Any, log: SqliteLog, bought: Bought) -> None:
    """Nobody new, no release; when somebody comes, who was met before is fitted anew from all they wore."""
    worker = Worker(personal_shop.settings, log)
    await log.append(Stream.EVENTS, bought(["new"]))
    await worker.once()
    first, release = serving(personal_shop), personal_shop.store.current().id
    await log.append(Stream.EVENTS, bought(["new", "u2"]))
    run = await worker.once()
    assert (run.folded_in, run.folded_bundle, run.release) == (0, None, None)
    assert personal_shop.store.current().id == release
    await log.append(Stream.EVENTS, bought(["other"]))
    assert (await worker.once()).folded_in == 1
    second = serving(personal_shop)
    assert second.shoppers.ids == (*first.shoppers.ids, "other")
    row = first.shoppers.ids.index("new")
    assert not torch.equal(first.model.own[row], second.model.own[row])  # type: ignore[index]


async def test_what_was_held_out_for_it_stays_so(personal_shop: Any, log: SqliteLog, bought: Bought) -> None:
    """A release that met shoppers has learned what the one before has: the same outfits are still to be asked about."""
    runs, trained = Runs(personal_shop.store.home), personal_shop.store.current()
    made = LearningRun(id="0001", started=now(), finished=now(), rows=0, decision="published", candidate={"bundle": trained.bundle})
    write_run(runs.begin() / FINAL, replace(made, held_from=1234.5))
    worker = Worker(personal_shop.settings, log)
    for shopper in ("new", "newer"):
        await log.append(Stream.EVENTS, bought([shopper]))
        await worker.once()
        assert personal_shop.store.current().bundle != trained.bundle
        assert runs.unseen_from(personal_shop.store.current().bundle) == 1234.5


async def test_whatever_becomes_of_a_training_the_latest_shoppers_are_known(personal_shop: Any, log: SqliteLog, bought: Bought) -> None:
    """A candidate knows those, too, who bought only in what is held out from it; where the gate objects, the release before does."""
    await log.append(Stream.EVENTS, bought([*(f"u{number % 7}" for number in range(240)), "latest"]))
    worker = personal_shop.settings.worker.model_copy(update={"training": {"epochs": "1", "learning_rate": "5"}})
    run = await Worker(personal_shop.settings.model_copy(update={"worker": worker}), log).once()
    assert (run.decision, run.folded_in) == ("rejected", 3), run.reasons
    candidate = Bundle.load(Runs(personal_shop.store.home).directory(run.id) / "candidate")
    assert serving(personal_shop).id == run.folded_bundle != candidate.id
    for bundle in (candidate, serving(personal_shop)):
        assert {"u5", "u6", "latest"} <= set(bundle.shoppers.ids)
        assert "latest" not in bundle.shoppers.trained


async def test_a_training_that_fails_leaves_nobody_unknown(personal_shop: Any, log: SqliteLog, bought: Bought) -> None:
    """The run has failed and says why; who is new is known all the same."""
    await log.append(Stream.EVENTS, bought(["new"] * 240))
    worker = personal_shop.settings.worker.model_copy(update={"training": {"dropout": "much"}})
    run = await Worker(personal_shop.settings.model_copy(update={"worker": worker}), log).once()
    assert (run.decision, run.folded_in) == ("failed", 1)
    assert "dropout" in run.reasons[0]
    assert "new" in serving(personal_shop).shoppers.ids


async def test_a_judged_bundle_changes_nothing_else(personal_shop: Any, log: SqliteLog, bought: Bought, knows_five: Path) -> None:
    """A run that is asked about one candidate meets nobody."""
    await log.append(Stream.EVENTS, bought(["new"]))
    before = personal_shop.store.current().id
    run = await Worker(personal_shop.settings, log).once(knows_five)
    assert (run.decision, run.folded_in, run.release, personal_shop.store.current().id) == ("waiting", 0, None, before)


async def test_a_run_says_whom_its_candidate_does_not_know(personal_shop: Any, log: SqliteLog, bought: Bought, knows_five: Path) -> None:
    """Somebody whom the current release knows, and nothing that was seen is theirs."""
    await log.append(Stream.EVENTS, bought(["gone"]))
    await Worker(personal_shop.settings, log).once()
    assert "gone" in serving(personal_shop).shoppers.ids
    await log.append(Stream.EVENTS, bought([f"u{number % 5}" for number in range(240)]))
    run = await Worker(personal_shop.settings, log).once(knows_five)
    assert (run.decision, serving(personal_shop).shoppers.folded_in) == ("published", 0)
    assert run.reasons == ("shoppers who are no longer known, as no session or outfit of this run is theirs: 1",)


async def test_what_a_kill_left_is_served(personal_shop: Any, log: SqliteLog, bought: Bought) -> None:
    """A release that was made and not made current is, once the worker is back; one whose place was taken is not."""
    store, runs = personal_shop.store, Runs(personal_shop.store.home)
    trained = store.current()
    await log.append(Stream.EVENTS, bought(["new"]))
    worker = Worker(personal_shop.settings, log)
    run = await worker.once()
    for current, count in ((trained.id, 1), (store.add(bundle=trained.bundle, snapshot=trained.snapshot, recipe="x", items=1).id, 0)):
        store.activate(current)
        left = runs.begin()
        (runs.directory(run.id) / OUTCOME).rename(left / OUTCOME) if count else write_run(left / OUTCOME, run)
        await worker.once()
        ended = read_run(left / FINAL)
        assert ended is not None
        assert ended.folded_in == count
        assert (store.current().id == run.release) is bool(count)
        assert not list(left.glob("folded-in*"))
        assert runs.unseen_from(str(run.folded_bundle)) == runs.unseen_from(trained.bundle)
