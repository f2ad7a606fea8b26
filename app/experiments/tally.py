"""What the units of an experiment did, by variant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from app.experiments.experiment import METRICS


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The units of one variant.

    Attributes:
        units: shoppers, sessions or requests that the variant answered. impressions: answers. fallbacks: of them, from another release.
        before_stop: units that came before any variant stopped, so while all took their share.
        means, variances: of each metric, over units. events: units of which it is not 0.
        view_through: units that bought what they had only seen.
        unpriced: purchases that say no price. left_out: units that made them. currencies: of the others.
        order_value: what a unit that bought, and is not left out, spent on what it kept; None where there is none. In ``value`` those that
            are left out count as that.
        releases: that answered, and how many answers each gave.
        beside: of a variant that stopped, the control's units that came before that; None of one that goes on, beside all of them.
    """

    units: int
    impressions: int
    means: Mapping[str, float]
    variances: Mapping[str, float]
    events: Mapping[str, int]
    before_stop: int
    fallbacks: int = 0
    view_through: int = 0
    unpriced: int = 0
    left_out: int = 0
    order_value: float | None = None
    currencies: tuple[str, ...] = ()
    releases: Mapping[str, int] = field(default_factory=dict)
    beside: Tally | None = None


NOBODY: Final = Tally(
    units=0,
    impressions=0,
    means=dict.fromkeys(METRICS, 0.0),
    variances=dict.fromkeys(METRICS, 0.0),
    events=dict.fromkeys(METRICS, 0),
    before_stop=0,
)
