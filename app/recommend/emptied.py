"""Why no slot can be filled, where that is not because nothing is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.recommend.allowed import Allowed
from app.recommend.blanks import listed
from app.recommend.resolved import Resolved
from app.recommend.ruled import of_template
from app.recommend.slots import Slots, choose_slots
from app.rules.rule import SlotTemplate
from app.rules.ruling import Ruling
from index.selection import Selection, but
from models.compatibility.roles import ESSENTIAL


def why_nothing(resolved: Resolved, chosen: Slots) -> str | None:
    """What leaves no slot though something is missing: the shop's rules, that nothing can be had, or only for others; else None.

    Args:
        chosen: the slots of the answer.
    """
    if chosen.slots or not chosen.complete:
        return None
    release, worn, question = resolved.release, resolved.worn, resolved.question
    without_rules = Allowed.at_all(release, worn, question.wanted, None, consistent=question.consistent)
    why = _by_rules(resolved, resolved.ruling, without_rules) if resolved.ruling is not None else None
    if why is not None:
        return why
    can_be_had = without_rules & but(without_rules.count, [row for row in worn.rows if row is not None])
    if any(can_be_had.any_of(release.snapshot.rows_in(name)) for name in release.snapshot.categories):
        return _all_for_others(resolved) if chosen.note else None
    missing = _missing(resolved, None).categories
    return f"nothing can be had of what is missing: {listed(missing)}" if missing else None


def _all_for_others(resolved: Resolved) -> str | None:
    """That the usual templates miss something of which there is nothing for whom these items are; None where they miss nothing."""
    worn = replace(resolved.worn, labels=tuple(replace(one, audience=None) for one in resolved.worn.labels))
    slots = choose_slots(resolved.release, worn, None, resolved.limits, unwanted=resolved.steering.unwanted).slots
    missing = [slot.category for slot in slots if slot.role in ESSENTIAL]
    return f"nothing of what is missing is for whom these are: {listed(missing)}" if missing else None


def _by_rules(resolved: Resolved, ruling: Ruling, without_rules: Selection) -> str | None:
    missing, template = _missing(resolved, without_rules), ruling.template
    if template is not None:
        wanted = of_template(resolved.release, resolved.worn, ruling, template, missing, without_rules)
        if not wanted.slots and missing.slots and not _has_part(template, resolved.worn.categories):
            return f"the shop's rules have no slot for what is missing, {listed(missing.categories)}: {template.id}"
        missing = wanted
    if not missing.slots:
        return None
    takers = [rule for rule in ruling.touched if template is None or rule != template.id]
    return f"the shop's rules leave nothing of what is missing, {listed(missing.categories)}: {listed(takers)}"


def _has_part(template: SlotTemplate, worn: Sequence[str]) -> bool:
    """Whether something of what a template calls whole is worn, so that no more of it may be wanted."""
    return any(said.max and said.category in worn for said in template.slots)


def _missing(resolved: Resolved, may: Selection | None) -> Slots:
    """The slots that the outfit lacks, but for unwanted ones, where only these items could be suggested, and rules said nothing."""
    release, worn, question = resolved.release, resolved.worn, resolved.question
    rather = None if may is None else resolved.suiting(may)
    varied, unwanted = question.slots_varied, resolved.steering.unwanted
    return choose_slots(release, worn, None, resolved.limits, may, rather=rather, varied=varied, unwanted=unwanted)
