"""What all requests share: a strict model, ids and names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from types import NoneType
from typing import Annotated, Any, Final, LiteralString, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError
from pydantic_core.core_schema import no_info_before_validator_function

from models.datasets.names import LONGEST_NAME, has_control
from models.errors import did_you_mean

LONGEST_TEXT: Final = 2_000
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""A moment before it is a mistake."""
_MOST_TOLD: Final = 5
_MOST: Final = 10_000  # what one request may hold is a setting (``Limits``), and is less
T = TypeVar("T")


def refused_where(kind: LiteralString, problem_of: Callable[[str], str | None]) -> AfterValidator:
    """A validator that refuses a text with which there is a problem."""

    def check(text: str) -> str:
        problem = problem_of(text)
        if problem:
            raise PydanticCustomError(kind, "{problem}", {"problem": problem})
        return text

    return AfterValidator(check)


@dataclass(frozen=True)
class AtMost:
    """Refuses a list or object of more elements before any of them is looked at; its description says so."""

    most: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 - pydantic's
        return no_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        described = handler(schema)
        name = "maxItems" if described.get("type") == "array" else "maxProperties"
        return {**described, name: min(self.most, described.get(name, self.most))}

    def _check(self, value: Any) -> Any:  # noqa: ANN401 - whatever a client sent
        if isinstance(value, list | dict) and len(value) > self.most:
            kind, problem = "too_long", "has {found} elements, and takes at most {most}"
            raise PydanticCustomError(kind, problem, {"found": len(value), "most": self.most})
        return value


def _unprintable(text: str) -> str | None:
    """Of lone surrogates and control characters, which an archive in UTF-8 or a line of a log cannot hold."""
    return "holds characters that cannot be printed" if has_control(text) else None


Few = Annotated[list[T], Field(fail_fast=True), AtMost(_MOST)]
"""A list that is checked in bounded time: a longer one is refused before its elements are looked at, and the first bad one is told."""
Value = Annotated[str, Field(max_length=LONGEST_TEXT)]
"""What an item's field or attribute is to be."""
Id = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, examples=["w000042"])]
CategoryName = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, examples=["shoes"])]
Signature = Annotated[
    str | None,
    Field(
        max_length=128,
        description="Of the `user`, by the shop's server: HMAC-SHA256 with `ATTIRE_KEYS__SHOPPERS`, in hexadecimal. Without it a `user` is "
        "not believed where a page's key is sent.",
        examples=["5f0c9d3b8e1a46d2b7c40a9f6e3d1c8b2a7f5e4d3c2b1a09f8e7d6c5b4a39281"],
    ),
]
Name = Annotated[Id, refused_where("not_printable", _unprintable)]


def with_examples(*bodies: dict[str, Any], one_of: list[dict[str, Any]] | None = None) -> ConfigDict:
    """The configuration of an object that its documentation shows like these.

    Args:
        one_of: schemas of which it fits one, where that is so; see ``exactly_one``.
    """
    said: dict[str, Any] = {"examples": list(bodies)} if bodies else {}
    return ConfigDict(json_schema_extra=said if one_of is None else {**said, "oneOf": one_of})


def exactly_one(*names: str) -> list[dict[str, Any]]:
    """In words of JSON Schema's ``oneOf``: one of these fields is given, the others are left out or null."""
    null = {"type": "null"}
    return [{"required": [name], "properties": {other: {"not": null} if other == name else null for other in names}} for name in names]


class Strict(BaseModel):
    """Refuses unknown fields, values of another type, and infinite numbers; null is as good as left out where it is no value."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _name_the_nearest_field(cls, data: Any) -> Any:  # noqa: ANN401 - whatever a client sent
        known = known_fields(cls, _of_model, data)
        if not isinstance(known, dict) or all(known[name] is not None for name in _never_null(cls) & known.keys()):
            return known
        return {name: value for name, value in known.items() if value is not None or name not in _never_null(cls)}


def known_fields(owner: type, fields_of: Callable[[Any], Mapping[str, FieldInfo]], data: T) -> T:
    """What a client sent, once it has no unknown field; it names the field that was probably meant, of many the first few.

    Raises:
        ValidationError: it has one.
    """
    declared = _declared(owner, fields_of)
    if not isinstance(data, dict) or data.keys() <= declared.keys():
        return data
    fields, unknown = [*declared], [name for name in data if name not in declared]
    lacking = [name for name, field in declared.items() if field.is_required() and name not in data]
    more = f"; {lacking[0]!r} is missing" if lacking else ""
    errors = []
    for name in unknown[:_MOST_TOLD]:
        problem = "unknown field; " + did_you_mean(name, lacking or fields, f"known are {', '.join(fields)}{more}")
        error = PydanticCustomError("unknown_field", "{problem}", {"problem": problem})
        errors.append(InitErrorDetails(type=error, loc=(name[:LONGEST_TEXT],), input=data[name]))
    raise ValidationError.from_exception_data(owner.__name__, errors)


@cache  # a request names thousands of objects
def _declared(owner: type, fields_of: Callable[[Any], Mapping[str, FieldInfo]]) -> Mapping[str, FieldInfo]:
    """The fields of a class, by the names that clients give them."""
    return {field.alias or name: field for name, field in fields_of(owner).items()}


@cache
def _never_null(owner: type[BaseModel]) -> frozenset[str]:
    """The fields that may be left out, and of which null is no value."""
    declared = _declared(owner, _of_model).items()
    return frozenset(name for name, field in declared if not field.is_required() and NoneType not in get_args(field.annotation))


def _of_model(owner: type[BaseModel]) -> Mapping[str, FieldInfo]:
    return owner.model_fields


class PriceRange(Strict):
    """Lowest and highest price, inclusive, of what an item costs now. Items without a price are outside every range."""

    min: float | None = Field(default=None, ge=0, description="Lowest price.", examples=[0])
    max: float | None = Field(default=None, ge=0, description="Highest price.", examples=[80])

    @model_validator(mode="after")
    def _in_order(self) -> PriceRange:
        if self.min is not None and self.max is not None and self.min > self.max:
            kind, problem = "price_range", "min is above max"
            raise PydanticCustomError(kind, problem)
        return self
