"""The impressions among events: what was shown to whom, by which release and variant.

Events are lazy frames with the columns of ``app.attribution.events``.
"""

from __future__ import annotations

from functools import partial
from typing import Final

import polars as pl
from polars.exceptions import PolarsError

_SLOT: Final = pl.Struct({"category": pl.String, "items": pl.List(pl.String)})
SAID: Final = pl.Struct({"items": pl.List(pl.String), "slots": pl.List(_SLOT), "looks": pl.List(pl.List(pl.String))})
"""What is read of an impression beside its columns: ``items`` that were worn, ``slots`` as they were shown."""
_SHORT: Final = ("experiment", "variant")


def impressions_of(events: pl.LazyFrame) -> pl.LazyFrame:
    """One row per impression.

    Columns: ``id``, ``recommendation_id``, ``shown_at``, ``session``, ``user``, ``release``, ``experiment``, ``variant``; ``fallback``,
    whether another release answered than the variant's; ``empty``, whether nothing was suggested to what is not complete; and ``data``,
    all of it, for ``with_said``.
    """
    shown = events.filter((pl.col("type") == "impression") & pl.col("recommendation_id").is_not_null())
    said = pl.col("data").str
    return shown.select(
        *("id", "recommendation_id", "session", "user", "release", "data"),
        moment().alias("shown_at"),
        *(said.json_path_match(f"$.{name}").alias(name) for name in _SHORT),
        (said.json_path_match("$.fallback") == "true").fill_null(value=False).alias("fallback"),
        (said.json_path_match("$.slots[*].items[0]").is_null() & said.json_path_match("$.complete").is_null()).alias("empty"),
    )


def with_said(impressions: pl.LazyFrame, fields: pl.Struct = SAID) -> pl.LazyFrame:
    """Impressions with fields of theirs in the place of ``data``. This takes much memory for each: filter before.

    What an impression does not say is null; one that is not as the service writes it says nothing.
    """
    said = pl.col("data").map_batches(partial(_decoded, fields), return_dtype=fields, is_elementwise=True).alias("said")
    return impressions.with_columns(said).drop("data").unnest("said")


def moment() -> pl.Expr:
    """When an event happened; a clock that runs ahead is not believed."""
    return pl.min_horizontal("timestamp", "received")


def visitor() -> tuple[pl.Expr, pl.Expr]:
    """Whom an impression was for, as ``kind`` and ``unit``: the user, else the session, else nobody but this answer."""
    kind = pl.when(pl.col("user").is_not_null()).then(pl.lit("u")).when(pl.col("session").is_not_null()).then(pl.lit("s"))
    return kind.otherwise(pl.lit("r")).alias("kind"), pl.coalesce("user", "session", "recommendation_id").alias("unit")


def shown_items(impressions: pl.LazyFrame) -> pl.LazyFrame:
    """One row per suggestion: ``recommendation_id``, ``slot`` (counted from 0), ``category``, ``position`` (counted from 0), ``item``."""
    return items_of(shown_slots(impressions)).select("recommendation_id", "slot", "category", "position", "item")


def shown_slots(impressions: pl.LazyFrame, fields: pl.Struct = _SLOT) -> pl.LazyFrame:
    """One row per slot that was shown: ``recommendation_id``, ``slot`` (counted from 0), and these fields of it."""
    said = with_said(impressions.select("recommendation_id", "data"), pl.Struct({"slots": pl.List(fields)}))
    slots = said.with_columns(pl.int_ranges(pl.col("slots").list.len()).alias("slot"))
    return slots.explode("slots", "slot").drop_nulls("slots").unnest("slots")


def items_of(slots: pl.LazyFrame) -> pl.LazyFrame:
    """One row per suggestion of slots: their columns, with ``item`` and ``position`` (counted from 0) in the place of ``items``."""
    items = slots.with_columns(pl.int_ranges(pl.col("items").list.len()).alias("position")).explode("items", "position")
    return items.rename({"items": "item"}).drop_nulls("item")


def all_shown(impressions: pl.LazyFrame) -> pl.LazyFrame:
    """One row per item that an answer showed, in a slot or in a look: ``recommendation_id``, ``item``."""
    in_slots = pl.col("slots").list.eval(pl.element().struct.field("items").explode())
    in_looks = pl.col("looks").list.eval(pl.element().explode())
    none = pl.lit([], dtype=pl.List(pl.String))
    said = with_said(impressions.select("recommendation_id", "data"))
    items = pl.concat_list(in_slots.fill_null(none), in_looks.fill_null(none)).alias("item")
    return said.select("recommendation_id", items).explode("item").drop_nulls("item").unique()


def _decoded(fields: pl.Struct, data: pl.Series) -> pl.Series:
    try:
        return data.str.json_decode(fields)
    except PolarsError:  # one of them is no impression of this service; the others are not to suffer
        return pl.Series(data.name, [_one(fields, text) for text in data], dtype=fields)


def _one(fields: pl.Struct, text: str) -> object:
    try:
        return pl.Series([text]).str.json_decode(fields)[0]
    except PolarsError:
        return None
