"""The examples of ``docs/client.md``, and every method, against the real service."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
import uvicorn
from pydantic import SecretStr

from app.catalogue.importing import import_catalogue
from app.ground.parts import Keys, LogSettings
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.main import create_app
from attire.client import Client, ProblemError
from attire.schemas import FiltersIn

PAGE = Path(__file__).parents[2] / "docs" / "client.md"
KEY = "a-key-for-everything"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service over a small shop."""
    root, rng = tmp_path_factory.mktemp("client"), np.random.default_rng(1)
    items = [
        {
            "id": f"{category}-{number}",
            "category": category,
            "title": f"{('black', 'red')[number % 2]} {category}",
            "price": 10.0 + number,
            "features": rng.normal(size=8).tolist(),
        }
        for category in ("tops", "bottoms", "shoes")
        for number in range(12)
    ]
    (root / "items.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
    import_catalogue(root, ReleaseStore(root / "home"), default_encoder="shipped")
    log, keys = LogSettings(url=SecretStr(f"sqlite:{root / 'log.sqlite'}")), Keys(admin=SecretStr(KEY))
    server = uvicorn.Server(uvicorn.Config(create_app(Settings(home=root / "home", log=log, keys=keys)), log_config=None))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(20)


def test_the_examples_of_the_page_run(service: str) -> None:
    """One after the other, as they stand but for the address."""
    examples = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(examples) >= 5
    names = {"KEY": KEY, "ITEM": "tops-1"}
    for example in examples:
        exec(compile(example.replace("http://localhost:8000", service), str(PAGE), "exec"), names)  # noqa: S102 - the page is ours


def test_every_method_is_answered(service: str) -> None:
    """Also those that the page does not show."""
    with Client(service, key=KEY) as attire:
        assert attire.health().status == "ready"
        assert {one.name for one in attire.categories().categories} == {"tops", "bottoms", "shoes"}
        assert attire.items(filters=FiltersIn(in_stock=True), q="shoes").total == attire.items(filters={"in_stock": True}, q="shoes").total
        counted = attire.categories(filters={"price": {"max": 0}}).categories
        assert [one.count for one in counted] == [0, 0, 0]
        explained = attire.complete_outfit(items=["tops-1"], slots=["shoes"], k=1, explain=True, text="no black")
        assert explained.slots[0].items[0].why
        assert explained.text is not None
        assert explained.text.constraints[0].not_
        assert explained.text.constraints[0].is_ == [{"title": ["black"]}]
        outfit = {"items": ["tops-1", "shoes-1", "bottoms-1"]}
        assert attire.score_outfit(outfits=[outfit], explain=True).outfits[0].pairs
        assert attire.similar_items(id="tops-1", k=2).items
        with pytest.raises(ProblemError, match="encoder"):
            attire.similar_items(text="red")
        assert attire.put_items([{"id": "new", "category": "shoes", "features": [0.5] * 8}]).accepted == 1
        assert attire.item("new").category == "shoes"
        assert attire.delete_item("new").accepted == 1
        current = next(one for one in attire.releases().releases if one.current)
        assert attire.activate(current.id).id == current.id
        first = attire.put_rules([{"id": "own", "do": "boost", "items": {"category": ["shoes"]}}]).version
        assert attire.put_rules([], replace=True, version=first).rules == []
        with pytest.raises(ProblemError, match="another version"):
            attire.delete_rule("own", version=first)
        assert [rule.id for rule in attire.rules(version=first).rules] == ["own"]
        assert attire.rule_versions(limit=1).versions[0].removed == ["own"]
        with pytest.raises(ProblemError) as raised:
            attire.rollback()
        assert raised.value.status == 404
