"""Bodies of /rules. What a rule is, ``app.rules.rule`` says."""

from __future__ import annotations

from pydantic import BaseModel, Field

from app.ground.strict import Few, Strict, with_examples
from app.rules.rule import Rule


class PutRules(Strict):
    """Rules that are new, or take the place of those of the same ids."""

    model_config = with_examples({"rules": [{"id": "no-leather", "do": "exclude", "items": {"attributes": {"material": ["leather"]}}}]})

    rules: Few[Rule] = Field(min_length=1, description="The rules.")


class ConflictOut(BaseModel):
    """Something that is probably not meant; the rules are kept as they were written."""

    rules: list[str] = Field(description="Their ids.", examples=[["pin-boots", "no-leather"]])
    problem: str = Field(description="What is wrong.")


class RulesOut(BaseModel):
    """The rules of the home."""

    version: int = Field(description="Counts the changes; 0 before the first.", examples=[3])
    rules: list[Rule] = Field(description="All of them, in their order: the first that can be followed is.")
    conflicts: list[ConflictOut] = Field(description="What is probably not meant.")
