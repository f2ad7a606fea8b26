"""Which purchase a return takes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from app.attribution.returns import sent_back

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
SCHEMA = dict.fromkeys(("id", "type", "item", "session", "user", "order"), pl.String)


def back(*said: str) -> dict[str, int]:
    """Purchase -> how many came back, of words like ``purchase p1 a s=1 u=1 o=1 q=2``, an hour apart."""
    rows = []
    for hour, (kind, name, item, *more) in enumerate(one.split() for one in said):
        of = dict(pair.split("=") for pair in more)
        at = NOON + timedelta(hours=hour)
        who = {"session": of.get("s"), "user": of.get("u"), "order": of.get("o"), "quantity": int(of["q"]) if "q" in of else None}
        rows.append({"id": name, "type": kind, "item": item, **who, "timestamp": at, "received": at})
    moments = {name: pl.Datetime("ms", "UTC") for name in ("timestamp", "received")}
    found = sent_back(pl.DataFrame(rows, {**SCHEMA, "quantity": pl.Int64, **moments}).lazy()).collect()
    return dict(found.select("id", "returned").rows())


@pytest.mark.parametrize("who", ["s", "u"])
def test_it_is_the_last_one_before_it_of_the_same_shopper(who: str) -> None:
    """By session or user; not of another item, of another shopper, or bought later."""
    said = [
        f"purchase old a {who}=1",
        f"purchase last a {who}=1",
        f"purchase other-item b {who}=1",
        f"purchase other-shopper a {who}=2",
        f"return r a {who}=1",
        f"purchase later a {who}=1",
    ]
    assert back(*said) == {"last": 1}


def test_the_order_that_it_names_comes_first() -> None:
    """Whoever brings it back; an order that is not known leaves the shopper."""
    bought = ["purchase p1 a u=1 o=1", "purchase p2 a u=1 o=2"]
    assert back(*bought, "return r a u=1 o=1") == {"p1": 1}
    assert back(*bought, "return r a u=9 o=1") == {"p1": 1}
    assert back(*bought, "return r a u=1 o=unknown") == {"p2": 1}
    assert back(*bought, "return r a u=9") == {}


def test_returns_add_up() -> None:
    """Each counts once, though session, user and order lead to the same purchase; without a quantity it is of one."""
    assert back("purchase p a s=1 u=1 o=1 q=5", "return r1 a s=1 u=1 o=1", "return r2 a u=1 q=2", "purchase rest b s=1") == {"p": 3}
