"""docs/dataset.md: its example is a shop that works, and its tables name every field."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from app.cli import run
from models.datasets.schema import ITEM_SCHEMA, Compatibility, FillInTheBlank, Outfit, Retrieval, Session

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "dataset.md").read_text()
FILES = dict(re.findall(r"^`([\w.]+)`:.*?\n```\w+\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
QUESTIONS = ("fitb.jsonl", "compatibility.jsonl", "retrieval.jsonl")


def test_the_page_shows_every_file() -> None:
    """Each with an example."""
    assert set(FILES) == {"items.csv", "outfits.jsonl", "sessions.jsonl", *QUESTIONS}


@pytest.mark.parametrize("kind", [Outfit, Session, FillInTheBlank, Compatibility, Retrieval])
def test_the_page_names_every_field(kind: type) -> None:
    """Of items as well."""
    names = {one.name for one in fields(kind)} | set(ITEM_SCHEMA.names)
    assert {name for name in names if f"`{name}`" not in PAGE and f'"{name}"' not in PAGE} == set()


def test_the_example_is_checked_imported_learned_and_evaluated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a newcomer would; with the page's questions in place of drawn ones at the end."""
    monkeypatch.setenv("ATTIRE_CACHE", str(tmp_path / "cache"))
    shop, home, bundle, result = (str(tmp_path / name) for name in ("shop", "home", "bundle", "result.json"))
    Path(shop).mkdir()
    for name in ("items.csv", "outfits.jsonl", "sessions.jsonl"):
        (Path(shop) / name).write_text(FILES[name])
    assert run(["check", shop]) == 0
    assert "15 items, outfits: 10 train, 1 valid, 1 test; 0 kinds of warning" in capsys.readouterr().out
    assert run(["import", shop, "--home", home]) == 0
    assert (
        run(["train", shop, "--out", bundle, "--set", "epochs=1", "--set", "members=1", "--set", "masks=0", "--set", "embedding_size=16"])
        == 0
    )
    assert run(["evaluate", shop, "--bundle", bundle, "--json", result]) == 0
    drawn = json.loads(Path(result).read_text())
    assert drawn["drawn"]["outfits"] == 1
    assert "questions drawn from 1 outfits" in capsys.readouterr().out
    assert run(["publish", bundle, "--home", home]) == 0
    for name in QUESTIONS:
        (Path(shop) / name).write_text(FILES[name])
    assert run(["check", shop]) == 0
    assert run(["evaluate", shop, "--bundle", bundle, "--json", result]) == 0
    asked = json.loads(Path(result).read_text())
    assert {name: figures["n"] for name, figures in asked["tasks"].items()} == {"fitb": 1, "compatibility": 2, "retrieval": 1}
    assert "drawn" not in asked
    (Path(shop) / "outfits.jsonl").unlink()
    assert run(["check", shop]) == 0
    assert "outfits: 1 train" in capsys.readouterr().out
