"""An answer as the log keeps it: what was asked, what was shown in which order, and what it was chosen from, within bounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa

from app.api.schemas.answers import Completion
from app.api.schemas.requests import CompleteOutfit
from app.api.services import Services
from app.recommend.completion import Completion as Answer
from app.recommend.completion import Question
from app.recommend.exploring import Considered as Seen
from app.recommend.exploring import Exploring
from app.release.release import Release
from index.backends.base import IntArray

_FIGURES: Final = 5
_BESIDE_BYTES: Final = 40  # of a candidate in JSON beside its id: two or three numbers and what stands between them

Considered = list[dict[str, Any]]
"""What was considered for each slot, as an impression has it."""


def note(services: Services, noted: dict[str, Any]) -> None:
    """Count an answer, and keep it in the log, unless the room that is left there is for what the shop itself tells."""
    shown = [slot["items"] for slot in noted["slots"]]
    services.variants.note(noted)
    if services.watch.scarce:
        services.impressions.dropped += 1
    else:
        services.impressions.note(noted)
    services.times_shown.note(item for items in shown for item in items)
    services.metrics.shown([len(items) for items in shown], complete="complete" in noted)


def exploring(request: CompleteOutfit, services: Services, seed: str) -> Exploring | None:
    """How to explore in the answer; None where nothing is explored, as among candidates that whoever asks chose."""
    settings = services.settings.exploration
    if not settings.share or request.candidates or request.dry_run:
        return None
    return Exploring(
        seed=seed,
        share=settings.share,
        first=settings.first,
        among=settings.among,
        cold_share=settings.cold_share,
        cold=services.times_shown.cold if settings.cold_below else None,
    )


def considered_of(release: Release, answer: Answer) -> Considered:
    """What was considered for each slot: ids in the order of the ranking, scores, and chances where it was explored."""
    ids = release.snapshot.items.column("id")
    return [{} if slot.considered is None else _told(ids, slot.considered) for slot in answer.slots]


def _told(ids: Any, seen: Seen) -> dict[str, Any]:  # noqa: ANN401 - a column
    rows_M: IntArray = seen.rows_M
    said: dict[str, Any] = {
        "candidates": ids.take(pa.array(rows_M)).to_pylist() if len(rows_M) else [],
        "scores": _rounded(seen.scores_M.tolist()),
    }
    if seen.bent_M is not None:
        said["bent"] = _rounded(seen.bent_M.tolist())
    if seen.chance_M is not None:
        said |= {"chances": _rounded(seen.chance_M.tolist()), "open": seen.opened, "explored": list(seen.explored)}
    return said | ({"fixed": seen.fixed} if seen.fixed else {})


def impression(
    request: CompleteOutfit, answer: Completion, considered: Considered, question: Question, position: str | None, most_bytes: int
) -> dict[str, Any]:
    """An answer as the log keeps it.

    Args:
        position: of the log of the catalogue, up to which the answer knew its changes; None where that is not known.
        most_bytes: beyond which candidates and scores are left out.
    """
    who = {"session": request.session, "user": request.user}
    asked: dict[str, Any] = {} if request.slots is None else {"slots": [slot.category for slot in request.slots]}
    asked |= {"candidates": len(request.candidates)} if request.candidates else {}
    asked |= {"diversity": question.diversity} if question.diversity else {}
    photos = sum(item.id is None for item in request.items)
    asked |= {"photos": photos} if photos else {}
    fits = sum(_bytes(slot) for slot in considered) <= most_bytes
    slots = [
        {"category": slot.category, "items": [item.id for item in slot.items], **(_of_shown(slot.items, seen) if fits else {})}
        for slot, seen in zip(answer.slots, considered, strict=True)
    ]
    explored = question.exploring if any("chances" in seen for seen in considered) else None
    return {
        "recommendation_id": answer.recommendation_id,
        "release": answer.release,
        **({"experiment": answer.experiment, "variant": answer.variant} if answer.variant else {}),
        **({"fallback": True} if answer.variant_trouble else {}),
        **{name: value for name, value in who.items() if value is not None},
        "items": list(dict.fromkeys(item for item in question.items if isinstance(item, str) and item not in answer.missing)),
        "slots": slots,
        **({"complete": True} if answer.complete else {}),
        "looks": [[item.id for item in look.items] for look in answer.looks],
        **({"rules": answer.rules} if answer.rules else {}),
        **({"asked": asked} if asked else {}),
        **({"catalogue": position} if position else {}),
        **({"exploration": explored.share} if explored else {}),
    }


def _of_shown(items: Sequence[Any], seen: dict[str, Any]) -> dict[str, Any]:
    """What was considered, and of what was shown the propensity: how likely each was where it is."""
    if "chances" not in seen:
        return seen
    chance_of = dict(zip(seen["candidates"], seen["chances"], strict=True))
    return {**seen, "propensities": [chance_of[item.id] for item in items]}


def _bytes(seen: dict[str, Any]) -> int:
    return sum(len(item) + _BESIDE_BYTES for item in seen.get("candidates", ()))


def _rounded(values: Sequence[float]) -> list[float]:
    return [float(f"{value:.{_FIGURES}g}") for value in values]
