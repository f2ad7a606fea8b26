"""The wheel and the sdist: everything is in them, and what is installed from them runs where no clone is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text())
WINGS: Final[tuple[str, ...]] = tuple(PROJECT["tool"]["importlinter"]["root_packages"])

pytestmark = pytest.mark.integration


def tracked(*folders: str) -> list[str]:
    """Paths that git knows, or would if they were added."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *folders]
    paths = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [path for path in paths if (ROOT / path).is_file()]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the sdist, and the wheel that is built from it, of a clean checkout."""
    clean, out = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("dist")
    for path in tracked():
        if not path.startswith(("tests/", "benchmarks/", "docs/")):
            (clean / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, clean / path)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(clean)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return out


def test_the_wheel_has_every_file_of_the_packages_and_nothing_else(built: Path) -> None:
    """Code, encoders, pages, scripts and templates."""
    [wheel] = built.glob("*.whl")
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert inside == set(tracked(*WINGS))


def test_the_sdist_has_what_the_wheel_is_made_of(built: Path) -> None:
    """And what says what it is."""
    [sdist] = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    assert inside.issuperset({*tracked(*WINGS), "pyproject.toml", "README.md", "LICENSE"})


def test_what_is_installed_runs_away_from_the_clone(built: Path, tmp_path: Path) -> None:
    """It says its version, and the doctor that there is nothing to serve yet and what to do."""
    [wheel] = built.glob("*.whl")
    target = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", str(target), str(wheel)]
    subprocess.run(pip, check=True, timeout=300)
    away = {**os.environ, "PYTHONPATH": str(target), "ATTIRE_HOME": str(tmp_path / "home")}
    said = [
        subprocess.run(
            [sys.executable, *words], cwd=tmp_path, env=away, capture_output=True, text=True, check="doctor" not in words, timeout=300
        ).stdout
        for words in (["-m", "app.cli", "--version"], ["-m", "app.cli", "doctor"], ["-c", "import app; print(app.__file__)"])
    ]
    assert said[0] == f"attire {PROJECT['project']['version']}\n"
    assert f"attire import DATA --home {tmp_path / 'home'}" in said[1]
    assert said[2].strip() == str(target / "app" / "__init__.py")
