"""Synthetic shoppers, against a service that knows nothing and against the rule itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pyarrow as pa
import pytest

from app.cli import run
from app.ground.errors import ServiceError
from app.simulate.drive import Simulation
from app.simulate.measure import Cycle, gini, measure
from app.simulate.report import draw, table
from app.simulate.shoppers import Shopping, noise, shop
from app.simulate.world import World
from models.errors import InputError
from models.wardrobe import generate

ITEMS = 300


@pytest.fixture(scope="session")
def wardrobe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wardrobe without pictures."""
    root = tmp_path_factory.mktemp("wardrobe")

    def unseen(garments: Any, *_: Any) -> pa.Table:
        ids, prices = [f"w{row:06d}" for row in range(len(garments))], [10.0 + row for row in range(len(garments))]
        return pa.table({"id": ids, "category": [one.category.name for one in garments], "price": prices})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generate, "items_table", unseen)
        generate.generate(root, items=ITEMS, outfits=60, shoppers=5, seed=1)
    return root


@pytest.fixture(scope="session")
def world(wardrobe: Path) -> World:
    """Its truth."""
    return World.read(wardrobe, shoppers=20, seed=0)


Best = Callable[[World, list[int], str], list[int]]


def by_the_rule(world: World, worn: list[int], category: str) -> list[int]:
    """What the oracle recommender would show."""
    rows = world.rows_of[category]
    return [int(rows[place]) for place in np.argsort(-world.score.conditional(np.array([worn]), rows)[0])[:10]]


def by_number(world: World, worn: list[int], category: str) -> list[int]:
    """The same for everybody."""
    return [int(row) for row in world.rows_of[category] if row not in worn][:10]


class Service:
    """A service over HTTP, without a socket: answers with what ``best`` says, and keeps the events that it receives."""

    def __init__(self, world: World, best: Best, *, refused: int = 0) -> None:
        self.world, self.best, self.refused = world, best, refused
        self.received: list[dict[str, Any]] = []
        self.refuses = False

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/readyz":
            return httpx2.Response(200, json={"release": "r1"})
        body = json.loads(request.content)
        if self.refuses:
            return httpx2.Response(422, text="no such slot")
        if self.refused:
            self.refused -= 1
            return httpx2.Response(503)
        if request.url.path == "/events":
            self.received += body["events"]
            return httpx2.Response(202, json={"accepted": len(body["events"])})
        [slot] = body["slots"]
        rows = self.best(self.world, [self.world.row_of[item] for item in body["items"]], slot["category"])
        items = [{"id": self.world.ids[row]} for row in rows]
        return httpx2.Response(200, json={"recommendation_id": "rec", "slots": [{"category": slot["category"], "items": items}]})


def simulate(world: World, service: Service, *, cycles: int = 1, sessions: int = 60, first: int = 1, **more: Any) -> list[Cycle]:
    """Run cycles against it."""
    simulation = Simulation(world, "http://service", transport=httpx2.MockTransport(service), **more)
    return asyncio.run(simulation.run(cycles, sessions, first=first, on_cycle=lambda _: None, advance=lambda: None))


def test_a_service_that_knows_the_rule_does_as_the_oracle(world: World) -> None:
    """And far better than one that shows everybody the same."""
    [knows] = simulate(world, Service(world, by_the_rule))
    [same] = simulate(world, Service(world, by_number))
    assert knows.hit_rate["service"] == knows.hit_rate["oracle"] > 0.5
    assert knows.share_of_oracle == 1.0
    assert same.hit_rate["service"] < knows.hit_rate["service"] - 0.1
    assert same.attach_rate < knows.attach_rate
    assert (same.coverage, same.concentration) < (knows.coverage, 1.0)
    assert knows.hit_rate["oracle_with_taste"] >= knows.hit_rate["oracle"] - 0.05


def test_shoppers_may_look_at_the_top_only(world: World) -> None:
    """Then what is bought from lower places is bought less, though it is wanted as much."""
    [all_], [top] = (simulate(world, Service(world, by_the_rule), sessions=150, bias=bias) for bias in (0.0, 2.0))
    assert top.hit_rate["service"] == pytest.approx(all_.hit_rate["service"], abs=0.1), "what is shown is as good"
    assert top.attach_rate < all_.attach_rate - 0.1


def test_what_is_popular_may_move(world: World) -> None:
    """From cycle to cycle, the same way each time, and the oracle knows."""
    assert world.moved(1, 0.5, 0) is world is world.moved(3, 0.0, 0)
    second, third = (world.moved(cycle, 0.5, 0).score.latents.popularity for cycle in (2, 3))
    steps = np.stack([second - world.score.latents.popularity, third - second])
    assert np.std(steps, axis=1) == pytest.approx([0.5, 0.5], abs=0.1)
    assert np.array_equal(third, world.moved(3, 0.5, 0).score.latents.popularity)
    _, moved = simulate(world, Service(world.moved(2, 3.0, 0), by_the_rule), cycles=2, trend=3.0)
    assert moved.hit_rate["service"] == moved.hit_rate["oracle"]


def test_counting_knows_the_cycles_before(world: World) -> None:
    """And nothing in the first."""
    first, second = simulate(world, Service(world, by_the_rule), cycles=2, sessions=150)
    assert first.new == first.asked
    assert second.new < second.asked
    assert second.hit_rate["co_purchase"] > first.hit_rate["co_purchase"]


