"""The import contracts: each fails when it is broken on purpose."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
BREAKS: Final = {
    "models and index stand alone: neither knows the other, nor the service": ("index/snapshot.py", "models.bundle"),
    "the service is on top, sealed knows nobody": ("sealed/files.py", "index.errors"),
    "the client knows what the service takes and answers, and nothing that computes": ("attire/calls.py", "app.ground.settings"),
    "the rooms of the service: each knows only those below it": ("app/live/follower.py", "app.api.services"),
    "the rooms of models: training knows no recipe, and a model knows no training": ("models/training/run.py", "models.recipes.base"),
    "one recipe does not know another": ("models/recipes/attire/config.py", "models.recipes.personal.config"),
    "the rooms of index": ("index/columns.py", "index.snapshot"),
    "the rooms of sealed": ("sealed/files.py", "sealed.manifest"),
    "no circle of files": ("app/ground/errors.py", "app.ground.settings"),
    "production code knows no synthetic wardrobe": ("app/worker/loop.py", "models.wardrobe.rule"),
    "one machine needs no Ray": ("index/delta.py", "ray"),
    "the domain speaks no HTTP": ("app/recommend/rank.py", "fastapi"),
}
"""Contract -> a file, and the import that breaks it."""


def test_no_recipe_is_left_out_of_their_contract() -> None:
    """Every folder of recipes is named in it."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    named = next(contract["modules"] for contract in contracts if contract["name"] == "one recipe does not know another")
    folders = [file.parent.name for file in (ROOT / "models" / "recipes").glob("*/__init__.py")]
    assert sorted(named) == sorted(f"models.recipes.{name}" for name in folders)


def test_each_contract_fails_when_it_is_broken(tmp_path: Path) -> None:
    """All of them broken at once, in a copy; none is forgotten here."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert set(BREAKS) == {contract["name"] for contract in project["tool"]["importlinter"]["contracts"]}
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in project["tool"]["importlinter"]["root_packages"]:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("*.safetensors", "__pycache__"))
    for file, imported in BREAKS.values():
        with (tmp_path / file).open("a") as end:
            end.write(f"\nimport {imported}\n")
    linted = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    kept = [line for line in linted.stdout.splitlines() if line.endswith("KEPT")]
    assert linted.returncode == 1
    assert kept == []
    assert linted.stdout.count("BROKEN") >= len(BREAKS)
