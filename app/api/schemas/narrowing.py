"""What a request says of the items that may be suggested: what they must be, must not be, and preferred prices."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.ground.strict import AtMost, Few, PriceRange, Strict, Value, exactly_one, with_examples
from models.datasets.feeds.money import MOST


class FiltersIn(Strict):
    """What suggestions must satisfy, all of it at once; values match exactly, sizes in all their spellings."""

    price: PriceRange | None = Field(default=None, description="Price range.")
    in_stock: bool | None = Field(
        default=True,
        description="true: nothing that is known to be out of stock, the default where no `candidates` are given; null: in stock or not.",
        examples=[True],
    )
    size: Few[Value] = Field(
        default_factory=list,
        max_length=1_000,
        description="Any of these sizes, in stock, however the catalogue writes them (`10`, `UK 10`): by the item's `sizes`, else by its "
        "attribute `size` unless it is sold out.",
        examples=[["M"]],
    )
    brand: Few[Value] = Field(default_factory=list, max_length=1_000, description="Any of these brands.", examples=[["Nordhavn"]])
    attributes: Annotated[dict[str, Few[Value]], AtMost(100)] = Field(
        default_factory=dict, max_length=100, description="Per attribute, any of these values.", examples=[{"department": ["women"]}]
    )


class BlockIn(Strict):
    """What must not be suggested: any of it rules an item out; values match exactly."""

    brand: Few[Value] = Field(default_factory=list, max_length=1_000, description="None of these brands.", examples=[["Nordhavn"]])
    attributes: Annotated[dict[str, Few[Value]], AtMost(100)] = Field(
        default_factory=dict, max_length=100, description="Per attribute, none of these values.", examples=[{"department": ["men"]}]
    )


class PreferPriceIn(Strict):
    """Which prices are preferred: a direction, or a price to be near."""

    model_config = with_examples({"towards": "cheaper"}, {"near": 60, "strength": 2}, one_of=exactly_one("towards", "near"))

    towards: Literal["cheaper", "dearer"] | None = Field(default=None, description="Cheaper ones rather, or dearer ones.")
    near: float | None = Field(default=None, gt=0, le=MOST, description="Those near this price rather, by the ratio to it.", examples=[60])
    strength: float = Field(
        default=1.0,
        ge=0,
        le=10,
        description="What it counts beside how well items go together: 0 nothing, 1 as much.",
        examples=[1.0],
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> PreferPriceIn:
        if (self.towards is None) == (self.near is None):
            kind, problem = "price_of_what", "give either towards or near"
            raise PydanticCustomError(kind, problem)
        return self
