"""How well does an outfit go together? Scores several outfits at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from app.ground.parts import Limits
from app.recommend.allowed import Allowed
from app.recommend.explain import Explanation, PairScore, explained, pair_scores, work_of_explaining
from app.recommend.limits import check_count, check_work
from app.recommend.odd import odd
from app.recommend.outfit import ItemRef, Worn, known_count, resolve_all
from app.recommend.products import meant, with_groups, with_sizes
from app.recommend.rank import RETRIEVED, likely, queries_of, retrieve, score_outfits, why_not, with_each
from app.recommend.ruled import ruling_of
from app.release.release import Release
from app.rules.ruling import Ruled
from app.words.size_names import spelt
from index.columns import Filter

_LEAST_PIECES: Final = 2
IN_STOCK: Final = Filter(in_stock=True)


@dataclass(frozen=True, slots=True)
class Swap:
    """A catalogue item to replace the weakest, and the outfit's score with it."""

    row: int
    score: float
    probability: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutfitScore:
    """The answer for one outfit.

    Attributes:
        score: None where fewer than two of its items are known, or all are one product. probability: None there, too, and where too few
            outfits were learned from.
        why_not: why one of them is None.
        taken_for: see ``Worn``.
        notes: what is odd about it (``app.recommend.odd``).
        pieces: how many items were scored, where that is not all of them.
        pairs: every pair of its items by itself, worst first; None unless asked to explain.
        weakest: name of the item without which the outfit scores best; None below three items.
        swap: a better item in its place; None where none was found.
        rules: ids of those that had part in the swap, or in that there is none; see ``Ruling.touched``.
        why: the score taken apart; None unless asked to explain.
    """

    score: float | None
    probability: float | None
    missing: tuple[str, ...]
    taken_for: Mapping[str, str] = field(default_factory=dict)
    why_not: str | None = None
    notes: tuple[str, ...] = ()
    pieces: int | None = None
    pairs: tuple[PairScore, ...] | None = None
    weakest: str | None = None
    swap: Swap | None = None
    rules: tuple[str, ...] = ()
    why: Explanation | None = None


def score(
    release: Release,
    outfits: Sequence[Sequence[ItemRef]],
    limits: Limits,
    *,
    explain: bool = False,
    wanted: Filter = IN_STOCK,
    consistent: bool = True,
    ruled: Ruled | None = None,
    place: int = 0,
) -> list[OutfitScore]:
    """Score outfits in one batch.

    Args:
        place: of the first one in the request, for errors.
        wanted: what a swap must satisfy.
        consistent: whether a swap must be for the people, the season and the occasion that the other items are for.
        ruled: the merchandiser's rules, which take swaps away; None where there are none.

    Raises:
        LimitExceededError: too many outfits, or too much work. Also whatever ``resolve_all`` raises.
    """
    check_count("outfits", len(outfits), limits.max_outfits, "outfits")
    fields = [f"outfits[{position}].items" for position in range(place, place + len(outfits))]
    for where, items in zip(fields, outfits, strict=True):
        check_count(where, len(items), limits.max_items, "items")
    outfits, wanted = meant(release, outfits), replace(spelt(release.snapshot, wanted), exclude=with_groups(release, wanted.exclude))
    if work_of_scoring([len(set(items)) for items in outfits], explain=explain) > limits.max_work:
        check_work(work_of_scoring([known_count(release, items) for items in outfits], explain=explain), limits.max_work)
    worn = resolve_all(release, outfits, limits, fields)
    whole = [outfit for outfit in worn if _is_outfit(release, outfit)]
    categories = [outfit.categories for outfit in whole]
    scores_B = score_outfits(release, [outfit.embeddings_ID for outfit in whole], categories)
    scored = iter(zip(scores_B, likely(release, scores_B, categories), strict=True))
    answers = [_answer(release, outfit, *(next(scored) if _is_outfit(release, outfit) else (None, None))) for outfit in worn]
    if not explain:
        return answers
    return [_explained(release, outfit, answer, wanted, ruled, consistent=consistent) for outfit, answer in zip(worn, answers, strict=True)]


def _is_outfit(release: Release, worn: Worn) -> bool:
    """Whether these are two products or more; a photo is one of its own."""
    first_N = release.traits.first_N
    return len(worn) >= _LEAST_PIECES and len({-1 - place if row is None else int(first_N[row]) for place, row in enumerate(worn.rows)}) > 1


def work_of_scoring(sizes: Sequence[int], *, explain: bool) -> int:
    """What outfits of so many items take."""
    return sum(size**2 + (work_of_explaining(size, RETRIEVED) if explain else 0) for size in sizes)


def _answer(release: Release, worn: Worn, score: float | None, probability: float | None) -> OutfitScore:
    reason = why_not(release)
    if score is None:
        known = f"one item, {worn.names[0]!r}, is no outfit" if worn.names else "none of these items is in the catalogue"
        if len(worn) >= _LEAST_PIECES:
            known = f"sizes or colours of one product, {worn.names[0]!r} and {worn.names[1]!r}, are no outfit"
        reason = f"{known}: {', '.join(worn.missing)} not in the catalogue" if worn.names and worn.missing else known
    return OutfitScore(
        score=None if score is None else float(score),
        probability=probability,
        missing=worn.missing,
        taken_for=worn.taken_for,
        why_not=reason,
        notes=() if score is None else odd(release, worn),
        pieces=len(worn) if worn.missing else None,
    )


def _explained(release: Release, worn: Worn, answer: OutfitScore, wanted: Filter, ruled: Ruled | None, *, consistent: bool) -> OutfitScore:
    if answer.score is None:
        return answer
    why = explained(release, worn, answer.score)
    weakest = why.parts[-1].item if why.parts else None
    swap, rules = (None, ()) if weakest is None else _swap(release, worn, weakest, answer.score, wanted, ruled, consistent=consistent)
    return replace(answer, pairs=pair_scores(release, worn), weakest=weakest, swap=swap, rules=rules, why=why)


def _swap(
    release: Release, worn: Worn, weakest: str, now: float, wanted: Filter, ruled: Ruled | None, *, consistent: bool
) -> tuple[Swap | None, tuple[str, ...]]:
    """Of the retrieved items of its category that may replace the weakest, the one that makes the best outfit; None if no better.

    With it the ids of the rules that had part in that.
    """
    position = worn.names.index(weakest)
    rest = worn.less(position)
    wanted = replace(wanted, exclude=with_sizes(release, (*wanted.exclude, weakest)))
    ruling = ruling_of(ruled, rest)
    allowed = Allowed.of(release, rest, wanted, ruling, consistent=consistent).steps[0][0]
    category = worn.categories[position]
    rows_M = retrieve(release, category, queries_of(release, rest, [category])[category], 1, allowed)
    rows_M = rows_M[release.traits.leading(rows_M, [row for row in rest.rows if row is not None])]
    touched = () if ruling is None else tuple(ruling.touched)
    if not len(rows_M):
        return None, touched
    scores_M = score_outfits(release, *with_each(release, rest, rows_M))
    best = int(np.argmax(scores_M))
    if scores_M[best] <= now:
        return None, touched
    return Swap(int(rows_M[best]), float(scores_M[best]), likely(release, scores_M[[best]], [worn.categories])[0]), touched
