"""What follows from an answer, and what does not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from app.attribution.credit import attributed, credits_of, outcomes
from app.attribution.impressions import impressions_of, with_said
from app.attribution.products import Products
from app.ground.windows import Windows
from app.log.base import Entry, Event
from app.worker.archive import SCHEMA, _row

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
WINDOWS = Windows(click_s=3_600, purchase_s=86_400, view_through_s=7_200)
Said = dict[str, Any]


def frame(events: Sequence[Said]) -> pl.LazyFrame:
    """Events as the archive keeps them; ``hour`` is when."""
    rows = []
    for place, said in enumerate(events):
        when = (NOON + timedelta(hours=said["hour"])).isoformat(timespec="milliseconds")
        data = {name: value for name, value in said.items() if name not in {"hour", "id"}}
        rows.append(_row(Entry(str(place), Event(said.get("id", f"e{place}"), {"timestamp": when, "received": when, **data}))))
    table = pl.from_arrow(pa.Table.from_pylist(rows, SCHEMA))
    assert isinstance(table, pl.DataFrame)
    return table.lazy()


def shown(name: str, *items: str, hour: float = 0, **more: Any) -> Said:
    """An impression of one slot."""
    return {"type": "impression", "recommendation_id": name, "hour": hour, "slots": [{"category": "shoes", "items": list(items)}], **more}


def did(kind: str, item: str, hour: float, **more: Any) -> Said:
    """An act of session ``s``."""
    return {"type": kind, "item": item, "hour": hour, "session": "s", **more}


def credited(*events: Said, windows: Windows = WINDOWS) -> list[tuple[str, str, str]]:
    """Answer, kind and item of what is credited, sorted."""
    return sorted(credits_of(frame(events), windows).select("recommendation_id", "kind", "item").collect().rows())


def test_an_act_follows_from_the_answer_that_it_names() -> None:
    """Whatever its item; within its window, which is longer for a purchase."""
    acts = [
        did("view", "a", 0.5),
        did("add_to_cart", "b", 0.9),
        did("purchase", "other-size", 20),
        did("view", "a", 1.1),
        did("purchase", "a", 25),
    ]
    named = [{**act, "recommendation_id": "r"} for act in acts]
    assert credited(shown("r", "a", "b", session="s"), *named) == [
        ("r", "added", "b"),
        ("r", "clicked", "a"),
        ("r", "purchased", "other-size"),
    ]


def test_a_clock_that_is_slow_is_forgiven_where_the_answer_is_named() -> None:
    """What follows from an answer cannot come before it."""
    assert credited(shown("r", "a"), did("view", "a", -0.1, recommendation_id="r")) == [("r", "clicked", "a")]


def test_a_purchase_that_names_no_answer_follows_from_the_last_click() -> None:
    """Of the same session or user, before an answer that only showed it; once."""
    asked = [shown("r1", "a", session="s"), shown("r2", "a", session="s", hour=1)]
    click = did("view", "a", 0.5, recommendation_id="r1")
    assert credited(*asked, click, did("purchase", "a", 2)) == [("r1", "clicked", "a"), ("r1", "purchased", "a")]
    short = Windows(click_s=3_600, purchase_s=3_600, view_through_s=7_200)
    assert credited(*asked, click, did("purchase", "a", 1.75), windows=short) == [("r1", "clicked", "a"), ("r2", "view_through", "a")]
    of_user = shown("r", "a", user="u")
    assert ("r", "purchased", "a") in credited(
        of_user, did("view", "a", 0.1, recommendation_id="r"), did("purchase", "a", 2, session="t", user="u")
    )


def test_what_was_only_seen_is_kept_apart() -> None:
    """Of the last answer that showed it; not where it was another's, not shown, too late, or before the answer."""
    asked = [shown("r1", "a", session="s"), shown("r2", "a", session="s", hour=0.5), shown("r3", "b", session="s", hour=0.7)]
    assert credited(*asked, did("purchase", "a", 1)) == [("r2", "view_through", "a")]
    for other in (did("purchase", "a", 1, session="t"), did("purchase", "c", 1), did("purchase", "a", 3), did("purchase", "a", -1)):
        assert credited(*asked, other) == []


