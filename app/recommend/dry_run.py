"""What rules would change: answers that were given are asked for again, with and without them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from app.ground.errors import RequestError
from app.ground.parts import Limits
from app.recommend.batch import side_by_side
from app.recommend.complete import complete
from app.recommend.completion import Completion, Question
from app.recommend.slices import pause
from app.release.release import Release
from app.rules.ruling import Ruled
from index.columns import Filter
from models.offpolicy.estimates import Estimate
from models.offpolicy.reward import Reward

_MOST_TOLD: Final = 10
_AT_ONCE: Final = 8
"""Questions that the model answers together: half the time of one by one; with twice as many it takes no less."""
_IN_STOCK: Final = Filter(in_stock=True)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was answered, as far as its impression tells.

    Attributes:
        slots: the categories that were asked for; None where they were left to the model. k: of each.
    """

    items: Sequence[str]
    slots: Sequence[str] | None
    k: int

    @classmethod
    def of(cls, impressions: Iterable[Mapping[str, Any]]) -> list[Asked]:
        """Those of impressions as the log keeps them; without those that had ``candidates``, or no known item."""
        found = []
        for said in impressions:
            asked = said.get("asked", {})
            if said.get("items") and not asked.get("candidates"):
                k = max((len(slot["items"]) for slot in said.get("slots", ())), default=0)
                found.append(cls(said["items"], asked.get("slots"), max(k, 1)))
        return found


@dataclass(slots=True)
class DryRun:
    """Of the answers that could be given again, how many would be others, and how.

    Attributes:
        suggestions: that are shown as things are. replaced: how many of them would be others.
        emptied: slots with suggestions that would have none. gained, lost: items by how many more, and fewer, answers would show them.
        touched: rules that are new or others than before, by the number of changed answers that they have part in.
    """

    answers: int = 0
    changed: int = 0
    suggestions: int = 0
    replaced: int = 0
    emptied: int = 0
    gained: list[tuple[str, int]] = field(default_factory=list)
    lost: list[tuple[str, int]] = field(default_factory=list)
    touched: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """What the rules as they are, and as they would be, earn per slot, as explored answers tell; see ``app.worker.ruled_from_log``.

    Attributes:
        refused: why nothing is said; then there are no figures. lists: explored slots that tell it.
    """

    reward: Reward
    refused: str | None = None
    lists: int = 0
    now: Estimate | None = None
    then: Estimate | None = None
    gain: Estimate | None = None


def dry_run(release: Release, asked: Sequence[Asked], before: Ruled | None, after: Ruled | None, limits: Limits) -> DryRun:
    """Ask each question under both; those whose items are no longer in the catalogue are left out."""
    found, shown, touched = DryRun(), Counter[int](), Counter[str]()
    known = {rule.id: rule for rule in (before.force.rules if before else ())}
    tried = {rule.id for rule in (after.force.rules if after else ()) if known.get(rule.id) != rule}
    for start in range(0, len(asked), _AT_ONCE):
        some = asked[start : start + _AT_ONCE]
        pause()
        for now, then in zip(*(_answers(release, some, ruled, limits) for ruled in (before, after)), strict=True):
            if now is None or then is None:
                continue
            one, other = _rows(now), _rows(then)
            found.answers += 1
            found.changed += one != other
            found.suggestions += sum(map(len, one.values()))
            found.replaced += sum(len({*rows} - {*other.get(category, ())}) for category, rows in one.items())
            found.emptied += sum(bool(rows) and not other.get(category) for category, rows in one.items())
            shown.update(row for rows in other.values() for row in rows)
            shown.subtract(row for rows in one.values() for row in rows)
            touched.update(tried.intersection(then.rules) if one != other else ())
    ordered = [(row, more) for row, more in shown.most_common() if more]
    found.gained = [(release.item(row).id, more) for row, more in ordered if more > 0][:_MOST_TOLD]
    found.lost = [(release.item(row).id, -more) for row, more in reversed(ordered) if more < 0][:_MOST_TOLD]
    found.touched = dict(touched.most_common())
    return found


def _answers(release: Release, asked: Sequence[Asked], ruled: Ruled | None, limits: Limits) -> list[Completion | None]:
    """The answer to each question, all of them computed together; None where it cannot be given any more."""
    answers: list[Completion | None] = [None] * len(asked)

    def answer(place: int) -> None:
        question = Question(
            items=asked[place].items, slots=asked[place].slots, k=asked[place].k, wanted=_IN_STOCK, ruled=ruled, likely=False
        )
        with suppress(RequestError):
            answers[place] = complete(release, question, limits)

    side_by_side([(copy_context(), partial(answer, place)) for place in range(len(asked))])
    return answers


def _rows(answer: Completion) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for slot in answer.slots:
        rows.setdefault(slot.category, []).extend(one.row for one in slot.items)
    return rows
