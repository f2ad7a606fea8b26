"""What the recipes say of themselves, and a table of each one's settings."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any, Final

from models.recipes.base import AnyRecipe
from models.recipes.registry import RECIPES

ROOT: Final = Path(__file__).parents[2]
_NAMES: Final = re.compile(r"(?:^|(?<=[.;] ))([a-z_]+(?:, [a-z_]+)*): ")


def about(name: str) -> str:
    """What the file that trains it says of it: the paper, the losses, and what is whose."""
    file = RECIPES[name].training.partition(":")[0].replace(".", "/")
    said = ast.get_docstring(ast.parse((ROOT / f"{file}.py").read_text())) or ""
    return _plain(said)


def settings_of(name: str) -> str:
    """Every ``--set`` of a recipe: its default and what it is."""
    recipe = RECIPES[name]
    said = meanings(type(recipe.default))
    lines = ["| `--set` | default | what it is |", "|---|---|---|"]
    lines += [f"| `{one.name}` | {_default(recipe, one)} | {_plain(said.get(one.name, ''))} |" for one in fields(recipe.default)]
    return "\n".join(lines)


def meanings(config: type) -> dict[str, str]:
    """Field -> what the ``Attributes`` of its class, or of one that it inherits from, say; several that are told together share it."""
    found: dict[str, str] = {}
    for kind in reversed(config.__mro__):
        text = inspect.cleandoc(kind.__doc__ or "").partition("Attributes:\n")[2]
        known = {one.name for one in fields(kind)} if hasattr(kind, "__dataclass_fields__") else set()
        for entry in _entries(text):
            places = [match for match in _NAMES.finditer(entry) if known.issuperset(match[1].split(", "))]
            for match, following in zip(places, [*places[1:], None], strict=True):
                told = entry[match.end() : following.start() if following else None].strip().rstrip(".;")
                found |= dict.fromkeys(match[1].split(", "), told)
    return found


def _entries(text: str) -> Iterator[str]:
    """Each entry of a docstring's section, on one line."""
    for entry in re.split(r"\n {4}(?=\S)", "\n" + text):
        if entry.strip():
            yield " ".join(entry.split())


def _default(recipe: AnyRecipe, one: Field[Any]) -> str:
    value = getattr(recipe.default, one.name, MISSING)
    text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
    text = {"None": "none", "True": "true", "False": "false"}.get(text, text)
    return f"`{text}`" if text else ""


def _plain(text: str) -> str:
    return text.replace("``", "`").replace("|", "\\|")