def test_a_look_shows_its_items() -> None:
    """As a slot does; where an item is in both, once."""
    asked = shown("r", "a", session="s", looks=[["a", "b"], [], ["c"]])
    for item in "abc":
        assert credited(asked, did("purchase", item, 1)) == [("r", "view_through", item)]
    assert credited({**asked, "slots": None}, did("purchase", "b", 1)) == [("r", "view_through", "b")]
    assert credited(asked, did("purchase", "d", 1)) == []


def test_an_impression_has_all_that_followed_from_it() -> None:
    """Lists of items, value where a price is known, and how many say none; nothing is nothing, not null."""
    bought = [
        did("purchase", "a", 1, recommendation_id="r", price=20.0, quantity=2, currency="EUR"),
        did("purchase", "b", 1, recommendation_id="r"),
    ]
    seen = did("purchase", "c", 1, price=5.0)
    events = frame([shown("r", "a", "b", "c", session="s", experiment="x", variant="v"), *bought, seen, shown("q", "a", session="z")])
    q, r = attributed(events, WINDOWS).sort("recommendation_id").collect().to_dicts()
    assert (r["purchased"], r["value"], r["unpriced"]) == (["a", "b"], 40.0, 1)
    assert r["currencies"] == ["EUR"]
    assert (r["view_through"], r["view_through_value"]) == (["c"], 5.0)
    assert (r["experiment"], r["variant"], r["session"]) == ("x", "v", "s")
    assert (q["clicked"], q["purchased"], q["value"], q["unpriced"]) == ([], [], 0.0, 0)


def test_what_came_back_was_bought_and_is_worth_what_was_kept() -> None:
    """However much later; as many as came back, and no more than were bought."""
    bought = [
        did("purchase", "a", 1, recommendation_id="r", price=20.0, quantity=3),
        did("purchase", "b", 1, recommendation_id="r", price=7.0),
        did("purchase", "c", 1, price=5.0),
    ]
    back = [did("return", "a", 900, quantity=2), did("return", "b", 900, quantity=9), did("return", "c", 900)]
    events = frame([shown("r", "a", "b", "c", session="s"), *bought, *back])
    [r] = attributed(events, WINDOWS).collect().to_dicts()
    assert (r["purchased"], r["returned"], r["value"]) == (["a", "b"], ["a", "b"], 20.0)
    assert (r["view_through"], r["view_through_value"]) == (["c"], 0.0)
    assert outcomes(events, WINDOWS).sort("position").select("item", "purchased", "returned").collect().rows() == [
        ("a", True, True),
        ("b", True, True),
        ("c", False, False),
    ]


def test_each_suggestion_has_its_place_and_its_outcome() -> None:
    """What is learned from: one row per item that was shown, at its first place."""
    twice = {"slots": [{"category": "shoes", "items": ["a", "b"]}, {"category": "boots", "items": ["b"]}]}
    events = frame([shown("r", session="s", **twice), did("view", "b", 0.1, recommendation_id="r")])
    rows = outcomes(events, WINDOWS).sort("position").select("item", "position", "category", "clicked", "purchased").collect().rows()
    assert rows == [("a", 0, "shoes", False, False), ("b", 1, "shoes", True, False)]


def test_another_size_is_of_the_product_that_was_shown() -> None:
    """A catalogue lists each size as an item: the one that was clicked or shown is seldom the one that is bought."""
    products = Products.of(pa.table({"id": ["a-s", "a-m", "b", "c-s"], "group_id": ["a", "a", None, "c"]}))
    answer = shown("r", "a-s", "b", session="s")
    seen, click = did("purchase", "a-m", 1), did("view", "a", 0.1, recommendation_id="r")
    other = did("purchase", "c-s", 1)
    for acts, kinds in (([seen, other], [("view_through", "a-m")]), ([click, seen, other], [("clicked", "a"), ("purchased", "a-m")])):
        found = credits_of(frame([answer, *acts]), WINDOWS, products).select("kind", "item").collect().rows()
        assert sorted(found) == kinds
        [a, b] = outcomes(frame([answer, *acts]), WINDOWS, products).sort("position").collect().to_dicts()
        assert (a["item"], a["product"], a[kinds[-1][0]], b["purchased"]) == ("a-s", "a", True, False)
    assert credited(answer, seen) == []


