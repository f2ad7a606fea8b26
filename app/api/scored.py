"""Outfits to be scored, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from app.api.fields import Fields
from app.api.schemas.answers import CutOut, OutfitScoreOut, PairOut, SwapOut, WhyOut
from app.api.schemas.items import LookItemOut
from app.api.schemas.requests import OutfitIn
from app.api.translate import decoded, item_refs
from app.recommend.explain import Explanation
from app.recommend.outfit import ItemRef
from app.recommend.photo import Cut, WholePhoto
from app.recommend.score import OutfitScore
from app.release.release import Release


def given_outfit(outfit: OutfitIn, field: str) -> Sequence[ItemRef] | WholePhoto:
    """An outfit of a request: its items, or the photo that shows it; ``field`` is what messages call it."""
    if outfit.photo is not None:
        return WholePhoto(f"{field}.photo", decoded(outfit.photo.base64, f"{field}.photo.base64"))
    return item_refs(outfit.items or [], f"{field}.items")


def outfit_score(release: Release, answer: OutfitScore, cuts: Sequence[Cut]) -> OutfitScoreOut:
    """What is said of one outfit."""
    pairs = None if answer.pairs is None else [PairOut(**asdict(pair)) for pair in answer.pairs]
    swap = None
    if answer.swap is not None and answer.weakest is not None:
        item = LookItemOut(**Fields.suggested(None, release).said(release.item(answer.swap.row)))
        swap = SwapOut(replace=answer.weakest, item=item, score=answer.swap.score, probability=answer.swap.probability)
    return OutfitScoreOut(
        score=answer.score,
        probability=answer.probability,
        why_not=answer.why_not,
        notes=list(answer.notes) or None,
        missing=list(answer.missing),
        taken_for=dict(answer.taken_for) or None,
        pieces=answer.pieces,
        cut=[CutOut(**asdict(cut)) for cut in cuts] or None,
        pairs=pairs,
        weakest=answer.weakest,
        swap=swap,
        rules=list(answer.rules) or None,
        **why_of(answer.why),
    )


def why_of(why: Explanation | None) -> dict[str, Any]:
    """The fields of an explanation; none where there is none."""
    if why is None:
        return {}
    return {"base": why.base, "why": [WhyOut(with_=part.item, contribution=part.amount) for part in why.parts]}
