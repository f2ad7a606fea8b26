"""A large body is read in pieces, and means what it would mean read at once."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import pytest
from fastapi.exceptions import RequestValidationError

from app.api.reading import AT_ONCE, check_values, parse
from app.ground.errors import LimitExceededError

_TEXTS: Final = ("", "a", "]", '"', "[{,:", "é\u2028😀", "\\", "\n\t", "w000042")
_NUMBERS: Final = (0, -1, 17, 1.5, -2.5e-7, 10**300, True, False, None)


def _drawn(random_: random.Random, levels: int) -> Any:
    kind = random_.choice("tnnlo" if levels else "tn")
    if kind == "t":
        return random_.choice(_TEXTS)
    if kind == "n":
        return random_.choice(_NUMBERS)
    inner = [_drawn(random_, levels - 1) for _ in range(random_.randrange(5))]
    return inner if kind == "l" else {f"{random_.choice(_TEXTS)}{place}": value for place, value in enumerate(inner)}


def _large(value: Any, random_: random.Random) -> str:
    text = json.dumps([value], ensure_ascii=random_.random() < 0.5, indent=random_.choice([None, 1]))
    return f"{' ' * random_.randrange(3)}{text}{chr(10) * AT_ONCE}"


@pytest.mark.parametrize("seed", range(300))
def test_it_is_read_as_python_reads_it(seed: int) -> None:
    """Values of every kind, and texts that something was taken out of or put into: the same value, or the same complaint."""
    random_ = random.Random(seed)  # noqa: S311 - what is drawn is no secret
    text = _large(_drawn(random_, 5), random_)
    if seed % 3:
        at = random_.randrange(len(text.rstrip()))
        text = text[:at] + random_.choice(["", "[", "}", ",", '"', "\\", "1", "x"]) + text[at + 1 :]
    assert _told(parse, text.encode()) == _told(partial(parse, at_once=True), text.encode()) == _told(json.loads, text)


def _told(read: Callable[[Any], Any], text: str | bytes) -> str:
    """The value, or what is wrong and where."""
    try:
        return repr(read(text))
    except json.JSONDecodeError as error:
        return f"{error.msg} at {error.pos}"
    except RequestValidationError as error:
        told = error.errors()[0]
        return f"{told['ctx']['error']} at {told['loc'][-1]}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_letters_across_the_pieces_are_whole(encoding: str) -> None:
    """Letters of several bytes, some of which are in two pieces."""
    text = "aé😀" * 300_000
    assert parse(json.dumps({"a": text}, ensure_ascii=False).encode(encoding)) == {"a": text}


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":' + b"7" * 5_000 + b"}",
        b'{"a":0.' + b"7" * 5_000 + b"}",
        b"[" * 2_000 + b"]" * 2_000,
        b'{"a":"\xed\xa0\x80"}',
        b'{"a":"\xff"}',
    ],
    ids=["long integer", "long number", "deep", "half of a letter", "not UTF-8"],
)
def test_what_cannot_be_meant_is_refused(body: bytes) -> None:
    """Numbers of thousands of digits, lists within lists without end, bytes that are no letters."""
    with pytest.raises(RequestValidationError):
        parse(body + b" " * AT_ONCE)


def test_escapes_are_counted() -> None:
    """Each costs a step of the reader, though all of them are one value."""
    check_values(b"\\n" * 2_000_000, 10)
    with pytest.raises(LimitExceededError, match="2,000,000 escaped characters"):
        check_values(b"\\n" * 2_000_001, 10)
