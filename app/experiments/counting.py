"""Counts what the units of an experiment did, from its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from app.attribution.credit import ADDED, CLICKED, PURCHASED, RETURNED, attributed
from app.attribution.impressions import visitor
from app.attribution.products import NO_PRODUCTS, Products
from app.experiments.experiment import METRICS, Experiment
from app.experiments.tally import NOBODY, Tally
from app.ground.windows import Windows


def tallies(experiment: Experiment, events: pl.LazyFrame, windows: Windows, products: Products = NO_PRODUCTS) -> dict[str, Tally]:
    """Variant -> what its units did, of those that have any.

    A unit is the user, else the session, else the answer. Its ``click``, ``attach`` and ``purchase`` are 1 where it clicked, put into the
    bag or bought, and bought what was suggested, whatever came first, and its ``return`` where some of that came back; its ``value`` is
    what it spent on what it kept; its ``empty`` the share of its answers that suggest nothing. What was only seen is not among them.
    Where units bought something without a price, see ``_worth``. A variant that stopped stands beside the control of that time: what
    changed for all since then is none of its doing.

    Args:
        events: with the columns of ``app.attribution.events``. products: which of their items are sizes and colours of one.
    """
    since = datetime.fromisoformat(experiment.started) - timedelta(seconds=windows.purchase_s)
    followed = attributed(events.filter(pl.col("received") >= since), windows, products)
    answers = followed.filter(pl.col("experiment") == experiment.name)
    names = [variant.name for variant in experiment.variants]
    units = _units(answers.filter(pl.col("variant").is_in(names)))
    stops = {name: datetime.fromisoformat(stopped.at) for name, stopped in experiment.stopped.items()}
    control = units.filter(pl.col("variant") == experiment.control)
    told = [_by_variant(units, min(stops.values(), default=None))]
    told += [_by_variant(control.filter(pl.col("first_at") < at), None) for at in stops.values()]
    all_of_them, *then = [{row["variant"]: _tally(row) for row in frame.to_dicts()} for frame in pl.collect_all(told, engine="streaming")]
    beside = {name: found.get(experiment.control, NOBODY) for name, found in zip(stops, then, strict=True)}
    return {name: replace(tally, beside=beside.get(name)) for name, tally in all_of_them.items()}


def _by_variant(units: pl.LazyFrame, stop: datetime | None) -> pl.LazyFrame:
    """One row per variant: what ``_tally`` reads.

    Args:
        stop: when the first variant stopped.
    """
    early = pl.col("first_at").is_not_null() if stop is None else pl.col("first_at") < stop
    spent = pl.col("value").filter(pl.col("purchase") == 1)
    return units.group_by("variant").agg(
        pl.len().alias("units"),
        spent.mean().alias("order_value"),
        spent.var(ddof=0).alias("order_variance"),
        (pl.col("unpriced") > 0).sum().alias("left_out"),
        pl.col("answers").sum(),
        early.sum().alias("before_stop"),
        pl.col("fallbacks", "unpriced").sum(),
        pl.col("view_through").sum(),
        pl.col("currencies").explode().drop_nulls().unique().sort(),
        pl.col("releases").explode().drop_nulls().value_counts(sort=True),
        *(pl.col(name).mean().alias(f"{name} mean") for name in METRICS),
        *(pl.col(name).var(ddof=0).alias(f"{name} variance") for name in METRICS),
        *((pl.col(name) != 0).sum().alias(f"{name} events") for name in METRICS),
    )


def _units(answers: pl.LazyFrame) -> pl.LazyFrame:
    """One row per unit and variant."""
    clicked, added, bought, returned = (pl.col(name).list.len() > 0 for name in (CLICKED, ADDED, PURCHASED, RETURNED))
    return answers.group_by("variant", *visitor()).agg(
        clicked.any().cast(pl.Float64).alias("click"),
        (added | bought).any().cast(pl.Float64).alias("attach"),
        bought.any().cast(pl.Float64).alias("purchase"),
        returned.any().cast(pl.Float64).alias("return"),
        pl.when(pl.col("unpriced").sum() == 0).then(pl.col("value").sum()).alias("value"),
        pl.col("empty").mean(),
        pl.len().alias("answers"),
        (pl.col("view_through").list.len() > 0).any().cast(pl.Int64).alias("view_through"),
        pl.col("fallback").cast(pl.Int64).sum().alias("fallbacks"),
        pl.col("unpriced").sum(),
        pl.col("currencies").explode().drop_nulls().unique(),
        pl.col("shown_at").min().alias("first_at"),
        pl.col("release").alias("releases"),
    )


def _tally(row: Mapping[str, Any]) -> Tally:
    of = {what: {name: row[f"{name} {what}"] or 0 for name in METRICS} for what in ("mean", "variance", "events")}
    if row["left_out"] and row["order_value"] is not None:
        of["mean"]["value"], of["variance"]["value"] = _worth(row)
    return Tally(
        units=row["units"],
        impressions=row["answers"],
        means=of["mean"],
        variances=of["variance"],
        events=of["events"],
        before_stop=row["before_stop"],
        fallbacks=row["fallbacks"],
        view_through=row["view_through"],
        unpriced=row["unpriced"],
        left_out=row["left_out"],
        order_value=row["order_value"],
        currencies=tuple(row["currencies"]),
        releases={one["releases"]: one["count"] for one in row["releases"]},
    )


def _worth(row: Mapping[str, Any]) -> tuple[float, float]:
    """The mean of ``value`` and its variance per unit, where what some units spent is not known: they spent what the others did.

    The mean is p m, of the share p that bought and the average order m, and it varies per unit as if bought units of known worth, whose
    orders vary by s², stood for those b of which they are k:

        p (1 - p) m² + p s² b / k
    """
    p, m, variance = row["purchase mean"], row["order_value"], row["order_variance"]
    bought = p * row["units"]
    return p * m, p * (1 - p) * m**2 + p * variance * bought / (bought - row["left_out"])
