"""From events to a report: who did what under which variant, and what stops a variant."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.cli import run
from app.experiments.assign import assigned
from app.experiments.book import ExperimentFile
from app.experiments.counting import _worth as worth
from app.experiments.counting import tallies
from app.experiments.experiment import ASKED, METRICS, Experiment, ExperimentIn
from app.experiments.kept import FRESH, KeptReports
from app.experiments.report import broken_guardrails, report_of
from app.experiments.tally import Tally
from app.experiments.told import as_json, lines
from app.ground.settings import Settings
from app.ground.windows import Windows
from app.log.base import Event, Stream
from app.log.sqlite import SqliteLog
from app.worker.told import all_events
from app.worker.upkeep import Upkeep


def asked(**more: Any) -> ExperimentIn:
    """Two variants that do the same."""
    body = {"name": "x", "variants": [{"name": "a"}, {"name": "b"}], "units": 2_000, **more}
    return ASKED.validate_python([body])[0]


def lived(home: Path, shoppers: int, buys: Callable[[str, np.random.Generator], bool], *, forgets: str = "", **more: Any) -> None:
    """An experiment of a home, with shoppers who are shown an item, click it every other time, and buy it as told by variant.

    Args:
        forgets: the variant of which every other purchase says no price.
    """
    one = ExperimentFile(home).put([asked(**more)]).experiments[0]
    dice, events = np.random.default_rng(1), list[Event]()
    for number in range(shoppers):
        at = (datetime.now(UTC) + timedelta(milliseconds=number)).isoformat(timespec="milliseconds")
        when = {"timestamp": at, "received": at, "session": f"s{number}"}
        taken = assigned([one], None, f"s{number}", "r")
        assert taken is not None
        about = {"recommendation_id": f"r{number}", "experiment": "x", "variant": taken.variant.name}
        slots = [{"category": "shoes", "items": ["i"] if number else []}]
        events.append(Event(f"i{number}", {"type": "impression", "slots": slots, **about, **when}))
        price = {} if taken.variant.name == forgets and dice.random() < 0.5 else {"price": 10.0}
        said = {"item": "i", "recommendation_id": f"r{number}", **price, **when}
        if number % 2:
            events.append(Event(f"c{number}", {"type": "view", **said}))
        if buys(taken.variant.name, dice):
            events.append(Event(f"p{number}", {"type": "purchase", **said}))

    async def append() -> None:
        log = SqliteLog(home / "log.sqlite")
        for start in range(0, len(events), 1_000):
            await log.append(Stream.EVENTS, events[start : start + 1_000])
        await log.close()

    asyncio.run(append())


def test_units_and_metrics_are_counted_by_variant(tmp_path: Path) -> None:
    """A unit once, however many answers it had; what was only seen apart; another experiment's not."""
    one = ExperimentFile(tmp_path).put([asked()]).experiments[0]
    base = {"timestamp": one.started, "received": one.started}

    def shown(name: str, user: str | None, variant: str, experiment: str = "x", **more: Any) -> Event:
        who = {"user": user} if user else {}
        slots = [{"category": "shoes", "items": ["i", "j"]}]
        data = {
            "recommendation_id": name,
            "experiment": experiment,
            "variant": variant,
            "slots": slots,
            "session": "s",
            **who,
            **base,
            **more,
        }
        return Event(f"i{name}", {"type": "impression", **data})

    def did(name: str, kind: str, item: str, answer: str | None = None, **more: Any) -> Event:
        return Event(name, {"type": kind, "item": item, **({"recommendation_id": answer} if answer else {}), **base, **more})

    events = [
        shown("r1", "u1", "a", release="r1-0"),
        shown("r2", "u1", "a", fallback=True, release="r2-0"),
        shown("r3", "u2", "a", slots=[], release="r1-0"),
        shown("r4", None, "b"),
        shown("r5", "u1", "b", experiment="y"),
        did("e1", "view", "i", "r1"),
        did("e2", "purchase", "i", "r1", price=20.0, quantity=3, currency="EUR", order="o"),
        did("e5", "return", "i", order="o"),
        did("e3", "add_to_cart", "j", "r4"),
        did("e4", "purchase", "j", session="s"),
    ]

    async def counted() -> dict[str, Any]:
        log = SqliteLog(tmp_path / "log.sqlite")
        await log.append(Stream.EVENTS, events)
        async with all_events(tmp_path, log) as told:
            found = tallies(one, told, Windows())
        await log.close()
        return found

    found = asyncio.run(counted())
    a, b = found["a"], found["b"]
    assert (a.units, a.impressions, a.fallbacks, a.before_stop, a.currencies) == (2, 3, 1, 2, ("EUR",))
    assert (a.releases, b.releases) == ({"r1-0": 2, "r2-0": 1}, {})
    assert a.means == {"click": 0.5, "attach": 0.5, "purchase": 0.5, "return": 0.5, "value": 20.0, "empty": 0.5}
    assert a.variances["value"] == 400.0
    assert (b.units, b.unpriced, b.left_out, b.order_value) == (1, 1, 1, None)
    assert (a.unpriced, a.left_out, a.order_value) == (0, 0, 40.0)
    assert b.means == {"click": 0.0, "attach": 1.0, "purchase": 1.0, "return": 0.0, "value": 0.0, "empty": 0.0}


