"""Reads a recipe's settings: from text to values of the field's type and range; a refusal is one line that names the field.

A field's type says what it may be, with pydantic's ``PositiveInt``, ``NonNegativeFloat``…, ``Share`` and ``Literal``. Conditions on several
fields are checked in the configuration's ``__post_init__``, which refuses them (``models.errors.refuse``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from models.errors import InputError, did_you_mean, refuse

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

ConfigT = TypeVar("ConfigT", bound="DataclassInstance")

Share = Annotated[float, Field(ge=0, le=1)]
"""A part of a whole, 0 to 1."""
DropShare = Annotated[float, Field(ge=0, lt=1)]
"""A chance of hiding something; 1 would hide everything."""

_FINITE: Final = ConfigDict(allow_inf_nan=False)


def configure(config: ConfigT, settings: Mapping[str, str]) -> ConfigT:
    """Apply ``settings`` to a configuration; each is read as its field's type: ``8``, ``1e-3``, ``true``, ``none``; ``1,2`` for tuples.

    Raises:
        InputError: no such setting (the nearest is named), not a value of its type or range, or values that exclude each other.
    """
    types = get_type_hints(type(config), include_extras=True)
    values: dict[str, Any] = {}
    for name, text in settings.items():
        if name not in types:
            hint = did_you_mean(name, types, f"there are: {', '.join(field.name for field in fields(config))}")
            refuse(f"the recipe has no setting {name!r}; {hint}", field=name)
        values[name] = _value(name, types[name], text)
    return replace(config, **values)


def _value(name: str, kind: Any, text: str) -> Any:  # noqa: ANN401 - a type, and a value of it
    try:
        return TypeAdapter(kind, config=_FINITE).validate_python(_spelled(kind, text.strip()))
    except ValidationError as error:
        problem = error.errors()[0]["msg"]
        msg = f"{text!r}: {problem[:1].lower()}{problem[1:]}"
        raise InputError(msg, field=name) from error


def _spelled(kind: Any, text: str) -> str | list[str] | None:  # noqa: ANN401 - a type
    """The text as pydantic takes it: None for ``none`` if the type allows it, a list for a tuple."""
    if get_origin(kind) is Annotated:
        return _spelled(get_args(kind)[0], text)
    if get_origin(kind) in {Union, UnionType} and NoneType in get_args(kind) and text.lower() == "none":
        return None
    if get_origin(kind) is tuple:
        inside = text.strip("()[] ")
        return [part.strip(" '\"") for part in inside.split(",") if part.strip()]
    return text
