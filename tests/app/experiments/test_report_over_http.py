"""GET /experiments/{name}/report: what the command tells, of the log that the service keeps, for the admin alone."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from anyio import CapacityLimiter
from starlette.testclient import TestClient

import app.cli
from app import main
from app.ground.settings import Settings
from app.main import create_app

ASK = {"items": ["tops-1"], "slots": ["shoes"]}


def test_it_tells_what_units_did_so_far(shop: TestClient) -> None:
    """Answers and acts of this minute are in it; one that is unknown is named."""
    shop.put("/experiments", json={"experiments": [{"name": "x", "variants": [{"name": "a"}, {"name": "b"}]}]})
    answers = {f"u{n}": shop.post("/complete-outfit", json={**ASK, "user": f"u{n}", "session": "s"}).json() for n in range(12)}
    for user, answer in answers.items():
        bought = {"id": user, "type": "purchase", "item": answer["slots"][0]["items"][0]["id"], "user": user, "session": "s"}
        shop.post(
            "/events", json={"events": [{**bought, "recommendation_id": answer["recommendation_id"], "price": 9.5, "currency": "EUR"}]}
        )
    told = shop.get("/experiments/x/report").json()
    assert (told["experiment"], told["metric"], told["split"]["wrong"], told["warnings"]) == ("x", "purchase", False, [])
    found = told["variants"]
    assert {name: one["units"] for name, one in found.items()} == {
        name: sum(answer["variant"] == name for answer in answers.values()) for name in ("a", "b")
    }
    assert found["b"]["metrics"]["purchase"] == {"mean": 1.0, "interval": None, "gain": 0.0, "gain_interval": None, "verdict": "too few"}
    assert found["a"]["metrics"]["value"]["mean"] == 9.5
    assert shop.get("/experiments/y/report").status_code == 404


def test_a_variant_whose_rules_leave_nothing_answers_empty(shop: TestClient) -> None:
    """With no slots, as an outfit has that is complete; one that is complete is no empty answer of either."""
    nothing = {"id": "x", "do": "exclude", "items": {}}
    shop.put("/experiments", json={"experiments": [{"name": "x", "variants": [{"name": "a"}, {"name": "b", "rules": [nothing]}]}]})
    for n in range(24):
        items = ["tops-1"] if n % 2 else ["tops-1", "bottoms-1", "shoes-1", "bags-1"]
        answer = shop.post("/complete-outfit", json={"items": items, "user": f"u{n // 2}"}).json()
        assert answer["complete"] is (n % 2 == 0)
    found = shop.get("/experiments/x/report").json()["variants"]
    assert {name: one["metrics"]["empty"]["mean"] for name, one in found.items()} == {"a": 0.0, "b": 0.5}


def test_it_is_made_however_the_service_was_started(shop: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process of its own reads the file that was started; ``python -m app.cli`` started the command in it anew."""
    monkeypatch.setattr(sys.modules["__main__"], "__file__", str(Path(app.cli.__file__).with_name("__main__.py")), raising=False)
    shop.put("/experiments", json={"experiments": [{"name": "x", "variants": [{"name": "a"}, {"name": "b"}]}]})
    assert shop.get("/experiments/x/report").status_code == 200


def test_all_events_are_read_by_one_process_at_a_time(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports, and what rules would earn; none of it by the process that answers."""
    under_way, most = list[object](), list[int]()

    async def apart(what: object, *_: object, limiter: CapacityLimiter, cancellable: bool) -> None:
        assert cancellable
        async with limiter:
            under_way.append(what)
            most.append(len(under_way))
            await asyncio.sleep(0.01)
            under_way.remove(what)

    async def asked() -> None:
        report, earned = main._of_all_events(Settings(home=home))
        none: Any = None
        await asyncio.gather(*(report(none) for _ in range(2)), *(earned([], [], none) for _ in range(2)))

    monkeypatch.setattr(main.to_process, "run_sync", apart)
    asyncio.run(asked())
    assert most == [1] * 4


def test_it_is_the_admins(own: Path) -> None:
    """Whoever may write, or nobody, is refused."""
    keys = {"admin": "administer", "catalogue": "stock-clerk"}
    with TestClient(create_app(Settings(home=own, keys=keys))) as client:
        assert client.get("/experiments/x/report").status_code == 401
        assert client.get("/experiments/x/report", headers={"X-API-Key": "stock-clerk"}).status_code == 403
        assert client.get("/experiments/x/report", headers={"X-API-Key": "administer"}).status_code == 404