def test_one_goes_on_where_another_ended(world: World) -> None:
    """As if they were one."""
    service = Service(world, by_the_rule)
    simulate(world, service)
    baskets: dict[str, list[int]] = {}
    for one in service.received:
        if one["type"] == "purchase":
            baskets.setdefault(one["session"], []).append(world.row_of[one["item"]])
    [second] = simulate(world, service, first=2, before=list(baskets.values()))
    whole = simulate(world, Service(world, by_the_rule), cycles=2)[1]
    assert (second.cycle, second.asked, second.new) == (2, whole.asked, whole.new)
    assert second.hit_rate == whole.hit_rate


def test_the_shop_is_told_what_happened(world: World) -> None:
    """Events with ids of their own, in order, that say which suggestion they follow from."""
    service = Service(world, by_the_rule)
    simulate(world, service, sessions=30, noise_share=0.3)
    assert len({one["id"] for one in service.received}) == len(service.received)
    assert {one["type"] for one in service.received} == {"view", "add_to_cart", "purchase", "return"}
    assert any(one.get("recommendation_id") == "rec" for one in service.received if one["type"] == "purchase")
    priced = {one["type"] for one in service.received if one.get("price") == 10.0 + world.row_of[one["item"]]}
    assert priced == {"purchase"} == {one["type"] for one in service.received if "price" in one}
    assert all("price" in one for one in service.received if one["type"] == "purchase")
    sessions: dict[str, list[str]] = {}
    for one in service.received:
        sessions.setdefault(one["session"], []).append(one["timestamp"])
    assert len(sessions) == 30
    assert all(times == sorted(times) for times in sessions.values())


def test_a_service_that_is_busy_is_asked_again(world: World) -> None:
    """Nothing is lost by it."""
    service = Service(world, by_number, refused=3)
    [cycle] = simulate(world, service, sessions=5)
    assert cycle.sessions + cycle.noise == 5
    assert len({one["session"] for one in service.received}) == 5


def test_a_service_that_refuses_is_told_in_one_line(world: World) -> None:
    """With what it said."""
    service = Service(world, by_number)
    service.refuses = True
    with pytest.raises(ServiceError, match="answered 422: no such slot"):
        simulate(world, service, sessions=2)


def test_noise_is_of_every_kind_and_teaches_nothing(world: World) -> None:
    """Machines are quick; nobody asked the service anything."""
    dice = np.random.default_rng(0)
    found = [noise(world, f"n{number}", dice) for number in range(60)]
    assert all(not shopping.asked for shopping, _ in found)
    assert {pace_s for _, pace_s in found} == {0.2, 15.0}
    assert max(len(shopping.basket) for shopping, _ in found) >= 10


def test_the_same_seed_shops_the_same(world: World) -> None:
    """So that two runs can be compared."""

    async def suggest(question: dict[str, Any]) -> tuple[str, list[str]]:
        rows = by_number(world, [], question["slots"][0]["category"])
        return "rec", [world.ids[row] for row in rows]

    async def twice() -> list[Shopping]:
        return [await shop(world, "s", suggest, np.random.default_rng(4)) for _ in range(2)]

    one, other = asyncio.run(twice())
    assert (one.basket, one.asked) == (other.basket, other.asked)


def test_shoppers_find_what_they_do_not_look_at_as_often_as_is_said(world: World) -> None:
    """Of sessions that are shown nothing: all that is wanted, none of it, or about a third."""

    async def nothing(_: dict[str, Any]) -> tuple[str, list[str]]:
        return "rec", []

    async def bought(finds: float) -> float:
        shoppings = [await shop(world, "s", nothing, np.random.default_rng(seed), finds=finds) for seed in range(60)]
        return float(np.mean([one.bought == one.wanted for shopping in shoppings for one in shopping.asked]))

    assert [asyncio.run(bought(finds)) for finds in (1.0, 0.0)] == [1.0, 0.0]
    assert 0.2 < asyncio.run(bought(0.35)) < 0.5


def test_a_report_shows_each_cycle(world: World, tmp_path: Path) -> None:
    """As a table, and as a curve."""
    cycles = simulate(world, Service(world, by_the_rule), cycles=2, sessions=20)
    assert table(cycles).row_count == 2
    draw(tmp_path / "curve.png", cycles)
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_concentration() -> None:
    """0 where all are shown alike, towards 1 where one is shown alone."""
    assert gini(np.array([3, 3, 3])) == 0.0
    assert gini(np.array([0, 0, 0, 9])) == pytest.approx(0.75)
    assert gini(np.zeros(3, dtype=int)) == 0.0


def test_nothing_asked_is_no_figure(world: World) -> None:
    """But no failure either: a cycle may be all noise."""
    cycle = measure(world, [], [], cycle=1, release="r1", sessions=0, noise=3, p99_ms=0.0)
    assert (cycle.asked, cycle.hit_rate["service"]) == (0, 0.0)


def test_a_directory_that_is_no_wardrobe_is_refused(tmp_path: Path) -> None:
    """With what to give."""
    with pytest.raises(InputError, match="attire generate"):
        World.read(tmp_path, shoppers=1, seed=0)


def test_a_service_that_is_not_there_is_told_in_one_line(wardrobe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2."""
    assert run(["simulate", "--url", "http://127.0.0.1:9", "--wardrobe", str(wardrobe), "--sessions", "1"]) == 2
    err = capsys.readouterr().err.strip().splitlines()
    assert "does not answer" in err[-1]
    assert ServiceError.__name__ not in err[-1]
