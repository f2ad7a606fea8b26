"""attire evaluate --from-log, over what a service has answered."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from starlette.testclient import TestClient

from app.cli import run
from app.ground.exploration import Exploration
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.main import create_app
from tests.app.homes import copied

PAGE = (Path(__file__).parents[3] / "docs" / "experiments.md").read_text()


@pytest.fixture
def shop(home: Path, tmp_path: Path) -> Path:
    """A copy of the home."""
    return copied(home, tmp_path / "home")


def ask(home: Path, share: float) -> int:
    """Some questions; of each slot the first and the last suggestion are bought. Gives the number of slots."""
    slots = 0
    settings = Settings(home=home, exploration=Exploration(share=share, cold_below=0))
    with TestClient(create_app(settings)) as client:
        for number in range(20):
            question = {"items": [f"tops-{number % 10}"], "k": 5, "session": f"s{number}"}
            answer = client.post("/complete-outfit", json=question).json()
            slots += len(answer["slots"])
            bought = [item["id"] for slot in answer["slots"] for item in (slot["items"][0], slot["items"][-1])]
            act = {"type": "purchase", "session": f"s{number}", "recommendation_id": answer["recommendation_id"]}
            events = [{"id": f"{number}-{item}", "item": item, **act} for item in bought]
            assert client.post("/events", json={"events": events}).status_code == 202
    return slots


def test_a_log_of_few_is_told_and_refused(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The figures are in the file, with why not to believe them; both bundles are the same here. Attention is assumed, or given."""
    slots = ask(shop, 0.3)
    bundle = ReleaseStore(shop).served().bundle
    out = tmp_path / "out.json"
    assert run(["evaluate", "--from-log", "--home", str(shop), "--bundle", str(shop / "bundles" / bundle), "--json", str(out)]) == 0
    said = capsys.readouterr().out
    assert f"purchase per slot, of the {slots} explored lists" in said
    assert said.count("refused: too few effective samples: ") == 2
    assert "to the power of 1.00, which is assumed: fewer than 100 explored items were acted upon" in said
    told = json.loads(out.read_text())
    assert told["candidate"] == told["current"]
    assert told["current"]["answers"] == slots
    assert told["current"]["ips"]["value"] > 0
    assert told["current"]["refused"].startswith("too few effective samples")
    monkeypatch.setenv("ATTIRE_EXPLORATION__EXAMINATION", "0.5")
    assert run(["evaluate", "--from-log", "--home", str(shop), "--bundle", str(shop / "bundles" / bundle)]) == 0
    assert "to the power of 0.50, as ATTIRE_EXPLORATION__EXAMINATION gives" in capsys.readouterr().out


def test_an_analyst_computes_the_same_from_the_export(shop: Path, tmp_path: Path) -> None:
    """IPS of the release that serves, from nothing but the rows of ``attire events export``, as docs/experiments.md has it."""
    ask(shop, 0.3)
    bundle, told, out = ReleaseStore(shop).served().bundle, tmp_path / "told.json", tmp_path / "out.parquet"
    assert run(["evaluate", "--from-log", "--home", str(shop), "--bundle", str(shop / "bundles" / bundle), "--json", str(told)]) == 0
    assert run(["events", "export", str(out), "--home", str(shop)]) == 0
    [code] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {"pl": pl, "EXPORT": out}
    exec(code, names)  # noqa: S102 - the page's
    assert names["ips"] == pytest.approx(json.loads(told.read_text())["current"]["ips"]["value"], rel=1e-4)


def test_without_exploration_it_says_what_to_set(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line, exit code 2."""
    ask(shop, 0.0)
    bundle = ReleaseStore(shop).served().bundle
    assert run(["evaluate", "--from-log", "--home", str(shop), "--bundle", str(shop / "bundles" / bundle)]) == 2
    assert "no answer of this log was explored" in (said := capsys.readouterr().err)
    assert "ATTIRE_EXPLORATION__SHARE=0.02" in said


def test_options_of_questions_do_not_go_with_it(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor does a reward that is none."""
    bundle = str(shop / "bundles" / ReleaseStore(shop).served().bundle)
    asked = ["evaluate", "--from-log", "--home", str(shop), "--bundle", bundle]
    assert run([*asked, "--predictions", str(tmp_path / "lines")]) == 2
    assert "'--predictions': goes with the questions of DATA" in capsys.readouterr().err
    assert run([*asked, "--reward", "money"]) == 2
    assert "'money' is none of view, add_to_cart, purchase" in capsys.readouterr().err
