"""What others rely on, from the code: the files of a dataset directory, commands, routes with their objects, problems."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, Final

import typer

from app.api.problems import MEDIA_TYPE
from app.cli import cli
from app.ground.errors import BY_STATUS, FOREIGN_PAGE, INTERNAL, MALFORMED_HTTP, PROBLEMS, UNKNOWN_HOST, UNKNOWN_SHOP
from app.ground.settings import Settings, table
from app.main import create_app
from models.datasets import schema

FILES: Final = {
    "outfits.jsonl": schema.Outfit,
    "fitb*.jsonl": schema.FillInTheBlank,
    "compatibility*.jsonl": schema.Compatibility,
    "retrieval*.jsonl": schema.Retrieval,
    "sessions.jsonl": schema.Session,
    "… each of its `events`": schema.SessionEvent,
}


def files() -> str:
    """Each file of a dataset directory and its fields; ``?`` marks what may be left out."""
    columns = [_field(field.name, required=not field.nullable) for field in schema.ITEM_SCHEMA]
    lines = ["| file | fields |", "|---|---|", f"| `items.parquet`, `items.jsonl` or `items.csv` | {' '.join(columns)} |"]
    for name, kind in FILES.items():
        given = {"id", "split"} if kind is schema.Outfit else set()  # which a reader gives where a file does not
        fields = [
            _field(one.name, required=one.default is dataclasses.MISSING and one.name not in given) for one in dataclasses.fields(kind)
        ]
        lines.append(f"| {name if '`' in name else f'`{name}`'} | {' '.join(fields)} |")
    return "\n".join(lines)


def commands() -> str:
    """Every command with its arguments and options, as one types it."""
    lines = []
    for name, command in _leaves(typer.main.get_command(cli), "attire"):
        words = [name]
        for one in command.params:
            if one.param_type_name == "argument":
                words.append(f"{(one.name or '').upper()}{' …' if one.nargs < 0 else ''}")
            elif one.name != "help":
                option = (
                    one.opts[-1]
                    if one.is_flag
                    else f"{one.opts[-1]} {(one.metavar or one.bare_type()).strip('<>').upper()}{' …' if one.multiple else ''}"
                )
                words.append(option if one.required else f"[{option}]")
        lines.append(f"{' '.join(words)}\n    {(command.help or '').partition(chr(10))[0]}")
    return "\n".join(["```", *lines, "```"])


def _leaves(command: Any, name: str) -> list[tuple[str, Any]]:  # noqa: ANN401 - click's commands, which typer does not export
    inside = getattr(command, "commands", None)
    if inside is None:
        return [(name, command)]
    return [leaf for below, one in sorted(inside.items()) for leaf in _leaves(one, f"{name} {below}")]


def described() -> dict[str, Any]:
    """The service's OpenAPI document; no home is needed for it."""
    return create_app(Settings(home=Path("nowhere"))).openapi()


def routes() -> str:
    """Every route: what it takes, what it answers, and with which statuses it may refuse."""
    lines = ["| route | takes | answers | refuses with |", "|---|---|---|---|"]
    for path, methods in sorted(described()["paths"].items()):
        for method, route in methods.items():
            query = [f"`{one['name']}`" for one in route.get("parameters", ()) if one["in"] == "query"]
            takes = _objects(route.get("requestBody", {})) or query
            good = {status: answer for status, answer in route["responses"].items() if status < "300"}
            answers = [f"{status} {' '.join(_objects(answer))}".strip() for status, answer in good.items()]
            refuses = sorted(set(route["responses"]) - set(good))
            lines.append(f"| `{method.upper()} {path}` | {' '.join(takes)} | {' '.join(answers)} | {' '.join(refuses)} |")
    return "\n".join(lines)


def _objects(part: dict[str, Any]) -> list[str]:
    """Names of the objects that a body may be."""
    schemas = [content.get("schema", {}) for media, content in part.get("content", {}).items() if media != MEDIA_TYPE]
    kinds = [kind for one in schemas for kind in one.get("anyOf", [one])]
    return [f"`{kind['$ref'].rpartition('/')[2]}`" for kind in kinds if "$ref" in kind]


def objects() -> str:
    """Every object of requests and answers with its fields; ``?`` marks what may be left out of a request."""
    lines = ["| object | fields |", "|---|---|"]
    for name, one in sorted(described()["components"]["schemas"].items()):
        if name not in {"HTTPValidationError", "ValidationError"}:  # FastAPI's own, which this service never sends
            fields = [_field(field, required=field in one.get("required", ())) for field in one.get("properties", {})]
            lines.append(f"| `{name}` | {' '.join(fields)} |")
    return "\n".join(lines)


def settings() -> str:
    """Every setting with its default and meaning."""
    rows = [f"| `{name}` | {f'`{default}`' if default else ''} | {meaning} |" for name, default, meaning in table()]
    return "\n".join(["| variable | default | what it is |", "|---|---|---|", *rows])


def problems() -> str:
    """Every problem that a request can be answered with."""
    told = {
        (one.status, one.type): one
        for one in (*PROBLEMS.values(), *BY_STATUS.values(), INTERNAL, MALFORMED_HTTP, UNKNOWN_HOST, UNKNOWN_SHOP, FOREIGN_PAGE)
    }
    lines = ["| status | type | title |", "|---|---|---|"]
    lines += [f"| {one.status} | `{one.type}` | {one.title} |" for _, one in sorted(told.items())]
    return "\n".join(lines)


def _field(name: str, *, required: bool) -> str:
    return f"`{name}`" if required else f"`{name}`?"
