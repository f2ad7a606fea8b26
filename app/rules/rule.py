"""The rules that a merchandiser writes. One that says what no such rule can mean is an error that names the field."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AwareDatetime,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    TypeAdapter,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.dataclasses import dataclass
from pydantic_core import PydanticCustomError

from app.ground.strict import EARLIEST, AtMost, CategoryName, Few, Id, Name, PriceRange, Value, known_fields, refused_where
from models.datasets.names import folder_problem

LONGEST_NOTE: Final = 500
_USUALLY: Final = 3.0
_NOTHING: Final[list[str]] = []
_NO_BOUND: Final = PriceRange()
KEPT: Final = {"kept": True}
"""The context in which a rule is read that was written before: what is refused by now may be in it."""
_whole: Final = dataclass(config=ConfigDict(extra="forbid", allow_inf_nan=False), frozen=True, kw_only=True, slots=True)


@_whole
class _Said:
    """As ``Strict``, but an object each, not three: while Python looks for cycles in ten thousand rules, nobody is answered."""

    @model_validator(mode="before")
    @classmethod
    def _name_the_nearest_field(cls, data: Any) -> Any:  # noqa: ANN401 - whatever a client sent
        return known_fields(cls, _fields, data)


def _fields(owner: Any) -> dict[str, Any]:  # noqa: ANN401 - a class that `_whole` makes, which mypy does not see
    return {one.name: one.default for one in fields(owner)}


@_whole
class Selector(_Said):
    """Items: those that satisfy all that is said. Values match exactly; of several, any. What is empty says nothing, and is refused."""

    ids: Few[Id] = Field(
        default_factory=lambda: _NOTHING,
        min_length=1,
        description="Any of these items; the `group_id` of some stands for them all.",
        examples=[["w000042"]],
    )
    category: Few[CategoryName] = Field(
        default_factory=lambda: _NOTHING, min_length=1, description="Of any of these categories.", examples=[["shoes"]]
    )
    brand: Few[Value] = Field(
        default_factory=lambda: _NOTHING, min_length=1, description="Of any of these brands.", examples=[["Nordhavn"]]
    )
    attributes: Annotated[dict[str, Annotated[Few[Value], Field(min_length=1)]], AtMost(100)] = Field(
        default_factory=dict,
        min_length=1,
        description="Per attribute, any of these values; tags of a shop are one.",
        examples=[{"material": ["leather"]}],
    )
    price: PriceRange | None = Field(default=None, description="What they cost now.")
    reduced: StrictBool | None = Field(default=None, description="Whether they cost less than they did, by their sale price.")
    audience: Few[Value] = Field(
        default_factory=lambda: _NOTHING,
        min_length=1,
        description='For whom they are: "women", "men", "girls", "boys", "kids", "baby", or just as items say: "men+women child", …',
        examples=[["women adult"]],
    )
    season: Few[Value] = Field(
        default_factory=lambda: _NOTHING,
        min_length=1,
        description='When they are worn, as items of any category state: "summer", "all year", …',
        examples=[["winter"]],
    )

    @field_validator("price")
    @classmethod
    def _some_price(cls, price: PriceRange | None, info: ValidationInfo) -> PriceRange | None:
        if price == _NO_BOUND and info.context != KEPT:
            kind, problem = "no_bound", "says neither min nor max"
            raise PydanticCustomError(kind, problem)
        return price


@_whole
class When(_Said):
    """In which requests a rule holds: all of it."""

    worn: Selector | None = Field(default=None, description="Where any item that is worn is one of these.")
    since: AwareDatetime | None = Field(default=None, description="From this moment on.", examples=["2026-12-01T00:00:00Z"])
    until: AwareDatetime | None = Field(default=None, description="Until before this moment.", examples=["2026-12-27T00:00:00Z"])

    @field_validator("since", "until")
    @classmethod
    def _not_before_all(cls, moment: datetime | None, info: ValidationInfo) -> datetime | None:
        if moment is not None and moment < EARLIEST and info.context != KEPT:
            kind, problem = "before_all", "is before {ge}"
            raise PydanticCustomError(kind, problem, {"ge": EARLIEST.isoformat()})
        return moment

    @model_validator(mode="after")
    def _in_order(self) -> When:
        if self.since is not None and self.until is not None and self.since >= self.until:
            kind, problem = "time_range", "since is not before until"
            raise PydanticCustomError(kind, problem)
        return self

    def holds(self, now: datetime) -> bool:
        """Whether it does at a moment, as far as that goes."""
        return (self.since is None or self.since <= now) and (self.until is None or now < self.until)


_ALWAYS: Final = When()


@_whole
class _Rule(_Said):
    id: Annotated[Name, refused_where("no_address", folder_problem)] = Field(
        description="Made by the shop; a rule of the same id takes its place.", examples=["no-leather-for-summer"]
    )
    when: When = Field(default_factory=lambda: _ALWAYS, description="In which requests it holds; left out: in all.")
    enabled: StrictBool = Field(default=True, description="Whether it is in force.")
    note: str | None = Field(default=None, max_length=LONGEST_NOTE, description="Why there is this rule; for people.")


@_whole
class Exclude(_Rule):
    """These are not suggested."""

    do: Literal["exclude"] = Field(description="Which kind of rule it is.")
    items: Selector = Field(description="Which items.")


@_whole
class Require(_Rule):
    """Of these, only such are suggested."""

    do: Literal["require"] = Field(description="Which kind of rule it is.")
    items: Selector = Field(description="Which items the rule is about.")
    be: Selector = Field(description="What those that are suggested have to be.")


@_whole
class _OfItems(_Rule):
    @field_validator("ids", check_fields=False)
    @classmethod
    def _each_once(cls, ids: list[str]) -> list[str]:
        twice = next((item for place, item in enumerate(ids) if item in ids[:place]), None)
        if twice is not None:
            kind, problem = "item_twice", "{item} is named twice"
            raise PydanticCustomError(kind, problem, {"item": repr(twice)})
        return ids


@_whole
class Pin(_OfItems):
    """These come first in their slots, in this order, whatever the model says; those that filters let pass."""

    do: Literal["pin"] = Field(description="Which kind of rule it is.")
    ids: Few[Id] = Field(
        min_length=1,
        max_length=100,
        description="The items; the `group_id` of some stands for the first of them that can be had.",
        examples=[["w000042"]],
    )


@_whole
class Boost(_Rule):
    """These count as so many times likelier to be the missing ones."""

    do: Literal["boost"] = Field(description="Which kind of rule it is.")
    items: Selector = Field(description="Which items.")
    times: StrictFloat = Field(default=_USUALLY, gt=1, le=1e6, description="How many times.", examples=[_USUALLY])


@_whole
class Bury(_Rule):
    """These count as so many times less likely to be the missing ones."""

    do: Literal["bury"] = Field(description="Which kind of rule it is.")
    items: Selector = Field(description="Which items.")
    times: StrictFloat = Field(default=_USUALLY, gt=1, le=1e6, description="How many times.", examples=[_USUALLY])


@_whole
class Apart(_Rule):
    """An item of the one kind and an item of the other are never suggested for the same outfit, nor the one to whoever wears the other."""

    do: Literal["apart"] = Field(description="Which kind of rule it is.")
    items: Selector = Field(description="The one kind.")
    with_: Selector = Field(alias="with", description="The other kind.")


@_whole
class SlotRange(_Said):
    """How many items of a category a whole outfit has."""

    category: CategoryName = Field(description="The category.")
    min: StrictInt = Field(default=0, ge=0, le=20, description="The fewest.", examples=[0])
    max: StrictInt = Field(default=1, ge=0, le=20, description="The most.", examples=[1])

    @model_validator(mode="after")
    def _in_order(self) -> SlotRange:
        if self.min > self.max:
            kind, problem = "slot_range", "min is above max"
            raise PydanticCustomError(kind, problem)
        return self


@_whole
class SlotTemplate(_Rule):
    """Which slots an outfit has, in this order; within the ranges the model decides. What is not named is not proposed."""

    do: Literal["slots"] = Field(description="Which kind of rule it is.")
    slots: Few[SlotRange] = Field(min_length=1, max_length=50, description="The slots.")


@_whole
class CuratedLook(_OfItems):
    """A stylist's look: whoever wears one of its items is shown the others, as far as all of them can be had; else the model decides."""

    do: Literal["look"] = Field(description="Which kind of rule it is.")
    ids: Few[Id] = Field(
        min_length=2,
        max_length=20,
        description="Its items; the `group_id` of some stands for the first of them that can be had.",
        examples=[["w000042", "w000043"]],
    )
    state: Literal["draft", "approved"] = Field(default="draft", description="Only what is approved is shown.")


