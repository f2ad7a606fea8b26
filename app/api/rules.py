"""GET and PUT /rules, DELETE /rules/{id}: what a merchandiser says of suggestions. Every replica follows with its next answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from anyio import to_thread
from fastapi import APIRouter

from app.api.computing import CurrentComputing
from app.api.keys import behind
from app.api.lately import lately
from app.api.problems import documented
from app.api.reading import BoundedRoute
from app.api.schemas.rules import ConflictOut, DryRunOut, DryRunRules, MoreOrFewer, PutRules, RulesOut
from app.api.services import CurrentRelease, InjectedServices, Services
from app.ground.doors import Door
from app.ground.errors import Detail, UnknownRuleError, refused
from app.recommend import cost
from app.recommend.dry_run import Asked, DryRun, dry_run
from app.recommend.limits import check_count
from app.rules.book import MOST, RuleBook
from app.rules.conflicts import conflicts_of
from app.rules.ruling import InForce, Ruled

_PER_ANSWER: Final = 5
"""Events that are looked at for each answer: clicks and purchases are between them."""

router = APIRouter(
    route_class=BoundedRoute,
    tags=["rules"],
    responses=documented(400, 401, 403, 413, 422, 429, 503),
    dependencies=[behind(Door.WRITE)],
)


@router.get("/rules", response_model_exclude_defaults=True)
async def get_rules(services: InjectedServices) -> RulesOut:
    """The rules as they are, and what is probably not meant."""
    book = await to_thread.run_sync(services.rules.file.book)
    return await _told(services, book, [rule.id for rule in book.rules])


@router.put("/rules", response_model_exclude_defaults=True)
async def put_rules(request: PutRules, services: InjectedServices) -> RulesOut:
    """Add rules, or replace those of the same ids. 200 once they are on disk; `conflicts` tells what these are probably not meant to do."""
    given = [rule.id for rule in request.rules]
    for place, rule_id in enumerate(given):
        if rule_id in given[:place]:
            raise refused(Detail(f"rules[{place}].id", rule_id, f"is in this batch already, as rules[{given.index(rule_id)}]"))
    known = {rule.id for rule in (await to_thread.run_sync(services.rules.file.book)).rules}
    check_count("rules", len(known | {*given}), MOST, "rules of a home")
    return await _told(services, await to_thread.run_sync(services.rules.file.put, request.rules), given)


@router.post("/rules/dry-run", responses=documented(404))
async def dry_run_rules(request: DryRunRules, release: CurrentRelease, services: InjectedServices, compute: CurrentComputing) -> DryRunOut:
    """What these rules would change of the last answers: asked again with and without, by the model, catalogue and stock of now.

    Filters that were asked for are not kept with an answer, so that they are left out here. Nothing is changed.
    """
    seen = await lately(services, _PER_ANSWER * request.answers)
    asked = Asked.of([one for one in seen if one.get("type") == "impression"])[-request.answers :]
    book = await to_thread.run_sync(services.rules.file.book)
    after = book.with_rules(request.rules)
    if strangers := {*request.without} - {rule.id for rule in after.rules}:
        problem = "no such rule; see GET /rules"
        msg = f"rule {min(strangers)!r}: {problem}"
        raise UnknownRuleError(msg, [Detail("without", min(strangers), problem)])
    rules = [rule for rule in after.rules if rule.id not in request.without]
    slots, size, k = (
        max(map(of, asked), default=1) for of in (lambda one: len(one.slots or ()), lambda one: len(one.items), lambda one: one.k)
    )
    of_one = cost.of_completing(size, slots=slots or None, k=k, candidates=0, looks=0, explain=False)

    def run() -> DryRun:
        before, then = (Ruled(InForce(some), release) for some in (book.rules, rules))
        return dry_run(release, asked, before, then, services.settings.limits)

    found = await compute(run, 2 * len(asked) * of_one)
    conflicts = await to_thread.run_sync(conflicts_of, rules, [rule.id for rule in request.rules], release)
    more, fewer = ([MoreOrFewer(id=item, answers=count) for item, count in pairs] for pairs in (found.gained, found.lost))
    told = {**asdict(found), "gained": more, "lost": fewer}
    return DryRunOut(**told, conflicts=[ConflictOut(**asdict(conflict)) for conflict in conflicts])


@router.delete("/rules/{rule_id:path}", responses=documented(404), response_model_exclude_defaults=True)
async def delete_rule(rule_id: str, services: InjectedServices) -> RulesOut:
    """Take a rule away. 200 once that is on disk."""
    book = await to_thread.run_sync(services.rules.file.book)
    if rule_id not in {rule.id for rule in book.rules}:
        problem = "no such rule; see GET /rules"
        msg = f"rule {rule_id!r}: {problem}"
        raise UnknownRuleError(msg, [Detail("rule_id", rule_id, problem)])
    return await _told(services, await to_thread.run_sync(services.rules.file.remove, rule_id), [])


async def _told(services: Services, book: RuleBook, written: Sequence[str]) -> RulesOut:
    release = services.serving.release
    found = await to_thread.run_sync(conflicts_of, book.rules, written, release) if release is not None and written else []
    return RulesOut(version=book.version, rules=list(book.rules), conflicts=[ConflictOut(**asdict(conflict)) for conflict in found])
