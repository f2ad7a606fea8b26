"""The rooms of the house and who imports whom, from the imports themselves."""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from pathlib import Path
from typing import Final

import grimp

ROOT: Final = Path(__file__).parents[2]
WINGS: Final[tuple[str, ...]] = tuple(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"])


def room_of(module: str) -> str:
    """``app.api.outfits`` -> ``app.api``; a wing that is one room stands for itself."""
    return ".".join(module.split(".")[: 2 if len(rooms_in(module.partition(".")[0])) > 1 else 1])


@cache
def rooms_in(wing: str) -> tuple[str, ...]:
    """The folders and files of a wing; the wing itself where it has no folders, as there is little to walk through."""
    inside = sorted(path for path in (ROOT / wing).iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file())
    if not any(path.is_dir() for path in inside):
        return (wing,)
    return tuple(f"{wing}.{path.stem}" for path in inside if path.stem != "__init__")


@cache
def arrows() -> dict[str, set[str]]:
    """Room -> the rooms that it imports; what only a type checker imports does not count."""
    graph = grimp.build_graph(*WINGS, exclude_type_checking_imports=True)
    found: dict[str, set[str]] = {room: set() for wing in WINGS for room in rooms_in(wing)}
    for module in graph.modules - set(WINGS):
        found[room_of(module)] |= {room_of(other) for other in graph.find_modules_directly_imported_by(module)} - {room_of(module)}
    return found


@cache
def below(room: str) -> frozenset[str]:
    """Every room that a room reaches."""
    return frozenset(arrows()[room]).union(*(below(other) for other in arrows()[room]))


def diagram() -> str:
    """The arrows as a mermaid flowchart, without those that follow from others."""
    lines = ["```mermaid", "flowchart TD"]
    for wing in WINGS:
        boxes = [f"    {_box(room)}[{room.partition('.')[2] or room}]" for room in rooms_in(wing)]
        lines += boxes if rooms_in(wing) == (wing,) else [f"  subgraph {wing}", *boxes, "  end"]
    for room in sorted(arrows()):
        nearest = {other for other in arrows()[room] if not any(other in below(way) for way in arrows()[room] - {other})}
        lines += [f"  {_box(room)} --> {_box(other)}" for other in sorted(nearest)]
    return "\n".join([*lines, "```"])


def _box(room: str) -> str:
    return room.replace(".", "_")


def table() -> str:
    """Each room, from the top down: what it is, and every room that it imports."""
    lines = ["| room | what it is | imports |", "|---|---|---|"]
    for wing in WINGS:
        for room in sorted(rooms_in(wing), key=lambda one: (-len(below(one)), one)):
            others = [other.removeprefix(f"{wing}.") for other in sorted(arrows()[room])]
            lines.append(f"| `{room}` | {_about(room)} | {' '.join(f'`{other}`' for other in others)} |")
    return "\n".join(lines)


def _about(room: str) -> str:
    """The first line of a room's docstring."""
    path = ROOT / room.replace(".", "/")
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    said = ast.get_docstring(ast.parse(source.read_text())) or ""
    return said.partition("\n")[0].replace("``", "`").replace("|", "\\|")
