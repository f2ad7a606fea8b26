"""Items in answers: whole, as suggestions, alike, and in pages. Fields that are null are left out."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, Field

from app.api.schemas.wishes import TextOut

_THUMBNAIL: Final = "Path of its picture for a tile, to be kept for ever: another picture has another. For `srcset`, any other `width`."
_SIZES: Final = "Its sizes; of an item that is one size of a product, those of the product in its colour."
_SALE: Final = "What it costs now, where that is less than `price`."


class SizeOut(BaseModel):
    """A size of an item."""

    size: str = Field(description="Its name.", examples=["M"])
    in_stock: bool | None = Field(
        default=None, description="Whether there is some of it; left out where that is not known.", examples=[True]
    )
    id: str | None = Field(default=None, description="The item that is this size, where each size is an item.", examples=["TEE-RED-M"])


class ItemOut(BaseModel):
    """An item of the catalogue."""

    id: str = Field(description="Item id.", examples=["w000042"])
    category: str = Field(description="Category.", examples=["shoes"])
    subcategory: str | None = Field(default=None, description="Finer category.", examples=["sneakers"])
    title: str | None = Field(default=None, description="Title.", examples=["White canvas sneakers"])
    price: float | None = Field(default=None, description="Price.", examples=[49.9])
    sale_price: float | None = Field(default=None, description=_SALE, examples=[39.9])
    currency: str | None = Field(default=None, description="Currency of the prices.", examples=["EUR"])
    brand: str | None = Field(default=None, description="Brand.", examples=["Nordhavn"])
    in_stock: bool | None = Field(default=None, description="Whether it can be bought now.", examples=[True])
    attributes: dict[str, str | list[str]] | None = Field(default=None, description="What else the shop says of it.")
    url: str | None = Field(default=None, description="Its page in the shop.", examples=["https://shop.example/white-sneakers"])
    group_id: str | None = Field(default=None, description="The shop's product that it is a colour or size of.", examples=["sneakers-17"])
    sizes: list[SizeOut] | None = Field(
        default=None, description="Its sizes; of an item that is one size of a product, those of the product in its colour."
    )
    images: list[str] | None = Field(
        default=None, description="Pictures as the shop named them.", examples=[["https://img.shop.example/1.jpg"]]
    )
    created: str | None = Field(default=None, description="Since when the shop has it, ISO 8601.", examples=["2026-11-26"])
    extras: dict[str, Any] | None = Field(
        default=None, description="What else the shop says; only with `fields`.", examples=[{"material": "canvas"}]
    )
    image_url: str | None = Field(default=None, description="Path of its picture on this service.", examples=["/items/w000042/image"])
    thumbnail_url: str | None = Field(default=None, description=_THUMBNAIL, examples=["/items/w000042/image?width=256&v=8f14e45fceea167a"])


class WholeItemOut(ItemOut):
    """One item, with all that is known of it."""

    variants: list[str] | None = Field(
        default=None, description="Its product in other colours, of each the first that is not sold out; left out with `fields`."
    )


class LookItemOut(ItemOut):
    """An item that is suggested, that a look adds, or a swap. Subcategory, attributes, sizes, images, created: only with `fields`."""


class SimilarOut(ItemOut):
    """An item that looks alike."""

    score: float = Field(description="Cosine of the pictures' features, -1 to 1; of words and pictures for a text.", examples=[0.93])


class Similar(BaseModel):
    """What looks like the item."""

    release: str = Field(description="The release that answered.", examples=["r3-1f0c9a2b"])
    items: list[SimilarOut] = Field(description="Most alike first.")
    fallback: str | None = Field(default=None, description="Why the usual path could not be taken.")


class Page(BaseModel):
    """A page of the catalogue."""

    total: int = Field(description="How many items match in all; products, where `grouped`.", examples=[1500])
    items: list[ItemOut] = Field(description="Those of this page, in the order of ids unless `sort`, `ids` or `mixed` says otherwise.")
    next_cursor: str | None = Field(
        default=None,
        description="`cursor` of the next page; left out on the last one, and where `mixed`: use `offset` there.",
        examples=["dzAwMDA0Mg"],
    )
    fallback: str | None = Field(
        default=None,
        description="How the words of `q` were read, where not as they stand; which value of `filters` no item has, where nothing passes.",
    )
    text: TextOut | None = Field(default=None, description="What was understood of `q`, where no title has all of its words.")
    missing: list[str] | None = Field(default=None, description="Those of `ids` that are not in the catalogue; only with `ids`.")


class CategoryOut(BaseModel):
    """A category of the catalogue."""

    name: str = Field(description="Name.", examples=["shoes"])
    count: int = Field(description="Its items.", examples=[312])
    role: str | None = Field(
        default=None, description="What most of its items are worn as; only with `roles`, where their words tell.", examples=["footwear"]
    )


class Categories(BaseModel):
    """The categories of the catalogue, by name."""

    categories: list[CategoryOut] = Field(description="By name.")


class BrandOut(BaseModel):
    """A brand of the catalogue."""

    name: str = Field(description="Name.", examples=["Nordhavn"])
    count: int = Field(description="Its items.", examples=[190])


class Facets(BaseModel):
    """What items can be filtered by."""

    brands: list[BrandOut] = Field(description="Those of most items first, 200 at most.")
    attributes: dict[str, list[str]] = Field(
        description="Attribute -> its values, in the category asked for; where there are 2 of them, and at most 60 in the whole catalogue.",
        examples=[{"department": ["unisex", "women"]}],
    )
    least: float | None = Field(
        default=None, description="What the cheapest item costs now; left out where none has a price.", examples=[9.9]
    )
    most: float | None = Field(default=None, description="What the dearest item costs now.", examples=[412.5])
