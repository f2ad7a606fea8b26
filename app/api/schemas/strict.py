"""What all requests share: a strict model, ids and names."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from models.datasets.names import LONGEST_NAME
from models.errors import did_you_mean

LONGEST_TEXT: Final = 2_000


def _printable(text: str) -> str:
    """Refuse lone surrogates and control characters, which an archive in UTF-8 or a line of a log cannot hold."""
    if not text.isprintable():
        kind, problem = "not_printable", "holds characters that cannot be printed"
        raise PydanticCustomError(kind, problem)
    return text


Id = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, examples=["w000042"])]
CategoryName = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, examples=["shoes"])]
Name = Annotated[Id, AfterValidator(_printable)]


class Strict(BaseModel):
    """Refuses unknown fields, values of another type, and infinite numbers."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _name_the_nearest_field(cls, data: Any) -> Any:  # noqa: ANN401 - whatever a client sent
        """Refuse an unknown field, naming the field that was probably meant."""
        unknown = [name for name in data if name not in cls.model_fields] if isinstance(data, dict) else []
        if not unknown:
            return data
        errors = [
            InitErrorDetails(
                type=PydanticCustomError("unknown_field", "{problem}", {"problem": cls._instead(name)}), loc=(name,), input=data[name]
            )
            for name in unknown
        ]
        raise ValidationError.from_exception_data(cls.__name__, errors)

    @classmethod
    def _instead(cls, name: str) -> str:
        return "unknown field; " + did_you_mean(name, cls.model_fields, f"known are {', '.join(cls.model_fields)}")
