"""Settings of exploration: what is shown on purpose and by chance."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from app.ground.bounds import MANY


class Exploration(BaseModel):
    """What is shown on purpose and by chance, so that the log tells what would have become of it; see docs/offpolicy.md."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    share: float = Field(
        default=0.0,
        ge=0,
        le=0.5,
        description="Share of the lower places of `/complete-outfit` at which another item is shown than the best, drawn at random; "
        "0 explores nothing.",
    )
    first: int = Field(default=1, ge=0, le=MANY, description="Places at the top of each slot that are never explored.")
    among: int = Field(default=20, ge=1, le=200, description="Items of a slot, the best beside those shown, that may be drawn.")
    cold_share: float = Field(
        default=0.5, ge=0, le=1, description="Share of the explored places that goes to cold items where there are some."
    )
    cold_below: int = Field(
        default=50, ge=0, le=MANY, description="An item is cold until this process has shown it so often since it started; 0: none is."
    )
    examination: float | None = Field(
        default=None,
        ge=0,
        le=3,
        description="How steeply attention falls by place: what is at place k is looked at with chance k to the minus this. "
        "Left out: as the explored places of the log tell, else 1.",
    )
