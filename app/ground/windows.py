"""Settings of attribution: for how long what a shopper does is put down to what was shown."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from app.ground.bounds import LONG_S


class Windows(BaseModel):
    """For how long what a shopper does counts as following from an answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    click_s: float = Field(
        default=86_400.0, gt=0, le=LONG_S, description="Seconds after an answer for which views and carts that name it count."
    )
    purchase_s: float = Field(
        default=604_800.0,
        gt=0,
        le=LONG_S,
        description="Seconds after an answer for which purchases that name it, or of what was clicked, count.",
    )
    view_through_s: float = Field(
        default=86_400.0,
        ge=0,
        le=LONG_S,
        description="Seconds after an answer for which purchases of what it showed, and nobody clicked, are told apart; 0 tells none.",
    )
