"""What came of the last answers, as reports of experiments count it (``app.attribution.credit``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from app.attribution.credit import ADDED, CLICKED, KINDS, PURCHASED, SEEN, credits_of
from app.attribution.impressions import impressions_of, visitor
from app.attribution.products import Products
from app.ground.windows import Windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of the suggestions of a release, or of one variant of it, among its visitors: users, else sessions, else single answers.

    Attributes:
        of: the release and, in an experiment, the variant. visitors: how many were answered.
        clicked, attached, bought: how many of them followed, put into the bag or bought, and bought what was suggested.
        order_value: currency -> what each who bought in it spent on what was suggested and kept.
        left_out: how many bought something without a price; they are not in ``order_value``.
    """

    of: str
    visitors: int
    clicked: int
    attached: int
    bought: int
    order_value: Mapping[str, float]
    left_out: int


def came_of(table: pa.Table, windows: Windows, products: Products) -> tuple[dict[str, int], list[Outcome]]:
    """How many acts of each type follow from an answer, of the types that can; and what came of each release and variant, the last first.

    Args:
        table: events, with the columns of ``app.attribution.events``.
    """
    events = pl.DataFrame(table).lazy()
    followed = credits_of(events, windows, products).filter(pl.col("kind") != SEEN).collect()
    types = {kind: name for name, kind in KINDS.items()}
    acts = dict.fromkeys(KINDS, 0) | {types[kind]: many for kind, many in followed.group_by("kind").len().iter_rows()}
    of = pl.concat_str("release", "experiment", "variant", separator=", ", ignore_nulls=True).alias("of")
    answers = impressions_of(events).sort("shown_at", descending=True, nulls_last=True).select("recommendation_id", of, *visitor())
    did = answers.collect().join(followed, on="recommendation_id", how="left", maintain_order="left")
    whose = ("of", "kind", "unit")
    clicked, bought = ((pl.col("act") == kind).any() for kind in (CLICKED, PURCHASED))
    unpriced = (pl.col("act") == PURCHASED) & pl.col("value").is_null()
    attached = pl.col("act").is_in([ADDED, PURCHASED]).any()
    did = did.rename({"kind_right": "act"})
    told = {"clicked": clicked, "attached": attached, "bought": bought, "left_out": unpriced.any()}
    visitors = did.group_by(*whose, maintain_order=True).agg(**told)
    counted = visitors.group_by("of", maintain_order=True).agg(pl.len().alias("visitors"), pl.col(*told).sum())
    priced = did.filter(pl.col("act") == PURCHASED, ~unpriced.any().over(whose)).with_columns(pl.col("currency").fill_null(""))
    orders = priced.group_by(*whose, "currency").agg(pl.col("value").sum()).group_by("of", "currency").agg(pl.col("value").mean())
    values: dict[str, dict[str, float]] = {}
    for name, currency, value in orders.select("of", "currency", "value").iter_rows():
        values.setdefault(name, {})[currency] = value
    return acts, [Outcome(**row, order_value=values.get(row["of"], {})) for row in counted.to_dicts()]
