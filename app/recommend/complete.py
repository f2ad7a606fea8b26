"""What completes this outfit? Resolve, choose slots, retrieve, re-rank, explain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from app.ground.parts import Limits
from app.recommend.blanks import Blank, given, searched
from app.recommend.completion import Completion, FilledSlot, Question
from app.recommend.consistent import beside_worn, of_one, of_one_size
from app.recommend.emptied import why_nothing
from app.recommend.explain import work_of_contributions
from app.recommend.filling import Pools, filled, ranked
from app.recommend.limits import check_work
from app.recommend.lookbook import looks_of, too_dear
from app.recommend.looks import work_of_looks
from app.recommend.rank import why_not
from app.recommend.resolved import Resolved
from app.recommend.ruled import slots_by_rules
from app.recommend.slots import Slot, Slots, as_wished, choose_slots, that_can_be_filled, within_budget
from app.recommend.steering import merely_said, placed
from app.release.release import Release
from index.backends.base import IntArray
from index.selection import Selection
from models.compatibility.roles import ESSENTIAL
from models.datasets.garments import NOT_WORN
from models.datasets.labels import PieceLabels
from models.datasets.size_scale import Place


def complete(release: Release, question: Question, limits: Limits) -> Completion:
    """Answer one question.

    Raises:
        RequestError: see ``resolve_all`` and ``choose_slots`` for the kinds. EncoderError: a photo cannot be encoded now.
    """
    resolved = _placed(Resolved.of(release, question, limits))
    chosen = _slots(resolved)
    nothing = why_nothing(resolved, chosen)
    answer = Completion(
        slots=tuple(FilledSlot(slot.category, (), resolved.idle) for slot in chosen.slots),
        looks=(),
        missing=resolved.unknown,
        taken_for=resolved.worn.taken_for,
        complete=chosen.complete if nothing is None else False,
        why_not=nothing or chosen.unknown or why_not(release),
        steering=resolved.steering if question.text is not None else None,
        taste=resolved.taste,
    )
    if question.dry_run:
        return answer
    if question.candidates:
        allowed = None
        blanks, unknown = given(resolved, question.candidates, None if question.slots is None else chosen)
    else:
        allowed = resolved.allowed(resolved.question.wanted, chosen.categories)
        blanks, unknown = searched(resolved, chosen, allowed), ()
    _check_work(resolved, blanks)
    pools, moved = ranked(resolved, blanks)
    whom, sizes = _for_one(resolved, blanks, pools) if allowed is not None else (None, [])
    if whom is not None or sizes:
        allowed = resolved.allowed(resolved.question.wanted, chosen.categories, beside=[whom] if whom else (), sizes=sizes)
        blanks = searched(resolved, chosen, allowed)
        pools, moved = ranked(resolved, blanks)
    slots = filled(resolved, blanks, pools, moved, allowed)
    looks = looks_of(resolved, blanks, pools, allowed)
    no_looks, least = too_dear(resolved, blanks, looks, allowed)
    touched = resolved.ruling.touched if resolved.ruling else ()
    return replace(
        answer,
        slots=tuple(slots),
        looks=tuple(looks),
        missing=tuple(dict.fromkeys([*answer.missing, *unknown])),
        no_looks=no_looks or ((nothing or chosen.unknown) if question.looks else None),
        least=least,
        rules=tuple(dict.fromkeys([*touched, *(rule for slot in slots for suggestion in slot.items for rule in suggestion.rules)])),
    )


def _placed(resolved: Resolved) -> Resolved:
    """A question whose words that titles say are asked of the category that has them, where no slot does."""
    question, steering = resolved.question, resolved.steering
    if question.slots is not None or question.candidates or not any(map(merely_said, steering.wishes.wishes)):
        return resolved
    slots, worn = _lacking(resolved).categories, resolved.worn.categories
    return replace(resolved, steering=placed(resolved.release, steering, slots, worn, partial(_rows_in, resolved.release, resolved.at_all)))


def _rows_in(release: Release, selection: Selection, category: str) -> IntArray:
    """The rows of a category that are in a selection."""
    rows = release.snapshot.rows_in(category)
    return rows[selection.passes(rows)]


def _lacking(resolved: Resolved, beside: Sequence[str] = ()) -> Slots:
    """The slots that are missing, as rules wish."""
    release, worn, question, ruling, may = resolved.release, resolved.worn, resolved.question, resolved.ruling, resolved.at_all
    chosen = choose_slots(
        release,
        worn,
        None,
        resolved.limits,
        may,
        rather=resolved.suiting(may),
        varied=question.slots_varied,
        beside=beside,
        unwanted=resolved.steering.unwanted,
    )
    return slots_by_rules(release, worn, ruling, chosen, may) if ruling is not None else chosen


def _slots(resolved: Resolved) -> Slots:
    """The slots that were asked for, else those that are missing, as rules and the words wish; none where only candidates were given."""
    release, worn, question, limits = resolved.release, resolved.worn, resolved.question, resolved.limits
    if question.slots is not None:
        return choose_slots(release, worn, question.slots, limits)
    if question.candidates:
        return Slots(())
    may, steering, unwanted = resolved.at_all, resolved.steering, resolved.steering.unwanted
    rows_in, suiting = partial(_rows_in, release, may), partial(_rows_in, release, resolved.suiting(may))
    chosen = _lacking(resolved)
    taken = [name for name in worn.categories if _otherwise(resolved, name, rows_in) is None]
    if named := steering.named([*taken, *chosen.categories], rows_in):
        chosen = _lacking(resolved, named)  # with what is asked for: who names boots wants no sneakers beside them

    worn_as = {name: release.worn_as(name) for name in release.snapshot.categories} if steering.moves else {}
    other = steering.instead(chosen.categories, rows_in)  # of the bags that a wish names the one that is blue
    other |= steering.dressed([name for name in chosen.categories if name not in other], suiting, worn_as)  # and no sneakers to a wedding
    if other:
        chosen = replace(chosen, slots=tuple(Slot(other[slot.category]) if slot.category in other else slot for slot in chosen.slots))
    if resolved.narrowed:
        chosen = that_can_be_filled(release, worn, chosen, resolved.suiting(resolved.filtered))
    if resolved.question.looks and resolved.question.budget is not None:
        chosen = within_budget(release, worn, chosen, resolved.suiting(resolved.filtered), resolved.question.budget)
    wished = as_wished(chosen, [name for name in named if name not in chosen.categories], unwanted, limits)
    return replace(wished, slots=tuple(_as_called(resolved, slot, rows_in) for slot in wished.slots))


def _otherwise(resolved: Resolved, category: str, rows_in: Callable[[str], IntArray]) -> str | None:
    """What most of what words ask of a category is worn as that is worn otherwise than what is worn: a maternity top, beside leggings."""
    if category not in resolved.steering.asked_of:
        return None
    kept_n, lacking = resolved.steering.kept(rows_in(category))
    if (free := beside_worn(resolved.release, resolved.worn.labels)) is not None:
        kept_n = kept_n[free.test(kept_n)]
    worn = {None, NOT_WORN, *(labels.role for labels in resolved.worn.labels)}
    roles = Counter(role for row in kept_n.tolist() if (role := resolved.release.traits.of_row(row).role) not in worn)
    return None if lacking or not roles else max(roles, key=lambda role: (role in ESSENTIAL, roles[role]))


def _as_called(resolved: Resolved, slot: Slot, rows_in: Callable[[str], IntArray]) -> Slot:
    """A slot, of nothing in particular where what the words ask of its category is worn otherwise: a kaftan, of one of cover-ups.

    Of a category that is worn, of what is worn otherwise.
    """
    if slot.category in resolved.worn.categories:
        return Slot(slot.category, slot.role or _otherwise(resolved, slot.category, rows_in))
    if slot.role is None or slot.category not in resolved.steering.asked_of:
        return slot
    kept_n, _ = resolved.steering.kept(rows_in(slot.category))
    labels = map(resolved.release.traits.of_row, kept_n.tolist())
    return slot if any(one.worn_as(slot.role) for one in labels) else Slot(slot.category)


def _for_one(resolved: Resolved, blanks: Sequence[Blank], pools: Pools) -> tuple[PieceLabels | None, list[Place]]:
    """For whom, and of what size, all slots should be, where what they are filled with is for people who share no outfit."""
    if not resolved.question.consistent or len(pools) < 2:  # noqa: PLR2004 - slots, that could contradict each other
        return None, []
    rows = [pools[slot].rows_M[: resolved.k].tolist() for slot in dict.fromkeys(blank.slot for blank in blanks)]
    whom = of_one(resolved.release, rows, resolved.fixed)
    if whom is not None and whom.audience is None:  # they are for whom the worn items are, and not for nobody in particular
        whom = replace(whom, audience=next((labels.audience for labels in resolved.worn.labels), None))
    return whom, of_one_size(resolved.release, rows, resolved.fixed)


def _check_work(resolved: Resolved, blanks: Sequence[Blank]) -> None:
    """See that scoring, explaining and combining what was found takes no more than it may."""
    question, size = resolved.question, len(resolved.worn)
    shown = [min(resolved.k, len(blank.rows_M)) for blank in blanks]
    explaining = sum(work_of_contributions(size, count) for count in shown) if question.explain else 0
    scoring = sum(shown) * (size + 1) ** 2
    check_work(scoring + explaining + work_of_looks(size, len(blanks), question.looks), resolved.limits.max_work)
