"""Bodies of PUT /items and PATCH /items, and the answer of these and of DELETE /items/{id}."""

from __future__ import annotations

import math
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from app.api.schemas.selling import Created, Currency, Extras, GroupId, Images, InStock, Price, SalePrice, Sizes, Text, Url
from app.ground.strict import LONGEST_TEXT, AtMost, Few, Name, Strict, exactly_one, refused_where, with_examples
from models.datasets.names import id_problem
from models.errors import nearest

_LIVE: Final = (
    "Whether the process that answered shows all of it already; false while it still encodes pictures. Other processes and replicas, which "
    "may answer the next request, follow within some tenths of a second."
)
_MOST_VALUES: Final = 10_000
_MOST_FURTHER: Final = 20
"""Fields of the shop's own that an item has beside the others; more go into ``extras``."""
_SLIP: Final = 0.75
"""How near to a field's name another is that is a slip."""


def _blank(category: str) -> str | None:
    return None if category.strip() else "is blank; name a category"


def _as_in_files(attributes: Any) -> Any:  # noqa: ANN401 - whatever a client sent
    """Numbers, true and false as text, and nothing where there is nothing, as an import takes them."""
    if not isinstance(attributes, dict):
        return attributes
    return {name: value for name, raw in attributes.items() if (value := _word(raw)) is not None}


def _word(value: Any) -> Any:  # noqa: ANN401 - likewise
    several = isinstance(value, list) and len(value) <= _MOST_VALUES
    return [_scalar(one) for one in value if one is not None] if several else _scalar(value)


def _scalar(value: Any) -> Any:  # noqa: ANN401 - likewise
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)) else value


Scalar = str | int | float | bool | None
Attributes = Annotated[
    dict[Text, Text | Few[Text]],
    BeforeValidator(_as_in_files, json_schema_input_type=dict[str, Scalar | list[Scalar]]),
    AtMost(100),
]
"""Name to value or values, by the same rule as in files."""


