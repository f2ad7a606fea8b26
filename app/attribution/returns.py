"""What came back: each return takes back one purchase, the one that it most likely is of.

That is the last one of its item in the order that it names; else the last one before it by the same session or user.
"""

from __future__ import annotations

import polars as pl

from app.attribution.impressions import moment


def sent_back(events: pl.LazyFrame) -> pl.LazyFrame:
    """One row per purchase of which something came back: its ``id``, and ``returned``, how many.

    A return that says no ``quantity`` is of one, as a purchase is.

    Args:
        events: ``id``, ``type``, ``item``, ``session``, ``user``, ``order``, ``quantity``, ``timestamp`` and ``received`` of all kinds.
    """
    acts = events.filter(pl.col("item").is_not_null()).select(
        *("id", "type", "item", "session", "user", "order"), pl.col("quantity").fill_null(1), moment().alias("at")
    )
    back = acts.filter(pl.col("type") == "return").drop("type")
    bought = acts.filter(pl.col("type") == "purchase").select(
        *("item", "session", "user", "order"), pl.col("id").alias("purchase"), pl.col("at").alias("bought_at")
    )
    pairs = [
        back.join(bought, on=["item", by])
        .filter(pl.lit(by == "order") | (pl.col("bought_at") <= pl.col("at")))
        .select("id", "quantity", "purchase", "bought_at", pl.lit(by == "order").alias("of_order"))
        for by in ("order", "session", "user")
    ]
    likely = pl.concat(pairs).sort("of_order", "bought_at", "purchase", descending=True, nulls_last=True)
    of = likely.unique("id", keep="first", maintain_order=True)
    return of.group_by(pl.col("purchase").alias("id")).agg(pl.col("quantity").sum().alias("returned"))
