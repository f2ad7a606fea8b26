"""The reference of the HTTP interface, from the OpenAPI document, and the methods of the Python client."""

from __future__ import annotations

import inspect
import json
from functools import cache
from typing import Any, Final

from attire.client import Client
from docs.made.interface import described

Schema = dict[str, Any]
_BOUNDS: Final = (("minimum", "from {}"), ("exclusiveMinimum", "above {}"), ("maximum", "to {}"), ("maxItems", "at most {}"))
_FASTAPIS_OWN: Final = {"HTTPValidationError", "ValidationError"}


@cache
def _document() -> Schema:
    return described()


def reference() -> str:
    """Every route by its subject: what it does, its parameters, what it takes, answers and refuses with."""
    by_subject: dict[str, list[str]] = {}
    for path, methods in sorted(_document()["paths"].items()):
        for method, route in methods.items():
            by_subject.setdefault(route["tags"][0], []).append(_route(f"{method.upper()} {path}", route))
    return "\n\n".join(f"## {subject.capitalize()}\n\n" + "\n\n".join(routes) for subject, routes in by_subject.items())


def schemas() -> str:
    """Every object: its fields, what each may be and means."""
    found = sorted(_document()["components"]["schemas"].items())
    return "\n\n".join(f"### {name}\n\n{_object(one)}" for name, one in found if name not in _FASTAPIS_OWN)


def methods() -> str:
    """Each method of the client, which is one of the asynchronous client, too: what it takes and answers, and what it is for."""
    lines = ["| method | answers | |", "|---|---|---|"]
    for name, method in vars(Client).items():
        if name.startswith("_") or not callable(method):
            continue
        signature = inspect.signature(method)
        taken = ", ".join(f"{'**' * (one.kind is one.VAR_KEYWORD)}{one.name}" for one in list(signature.parameters.values())[1:])
        answers = str(signature.return_annotation).removeprefix("schemas.")
        told = (inspect.getdoc(method) or "").partition("\n")[0].replace("``", "`").replace("|", "\\|")
        where = f"[`{answers}`](api.md#{answers.lower()})" if answers in _document()["components"]["schemas"] else f"`{answers}`"
        lines.append(f"| `{name}({taken})` | {where} | {told} |")
    return "\n".join(lines)


def _route(name: str, route: Schema) -> str:
    parts = [f"### `{name}`", _line(route.get("description", ""))]
    if parameters := route.get("parameters"):
        rows = [
            _row(one["name"], one["schema"], one.get("description", ""), needed=one.get("required", False), place=one["in"])
            for one in parameters
        ]
        parts.append("\n".join(["| parameter | what it may be | meaning |", "|---|---|---|", *rows]))
    good = {status: answer for status, answer in route["responses"].items() if status < "300"}
    takes = sorted(_linked(route.get("requestBody", {})))
    answers = [f"{status} {' '.join(sorted(_linked(one)))}".strip() for status, one in good.items()]
    refuses = " ".join(sorted(set(route["responses"]) - set(good)))
    taken = f"Takes {', '.join(takes)}. " if takes else ""
    parts.append(f"{taken}Answers {', '.join(answers)}{f'; refuses with {refuses}' if refuses else ''}.")
    return "\n\n".join(parts)


def _linked(body: Schema) -> set[str]:
    """Objects that it may be; a form's parts are the object and pictures."""
    return {kind for content in body.get("content", {}).values() for kind in _kinds(content.get("schema", {})) if kind.startswith("[")}


def _object(one: Schema) -> str:
    needed = one.get("required", ())
    fields = one.get("properties", {})
    rows = [_row(name, field, field.get("description", ""), needed=name in needed, place=None) for name, field in fields.items()]
    table = "\n".join(["| field | what it may be | meaning |", "|---|---|---|", *rows])
    return f"{_line(one.get('description', ''))}\n\n{table}" if one.get("description") else table


def _row(name: str, schema: Schema, told: str, *, needed: bool, place: str | None) -> str:
    default = schema.get("default")
    left_out = "" if needed or default in (None, [], {}) else f"; left out: `{json.dumps(default)}`"
    optional = "" if needed or place == "path" else "?"
    return f"| `{name}`{optional} | {' or '.join(_kinds(schema))}{left_out} | {_line(told)} |"


def _kinds(schema: Schema) -> list[str]:
    """What a value may be, in words, with links to objects."""
    if "anyOf" in schema or "oneOf" in schema:
        found = [kind for one in schema.get("anyOf") or schema["oneOf"] for kind in _kinds(one)]
        return list(dict.fromkeys(kind for kind in found if kind != "null"))
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return [f"[`{name}`](#{name.lower()})"]
    if "enum" in schema or "const" in schema:
        return [" ".join(f"`{value}`" for value in schema.get("enum") or [schema.get("const")])]
    bounds = " ".join(form.format(f"{schema[key]:,.10g}") for key, form in _BOUNDS if key in schema)
    kind = {"string": "text", "array": "list"}.get(schema.get("type", ""), schema.get("type", "anything"))
    inside = f" of {' or '.join(_kinds(schema['items']))}" if "items" in schema else ""
    return [f"{kind}{inside}{f' ({bounds})' if bounds else ''}"]


def _line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
