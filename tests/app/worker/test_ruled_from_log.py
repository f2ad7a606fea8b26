"""What rules would have earned, against what a shop's own rule says that they would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from app.ground.parts import Limits
from app.ground.settings import Settings
from app.ground.windows import Windows
from app.home.store import ReleaseStore
from app.recommend.complete import complete
from app.recommend.completion import Question
from app.release.release import Release
from app.rules.rule import RULES
from app.rules.ruling import InForce, Ruled
from app.worker.logged import logged
from app.worker.ruled_from_log import ruled_by_log, targets

Log = Callable[..., pl.LazyFrame]
ODD = {"ids": [f"shoes-{number}" for number in range(1, 40, 2)]}


def opened(shop: Any) -> Release:
    """What serves."""
    store = ReleaseStore(shop.store.home)
    return Release.open(store, store.served())


@pytest.mark.parametrize(
    "rules",
    [
        [],
        [{"id": "off", "do": "exclude", "items": ODD}],
        [{"id": "less", "do": "bury", "items": ODD, "times": 5}, {"id": "hero", "do": "pin", "ids": ["shoes-7"]}],
        [
            {"id": "only", "do": "require", "items": {"category": ["shoes"]}, "be": ODD},
            {"id": "hero", "do": "pin", "ids": ["shoes-8", "tops-3"]},
        ],
        [{"id": "not-to-0", "do": "exclude", "items": ODD, "when": {"worn": {"ids": ["tops-0", "tops-1"]}}}],
    ],
)
def test_a_list_is_ordered_as_an_answer_would_be(shop: Any, log_of: Log, tmp_path: Path, rules: list[Any]) -> None:
    """As far as what was considered reaches: with these rules, as if asked again; without, as it was shown but for exploration."""
    release = opened(shop)
    found = logged(log_of(shop, tmp_path, 12, 0.1), Windows(), release.snapshot.row_of, "purchase")
    none, some = (Ruled(InForce(RULES.validate_python(one)), release) for one in ([], rules))
    lists, now_UK, then_UK = targets(found, release, none, some)
    assert now_UK.tolist() == [list(range(10))] * 12
    pinned = [release.snapshot.row_of["shoes-7"]] if rules and rules[-1].get("ids") == ["shoes-7"] else []
    for worn, row_M, then_K in zip(found.worn, found.rows_UM.tolist(), then_UK.tolist(), strict=True):
        item = release.item(worn[0]).id
        answer = complete(release, Question(items=[item], slots=["shoes"], k=10, ruled=some), Limits())
        asked = [one.row for one in answer.slots[0].items]
        may = {*row_M, *pinned}
        told = [row_M[place] if place < len(row_M) else pinned[0] for place in then_K if place >= 0]
        assert told == [row for row in asked if row in may][: len(told)]
        assert len(told) == 10 or len(told) >= sum(row in may for row in asked)
    assert (lists.chance_UM[:, found.rows_UM.shape[1] :] == 0).all()


def test_what_rules_cost_is_told_and_its_interval_holds_the_truth(shop: Any, log_of: Log, tmp_path: Path) -> None:
    """A shopper looks at place k with chance 1/k and buys what has nearly the hue of what is worn."""
    release, settings = opened(shop), Settings(home=shop.store.home)
    events = log_of(shop, tmp_path, 2_500, 0.2)
    rules = RULES.validate_python([{"id": "off", "do": "exclude", "items": ODD}])
    told = ruled_by_log(settings, events, [], rules, "purchase")
    assert told.refused is None
    assert told.now is not None
    assert told.then is not None
    assert told.gain is not None
    found = logged(events, Windows(), release.snapshot.row_of, "purchase")
    hue_N = np.array([shop.hue[item] for item in release.snapshot.items.column("id").to_pylist()])
    lists = targets(found, release, *(Ruled(InForce(some), release) for some in ([], rules)))[1:]
    now, then = (
        np.mean(
            [
                sum((np.cos(hue_N[row_M[m]] - hue_N[worn[0]]) > 0.3) / (1 + place) for place, m in enumerate(list_K) if m >= 0)
                for worn, row_M, list_K in zip(found.worn, found.rows_UM, target_UK, strict=True)
            ]
        )
        for target_UK in lists
    )
    assert told.now.low < now < told.now.high
    assert told.then.low < then < told.then.high
    assert told.gain.low < then - now < told.gain.high
    assert told.gain.high - told.gain.low < told.then.high - told.then.low


def test_a_log_that_was_not_explored_tells_nothing(shop: Any, log_of: Log, tmp_path: Path) -> None:
    """Nor does one of too few answers: each says why."""
    settings = Settings(home=shop.store.home)
    told = ruled_by_log(settings, log_of(shop, tmp_path / "none", 3, 0.0), [], [], "view")
    assert "ATTIRE_EXPLORATION__SHARE" in (told.refused or "")
    assert (told.now, told.then, told.gain) == (None, None, None)
    few = ruled_by_log(settings, log_of(shop, tmp_path / "few", 30, 0.1), [], [], "view")
    assert "too few effective samples" in (few.refused or "")