def test_an_impression_tells_what_it_said() -> None:
    """The short things as columns, the rest where it is asked for."""
    told = impressions_of(frame([shown("q", session="s"), shown("r", "a", fallback=True, items=["w"], looks=[["a"]], variant="v")]))
    q, r = told.sort("recommendation_id").collect().to_dicts()
    assert (q["empty"], q["fallback"], q["variant"]) == (True, False, None)
    assert (r["empty"], r["fallback"], r["variant"]) == (False, True, "v")
    [whole] = impressions_of(frame([shown("w", session="s", complete=True)])).collect().to_dicts()
    assert whole["empty"] is False
    [said] = with_said(told.filter(pl.col("recommendation_id") == "r")).collect().to_dicts()
    assert (said["items"], said["looks"], said["slots"]) == (["w"], [["a"]], [{"category": "shoes", "items": ["a"]}])


def test_an_impression_that_is_none_of_ours_harms_no_other() -> None:
    """Its fields are of other kinds."""
    odd = {"type": "impression", "recommendation_id": "odd", "hour": 0, "slots": 7, "variant": {"a": 1}}
    assert credited(odd, shown("r", "a"), did("view", "a", 0.1, recommendation_id="r")) == [("r", "clicked", "a")]


def slowly(events: Sequence[Said]) -> list[tuple[str, str, str]]:
    """The rules of ``app.attribution.credit``, one event after another."""
    answers = {said["recommendation_id"]: said for said in events if said["type"] == "impression"}
    kinds = {"view": "clicked", "add_to_cart": "added", "purchase": "purchased"}
    found, clicks = [], {}
    for said in events:
        answer = answers.get(said.get("recommendation_id"))
        if said["type"] in kinds and answer is not None:
            window = WINDOWS.purchase_s if said["type"] == "purchase" else WINDOWS.click_s
            if (said["hour"] - answer["hour"]) * 3_600 <= window:
                found.append((said["recommendation_id"], kinds[said["type"]], said["item"]))
                if said["type"] != "purchase":
                    key = said["recommendation_id"], said["item"]
                    clicks[key] = min(said["hour"], clicks.get(key, said["hour"]))
    for said in events:
        if said["type"] != "purchase" or "recommendation_id" in said:
            continue
        best = None
        for name, answer in answers.items():
            same = any(said.get(who) is not None and said.get(who) == answer.get(who) for who in ("session", "user"))
            age_s = (said["hour"] - answer["hour"]) * 3_600
            clicked = clicks.get((name, said["item"]), 1e9) <= said["hour"] and age_s <= WINDOWS.purchase_s
            seen = said["item"] in answer["slots"][0]["items"] and age_s <= WINDOWS.view_through_s
            if same and age_s >= 0 and (clicked or seen):
                best = max(best or (False, -1e9, ""), (clicked, answer["hour"], name))
        if best:
            found.append((best[2], "purchased" if best[0] else "view_through", said["item"]))
    return sorted(found)


ITEMS, SHOPPERS = st.sampled_from("abc"), st.sampled_from("st")
HOURS = st.integers(0, 60).map(lambda half: half / 2)
ANSWERS = st.lists(st.tuples(HOURS, st.lists(ITEMS, unique=True, max_size=3), SHOPPERS, st.none() | SHOPPERS), min_size=1, max_size=5)
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["view", "add_to_cart", "purchase"]), ITEMS, HOURS, SHOPPERS, st.none() | SHOPPERS, st.none() | st.integers(0, 6)
    ),
    max_size=12,
)


@given(ANSWERS, ACTS)
@settings(max_examples=60, deadline=None)
def test_it_is_what_the_rules_say_one_by_one(answers: list[Any], acts: list[Any]) -> None:
    """The joins agree with a slow plain form on drawn events."""
    events = [
        shown(f"r{place}", *items, hour=hour, session=session, **({"user": user} if user else {}))
        for place, (hour, items, session, user) in enumerate(answers)
    ]
    for kind, item, hour, session, user, named in acts:
        more = {"user": user} if user else {}
        more |= {} if named is None else {"recommendation_id": f"r{named}"}
        events.append(did(kind, item, hour, **{"session": session, **more}))
    assert credited(*events) == slowly(events)