def test_a_better_variant_is_found_and_an_equal_metric_is_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the command, in words and as JSON."""
    lived(tmp_path, 2_000, lambda variant, dice: dice.random() < (0.1 if variant == "a" else 0.3))
    out = tmp_path / "report.json"
    assert run(["experiments", "report", "x", "--home", str(tmp_path), "--json", str(out)]) == 0
    told = json.loads(out.read_text())
    assert told["variants"]["b"]["metrics"]["purchase"]["verdict"] == "higher"
    assert told["variants"]["b"]["metrics"]["click"]["verdict"] == "undecided"
    assert told["variants"]["a"]["units"] + told["variants"]["b"]["units"] == 2_000
    assert not told["split"]["wrong"]
    said = capsys.readouterr().out
    assert "higher" in said
    assert "x: since" in said


def tally(releases: dict[str, int], *currencies: str) -> Tally:
    """Of many units that all differ."""
    means, variances = dict.fromkeys(METRICS, 0.5), dict.fromkeys(METRICS, 0.2)
    counted: dict[str, Any] = {"units": 900, "impressions": 900, "events": dict.fromkeys(METRICS, 450), "before_stop": 900}
    return Tally(means=means, variances=variances, releases=releases, currencies=currencies, **counted)


def test_several_releases_and_currencies_are_told(tmp_path: Path) -> None:
    """Of a variant that several answered, and of value, which is not added up; in words and as JSON. A guardrail on it stops nobody."""
    rails = [{"metric": "value", "direction": "down"}]
    one = ExperimentFile(tmp_path).put([asked(guardrails=rails)]).experiments[0]
    report = report_of(one, {"a": tally({"r1": 800, "r2": 100}, "EUR"), "b": tally({"r3": 900}, "EUR", "USD")})
    told, said = as_json(report), list(lines(report))
    assert told["variants"]["a"]["releases"] == {"r1": 800, "r2": 100}
    assert told["warnings"] == [
        "a was answered by several releases, and its figures mix them: r1 (800), r2 (100)",
        "purchases are in several currencies (EUR, USD), so there is no value",
    ]
    assert told["warnings"] == said[1:3]
    assert "a: 900 units, 900 answers, by r1, r2" in said
    assert "value" not in told["variants"]["b"]["metrics"]
    assert not any(line.startswith("  value") for line in said)
    assert {one["verdict"] for one in told["variants"]["a"]["metrics"].values()} == {None}
    assert list(broken_guardrails(report)) == []
    plain = report_of(one, {"a": tally({"r1": 900}, "EUR"), "b": tally({"r3": 900}, "EUR")})
    assert (plain.warnings, "value" in plain.variants[1].metrics) == ([], True)


def test_what_has_no_price_is_never_worth_nothing(tmp_path: Path) -> None:
    """Who bought without a price is not in the average order, and is counted; where nobody's price is known there is no value at all."""
    one = ExperimentFile(tmp_path).put([asked()]).experiments[0]
    some = replace(tally({}), unpriced=3, left_out=2, order_value=72.5)
    report = report_of(one, {"a": tally({}), "b": some})
    assert (report.variants[1].order_value, report.variants[1].metrics["value"].mean) == (72.5, 0.5)
    said = "b: purchases without a price: 3"
    assert report.warnings == [f"{said}, by 2 units, which count as the average order of the others that bought"]
    assert "  value of those who bought, but for 2 who bought without a price: 72.50" in list(lines(report))
    report = report_of(one, {"a": tally({}), "b": replace(some, order_value=None)})
    assert [variant.metrics.get("value") for variant in report.variants] == [None, None]
    assert report.warnings == [f"{said}; of no unit that bought is known what it spent, so there is no value"]
    assert not any(line.startswith("  value") for line in lines(report))


