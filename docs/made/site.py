"""The manual's pages, for ``mkdocs.yml``: what the repository's documents link to, at the paths that they link by.

MkDocs takes one folder, and the documents lie where GitHub shows them: README.md, docs/, benchmarks/. So every page has its path in the
repository here, and whatever a page links to is there, too, a test or a picture; links work in both places as they are. In addresses
``docs/`` is left out.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any, Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT: Final = Path(__file__).parents[2]
ALWAYS: Final = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "docs/**/*.md", "benchmarks/*.md")
BESIDE: Final = {"docs/icon.svg": "app/web/static/icon.svg", "docs/manual.css": "docs/made/manual.css"}
"""Path in the site -> the file."""
LISTED: Final = {"Measured": "benchmarks/*.md", "Reference": "docs/decisions/*.md"}
"""Section of the navigation -> the pages that it has beside those that are named."""

_LINK: Final = re.compile(r"\]\(([^)#:\s]+)")
_MERMAID: Final = re.compile(r"```mermaid\n.*?```", re.DOTALL)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Complete the navigation."""
    for part in config.nav or ():
        for section, pattern in LISTED.items():
            if section in part:
                part[section] += [page for page in _found(pattern) if not page.endswith("README.md")]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """The theme's own files, and ours in place of those of ``docs_dir``."""
    for file in [one for one in files if one.src_dir == config.docs_dir]:
        files.remove(file)
    wanted = {path: ROOT / path for path in linked()} | {path: ROOT / source for path, source in BESIDE.items()}
    for path, source in wanted.items():
        file = File.generated(config, path, abs_src_path=str(source))
        file.dest_uri = file.dest_uri.removeprefix("docs/")
        files.append(file)
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:  # noqa: ANN401 - MkDocs hands over more than is wanted
    """Diagrams are GitHub's: to draw them here a script would have to come from another host."""
    return _MERMAID.sub("*(GitHub draws a diagram here.)*", markdown)


def linked() -> list[str]:
    """Every page, and every file that one of them links to, as paths in the repository."""
    found: dict[str, None] = dict.fromkeys(path for pattern in ALWAYS for path in _found(pattern))
    waiting = list(found)
    while waiting:
        page = waiting.pop()
        if page.endswith(".md"):
            targets = {posixpath.normpath(posixpath.join(posixpath.dirname(page), to)) for to in _LINK.findall((ROOT / page).read_text())}
            new = sorted(to for to in targets if to not in found and (ROOT / to).is_file())
            found |= dict.fromkeys(new)
            waiting += new
    return list(found)


def _found(pattern: str) -> list[str]:
    return sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob(pattern))
