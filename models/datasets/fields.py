"""What a field of a record may hold, as pydantic types: nothing is taken for another type, and JSON's ``null`` counts as missing."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    Field,
    FiniteFloat,
    Strict,
    StrictInt,
    StrictStr,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

_NO_MOMENT: Final = PydanticCustomError("moment", "is neither ISO 8601 nor seconds since 1970")


def _filled(text: str) -> str:
    if not text.strip():
        message = "is empty"
        raise ValueError(message)
    return text


def _blank_as_missing(text: str | None) -> str | None:
    return text if text and text.strip() else None


def _moment(value: object, read: ValidatorFunctionWrapHandler) -> str | float | None:
    try:
        moment: str | float | None = read(value)
        if isinstance(moment, str):
            datetime.fromisoformat(moment)
    except (ValidationError, ValueError):
        raise _NO_MOMENT from None
    return moment


Text = Annotated[StrictStr, AfterValidator(_filled)]
"""A string that is not blank."""
OptionalText = Annotated[StrictStr | None, AfterValidator(_blank_as_missing)]
"""A string, or None where the field is missing or blank."""
ItemIds = Annotated[tuple[Annotated[StrictStr, Field(min_length=1)], ...], Field(min_length=1)]
"""At least one item."""
Label = Annotated[StrictInt, Field(ge=0, le=1)]
"""1 for what was really worn, else 0."""
Number = Annotated[FiniteFloat, Strict()]
Timestamp = Annotated[StrictStr | Number, WrapValidator(_moment)]
"""ISO 8601, or seconds since 1970."""