def test_an_interval_is_of_what_can_be(tmp_path: Path) -> None:
    """A rate is never below 0 or above 1, and nobody spends less than nothing."""
    one = ExperimentFile(tmp_path).put([asked()]).experiments[0]
    means = {**dict.fromkeys(METRICS, 0.999), "return": 0.001, "value": 0.001}
    rare = replace(tally({}), means=means, variances=dict.fromkeys(METRICS, 0.04))
    found = report_of(one, {"a": rare, "b": rare}).variants[0].metrics
    low, high = found["return"].interval or (None, None)
    assert (low, found["purchase"].interval[1] if found["purchase"].interval else None) == (0.0, 1.0)
    assert high is not None
    assert high > 0.001
    assert found["value"].interval == (0.0, high)


def test_a_file_that_is_wrong_is_told_as_the_service_tells_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The field's path as of PUT /experiments and PUT /rules; a rule that is not there, too."""
    file = tmp_path / "said.json"

    def told(command: str, body: Any) -> str:
        file.write_text(json.dumps(body))
        assert run([command, "put", str(file), "--home", str(tmp_path)]) != 0
        return capsys.readouterr().err

    variants = [{"name": "a"}, {"name": "b", "settings": {"diversity": 2}}]
    assert "experiments[0].variants[1].settings.diversity" in told("experiments", {"name": "x", "variants": variants})
    assert "should have at least 2 items, not 1" in told("experiments", {"name": "x", "variants": variants[:1]})
    named = told("experiments", {"name": "a b", "variants": [{"name": "a"}, {"name": "b"}]})
    assert "experiments[0].name" in named
    assert "should be 1 to 64 of letters A to Z, digits, and . _ - after the first" in named
    assert "rules[0]." in told("rules", [{"id": "r", "do": "exclude", "items": {"brand": []}}])
    gone = [{"name": "x", "variants": [{"name": "a"}, {"name": "b", "without_rules": ["typo"]}]}]
    assert "experiments[0].variants[1].without_rules[0] 'typo': no such rule" in told("experiments", gone)


def test_the_worker_stops_a_variant_that_breaks_a_guardrail(tmp_path: Path) -> None:
    """It ends in the book, and the report says why; its units are answered as ever, the others stay."""
    rails = [{"metric": "purchase", "direction": "down", "threshold": 0.05}]
    lived(tmp_path, 1_500, lambda variant, dice: dice.random() < (0.4 if variant == "a" else 0.1), guardrails=rails)
    settings, file = Settings(home=tmp_path), ExperimentFile(tmp_path)

    async def work() -> None:
        guarding = asyncio.create_task(Upkeep(settings, SqliteLog(tmp_path / "log.sqlite")).guard_on())
        async with asyncio.timeout(120):
            while file.book().running:  # noqa: ASYNC110 - a file, which another process writes
                await asyncio.sleep(0.1)
        guarding.cancel()

    asyncio.run(work())
    kept = KeptReports(tmp_path).of("x")
    assert kept is not None
    assert kept["variants"]["a"]["order_value"] == pytest.approx(10)
    one = file.book().named("x")
    assert "purchase is -" in one.stopped["b"].why
    assert one.ended is not None
    assert assigned(ExperimentFile(tmp_path).book().running, "u", None, "r") is None


async def counted(one: Experiment, home: Path) -> Any:
    """What the log of a home tells of an experiment."""
    log = SqliteLog(home / "log.sqlite")
    async with all_events(home, log) as told:
        kept = tallies(one, told, Windows())
    await log.close()
    return kept


