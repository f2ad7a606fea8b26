"""What a page needs to sell an item: fields that ``PUT`` and ``PATCH /items`` share. Left out, each stays as it was; null takes it away."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from app.ground.strict import LONGEST_TEXT, AtMost, Few, Strict, refused_where
from models.datasets.feeds.bad import BadValueError
from models.datasets.feeds.item import LONGEST_EXTRA, MOST_EXTRAS
from models.datasets.feeds.money import MOST, is_currency
from models.datasets.feeds.stock import read_stock

_LONGEST_EXTRAS: Final = 10 * LONGEST_EXTRA
_DEEPEST: Final = 16
_MOST_IMAGES: Final = 100
_MOST_SIZES: Final = 200
_PAGE: Final = re.compile(r"(?:https?:)?//[^\s/]\S*|/\S*", re.IGNORECASE)
_PICTURE: Final = re.compile(r"(?:https?:)?//[^\s/]\S*", re.IGNORECASE)


def _unwritable(text: str) -> str | None:
    """Of lone surrogates, which UTF-8 cannot hold."""
    return None if text.encode(errors="ignore").decode() == text else "holds half a character, which cannot be written"


def _no_address(address: re.Pattern[str], url: str) -> str | None:
    return None if address.fullmatch(url) else "is no address of the web; begin it with https://"


def _code(value: Any) -> Any:  # noqa: ANN401 - whatever a client sent
    return value.strip().upper() if isinstance(value, str) else value


def _no_currency(code: str) -> str | None:
    return None if is_currency(code) else "is no code of ISO 4217; write one such as EUR"


def _no_moment(text: str) -> str | None:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return "is not ISO 8601; write 2026-11-26 or 2026-11-26T16:30:00Z"
    return None


def _blank_size(text: str) -> str | None:
    return None if text.strip() else "is blank; name a size"


def _stock(value: Any) -> Any:  # noqa: ANN401 - likewise
    try:
        return read_stock(value)
    except BadValueError as error:
        kind = "stock"
        raise PydanticCustomError(kind, "{problem}", {"problem": error.problem}) from None


def _bounded(extras: dict[str, Any]) -> dict[str, Any]:
    """Refuse what could not be kept, or not be answered again."""
    problem = None
    if any(depth > _DEEPEST for depth in _depths(extras)):
        problem = f"is nested more than {_DEEPEST} levels deep; flatten it"
    else:
        try:
            size = len(json.dumps(extras, ensure_ascii=False, allow_nan=False).encode())
        except ValueError:  # UnicodeEncodeError among them
            problem = "holds half a character or a number that is not finite, which cannot be written"
        else:
            problem = f"is {size:,} bytes of JSON; use at most {_LONGEST_EXTRAS:,}" if size > _LONGEST_EXTRAS else None
    if problem:
        kind = "extras"
        raise PydanticCustomError(kind, "{problem}", {"problem": problem})
    return extras


def _depths(value: Any) -> Iterator[int]:  # noqa: ANN401 - JSON
    """How deep each value lies; ends soon after the first that lies too deep."""
    level, depth = [value], 0
    while level and depth <= _DEEPEST + 1:
        yield depth
        level = [inner for one in level if isinstance(one, dict | list) for inner in (one.values() if isinstance(one, dict) else one)]
        depth += 1


Text = Annotated[str, Field(max_length=LONGEST_TEXT), refused_where("not_unicode", _unwritable)]
InStock = Annotated[bool | None, BeforeValidator(_stock, json_schema_input_type=bool | int | float | Text | None)]


class SizeIn(Strict):
    """A size of an item."""

    size: Annotated[Text, refused_where("blank", _blank_size)] = Field(description="Its name.", examples=["M"])
    in_stock: InStock = Field(default=None, description="Whether there is some of it; null is not known.", examples=[True])


Url = Annotated[
    Annotated[Text, refused_where("no_address", partial(_no_address, _PAGE))] | None,
    Field(description="Its page in the shop.", examples=["https://shop.example/white-sneakers"]),
]
Currency = Annotated[
    Annotated[str, Field(json_schema_extra={"maxLength": 3}), BeforeValidator(_code), refused_where("no_currency", _no_currency)] | None,
    Field(description="Currency of its prices, a code of ISO 4217.", examples=["EUR"]),
]
Price = Annotated[float, Field(ge=0, le=MOST)]
SalePrice = Annotated[Price | None, Field(description="What it costs now, where that is less than `price`.", examples=[39.9])]
GroupId = Annotated[Text | None, Field(description="The shop's product that it is a colour or size of.", examples=["sneakers-17"])]
Sizes = Annotated[
    Annotated[Few[SizeIn], AtMost(_MOST_SIZES)] | None,
    Field(description="Its sizes, each with its stock; all of them.", examples=[[{"size": "M", "in_stock": True}]]),
]
Images = Annotated[
    Annotated[Few[Annotated[Text, refused_where("no_address", partial(_no_address, _PICTURE))]], AtMost(_MOST_IMAGES)] | None,
    Field(description="Addresses of its pictures, told to whoever asks; none is fetched.", examples=[["https://img.shop.example/1.jpg"]]),
]
Created = Annotated[
    Annotated[Text, refused_where("no_moment", _no_moment)] | None,
    Field(description="Since when the shop has it, ISO 8601.", examples=["2026-11-26"]),
]
Extras = Annotated[
    Annotated[dict[Text, Any], AtMost(MOST_EXTRAS), AfterValidator(_bounded)] | None,
    Field(description="Whatever else the shop says; answered where `fields` asks for it.", examples=[{"material": "canvas"}]),
]
