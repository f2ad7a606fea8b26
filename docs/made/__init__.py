"""What the documents take from the code, between ``<!-- made: NAME -->`` and ``<!-- end -->``. A test fails where they differ from it.

``make papers`` (``python -m docs.made``) writes them anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from docs.made import api, recipes
from docs.made.interface import commands, files, objects, problems, routes, settings
from docs.made.rooms import diagram, table
from models.recipes.registry import RECIPES

DOCUMENTS: Final = Path(__file__).parents[1]
MADE: Final[Mapping[str, Mapping[str, Callable[[], str]]]] = {
    "architecture.md": {"diagram": diagram, "rooms": table},
    "settings.md": {"settings": settings},
    "contract.md": {"files": files, "commands": commands, "routes": routes, "objects": objects, "problems": problems},
    "api.md": {"routes": api.reference, "objects": api.schemas},
    "client.md": {"methods": api.methods},
} | {f"recipes/{name}.md": {"about": partial(recipes.about, name), "settings": partial(recipes.settings_of, name)} for name in RECIPES}


def renewed(text: str, parts: Mapping[str, Callable[[], str]]) -> str:
    """A document with its made parts as the code has them now.

    Raises:
        ValueError: a part has no place in the document, or two.
    """
    for name, make in parts.items():
        begin, end = f"<!-- made: {name} -->\n", "<!-- end -->"
        if text.count(begin) != 1:
            msg = f"the document has {text.count(begin)} places for {name!r}; give it one, {begin.strip()} to {end}"
            raise ValueError(msg)
        before, _, after = text.partition(begin)
        text = f"{before}{begin}\n{make()}\n\n{end}{after.partition(end)[2]}"
    return text
