"""What was understood of a shopper's words."""

from __future__ import annotations

from pydantic import AliasChoices, BaseModel, Field

from app.ground.strict import PriceRange


class WishOut(BaseModel):
    """One thing that words ask."""

    said: str = Field(description="In the words of the request.", examples=["no heels"])
    is_: list[dict[str, list[str]]] | None = Field(
        default=None,
        validation_alias=AliasChoices("is_", "is"),
        serialization_alias="is",
        description="All of these, of each any of its values: by `category`, `subcategory`, `brand`, `size`, `title` (words that it says), "
        "`price` (which part of those of its category, as `lowest third of prices`), `sale_price` (`below price`: what costs "
        "less than it did) or `attributes.NAME`.",
        examples=[[{"title": ["heel"]}]],
    )
    not_: bool | None = Field(
        default=None,
        validation_alias=AliasChoices("not_", "not"),
        serialization_alias="not",
        description="true: what is so is not wanted.",
        examples=[True],
    )
    price: PriceRange | None = Field(default=None, description="What each item may cost, inclusive.")
    budget: float | None = Field(default=None, description="The most that all added items may cost together.", examples=[200])
    of: list[str] | None = Field(default=None, description="The categories that it is asked of; left out: of all.", examples=[["shoes"]])


class TextOut(BaseModel):
    """What was understood of `text`."""

    constraints: list[WishOut] = Field(description="What names something in the catalogue, or a price: every suggestion is so.")
    direction: str | None = Field(
        default=None, description="The words that order the suggestions, by the encoder; `pull` says how much.", examples=["summer wedding"]
    )
    ignored: list[str] = Field(
        description="Words that were not understood, and prices in a currency that no item's is in, with the reason; they changed nothing.",
        examples=[["xyzzy"]],
    )
