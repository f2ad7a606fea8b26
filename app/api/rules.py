"""GET and PUT /rules, DELETE /rules/{id}: what a merchandiser says of suggestions. Every replica follows with its next answer.

The tag of an answer begins with the version of the rules; the rest is of the answer, whose conflicts change with the catalogue.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from functools import wraps
from typing import Annotated, Any, Final

from anyio import to_thread
from fastapi import APIRouter, Header, Query, Response

from app.api.computing import CurrentComputing
from app.api.keys import behind
from app.api.problems import documented
from app.api.reading import BoundedRoute
from app.api.schemas.rules import ChangeOut, ConflictOut, DryRunOut, DryRunRules, EarnedOut, MoreOrFewer, PutRules, RulesOut, VersionsOut
from app.api.services import CurrentRelease, InjectedServices, Services
from app.api.unchanged import digest
from app.ground import collector
from app.ground.doors import Door
from app.ground.errors import Detail, UnknownRuleError, refused
from app.live.lately import lately
from app.recommend import cost
from app.recommend.dry_run import Asked, DryRun, Earned, dry_run
from app.recommend.limits import check_count
from app.release.release import Release
from app.rules.book import MOST, RuleBook
from app.rules.conflicts import conflicts_of
from app.rules.rule import RULES, CuratedLook, Rule, SlotTemplate
from app.rules.ruling import InForce, Ruled
from models.offpolicy.reward import Reward

_PER_ANSWER: Final = 5
"""Events that are looked at for each answer: clicks and purchases are between them."""

router = APIRouter(
    route_class=BoundedRoute,
    tags=["rules"],
    responses=documented(401, 403, 422, 429),
    dependencies=[behind(Door.WRITE)],
)


IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=200,
        description="The `ETag` of the rules that are changed, or their `version` in quotation marks: 412 where it is another by now.",
        examples=['"3"'],
    ),
]


async def get_rules(
    services: InjectedServices,
    version: Annotated[int | None, Query(ge=1, le=2**53, description="As they were at this version.", examples=[3])] = None,
) -> RulesOut:
    """The rules as they are, or were, and what is probably not meant."""
    file = services.rules.file
    book = await (to_thread.run_sync(file.book) if version is None else to_thread.run_sync(file.at, version))
    return await to_thread.run_sync(_told, services, book, [rule.id for rule in book.rules])


@router.get("/rules/versions")
async def rule_versions(
    services: InjectedServices, limit: Annotated[int, Query(ge=1, le=200, description="At most so many.", examples=[20])] = 20
) -> VersionsOut:
    """The last versions of the rules, and what each of them changed."""
    changes = await to_thread.run_sync(services.rules.file.history, limit)
    return VersionsOut(versions=[ChangeOut.model_validate(asdict(one)) for one in changes])


async def put_rules(
    request: PutRules,
    services: InjectedServices,
    *,
    replace: Annotated[bool, Query(description="Take all other rules away, in the same version.")] = False,
    if_match: IfMatch = None,
) -> RulesOut:
    """Add rules, or replace those of the same ids. 200 once they are on disk; `conflicts` tells what these are probably not meant to do."""
    if not (request.rules or replace):
        raise refused(Detail("rules", "[]", "should have at least 1 rule, unless replace=true"))
    given = [rule.id for rule in request.rules]
    first: dict[str, int] = {}
    for place, rule_id in enumerate(given):
        if first.setdefault(rule_id, place) != place:
            raise refused(Detail(f"rules[{place}].id", rule_id, f"is in this batch already, as rules[{first[rule_id]}]"))
    book = await to_thread.run_sync(services.rules.file.book)
    known = set[str]() if replace else {rule.id for rule in book.rules}
    check_count("rules", len(known | {*given}), MOST, "rules of a home")
    file, meant = services.rules.file, _version(if_match)
    return await to_thread.run_sync(lambda: _told(services, file.put(request.rules, replace_all=replace, meant=meant), given))


@router.post("/rules/dry-run", responses=documented(404))
async def dry_run_rules(request: DryRunRules, release: CurrentRelease, services: InjectedServices, compute: CurrentComputing) -> DryRunOut:
    """What these rules would change of the last answers: asked again with and without, by the model, catalogue and stock of now.

    Filters that were asked for are not kept with an answer, so that they are left out here. Nothing is changed.
    """
    seen = await lately(services.log, services.settings.home, _PER_ANSWER * request.answers)
    asked = Asked.of([one for one in seen.values() if one.get("type") == "impression"])[-request.answers :]
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
        with collector.resting():
            before, then = (Ruled(InForce(some), release) for some in (book.rules, rules))
        return dry_run(release, asked, before, then, services.settings.limits)

    found = await compute(run, 2 * len(asked) * of_one)
    conflicts = await to_thread.run_sync(_conflicts, rules, [rule.id for rule in request.rules], release)
    earned = await _earned(services, book.rules, rules, request.reward) if request.reward is not None else None
    more, fewer = ([MoreOrFewer(id=item, answers=count) for item, count in pairs] for pairs in (found.gained, found.lost))
    told = {**asdict(found), "gained": more, "lost": fewer}
    return DryRunOut(**told, conflicts=conflicts, earned=None if earned is None else EarnedOut.model_validate(asdict(earned)))


async def _earned(services: Services, before: Sequence[Rule], after: Sequence[Rule], reward: Reward) -> Earned:
    """What the rules would earn; which slots there are, an answer that had others does not tell."""
    untold = [
        rule.id for rule in (*before, *after) if isinstance(rule, SlotTemplate | CuratedLook) and (rule not in before or rule not in after)
    ]
    if untold:
        why = f"rule {untold[0]!r} says which slots there are, and no answer tells what comes of slots that it did not have"
        return Earned(reward=reward, refused=why)
    return await services.earned(before, after, reward)


async def delete_rule(rule_id: str, services: InjectedServices, if_match: IfMatch = None) -> RulesOut:
    """Take a rule away. 200 once that is on disk."""
    book, meant = await to_thread.run_sync(services.rules.file.book), _version(if_match)
    services.rules.file.check_version(book.version, meant)
    if rule_id not in {rule.id for rule in book.rules}:
        problem = "no such rule; see GET /rules"
        msg = f"rule {rule_id!r}: {problem}"
        raise UnknownRuleError(msg, [Detail("rule_id", rule_id, problem)])
    return await to_thread.run_sync(lambda: _told(services, services.rules.file.remove(rule_id, meant=meant), []))


def _version(if_match: str | None) -> int | None:
    """The version that a change is made for; None: whatever it is.

    >>> _version('"7-0c1d"'), _version('"7"'), _version("*"), _version("seven")
    (7, 7, None, -1)
    """
    if if_match is None or if_match.strip() == "*":
        return None
    named = if_match.strip().removeprefix("W/").strip('"').partition("-")[0]
    return int(named) if named.isdecimal() and named.isascii() else -1


def _told(services: Services, book: RuleBook, written: Sequence[str]) -> RulesOut:
    release = services.serving.release
    conflicts = _conflicts(book.rules, written, release) if release is not None and written else []
    return RulesOut.model_construct(version=book.version, rules=book.rules, conflicts=conflicts)  # each is checked already


def _conflicts(rules: Sequence[Rule], written: Sequence[str], release: Release) -> list[ConflictOut]:
    return [ConflictOut(rules=list(one.rules), problem=one.problem) for one in conflicts_of(rules, written, release)]


def _written(answer: Callable[..., Awaitable[RulesOut]]) -> Callable[..., Awaitable[Response]]:
    """As a route, whose answer is made JSON in a thread: of 10,000 rules that takes longer than others may wait."""

    @wraps(answer)
    async def route(**given: Any) -> Response:  # noqa: ANN401 - what the function takes
        told = await answer(**given)
        body = (await to_thread.run_sync(_in_json, told)).encode()
        return Response(body, media_type="application/json", headers={"ETag": f'"{told.version}-{digest(body)}"'})

    return route


def _in_json(told: RulesOut) -> str:
    """Rule by rule: in one go, pydantic would keep Python's lock for as long as all of them take."""
    rest = told.model_copy(update={"rules": []}).model_dump_json(by_alias=True)
    rules = ",".join(RULES.dump_json([rule], by_alias=True, exclude_defaults=True)[1:-1].decode() for rule in told.rules)
    return rest.replace('"rules":[]', f'"rules":[{rules}]', 1)


router.get("/rules", response_model=RulesOut, responses=documented(404))(_written(get_rules))
router.put("/rules", response_model=RulesOut, responses=documented(412))(_written(put_rules))
router.delete("/rules/{rule_id:path}", response_model=RulesOut, responses=documented(404, 412))(_written(delete_rule))
