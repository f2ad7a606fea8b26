"""JSON files that people write for a command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from app.ground.fields import path, problem
from models.errors import InputError

_MOST_BESIDE: Final = 4  # wrong fields that are told beside the first
T = TypeVar("T")


def read_said(file: Path, under: str, form: TypeAdapter[list[T]], *, one: bool = False) -> list[T]:
    """What a file says: a list, or an object with it under a name.

    Args:
        one: whether an object of another kind is taken for the one element of the list.

    Raises:
        InputError: it cannot be read, or is not of this form; with the path of the first field that is wrong.
    """
    try:
        said = json.loads(file.read_bytes())
        said = said[under] if isinstance(said, dict) and under in said else said
        return form.validate_json(json.dumps([said] if one and isinstance(said, dict) else said))
    except OSError as error:
        msg = f"cannot be read ({error.strerror})"
        raise InputError(msg, path=file) from error
    except ValidationError as error:
        first, *others = error.errors()
        told = "; ".join(f"{path((under, *one['loc']))}: {problem(one)}" for one in others[:_MOST_BESIDE])
        more = f"; and {len(others) - _MOST_BESIDE} more" if len(others) > _MOST_BESIDE else ""
        msg = f"{problem(first)} (and {told}{more})" if told else problem(first)
        raise InputError(msg, path=file, field=path((under, *first["loc"]))) from error
    except ValueError as error:
        msg = f"is not JSON ({error})"
        raise InputError(msg, path=file) from error
