"""Bodies of /rules. What a rule is, ``app.rules.rule`` says."""

from __future__ import annotations

from pydantic import BaseModel, Field

from app.ground.strict import Few, Id, Strict, with_examples
from app.rules.rule import Rule
from models.offpolicy.reward import Reward


class PutRules(Strict):
    """Rules that are new, or take the place of those of the same ids."""

    model_config = with_examples({"rules": [{"id": "no-leather", "do": "exclude", "items": {"attributes": {"material": ["leather"]}}}]})

    rules: Few[Rule] = Field(description="The rules; none of them only with `replace`.")


class ConflictOut(BaseModel):
    """Something that is probably not meant; the rules are kept as they were written."""

    rules: list[str] = Field(description="Their ids.", examples=[["pin-boots", "no-leather"]])
    problem: str = Field(description="What is wrong.")


class RulesOut(BaseModel):
    """The rules of the home."""

    version: int = Field(description="Counts the changes; 0 before the first.", examples=[3])
    rules: list[Rule] = Field(description="All of them, in their order: the first that can be followed is.")
    conflicts: list[ConflictOut] = Field(description="What is probably not meant; the first 1,000, and then that there is more.")


class ChangeOut(BaseModel):
    """What one version of the rules changed."""

    version: int = Field(description="Its number.", examples=[3])
    written: str = Field(description="When, UTC.", examples=["2026-11-30T10:00:00+00:00"])
    rules: int = Field(description="How many rules there were then.", examples=[12])
    added: list[str] | None = Field(
        description="Ids that it added; null where the version before is no longer kept.", examples=[["no-leather"]]
    )
    changed: list[str] | None = Field(description="Ids of those that it changed.", examples=[["own-shoes"]])
    removed: list[str] | None = Field(description="Ids that it took away.", examples=[[]])


class VersionsOut(BaseModel):
    """The versions of the rules."""

    versions: list[ChangeOut] = Field(description="The newest first.")


class DryRunRules(Strict):
    """Rules to be tried on what was asked lately; nothing is kept."""

    model_config = with_examples({"rules": [{"id": "no-leather", "do": "exclude", "items": {"attributes": {"material": ["leather"]}}}]})

    rules: Few[Rule] = Field(default_factory=list, description="New ones, or those that would take the place of rules of the same ids.")
    without: Few[Id] = Field(default_factory=list, description="Ids of rules that would be taken away.", examples=[[]])
    answers: int = Field(default=100, ge=1, le=1_000, description="How many of the last answers to ask for again.", examples=[100])
    reward: Reward | None = Field(
        default=None,
        description="Tell what the rules would earn of this per slot, too, by explored answers: all events are read, which takes seconds.",
        examples=["purchase"],
    )


class EstimateOut(BaseModel):
    """A value and its 95 % interval."""

    value: float = Field(description="The estimate.", examples=[0.041])
    low: float = Field(description="The lower end.", examples=[0.036])
    high: float = Field(description="The upper end.", examples=[0.046])


class EarnedOut(BaseModel):
    """What rules earn, and would, per slot; doubly robust."""

    reward: Reward = Field(description="Of what.")
    refused: str | None = Field(description="Why there are no figures; null where there are.", examples=[None])
    lists: int = Field(description="Explored slots that tell it.", examples=[24_000])
    now: EstimateOut | None = Field(description="With the rules as they are.")
    then: EstimateOut | None = Field(description="With the rules as they would be.")
    gain: EstimateOut | None = Field(description="How much more that is; narrower than both, as most of a slot stays as it is.")


class MoreOrFewer(BaseModel):
    """An item that would be shown more often, or less."""

    id: str = Field(description="The item.", examples=["w000042"])
    answers: int = Field(description="In how many more answers, or fewer.", examples=[12])


class DryRunOut(BaseModel):
    """What would change, of the last answers that could be given again."""

    answers: int = Field(description="How many were asked for again, with and without.", examples=[100])
    changed: int = Field(description="How many of them would be others.", examples=[31])
    suggestions: int = Field(description="How many suggestions they hold as things are.", examples=[1800])
    replaced: int = Field(description="How many of these would no longer be shown there.", examples=[88])
    emptied: int = Field(description="Slots that have suggestions now and would have none.", examples=[0])
    gained: list[MoreOrFewer] = Field(description="Items that would be shown more often, most first; ten at most.")
    lost: list[MoreOrFewer] = Field(description="Items that would be shown less often, most first; ten at most.")
    touched: dict[str, int] = Field(
        description="The rules that are tried, and how many of the answers that would be others each has part in.",
        examples=[{"no-leather": 31}],
    )
    conflicts: list[ConflictOut] = Field(description="What is probably not meant; the first 1,000, and then that there is more.")
    earned: EarnedOut | None = Field(default=None, description="What the rules would earn, where `reward` is asked for.")