Rule = Annotated[Exclude | Require | Pin | Boost | Bury | Apart | SlotTemplate | CuratedLook, Field(discriminator="do")]
RULES: Final = TypeAdapter(list[Rule])


def as_written(rule: Rule) -> dict[str, Any]:
    """A rule as whoever writes it says it, without what it leaves out."""
    said: list[dict[str, Any]] = RULES.dump_python([rule], mode="json", by_alias=True, exclude_defaults=True)
    return said[0]


def standing(rule: _Rule, now: datetime) -> str:
    """Whether a rule holds at a moment, or else why it does not: *off*, *draft*, *ended 1 Nov*, *begins 24 Dec*."""
    when = rule.when
    if not rule.enabled:
        return "off"
    if isinstance(rule, CuratedLook) and rule.state != "approved":
        return "draft"
    if when.until is not None and when.until <= now:
        return f"ended {_day(when.until, now)}"
    return f"begins {_day(when.since, now)}" if when.since is not None and when.since > now else "in force"


def _day(moment: datetime, now: datetime) -> str:
    """The day of a moment in its own zone; of another year with that."""
    return f"{moment.day} {moment:%b}" + (f" {moment.year}" if moment.year != now.year else "")


def in_force(rule: _Rule, now: datetime | None) -> bool:
    """Whether a rule holds in some request, at a moment; None is at any."""
    approved = not isinstance(rule, CuratedLook) or rule.state == "approved"
    return rule.enabled and approved and (now is None or rule.when.holds(now))