def buying(sells: dict[str, float], variant: str, dice: np.random.Generator) -> bool:
    """Whether a shopper buys, of variants that sell to these shares of them."""
    return bool(dice.random() < sells[variant])


def test_a_variant_that_forgets_prices_is_not_stopped_for_it(tmp_path: Path) -> None:
    """Its value is of those whose prices are known; one that sells less is stopped, and how many purchases say no price is told with it."""
    rails = [{"metric": "value", "direction": "down", "threshold": 0.05}]
    one = ExperimentFile(tmp_path).put([asked(guardrails=rails)]).experiments[0]
    for name, less, stopped in (("equal", 0.4, []), ("worse", 0.1, ["b"])):
        sells = {"a": 0.4, "b": less}
        lived(tmp_path / name, 4_000, partial(buying, sells), forgets="b")
        tallied = asyncio.run(counted(one, tmp_path / name))
        report, b = report_of(one, tallied), tallied["b"]
        assert (tallied["a"].unpriced, b.unpriced > 50) == (0, True)
        assert b.means["value"] == pytest.approx(b.means["purchase"] * (b.order_value or 0))
        assert b.means["value"] == pytest.approx(10 * less, abs=0.4)
        assert [variant for variant, _ in broken_guardrails(report)] == stopped
        assert all(f"b: purchases without a price: {b.unpriced}, by {b.left_out} units" in why for _, why in broken_guardrails(report))


def test_what_is_not_known_widens_the_interval_of_value() -> None:
    """Of units of which all is known it is as wide as ever: the mean square distance from the mean."""
    spent = [0.0, 0.0, 10.0, 30.0]
    row = {"purchase mean": 0.5, "units": 4, "order_value": 20.0, "order_variance": 100.0, "left_out": 0}
    assert worth(row) == pytest.approx((np.mean(spent), np.var(spent)))
    wider = worth({**row, "purchase mean": 0.75, "left_out": 1})
    assert wider == pytest.approx((15.0, 0.75 * 0.25 * 400 + 0.75 * 100 * 3 / 2))


def test_a_guardrail_says_nothing_of_few_units(tmp_path: Path) -> None:
    """What cannot be trusted stops nobody."""
    rails = [{"metric": "click", "direction": "up", "threshold": 0.0}]
    one = ExperimentFile(tmp_path).put([asked(guardrails=rails)]).experiments[0]
    lived(tmp_path / "few", 60, lambda *_: True)
    report = report_of(one, asyncio.run(counted(one, tmp_path / "few")))
    assert {variant.metrics["click"].verdict for variant in report.variants[1:]} == {"too few"}
    assert list(broken_guardrails(report)) == []


def test_a_guardrail_says_nothing_of_a_wrong_split(tmp_path: Path) -> None:
    """What would stop a variant does not, once its units are not as many as its weight says; and that is told."""
    lived(tmp_path, 1_500, lambda variant, dice: dice.random() < (0.4 if variant == "a" else 0.1))
    rails = [{"metric": "purchase", "direction": "down", "threshold": 0.05}]
    for weight, stopped in ((1, ["b"]), (2, [])):
        variants = [{"name": "a"}, {"name": "b", "weight": weight}]
        body = {"name": "x", "variants": variants, "units": 2_000, "guardrails": rails}
        one = ExperimentFile(tmp_path / str(weight)).put(ASKED.validate_python([body])).experiments[0]
        report = report_of(one, asyncio.run(counted(one, tmp_path)))
        assert [name for name, _ in broken_guardrails(report)] == stopped
        assert any("THE SPLIT IS WRONG" in warning for warning in report.warnings) == (not stopped)


def test_stopping_moves_nobody_else(tmp_path: Path) -> None:
    """Of three variants: those of the one that stopped take part in nothing, all others stay."""
    file = ExperimentFile(tmp_path)
    body = asked().model_copy(
        update={"variants": ASKED.validate_python([{"name": "x", "variants": [{"name": n} for n in "abc"]}])[0].variants}
    )
    book = file.put([body])
    before = {f"u{n}": assigned(book.running, f"u{n}", None, "r") for n in range(300)}
    after_book = file.stop("x", "b", "it broke")
    for user, taken in before.items():
        after = assigned(after_book.running, user, None, "r")
        assert taken is not None
        assert (after.variant.name if after else None) == (None if taken.variant.name == "b" else taken.variant.name)


