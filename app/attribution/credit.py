"""What shoppers did, put down to answers: each act to one answer at most.

An act that names a ``recommendation_id`` follows from that answer, whatever its item: it may be another size than was shown. A view or a
cart counts within the click window, a purchase within the purchase window. A purchase that names none follows from the last answer
shown to that shopper (the same session or user) in which its product was clicked, within the purchase window; else it is a view-through of
the last one that showed the product, within the window of those. So nothing that was only seen counts as clicked, and no purchase counts
twice. A size or colour that was not shown is of the product that was.
What came back (``app.attribution.returns``) was bought all the same, but is worth nothing, whenever it came.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from app.attribution.impressions import all_shown, impressions_of, moment, shown_items
from app.attribution.products import NO_PRODUCTS, Products
from app.attribution.returns import sent_back
from app.ground.windows import Windows

CLICKED, ADDED, PURCHASED, RETURNED, SEEN = "clicked", "added", "purchased", "returned", "view_through"
KINDS: Final = {"view": CLICKED, "add_to_cart": ADDED, "purchase": PURCHASED}
"""Type of an event -> the kind of act that it is, where it names the answer that it follows from."""
_HAPPENED: Final = {
    **{kind: pl.col("kind") == kind for kind in (CLICKED, ADDED, PURCHASED, SEEN)},
    RETURNED: (pl.col("kind") == PURCHASED) & (pl.col("returned") > 0),
}
_ACT: Final = ("id", "kind", "item", "product", "at", "quantity", "price", "currency", "order")


def credits_of(events: pl.LazyFrame, windows: Windows, products: Products = NO_PRODUCTS) -> pl.LazyFrame:
    """One row per act that follows from an answer.

    Columns: ``recommendation_id``; the act's ``id``, ``kind`` (``clicked``, ``added``, ``purchased``, ``view_through``), ``item``,
    ``product``, ``at``, ``quantity``, ``price``, ``currency``, ``order``; ``returned``, how many of a purchase came back; and ``value``:
    the price times as many as were kept, null where the event does not say a price.
    """
    impressions = impressions_of(events)
    acts = events.filter(pl.col("type").is_in(list(KINDS)) & pl.col("item").is_not_null()).select(
        *("id", "item", "session", "user", "quantity", "price", "order", "recommendation_id"),
        moment().alias("at"),
        pl.col("data").str.json_path_match("$.currency").alias("currency"),
        pl.col("type").replace_strict(KINDS, return_dtype=pl.String).alias("kind"),
        products.named(),
    )
    named = _named(acts, impressions, windows)
    bought = acts.filter((pl.col("kind") == PURCHASED) & pl.col("recommendation_id").is_null()).drop("recommendation_id", "kind")
    both = pl.concat([named, _unnamed(bought, impressions, named, windows, products)]).join(sent_back(events), on="id", how="left")
    kept = (pl.col("quantity").fill_null(1) - pl.col("returned").fill_null(0)).clip(0)
    return both.with_columns((pl.col("price") * kept).alias("value"), pl.col("returned").fill_null(0))


def _named(acts: pl.LazyFrame, impressions: pl.LazyFrame, windows: Windows) -> pl.LazyFrame:
    joined = acts.join(impressions.select("recommendation_id", "shown_at"), on="recommendation_id")
    window_s = pl.when(pl.col("kind") == PURCHASED).then(windows.purchase_s).otherwise(windows.click_s)
    return joined.filter(_age_s() <= window_s).select("recommendation_id", *_ACT)


def _unnamed(bought: pl.LazyFrame, impressions: pl.LazyFrame, named: pl.LazyFrame, windows: Windows, products: Products) -> pl.LazyFrame:
    """Purchases that name no answer, put down to what the same shopper was shown before."""
    bought = bought.filter(pl.col("at").is_not_null())
    pairs = [
        bought.join(impressions.select("recommendation_id", "shown_at", who), on=who).select("recommendation_id", "shown_at", *_NO_KIND)
        for who in ("session", "user")
    ]
    longest_s = max(windows.purchase_s, windows.view_through_s)
    met = pl.concat(pairs).unique(["recommendation_id", "id"]).filter((_age_s() >= 0) & (_age_s() <= longest_s))
    of_them = impressions.join(met.select("recommendation_id").unique(), on="recommendation_id", how="semi")
    shown = all_shown(of_them).select("recommendation_id", products.named(), pl.lit(value=True).alias("shown")).unique()
    clicks = named.filter(pl.col("kind") != PURCHASED).group_by(*_PLACE).agg(pl.col("at").min().alias("clicked_at"))
    each = met.join(shown, on=_PLACE, how="left").join(clicks, on=_PLACE, how="left")
    clicked = (pl.col("clicked_at") <= pl.col("at")).fill_null(value=False) & (_age_s() <= windows.purchase_s)
    seen = pl.col("shown").fill_null(value=False) & (_age_s() <= windows.view_through_s) & (windows.view_through_s > 0)
    each = each.with_columns(clicked.alias("was_clicked")).filter(pl.col("was_clicked") | seen)
    last = each.sort("was_clicked", "shown_at", "recommendation_id", descending=True).unique("id", keep="first", maintain_order=True)
    kind = pl.when(pl.col("was_clicked")).then(pl.lit(PURCHASED)).otherwise(pl.lit(SEEN)).alias("kind")
    return last.with_columns(kind).select("recommendation_id", *_ACT)


_PLACE: Final = ("recommendation_id", "product")
_NO_KIND: Final = tuple(name for name in _ACT if name != "kind")


def _age_s() -> pl.Expr:
    """Seconds from the answer to the act."""
    return (pl.col("at") - pl.col("shown_at")).dt.total_milliseconds() / 1_000


def attributed(events: pl.LazyFrame, windows: Windows, products: Products = NO_PRODUCTS) -> pl.LazyFrame:
    """One row per impression, with what followed from it.

    Columns: those of ``impressions_of``, and for each kind of act the list of its distinct items, by their names; ``returned``, those of
    the purchased of which some came back; ``value`` and ``view_through_value``, sums over the purchases whose price is known; ``unpriced``,
    how many of those in ``value`` say none; and ``currencies``, the distinct ones of their prices.
    """
    followed = credits_of(events, windows, products)
    lists = [pl.col("item").filter(happened).unique().sort().alias(kind) for kind, happened in _HAPPENED.items()]
    bought = pl.col("kind").is_in([PURCHASED, SEEN])
    sums = [
        pl.col("value").filter(pl.col("kind") == kind).sum().alias(name)
        for kind, name in ((PURCHASED, "value"), (SEEN, "view_through_value"))
    ]
    unpriced = ((pl.col("kind") == PURCHASED) & pl.col("value").is_null()).sum().cast(pl.Int64).alias("unpriced")
    currencies = pl.col("currency").filter(bought).drop_nulls().unique().sort().alias("currencies")
    told = followed.group_by("recommendation_id").agg(*lists, *sums, unpriced, currencies)
    joined = impressions_of(events).join(told, on="recommendation_id", how="left")
    empty = pl.lit([], dtype=pl.List(pl.String))
    return joined.with_columns(
        *(pl.col(name).fill_null(empty) for name in (*_HAPPENED, "currencies")),
        pl.col("value", "view_through_value").fill_null(0.0),
        pl.col("unpriced").fill_null(0),
    )


def outcomes(events: pl.LazyFrame, windows: Windows, products: Products = NO_PRODUCTS) -> pl.LazyFrame:
    """One row per suggestion that was shown, with what followed from it; this is what is learned from.

    Of a product that one answer shows twice, the first place. Columns: those of ``shown_items``, ``product``, a boolean for each kind of
    act and for ``returned``, and ``value`` of those that were purchased.
    """
    followed = credits_of(events, windows, products)
    kinds = [happened.any().alias(kind) for kind, happened in _HAPPENED.items()]
    told = followed.group_by(*_PLACE).agg(*kinds, pl.col("value").filter(pl.col("kind") == PURCHASED).sum())
    shown = shown_items(impressions_of(events)).with_columns(products.named()).sort("slot", "position")
    joined = shown.unique(_PLACE, keep="first", maintain_order=True).join(told, on=_PLACE, how="left")
    return joined.with_columns(pl.col(*_HAPPENED).fill_null(value=False), pl.col("value").fill_null(0.0))
