"""What is imported is declared, what is declared is imported, and the service runs without the extras."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
OWN = tuple(PROJECT["tool"]["importlinter"]["root_packages"])
NOT_IMPORTED_BY_NAME = {"python-multipart", "nvidia-ml-py"}  # by Starlette, for forms; by torch, for a GPU's load
BESIDE = {path.stem for folder in ("benchmarks", "deploy") for path in (ROOT / folder).rglob("*.py")}  # they import each other by name
NO_DISTRIBUTION = {*OWN, "benchmarks", "docs", "tests", *BESIDE, "_typeshed"}


def declared(requirements: list[str]) -> set[str]:
    """Names of distributions."""
    return {canonicalize_name(Requirement(one).name) for one in requirements}


DEPENDENCIES = declared(PROJECT["project"]["dependencies"])
EXTRAS = {name: declared(of) for name, of in PROJECT["project"]["optional-dependencies"].items()}


def modules(path: Path) -> Iterator[str]:
    """Top-level names of what a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (one.name.partition(".")[0] for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


@cache
def imported(*folders: str) -> dict[str, str]:
    """Distribution -> one of the files that imports it."""
    distributions = packages_distributions()
    found = {}
    for path in sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for module in modules(path):
            if module not in sys.stdlib_module_names and module not in NO_DISTRIBUTION:
                known = {canonicalize_name(name) for name in distributions.get(module, [module])}
                found[next(iter(sorted(known & DEPENDENCIES)), min(known))] = str(path.relative_to(ROOT))
    return found


def test_what_is_imported_is_declared() -> None:
    """The service's own imports among its dependencies, or in an extra other than ``dev``."""
    allowed = DEPENDENCIES.union(*(of for name, of in EXTRAS.items() if name != "dev"))
    assert {name: path for name, path in imported(*OWN).items() if name not in allowed} == {}


def test_what_the_tests_import_is_declared() -> None:
    """Those, or in ``dev``."""
    allowed = DEPENDENCIES.union(*EXTRAS.values())
    assert {name: path for name, path in imported("tests", "benchmarks", "deploy", "docs").items() if name not in allowed} == {}


def test_what_is_declared_is_imported() -> None:
    """Nothing is installed for nobody."""
    used = imported(*OWN)
    assert {name for name in DEPENDENCIES.union(EXTRAS["plots"], EXTRAS["gpu"]) if name not in used} == NOT_IMPORTED_BY_NAME


def test_the_image_is_made_of_every_package() -> None:
    """Copied, and not kept out of what Docker sees."""
    copied, seen = ((ROOT / name).read_text().splitlines() for name in ("Dockerfile", ".dockerignore"))
    for package in OWN:
        assert f"COPY {package} {package}" in copied
        assert f"!{package}" in seen


@pytest.mark.integration
def test_the_service_runs_without_the_extras() -> None:
    """Serving, learning, training and evaluating are imported where those are not to be had."""
    parts = "app.main, app.worker.learn, app.simulate.drive, app.simulate.report, models.evaluation.evaluate, models.recipes.train"
    trainings = "[resolve_name(one.training) for one in RECIPES.values()]"
    check = f"""
import sys
absent = ("matplotlib", "pynvml", "ray", "s3fs", "botocore")
sys.modules.update(dict.fromkeys(absent))
import {parts}
import typer, app.cli
dict(typer.main.get_command(app.cli.cli).commands)  # every command's module
import app.catalogue.publishing
from pkgutil import resolve_name
from models.recipes.registry import RECIPES
{trainings}
"""
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
