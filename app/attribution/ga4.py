"""Events in the form of Google Analytics 4's export, so that a shop's analysts read them with the queries that they have.

Names are those of the export of GA4 to BigQuery: ``view_item_list`` for what was shown, ``select_item`` for a view that names an answer,
``view_item`` for any other, ``add_to_cart``, ``purchase`` and ``refund``. ``item_list_id`` is the ``recommendation_id``,
``item_list_name`` the slot, ``item_list_index`` the place in it, counted from 0; ``user_pseudo_id``, a device there, is the session here.
What GA4 has no column for is in ``event_params`` and ``item_params``, as its own parameters are; see docs/experiments.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

import polars as pl

from app.attribution.impressions import impressions_of, items_of, moment, shown_items, shown_slots, with_said

_NAMES: Final = {"view": "view_item", "add_to_cart": "add_to_cart", "purchase": "purchase", "return": "refund", "dismiss": "dismiss"}
_TEXT, _NUMBER, _COUNT = pl.String(), pl.Float64(), pl.Int64()
_VALUE: Final = pl.Struct({"string_value": _TEXT, "int_value": _COUNT, "float_value": _NUMBER, "double_value": _NUMBER})
_PARAMS: Final = pl.List(pl.Struct({"key": _TEXT, "value": _VALUE}))
_ITEM: Final = pl.Struct(
    {
        "item_id": _TEXT,
        "item_list_id": _TEXT,
        "item_list_name": _TEXT,
        "item_list_index": _COUNT,
        "price": _NUMBER,
        "quantity": _COUNT,
        "item_params": _PARAMS,
    }
)
_PLACE: Final = {"item_id": "item", "item_list_id": "recommendation_id", "item_list_name": "category", "item_list_index": "position"}
ROW: Final = pl.Schema(
    {
        "event_date": _TEXT,
        "event_timestamp": _COUNT,
        "event_name": _TEXT,
        "user_id": _TEXT,
        "user_pseudo_id": _TEXT,
        "event_params": _PARAMS,
        "ecommerce": pl.Struct({"transaction_id": _TEXT, "purchase_revenue": _NUMBER}),
        "items": pl.List(_ITEM),
    }
)
"""The columns. ``event_date`` is ``YYYYMMDD`` and ``event_timestamp`` microseconds since 1970, both of UTC."""

_AT_ONCE: Final = 2_000
"""Impressions whose items are told together."""
_Kind = Literal["string_value", "int_value", "double_value"]
_OF_LIST: Final[Mapping[str, _Kind]] = {
    "release": "string_value",
    "experiment": "string_value",
    "variant": "string_value",
    "recommendation_id": "string_value",
    "rules": "string_value",
    "catalogue": "string_value",
    "exploration": "double_value",
    "event_id": "string_value",
}
_OF_ACT: Final[Mapping[str, _Kind]] = {"recommendation_id": "string_value", "currency": "string_value", "event_id": "string_value"}
_OF_ITEM: Final[Mapping[str, _Kind]] = {
    "propensity": "double_value",
    "score": "double_value",
    "rank": "int_value",
    "explored": "int_value",
    "first_open": "int_value",
}
"""Parameters, each the column of its name."""
_SAID: Final = pl.Struct({"rules": pl.List(_TEXT), "catalogue": _TEXT, "exploration": _NUMBER})
_SLOT: Final = pl.Struct(
    {
        "category": _TEXT,
        "items": pl.List(_TEXT),
        "candidates": pl.List(_TEXT),
        "scores": pl.List(_NUMBER),
        "propensities": pl.List(_NUMBER),
        "explored": pl.List(_COUNT),
        "open": _COUNT,
    }
)


def ga4(events: pl.LazyFrame) -> pl.LazyFrame:
    """One row per event, in no order."""
    impressions = impressions_of(events)
    shown = impressions.map_batches(_shown, schema=ROW, streamable=True)  # some at a time, as all items are many
    return pl.concat([shown, _done(events, impressions)])


def _shown(impressions: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([_listed(some.lazy()).collect() for some in impressions.iter_slices(_AT_ONCE)] or [ROW.to_frame()])


def _listed(impressions: pl.LazyFrame) -> pl.LazyFrame:
    items = _suggestions(impressions).sort("slot", "position").with_columns(item_params=_params(_OF_ITEM))
    listed = items.group_by("recommendation_id", maintain_order=True).agg(_item(**_PLACE, item_params="item_params").alias("items"))
    nothing = pl.struct(pl.lit(None, _TEXT).alias("transaction_id"), pl.lit(None, _NUMBER).alias("purchase_revenue"))
    said = with_said(impressions, _SAID).with_columns(
        *_at("shown_at"), pl.col("rules").list.join(","), event_name=pl.lit("view_item_list"), event_id="id"
    )
    told = said.with_columns(event_params=_params(_OF_LIST), ecommerce=nothing)
    return _rows(told.join(listed, on="recommendation_id", how="left"))


def _suggestions(impressions: pl.LazyFrame) -> pl.LazyFrame:
    """The rows of ``shown_items``, with how each came to its place."""
    slots = shown_slots(impressions, _SLOT)
    whole = slots.filter(pl.col("candidates").list.len() == pl.col("scores").list.len())
    considered = whole.select(
        "recommendation_id", "slot", "candidates", "scores", pl.int_ranges(pl.col("candidates").list.len()).alias("rank")
    ).explode("candidates", "scores", "rank")
    chosen = items_of(slots.drop("candidates", "scores")).with_columns(
        pl.col("propensities").list.get(pl.col("position"), null_on_oob=True).alias("propensity"),
        pl.col("explored").list.contains(pl.col("position")),
        pl.col("open").alias("first_open"),
    )
    score = considered.rename({"candidates": "item", "scores": "score"})
    told = chosen.join(score, on=["recommendation_id", "slot", "item"], how="left")
    return told.select("recommendation_id", "slot", "category", "position", "item", *_OF_ITEM)


def _done(events: pl.LazyFrame, impressions: pl.LazyFrame) -> pl.LazyFrame:
    acts = events.filter(pl.col("type").is_in(list(_NAMES))).with_columns(moment().alias("acted_at")).with_columns(_at("acted_at"))
    clicked = (pl.col("type") == "view") & pl.col("recommendation_id").is_not_null()
    name = pl.when(clicked).then(pl.lit("select_item")).otherwise(pl.col("type").replace_strict(_NAMES, return_dtype=_TEXT))
    revenue = pl.when(pl.col("type") == "purchase").then(pl.col("price") * pl.col("quantity").fill_null(1))
    places = shown_items(impressions).sort("slot", "position").unique(["recommendation_id", "item"], keep="first", maintain_order=True)
    said = acts.with_columns(currency=pl.col("data").str.json_path_match("$.currency"), event_id="id")
    told = said.join(places, on=["recommendation_id", "item"], how="left").with_columns(
        event_name=name,
        event_params=_params(_OF_ACT),
        ecommerce=pl.struct(pl.col("order").alias("transaction_id"), revenue.alias("purchase_revenue")),
        items=_list([_item(**_PLACE, price="price", quantity="quantity")]),
    )
    return _rows(told)


def _at(name: str) -> list[pl.Expr]:
    return [pl.col(name).dt.strftime("%Y%m%d").alias("event_date"), pl.col(name).dt.epoch("us").alias("event_timestamp")]


def _params(kinds: Mapping[str, _Kind]) -> pl.Expr:
    """These columns as parameters."""
    return _list(_param(key, kind) for key, kind in kinds.items())


def _param(key: str, kind: _Kind) -> pl.Expr:
    values = [(pl.col(key) if one.name == kind else pl.lit(None)).cast(one.dtype).alias(one.name) for one in _VALUE.fields]
    return pl.struct(pl.lit(key).alias("key"), pl.struct(values).alias("value"))


def _list(structs: Iterable[pl.Expr]) -> pl.Expr:
    """Structs of a row as a list of them: ``concat_list`` does the same, and takes 100 times as long."""
    return pl.concat_arr(structs).arr.to_list()


def _item(**columns: str) -> pl.Expr:
    fields = [
        (pl.col(columns[field.name]).cast(field.dtype) if field.name in columns else pl.lit(None, field.dtype)).alias(field.name)
        for field in _ITEM.fields
    ]
    return pl.struct(fields)


def _rows(told: pl.LazyFrame) -> pl.LazyFrame:
    return told.rename({"user": "user_id", "session": "user_pseudo_id"}).select(pl.col(name).cast(of) for name, of in ROW.items())
