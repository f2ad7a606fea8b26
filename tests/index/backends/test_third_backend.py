"""The brute-force backend of ``conftest.py`` serves: by its line in the registry and a setting, and with no change elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.catalogue.importing import import_catalogue
from app.cli import run
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.main import create_app
from index.backends.registry import BACKENDS, Choice
from index.errors import VectorIndexError

KEY = "of-the-catalogue-itself"
CONFTEST = Path(__file__).with_name("conftest.py")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose catalogue brings its own features."""
    root, rng = tmp_path_factory.mktemp("shop"), np.random.default_rng(0)
    lines = [
        {"id": f"{category}-{number}", "category": category, "price": float(number), "features": rng.normal(size=8).tolist()}
        for category in ("shoes", "tops")
        for number in range(20)
    ]
    (root / "items.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    import_catalogue(root, ReleaseStore(root / "home"), default_encoder="shipped")
    return root / "home"


def served(home: Path, monkeypatch: pytest.MonkeyPatch, **environment: str) -> list[str]:
    """Which items the service answers under these settings, best first."""
    for name, value in {"ATTIRE_KEYS__CATALOGUE": KEY, **environment}.items():
        monkeypatch.setenv(name, value)
    with TestClient(create_app(Settings.read(home=home))) as client:
        changed = {"items": [{"id": "tops-new", "category": "tops", "features": [1.0] * 8}, {"id": "tops-3", "category": "tops"}]}
        assert client.put("/items", json=changed, headers={"X-API-Key": KEY}).status_code == 200
        asked = {"items": ["shoes-1"], "slots": ["tops"], "k": 8}
        [slot] = client.post("/complete-outfit", json=asked).json()["slots"]
        return [item["id"] for item in slot["items"]]


def cached(home: Path) -> list[str]:
    """The cached indexes, by backend and category."""
    return sorted(str(path.relative_to(path.parents[1])) for path in home.glob("snapshots/*/cache/brute-force*/*"))


def test_it_is_short() -> None:
    """Under 60 lines, the imports and its line in the registry among them."""
    assert len(CONFTEST.read_text().splitlines()) < 60


def test_it_answers_as_exact_search_does(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For one category or for all; its indexes are kept, and what was changed since is laid over them."""
    exact = served(home, monkeypatch)
    assert len(exact) == 8
    assert cached(home) == []
    assert served(home, monkeypatch, ATTIRE_INDEX__CATEGORIES='{"tops": "brute-force"}') == exact
    assert cached(home) == ["brute-force-1/tops"]
    assert served(home, monkeypatch, ATTIRE_INDEX__BACKEND="brute-force") == exact
    assert cached(home) == ["brute-force-1/shoes", "brute-force-1/tops"]
    monkeypatch.setitem(BACKENDS, "brute-force", BACKENDS["flat"])  # another engine of that name
    assert served(home, monkeypatch) == exact


def test_importing_again_keeps_what_is_cached(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same catalogue is the same snapshot, and its indexes are still of it."""
    served(home, monkeypatch, ATTIRE_INDEX__BACKEND="brute-force")
    before = cached(home)
    store = ReleaseStore(home)
    first = store.current()
    assert first is not None
    again = import_catalogue(home.parent, store, default_encoder="shipped").release
    assert (again.snapshot, cached(home)) == (first.snapshot, before)


def test_an_unknown_backend_is_refused_with_those_there_are(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line, before anything is served."""
    with pytest.raises(VectorIndexError, match=r"no index backend 'hnws'; there are: auto, flat, coded, pq, ivf, hnsw, torch, brute-force"):
        Choice(backend="hnws")
    monkeypatch.setenv("ATTIRE_INDEX__CATEGORIES", '{"tops": "hnws"}')
    assert run(["doctor", "--home", str(home)]) == 2
    assert "no index backend 'hnws' for category 'tops'; there are: auto, flat" in capsys.readouterr().err
