"""JSON files that people write for a command."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from app.ground.fields import path, problem
from models.errors import InputError, did_you_mean

_MOST_BESIDE: Final = 4  # wrong fields that are told beside the first
T = TypeVar("T")


def read_said(file: Path, under: str, form: TypeAdapter[list[T]]) -> list[T]:
    """What a file says: a list, an object with it under a name, or one element of it.

    Raises:
        InputError: it cannot be read, or is not of this form; with the path of the first field that is wrong.
    """
    try:
        said = json.loads(file.read_bytes())
        if isinstance(said, dict):
            _check_name(file, under, said)
            said = said.get(under, [said])
        return form.validate_json(json.dumps(said))
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


def _check_name(file: Path, under: str, said: Mapping[str, Any]) -> None:
    """See that what holds nothing but one list is called as it should be: it is no element of it.

    Raises:
        InputError: it is called otherwise.
    """
    name, value = next(iter(said.items()), (under, None))
    if len(said) == 1 and isinstance(value, list) and name != under:
        msg = f"unknown field; {did_you_mean(name, [under], f'known is {under}')}"
        raise InputError(msg, path=file, field=name)