class PictureIn(Strict):
    """A picture: in the JSON itself, in a part of its own, or by URL."""

    model_config = with_examples(one_of=exactly_one("base64", "part", "url"))

    base64: str | None = Field(
        default=None, min_length=1, description="JPEG, PNG, WebP, GIF or AVIF as base64; a `data:image/…;base64,` prefix is allowed."
    )
    part: str | None = Field(
        default=None, min_length=1, max_length=LONGEST_TEXT, description="Name of the part of a multipart request that holds it."
    )
    url: str | None = Field(
        default=None,
        min_length=1,
        max_length=2_048,
        description="Where to fetch it from: by https, from a host of `ATTIRE_FETCH__SERVICE_HOSTS`.",
        examples=["https://img.shop.example/sneakers-7.jpg"],
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> PictureIn:
        if sum(one is not None for one in (self.base64, self.part, self.url)) != 1:
            kind, problem = "picture_where", "give one of base64, part and url"
            raise PydanticCustomError(kind, problem)
        return self


class Selling(Strict):
    """An item's fields, and whatever else the shop says of it, which is kept in ``extras``; what is nearly a field's name is a slip."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": True})

    @model_validator(mode="before")
    @classmethod
    def _further(cls, sent: Any) -> Any:  # noqa: ANN401 - whatever a client sent
        if not isinstance(sent, dict) or sent.keys() <= cls.model_fields.keys() or not isinstance(sent.get("extras", {}), dict | None):
            return sent
        unknown = [name for name in sent if name not in cls.model_fields]
        if len(unknown) > _MOST_FURTHER:
            return sent
        further = {name: sent[name] for name in unknown if nearest(name, cls.model_fields, _SLIP) is None}
        kept = {name: value for name, value in sent.items() if name not in further}
        return {**kept, "extras": {**further, **(kept.get("extras") or {})}} if further else sent


class UpsertIn(Selling):
    """An item as it is from now on. Fields that are left out are empty then; stock, `url` and all that follow it stay as they were."""

    id: Annotated[Name, refused_where("item_id", id_problem)] = Field(
        description="Item id; a known one is replaced.", examples=["sneakers-7"]
    )
    category: Annotated[Name, refused_where("blank", _blank)] = Field(
        description="Category; a new one, but for case and blanks, is a new kind of slot.", examples=["shoes"]
    )
    subcategory: Text | None = Field(default=None, description="Finer category.", examples=["sneakers"])
    title: Text | None = Field(default=None, description="Title.", examples=["White canvas sneakers"])
    attributes: Attributes | None = Field(
        default=None, max_length=100, description="What else the shop says of it.", examples=[{"department": "women"}]
    )
    price: Price | None = Field(default=None, description="Price.", examples=[49.9])
    brand: Text | None = Field(default=None, description="Brand.", examples=["Nordhavn"])
    in_stock: InStock = Field(
        default=None, description="Whether it can be bought now; left out, it stays as it was; null is not known.", examples=[True]
    )
    url: Url = None
    currency: Currency = None
    sale_price: SalePrice = None
    group_id: GroupId = None
    sizes: Sizes = None
    images: Images = None
    created: Created = None
    extras: Extras = None
    image: PictureIn | None = Field(default=None, description="Its picture; left out, the picture stays; null takes it away.")
    features: Few[float] | None = Field(
        default=None, min_length=1, description="Its vector, where the catalogue brings its own instead of an encoder's."
    )


class Batch(Strict):
    """Items, as an object or as the list alone."""

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, sent: Any) -> Any:  # noqa: ANN401 - whatever a client sent
        return {"items": sent} if isinstance(sent, list) else sent


class UpsertItems(Batch):
    """A batch of items; all are kept, or none."""

    model_config = with_examples({"items": [{"id": "sneakers-7", "category": "shoes", "title": "White canvas sneakers", "price": 49.9}]})

    items: Few[UpsertIn] = Field(min_length=1, description="The items; each id once.")


class PatchIn(Selling):
    """Values of an item that change; all others stay as they are, and null takes a value away. No picture is touched."""

    id: Name = Field(description="Id of an item of the catalogue.", examples=["sneakers-7"])
    category: Annotated[Name, refused_where("blank", _blank)] = Field(default="", description="Category.", examples=["shoes"])
    subcategory: Text | None = Field(default=None, description="Finer category.", examples=["sneakers"])
    title: Text | None = Field(default=None, description="Title.", examples=["White canvas sneakers"])
    attributes: Attributes | None = Field(
        default=None, description="What else the shop says of it, all of it.", examples=[{"department": "women"}]
    )
    price: Price | None = Field(default=None, description="Price.", examples=[39.9])
    brand: Text | None = Field(default=None, description="Brand.", examples=["Nordhavn"])
    in_stock: InStock = Field(default=None, description="Whether it can be bought now; null is not known.", examples=[False])
    url: Url = None
    currency: Currency = None
    sale_price: SalePrice = None
    group_id: GroupId = None
    sizes: Sizes = None
    images: Images = None
    created: Created = None
    extras: Extras = None

    @model_validator(mode="after")
    def _something(self) -> PatchIn:
        if self.model_fields_set == {"id"}:
            kind, problem = "nothing_changes", "give at least one field that changes"
            raise PydanticCustomError(kind, problem)
        return self


class PatchItems(Batch):
    """A batch of changes; all are kept, or none."""

    model_config = with_examples({"items": [{"id": "sneakers-7", "price": 39.9, "in_stock": False}]})

    items: Few[PatchIn] = Field(min_length=1, description="The changes; each id once.")


class CatalogueChange(BaseModel):
    """The change is on disk; every replica follows within moments."""

    accepted: int = Field(description="Items changed.", examples=[1])
    live: bool = Field(description=_LIVE)
    notes: list[str] | None = Field(
        default=None,
        description="Categories that the catalogue did not have, though it has one like them; each is a slot of its own from now on.",
    )
