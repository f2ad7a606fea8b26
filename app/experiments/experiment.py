"""What an experiment is, as a person writes it and as its home keeps it."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field, StringConstraints, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

from app.ground.fields import WORD
from app.ground.strict import Few, Id, Strict, with_examples
from app.rules.rule import LONGEST_NOTE, Rule

METRICS: Final = ("click", "attach", "purchase", "return", "value", "empty")
Metric = Literal["click", "attach", "purchase", "return", "value", "empty"]
Word = Annotated[str, StringConstraints(pattern=WORD)]
"""A name of an experiment or variant: it is a label of figures, and a word of commands."""


class Overlay(Strict):
    """Settings of a variant; they hold where the request says nothing of its own."""

    diversity: float | None = Field(default=None, ge=0, le=1, description="As in a request.", examples=[0.3])
    consistent: bool | None = Field(default=None, description="As in a request.")
    text_strength: float | None = Field(default=None, ge=0, le=10, description="As in a request.")
    taste_strength: float | None = Field(default=None, ge=0, le=10, description="As in a request.")


class Variant(Strict):
    """One way to answer. What it leaves out is as without an experiment, so one that says nothing is the control."""

    name: Word = Field(description="Its name.", examples=["new"])
    weight: float = Field(default=1.0, ge=1e-3, le=1e3, description="Its part of the units, beside the other variants' weights.")
    release: Id | None = Field(default=None, description="The release that answers.", examples=["r2-1f0c9a2b"])
    settings: Overlay = Field(default_factory=Overlay, description="Settings.")
    rules: Few[Rule] = Field(
        default_factory=list, max_length=100, description="Rules beside those of the home, or in the place of those of the same ids."
    )
    without_rules: Few[Id] = Field(
        default_factory=list, max_length=100, description="Ids of the home's rules that do not hold.", examples=[[]]
    )

    @property
    def changes(self) -> list[str]:
        """What it does otherwise, for people.

        >>> Variant(name="b", release="r2", settings=Overlay(diversity=0.3), without_rules=["x"]).changes
        ['release r2', 'diversity 0.3', 'without rules x']
        """
        settings = [f"{name} {value}" for name, value in self.settings.model_dump(exclude_none=True).items()]
        rules = [
            f"{word} {', '.join(ids)}"
            for word, ids in (("rules", [one.id for one in self.rules]), ("without rules", self.without_rules))
            if ids
        ]
        return [*([f"release {self.release}"] if self.release else []), *settings, *rules]


class Guardrail(Strict):
    """What stops a variant by itself: that a metric is surely further from the control's, in this direction, than the threshold."""

    metric: Metric = Field(description="Which metric.")
    direction: Literal["down", "up"] = Field(description="Where it must not go.")
    threshold: float = Field(default=0.0, ge=0, le=100, description="By how much of the control's, as a share.", examples=[0.05])


class ExperimentIn(Strict):
    """A named experiment; the first variant is the control, with which the others are compared."""

    model_config = with_examples({"name": "new-model", "variants": [{"name": "old"}, {"name": "new", "release": "r2-1f0c9a2b"}]})

    name: Word = Field(description="Its name, for ever: what was logged under it stays under it.", examples=["new-model"])
    variants: Few[Variant] = Field(min_length=2, max_length=8, description="The variants, the control first.")
    share: float = Field(default=1.0, gt=0, le=1, description="Share of the units that take part; the others are answered as ever.")
    metric: Metric = Field(default="purchase", description="The metric that decides.")
    units: int = Field(default=10_000, ge=100, le=1_000_000_000, description="Units after which the intervals are to be tightest.")
    guardrails: Few[Guardrail] = Field(default_factory=list, max_length=20, description="What stops a variant by itself.")
    note: str | None = Field(default=None, max_length=LONGEST_NOTE, description="Why there is this experiment; for people.")

    @model_validator(mode="after")
    def _names_are_its_own(self) -> ExperimentIn:
        names = [variant.name for variant in self.variants]
        if len(set(names)) < len(names):
            kind, problem = "variant_twice", "two variants have the same name; give each its own"
            raise PydanticCustomError(kind, problem)
        return self

    @property
    def control(self) -> str:
        """The variant that the others are compared with."""
        return self.variants[0].name


class Stopped(BaseModel):
    """When a variant stopped, and why."""

    at: str = Field(description="When, UTC.", examples=["2026-11-26T12:00:00+00:00"])
    why: str = Field(description="Why.")


class Experiment(ExperimentIn):
    """An experiment of a home."""

    started: str = Field(description="When, UTC.", examples=["2026-11-26T12:00:00+00:00"])
    ended: Stopped | None = Field(default=None, description="When it ended, and why.")
    stopped: dict[str, Stopped] = Field(default_factory=dict, description="Variants that stopped, by name.")

    @property
    def running(self) -> bool:
        """Whether it takes part in answers."""
        return self.ended is None

    @property
    def live(self) -> list[Variant]:
        """Variants that answer."""
        return [variant for variant in self.variants if variant.name not in self.stopped] if self.running else []


EXPERIMENTS: Final = TypeAdapter(list[Experiment])
ASKED: Final = TypeAdapter(list[ExperimentIn])