def test_shares_and_weights_are_kept_and_experiments_take_nobody_from_each_other(tmp_path: Path) -> None:
    """A later experiment gets its part of those whom the earlier leaves; an end moves nobody within another."""
    file = ExperimentFile(tmp_path)
    first = asked(name="first", share=0.5, variants=[{"name": "a", "weight": 3}, {"name": "b"}])
    book = file.put([first, asked(name="second")])
    found = {f"u{n}": assigned(book.running, f"u{n}", None, "r") for n in range(4_000)}
    names = [(taken.experiment.name, taken.variant.name) for taken in found.values() if taken]
    share = {pair: names.count(pair) / 4_000 for pair in set(names)}
    expected = {("first", "a"): 0.375, ("first", "b"): 0.125, ("second", "a"): 0.25, ("second", "b"): 0.25}
    assert share == pytest.approx(expected, abs=0.03)
    later = file.end("first").running
    for user, taken in found.items():
        after = assigned(later, user, None, "r")
        assert after is not None
        if taken and taken.experiment.name == "second":
            assert after.variant == taken.variant


def test_reports_are_due_by_what_may_have_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has guardrails each time, what has none every hour, and what ended once more."""
    file, kept = ExperimentFile(tmp_path), KeptReports(tmp_path)
    rails = [{"metric": "purchase", "direction": "down"}]
    file.put([asked(name="calm"), asked(name="guarded", guardrails=rails)])

    def due(later: timedelta = timedelta()) -> list[str]:
        """What is, and is reported on then."""
        monkeypatch.setattr("app.experiments.kept.now", lambda: (datetime.now(UTC) + later).isoformat(timespec="seconds"))
        found = list(kept.due(file.book().experiments))
        for one in found:
            kept.keep(report_of(one, {}))
        return [one.name for one in found]

    assert due(-FRESH - timedelta(seconds=2)) == ["calm", "guarded"]
    assert due() == ["calm", "guarded"]
    assert due() == ["guarded"]
    file.end("calm")
    file.end("guarded")
    assert due(timedelta(seconds=2)) == ["calm", "guarded"]
    assert due() == []
    (tmp_path / "worker" / "experiments" / "calm.json").write_text("{")
    assert due() == ["calm"]


def test_what_stopped_stands_beside_the_control_of_its_time(tmp_path: Path) -> None:
    """What a sale's end does to the control afterwards is no merit of a variant that was stopped before."""
    file = ExperimentFile(tmp_path)
    file.put([asked()])
    file.stop("x", "b", "it broke")
    one = file.book().named("x")
    early, late = (datetime.fromisoformat(one.stopped["b"].at) + timedelta(minutes=minutes) for minutes in (-1, 1))
    events = []
    for number in range(600):
        at = early if number < 400 else late
        variant = "b" if number % 2 and at == early else "a"
        when = {"timestamp": at.isoformat(), "received": at.isoformat(), "session": f"s{number}"}
        about = {"recommendation_id": f"r{number}", "experiment": "x", "variant": variant, "slots": [{"category": "c", "items": ["i"]}]}
        events.append(Event(f"i{number}", {"type": "impression", **about, **when}))
        if at == early and number % 4 < 2:
            events.append(Event(f"p{number}", {"type": "purchase", "item": "i", "recommendation_id": f"r{number}", "price": 1.0, **when}))

    async def append() -> None:
        log = SqliteLog(tmp_path / "log.sqlite")
        await log.append(Stream.EVENTS, events)
        await log.close()

    asyncio.run(append())
    tallied = asyncio.run(counted(one, tmp_path))
    assert (tallied["a"].units, tallied["b"].units) == (400, 200)
    assert tallied["b"].beside is not None
    assert (tallied["b"].beside.units, tallied["b"].beside.means["purchase"]) == (200, 0.5)
    report = report_of(one, tallied)
    assert report.variants[0].metrics["purchase"].mean == 0.25
    assert report.variants[1].metrics["purchase"].gain == 0
    assert "beside" not in as_json(report)["variants"]["b"]
