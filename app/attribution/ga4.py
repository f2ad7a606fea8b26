"""Events in the form of Google Analytics 4's export, so that a shop's analysts read them with the queries that they have.

Names are those of the export of GA4 to BigQuery: ``view_item_list`` for what was shown, ``select_item`` for a view that names an answer,
``view_item`` for any other, ``add_to_cart``, ``purchase`` and ``refund``. ``item_list_id`` is the ``recommendation_id``,
``item_list_name`` the slot, ``item_list_index`` the place in it, counted from 0; ``user_pseudo_id``, a device there, is the session here.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from app.attribution.impressions import impressions_of, moment, shown_items

_NAMES: Final = {"view": "view_item", "add_to_cart": "add_to_cart", "purchase": "purchase", "return": "refund", "dismiss": "dismiss"}
_TEXT, _NUMBER, _COUNT = pl.String(), pl.Float64(), pl.Int64()
_ITEM: Final = pl.Struct(
    {
        "item_id": _TEXT,
        "item_list_id": _TEXT,
        "item_list_name": _TEXT,
        "item_list_index": _COUNT,
        "price": _NUMBER,
        "quantity": _COUNT,
    }
)
_PLACE: Final = {"item_id": "item", "item_list_id": "recommendation_id", "item_list_name": "category", "item_list_index": "position"}
_PARAMS: Final = ("release", "experiment", "variant")
ROW: Final = pl.Schema(
    {
        "event_date": _TEXT,
        "event_timestamp": _COUNT,
        "event_name": _TEXT,
        "user_id": _TEXT,
        "user_pseudo_id": _TEXT,
        "event_params": pl.List(pl.Struct({"key": _TEXT, "value": pl.Struct({"string_value": _TEXT})})),
        "ecommerce": pl.Struct({"transaction_id": _TEXT, "purchase_revenue": _NUMBER}),
        "items": pl.List(_ITEM),
    }
)
"""The columns. ``event_date`` is ``YYYYMMDD`` and ``event_timestamp`` microseconds since 1970, both of UTC."""


def ga4(events: pl.LazyFrame) -> pl.LazyFrame:
    """One row per event, in no order."""
    impressions = impressions_of(events)
    items = shown_items(impressions).sort("slot", "position")
    return pl.concat([_shown(impressions, items), _done(events, items)])


def _shown(impressions: pl.LazyFrame, items: pl.LazyFrame) -> pl.LazyFrame:
    impressions = impressions.with_columns(_at("shown_at"), event_name=pl.lit("view_item_list"))
    item = _item(**_PLACE)
    listed = items.group_by("recommendation_id", maintain_order=True).agg(item.alias("items"))
    params = pl.concat_list(
        pl.struct(pl.lit(name).alias("key"), pl.struct(pl.col(name).alias("string_value")).alias("value")) for name in _PARAMS
    )
    nothing = pl.struct(pl.lit(None, _TEXT).alias("transaction_id"), pl.lit(None, _NUMBER).alias("purchase_revenue"))
    told = impressions.join(listed, on="recommendation_id", how="left").with_columns(event_params=params, ecommerce=nothing)
    return _rows(told)


def _done(events: pl.LazyFrame, items: pl.LazyFrame) -> pl.LazyFrame:
    acts = events.filter(pl.col("type").is_in(list(_NAMES))).with_columns(moment().alias("acted_at")).with_columns(_at("acted_at"))
    clicked = (pl.col("type") == "view") & pl.col("recommendation_id").is_not_null()
    name = pl.when(clicked).then(pl.lit("select_item")).otherwise(pl.col("type").replace_strict(_NAMES, return_dtype=_TEXT))
    revenue = pl.when(pl.col("type") == "purchase").then(pl.col("price") * pl.col("quantity").fill_null(1))
    places = items.unique(["recommendation_id", "item"], keep="first")
    told = acts.join(places, on=["recommendation_id", "item"], how="left").with_columns(
        event_name=name,
        event_params=pl.lit([], dtype=ROW["event_params"]),
        ecommerce=pl.struct(pl.col("order").alias("transaction_id"), revenue.alias("purchase_revenue")),
        items=pl.concat_list(_item(**_PLACE, price="price", quantity="quantity")),
    )
    return _rows(told)


def _at(name: str) -> list[pl.Expr]:
    return [pl.col(name).dt.strftime("%Y%m%d").alias("event_date"), pl.col(name).dt.epoch("us").alias("event_timestamp")]


def _item(**columns: str) -> pl.Expr:
    fields = [
        (pl.col(columns[field.name]).cast(field.dtype) if field.name in columns else pl.lit(None, field.dtype)).alias(field.name)
        for field in _ITEM.fields
    ]
    return pl.struct(fields)


def _rows(told: pl.LazyFrame) -> pl.LazyFrame:
    return told.rename({"user": "user_id", "session": "user_pseudo_id"}).select(pl.col(name).cast(of) for name, of in ROW.items())
