"""``filters=``: what the items of a page must satisfy, as JSON."""

from __future__ import annotations

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from app.api.schemas.narrowing import FiltersIn
from app.ground.errors import Detail, refused


def filters_of(text: str | None) -> FiltersIn:
    """Read what is asked for; nothing is asked where nothing is said.

    Raises:
        RequestError: it is not JSON. RequestValidationError: it asks for something else; names the field.
    """
    if text is None:
        return FiltersIn()
    try:
        return FiltersIn.model_validate_json(text)
    except ValidationError as error:
        if error.errors()[0]["type"] == "json_invalid":
            raise refused(Detail("filters", text, 'is not JSON; write it as {"price": {"max": 80}}')) from error
        raise RequestValidationError([{**detail, "loc": ("query", "filters", *detail["loc"])} for detail in error.errors()]) from error
