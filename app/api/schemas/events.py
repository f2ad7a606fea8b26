"""Bodies of POST /events and its answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field
from pydantic_core import PydanticCustomError

from app.api.schemas.selling import Currency
from app.ground.strict import EARLIEST, Few, Name, Signature, Strict, with_examples
from app.log.base import IMPRESSION
from models.datasets.feeds.money import MOST

_AHEAD: Final = timedelta(days=1)
_MOST_QUANTITY: Final = 10_000
"""Beyond which a quantity is a mistake, which would outweigh all others where values are added up."""


def _not_ahead(when: datetime) -> datetime:
    """Refuse what did not happen yet; a clock, or a time zone, may be wrong by a day."""
    now = datetime.now(UTC)
    if when - now > _AHEAD:
        kind, problem = "in_the_future", "is more than a day ahead of the service's clock, {now}"
        raise PydanticCustomError(kind, problem, {"now": now.isoformat(timespec="seconds")})
    return when


def _none_of_ours(name: str) -> str:
    if name.startswith(IMPRESSION):
        kind, problem = "of_an_impression", "begins as the ids of impressions do, which the service alone writes; choose another"
        raise PydanticCustomError(kind, problem)
    return name


class EventIn(Strict):
    """Something that a shopper did with an item."""

    id: Annotated[Name, AfterValidator(_none_of_ours)] = Field(
        description="Made by the client, unique for ever (a UUID): the same id sent again counts once.", examples=["0f3c-1"]
    )
    type: Literal["view", "add_to_cart", "purchase", "dismiss", "return"] = Field(description="What was done.", examples=["purchase"])
    item: Name = Field(description="Item id; one that is not in the catalogue is kept, and named in the answer.", examples=["w000042"])
    session: Name = Field(description="The shopper's session: what is bought together is learned from it.", examples=["s1"])
    user: Name | None = Field(default=None, description="The shopper, where known.", examples=["u1"])
    user_signature: Signature = None
    timestamp: Annotated[AwareDatetime, Field(strict=False, ge=EARLIEST), AfterValidator(_not_ahead)] | None = Field(
        default=None,
        description="When: ISO 8601 with an offset, or seconds or milliseconds since 1970; the time of arrival if left out. At most a day "
        "ahead.",
        json_schema_extra={"anyOf": [{"type": "string", "format": "date-time"}, {"type": "number"}, {"type": "null"}]},
    )
    recommendation_id: Name | None = Field(default=None, description="The answer of /complete-outfit that this follows from.")
    order: Name | None = Field(
        default=None,
        description="The shop's order; it ties a return to its purchase, as does the same item of the session or user.",
        examples=["o1"],
    )
    quantity: int | None = Field(
        default=None, ge=1, le=_MOST_QUANTITY, description="How many were bought, or came back; one if left out.", examples=[1]
    )
    price: float | None = Field(default=None, ge=0, le=MOST, description="Price of one.", examples=[49.9])
    currency: Currency = None


class EventsIn(Strict):
    """A batch of events; all are kept, or none."""

    model_config = with_examples({"events": [{"id": "0f3c-1", "type": "purchase", "item": "w000042", "session": "s1"}]})

    events: Few[EventIn] = Field(min_length=1, description="The events, in the order in which they happened.")


class EventsOut(BaseModel):
    """The events are on disk."""

    accepted: int = Field(description="Events that are new.", examples=[1])
    repeated: int = Field(description="Events whose id was known; they count once.", examples=[0])
    unknown_items: list[str] | None = Field(
        default=None,
        description="Items that are not in the catalogue now, nor the `group_id` of items there; left out while no release is served.",
        examples=[[]],
    )
    user_note: str | None = Field(default=None, description="Why the `user` of some of the events was left out.")
