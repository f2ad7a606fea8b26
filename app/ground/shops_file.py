"""What a file says of shops: name -> what is a shop's own of the settings, as JSON whose objects name everything once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field, TypeAdapter, ValidationError

from app.ground.once import TwiceError, once
from models.errors import InputError

Told = dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")], dict[str, Any]]
EXAMPLE: Final = {"shoes": {"home": "shoes-home", "hosts": ["shoes.example"]}}
_TOLD: Final = TypeAdapter(Told)
_WRITE: Final = f"write it as {json.dumps(EXAMPLE)}"


def shops_in(file: Path) -> Told:
    """What the file says.

    Raises:
        InputError: it cannot be read, or is no JSON of shops; what it holds, which may be a key, is not told.
    """
    try:
        return _TOLD.validate_python(json.loads(file.read_text("utf-8"), object_pairs_hook=once))
    except OSError as error:
        msg = f"cannot be read ({error.strerror or error})"
        raise InputError(msg, path=file) from error
    except json.JSONDecodeError as error:
        msg = f"is not JSON ({error.msg}, column {error.colno}); {_WRITE}"
        raise InputError(msg, path=file, line=error.lineno) from error
    except ValidationError as error:
        wrong = error.errors()[0]
        where = ".".join(str(one) for one in wrong["loc"] if one != "[key]")
        msg = f"{wrong['msg']}; {_WRITE}"
        raise InputError(msg, path=file, field=where or None) from error
    except (TwiceError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(str(error), path=file) from error
