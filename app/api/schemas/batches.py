"""Several outfits in one request, and their answers."""

from __future__ import annotations

from pydantic import BaseModel, Field

from app.api.schemas.answers import Completion, ProblemOut
from app.api.schemas.requests import CompleteOutfit
from app.ground.strict import Few, Strict, with_examples


class CompleteOutfits(Strict):
    """Outfits with blanks: what completes each?"""

    model_config = with_examples({"requests": [{"items": ["w000042"]}, {"items": ["w000417"], "slots": [{"category": "shoes"}], "k": 3}]})

    requests: Few[CompleteOutfit] = Field(min_length=1, description="As `POST /complete-outfit` takes them.")


class CompletedOut(BaseModel):
    """What came of one of them: one of the two."""

    answer: Completion | None = Field(default=None, description="As `POST /complete-outfit` gives it, with its own `recommendation_id`.")
    problem: ProblemOut | None = Field(default=None, description="Why there is none; its fields are named as from this request alone.")


class Completions(BaseModel):
    """The answers, in the order of the requests."""

    answers: list[CompletedOut] = Field(description="One for each request.")
