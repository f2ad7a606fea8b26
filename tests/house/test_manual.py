"""The manual does what it says: its commands and code run, one page after the other, and its site can be built.

A block of a shell or of Python that cannot run here says so in the line before it: ``<!-- not run: why -->``.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pytest
import uvicorn

from app.cli import run
from app.ground.settings import Settings
from app.home.keys import KeyFile
from app.main import create_app
from docs.made.recipes import meanings
from models.recipes.registry import RECIPES

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = (
    "README.md",
    *(f"docs/{name}.md" for name in ("connect", "widget", "scores", "train", "encoders", "learning_loop", "scale", "research")),
    *(f"docs/recipes/{name}.md" for name in ("README", *RECIPES)),
)
BLOCK: Final = re.compile(r"(?P<not_run><!-- not run: \S[^\n]* -->\n)?^```(?P<kind>sh|python)\n(?P<code>.*?)^```", re.MULTILINE | re.DOTALL)
FAST: Final = "--set epochs=1 --set members=1 --set masks=0 --set embedding_size=16 --no-compare"
"""What `attire train` is given beside, so that a page takes seconds."""


@dataclass(frozen=True)
class Manual:
    """A place to follow the manual in, and the service that `attire serve` stands for."""

    place: Path
    url: str
    key: str

    def follow(self, page: str, monkeypatch: pytest.MonkeyPatch) -> int:
        """Run a page's blocks; returns how many there were."""
        monkeypatch.chdir(self.place)
        blocks = [block for block in BLOCK.finditer((ROOT / page).read_text()) if not block["not_run"]]
        for block in blocks:
            code = block["code"].replace("http://localhost:8000", self.url).replace("localhost:8000", self.url).replace("demo-home", "shop")
            if block["kind"] == "python":
                exec(compile(code, page, "exec"), {"KEY": self.key})  # noqa: S102 - the page is ours
            else:
                self._shell(code)
        return len(blocks)

    def _shell(self, code: str) -> None:
        """`attire` is called in this process, which has loaded it already; the rest is a shell's."""
        waiting: list[str] = []
        for line in [*re.split(r"(?<!\\)\n(?=attire |$)", code.strip()), ""]:
            if not line.startswith("attire "):
                waiting.append(line)
                continue
            self._bash("\n".join(waiting))
            waiting = []
            self._attire(shlex.split(line, comments=True)[1:])
        self._bash("\n".join(waiting))

    def _attire(self, words: list[str]) -> None:
        if words[0] == "serve":  # it runs already
            return
        assert run([*words, *(FAST.split() if words[0] == "train" else ())]) == 0, words

    def _bash(self, code: str) -> None:
        if code.strip():
            told = subprocess.run(["bash", "-euo", "pipefail", "-c", code], capture_output=True, text=True, check=False, timeout=120)
            assert told.returncode == 0, f"{code}\n{told.stderr}"
            for answer in told.stdout.splitlines():
                assert '"/problems/' not in answer, f"{code}\n{answer}"


@pytest.fixture(scope="module")
def manual(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Manual]:
    """The shop of the dataset page as ``DATA`` and ``feed.csv``, imported into ``shop``, and served; ``bundle`` is trained on it."""
    place = tmp_path_factory.mktemp("manual")
    page = (ROOT / "docs" / "dataset.md").read_text()
    files = dict(re.findall(r"^`([\w.]+)`:.*?\n```\w+\n(.*?)^```", page, re.MULTILINE | re.DOTALL))
    (place / "DATA").mkdir()
    for name in ("items.csv", "outfits.jsonl"):
        (place / "DATA" / name).write_text(files[name])
    (place / "feed.csv").write_text(files["items.csv"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTIRE_CACHE", str(place / "cache"))
        patch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
        assert run(["import", str(place / "DATA"), "--home", str(place / "shop")]) == 0
        assert run(["train", str(place / "DATA"), "--out", str(place / "bundle"), *FAST.split()]) == 0
        _, key = KeyFile(place / "shop").create("all", ["admin"], ())
        server = uvicorn.Server(uvicorn.Config(create_app(Settings.read(home=place / "shop")), log_config=None))
        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
            thread.start()
            while not server.started:
                time.sleep(0.05)
            yield Manual(place, f"http://127.0.0.1:{listener.getsockname()[1]}", key)
            server.should_exit = True
            thread.join(20)


@pytest.mark.training
@pytest.mark.integration
@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_says_to_do_can_be_done(page: str, manual: Manual, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the small shop in the place of the reader's."""
    manual.follow(page, monkeypatch)


def test_blocks_are_found_and_most_of_them_run() -> None:
    """A page's blocks are not passed over by a slip of the pattern."""
    blocks = [block for page in PAGES for block in BLOCK.finditer((ROOT / page).read_text())]
    fences = sum(len(re.findall(r"^```(?:sh|python)$", (ROOT / page).read_text(), re.MULTILINE)) for page in PAGES)
    assert len(blocks) == fences
    assert sum(not block["not_run"] for block in blocks) > len(blocks) / 2


def test_every_setting_of_a_recipe_is_told() -> None:
    """By its page, from its docstring."""
    told = {name: meanings(type(recipe.default)) for name, recipe in RECIPES.items()}
    untold = {name: [one.name for one in fields(recipe.default) if not told[name].get(one.name)] for name, recipe in RECIPES.items()}
    assert {name: missing for name, missing in untold.items() if missing} == {}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built strictly."""
    out = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", out],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return out


@pytest.mark.integration
def test_the_site_is_built_and_every_link_leads_somewhere(site: Path) -> None:
    """Without a warning; a page of each kind is where its address says, and found by its words."""
    for page in ("index", "connect/index", "recipes/attire/index", "benchmarks/systems/index", "CHANGELOG/index"):
        assert (site / f"{page}.html").is_file(), page
    entries: list[dict[str, Any]] = json.loads((site / "search" / "search_index.json").read_text())["docs"]
    assert any("publishable" in entry["text"] for entry in entries if entry["location"].startswith("widget/"))


@pytest.mark.integration
def test_the_site_loads_nothing_from_elsewhere(site: Path) -> None:
    """No script, style, font or picture of another host, so that it can be read, and searched, without a network."""
    loading = re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*\b(?:src|href|srcset)=[\"']?(?:https?:)?//[^\s\"'>]+")
    for page in site.rglob("*.html"):
        assert loading.findall(page.read_text()) == [], page
