"""A question that is resolved: what is worn, and what words, tastes and rules ask of the catalogue that answers it.

Shape legend: P promoted rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.ground.parts import Limits
from app.recommend.allowed import Allowed, narrowed, passing
from app.recommend.apart import kept_from
from app.recommend.blocked import blocked, blocks_nothing
from app.recommend.completion import DEFAULT_K, Question
from app.recommend.consistent import of_its_own, suitable, wearable, worn_sizes
from app.recommend.limits import check_count
from app.recommend.outfit import Worn, resolve
from app.recommend.products import with_groups, with_sizes
from app.recommend.ruled import choose_look, ruling_of
from app.recommend.steering import Steering, steering_of
from app.recommend.taste import Taste, taste_of
from app.release.release import Release
from app.rules.ruling import Ruling
from app.words.size_names import spelt
from index.backends.base import IntArray
from index.columns import Filter
from index.selection import Selection
from models.datasets.labels import PieceLabels
from models.datasets.size_scale import Place


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Resolved:
    """A question over a release.

    Attributes:
        question: the lower of its budget and the one of its words is its budget, which nothing may cost more than; what it excludes, it
            excludes in every size.
        at_any_price: its filters without that.
        steering: what words ask, and what else moves candidates. taste: part of it, as far as it was used.
        ruling: what rules say of the outfit; None where there are none.
        promoted_P: the rows that come first, in their order.
    """

    release: Release
    question: Question
    limits: Limits
    at_any_price: Filter
    worn: Worn
    steering: Steering
    taste: Taste | None
    ruling: Ruling | None
    promoted_P: IntArray

    @classmethod
    def of(cls, release: Release, question: Question, limits: Limits) -> Resolved:
        """Look up what a question names, and read what it says.

        Raises:
            LimitExceededError: it asks for too much. Also whatever ``resolve`` raises.
        """
        check_count("candidates", len(question.candidates or ()), limits.max_candidates, "candidates")
        check_count("exclude", len(question.wanted.exclude), limits.max_exclude, "items")
        check_count("k", question.k or 1, limits.max_k)
        check_count("looks", question.looks, limits.max_k)
        check_count("promote", len(question.promote), limits.max_exclude, "items")
        exclude = with_sizes(release, with_groups(release, question.wanted.exclude))
        question = replace(question, wanted=replace(spelt(release.snapshot, question.wanted), exclude=exclude))
        worn = resolve(release, question.items, limits)
        said = steering_of(release, question.text, question.text_strength)
        taste = taste_of(release, question.lately, worn.names, question.taste_strength)
        steering = replace(
            said,
            must=(*said.must, *blocked(release, *question.block, question.met)),
            beside=tuple(one for one in (taste, question.price) if one is not None and one.strength),
        )
        bounded = _within_budget(question, said.wishes.budget)
        ruling = ruling_of(bounded.ruled, worn)
        row_of = release.snapshot.row_of
        resolved = cls(
            release=release,
            question=bounded,
            limits=limits,
            at_any_price=question.wanted,
            worn=worn,
            steering=steering,
            taste=taste,
            ruling=ruling,
            promoted_P=np.array([row_of[item] for item in dict.fromkeys(question.promote) if item in row_of], dtype=np.int64),
        )
        if ruling is not None and not bounded.candidates:
            choose_look(ruling, resolved.filtered, bounded.budget)
        return resolved

    @property
    def k(self) -> int:
        """Suggestions per slot."""
        return self.question.k or (len(self.question.candidates) if self.question.candidates else DEFAULT_K)

    @property
    def fixed(self) -> set[int]:
        """The rows that come first in their slots, whatever else is there: promoted and pinned ones."""
        return {*self.promoted_P.tolist(), *(self.ruling.pinned if self.ruling else ())}

    @property
    def idle(self) -> str | None:
        """What of ``block`` rules nothing out."""
        return blocks_nothing(self.release, *self.question.block)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The ids of what is worn, promoted and excluded that are not in the catalogue, each once."""
        row_of = self.release.snapshot.row_of
        named = (item for item in (*self.question.promote, *self.question.wanted.exclude) if item not in row_of)
        return tuple(dict.fromkeys([*self.worn.missing, *named]))

    @property
    def at_all(self) -> Selection:
        """What could be suggested whatever the filters; see ``Allowed.at_all``."""
        return Allowed.at_all(self.release, self.worn, self.question.wanted, self.ruling, consistent=self.question.consistent)

    @property
    def narrowed(self) -> bool:
        """Whether more is asked of suggestions than that they are in stock, and not excluded."""
        wanted = self.question.wanted
        return bool(self.steering.must) or replace(wanted, exclude=()) != Filter(in_stock=wanted.in_stock)

    @property
    def filtered(self) -> Selection:
        """What passes the filters, the rules, what words and blocks turn away, and is kept apart from nothing that is worn."""
        apart = kept_from(self.release, self.worn.labels, self.steering.named_people)
        return narrowed(passing(self.release, self.question.wanted, self.ruling), *self.steering.must, apart)

    def suiting(self, may: Selection) -> Selection:
        """Those of some that are for the people, season, occasion and size of the worn items, where the question asks for it."""
        if not self.question.consistent:
            return may
        worn_too = narrowed(may, wearable(self.release, worn_sizes(self.release, self.worn.rows)))
        learned = of_its_own(self.release, self.worn.labels) if self.release.bundle.slots.conflicts.counted else None
        return narrowed(worn_too, suitable(self.release, self.worn.labels), learned)

    def allowed(
        self, wanted: Filter, categories: Sequence[str], beside: Sequence[PieceLabels] = (), sizes: Sequence[Place] = ()
    ) -> Allowed:
        """What may be suggested by these filters in slots of some categories, and beside others than what is worn."""
        return Allowed.of(
            self.release,
            self.worn,
            wanted,
            self.ruling,
            consistent=self.question.consistent,
            steering=self.steering,
            categories=categories,
            beside=beside,
            sizes=sizes,
        )


def _within_budget(question: Question, said: float | None) -> Question:
    """The question with the lower of its budget and the one of its words, which no item may cost more than."""
    budget = _least_of(question.budget, said)
    return replace(question, budget=budget, wanted=replace(question.wanted, price_max=_least_of(budget, question.wanted.price_max)))


def _least_of(*bounds: float | None) -> float | None:
    """The lowest of bounds that there are."""
    return min((bound for bound in bounds if bound is not None), default=None)
