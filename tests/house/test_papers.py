"""The documents say of the code what is so: what is made from it is as it is now, and what they point to is there."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from importlib.metadata import version
from pathlib import Path

import pytest

from docs.made import DOCUMENTS, MADE, renewed

ROOT = DOCUMENTS.parent
PAGES = [*ROOT.glob("*.md"), *DOCUMENTS.rglob("*.md"), *ROOT.glob("benchmarks/*.md")]


@pytest.mark.parametrize("name", MADE)
def test_what_is_made_from_the_code_is_as_the_code_has_it(name: str) -> None:
    """`make papers` writes it."""
    text = (DOCUMENTS / name).read_text()
    assert text == renewed(text, MADE[name]), "run `make papers`"


def test_a_part_without_a_place_is_told() -> None:
    """And not left out in silence."""
    with pytest.raises(ValueError, match="'diagram'"):
        renewed("nothing", MADE["architecture.md"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    """Within the project."""
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_every_file_and_command_that_is_named_is_there(page: str) -> None:
    """Paths in backticks that begin with a folder of the project, and targets of make."""
    text = (ROOT / page).read_text()
    wings = "|".join(path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith("."))
    for name in re.findall(rf"`((?:{wings})/[\w./-]+)`", text):
        assert (ROOT / name).exists(), name
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`make (\w+)", text):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_changelog_tells_of_the_version_that_is_installed() -> None:
    """Its newest number is that of ``pyproject.toml`` and of ``attire --version``, with a date; *Unreleased* may stand above."""
    headings = re.findall(r"^## \[(.+?)\](?: - (\S+))?$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    (number, day), *_ = headings[1:] if headings[0] == ("Unreleased", "") else headings
    assert number == version("attire") == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert date.fromisoformat(day) <= date.today()  # noqa: DTZ011 - a day is told where it was
