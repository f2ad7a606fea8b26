"""Bodies of /experiments. What an experiment is, ``app.experiments.experiment`` says."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from app.api.schemas.rules import ConflictOut
from app.experiments.experiment import Experiment, ExperimentIn, Stopped
from app.ground.strict import Few, Strict, with_examples


class PutExperiments(Strict):
    """Experiments to start; of one that runs, guardrails, metric, units and note may be others."""

    model_config = with_examples(
        {"experiments": [{"name": "diverse", "variants": [{"name": "old"}, {"name": "new", "settings": {"diversity": 0.3}}]}]}
    )

    experiments: Few[ExperimentIn] = Field(min_length=1, max_length=10, description="The experiments.")


class VariantTroubleOut(BaseModel):
    """A variant that does not answer here as it says: the release that serves answers in the place of its own, or a rule is gone."""

    experiment: str = Field(description="The experiment.", examples=["new-model"])
    variant: str = Field(description="Its variant.", examples=["new"])
    why: str = Field(
        description="Why: its release is being loaded, is broken, or does not fit into memory; or a rule it is without is gone."
    )


class VariantConflictOut(ConflictOut):
    """Rules of a variant that are probably not meant so, with those of the home that hold in it; they are kept as they were written."""

    experiment: str = Field(description="The experiment.", examples=["own-brand"])
    variant: str = Field(description="Its variant.", examples=["with"])


class MeasuredOut(BaseModel):
    """A metric of a variant; without `gain` and `verdict` of the control, without intervals of too few units."""

    mean: float = Field(description="Over its units.", examples=[0.031])
    interval: tuple[float, float] | None = Field(description="Of the mean.")
    gain: float | None = Field(description="The mean minus the control's.", examples=[0.004])
    gain_interval: tuple[float, float] | None = Field(description="Of the gain.")
    verdict: Literal["higher", "lower", "undecided", "too few"] | None = Field(description="What is known of it against the control.")


class VariantReportOut(BaseModel):
    """What the units of a variant did."""

    units: int = Field(description="Shoppers, sessions or requests.", examples=[5_012])
    impressions: int = Field(description="Answers.", examples=[20_103])
    before_stop: int = Field(description="Units that came before any variant stopped.", examples=[5_012])
    fallbacks: int = Field(description="Answers from another release than its own.", examples=[0])
    view_through: int = Field(description="Units that bought what they had only seen.", examples=[17])
    unpriced: int = Field(description="Purchases that say no price.", examples=[0])
    left_out: int = Field(
        description="Units that made such purchases: they are not in `order_value`, and count as that in `value`.", examples=[0]
    )
    order_value: float | None = Field(
        description="What a unit that bought spent on what was suggested and kept; null where no unit tells, or in several currencies.",
        examples=[72.9],
    )
    currencies: list[str] = Field(description="Of purchases that say one.", examples=[["EUR"]])
    releases: dict[str, int] = Field(description="Releases that answered, and how many answers each gave.")
    stopped: str | None = Field(description="Why it stopped, if it did.")
    metrics: dict[str, MeasuredOut] = Field(description="Metric by name.")


class SplitOut(BaseModel):
    """Whether units are shared out as the weights say."""

    p: float = Field(description="How likely a split like this is, at any look, if it is right.", examples=[0.4])
    wrong: bool = Field(description="Whether it is not, so that no figure is to be trusted.", examples=[False])


class ReportOut(BaseModel):
    """An experiment as it stands."""

    experiment: str = Field(description="Its name.", examples=["new-model"])
    metric: str = Field(description="The metric that decides.", examples=["purchase"])
    started: str = Field(description="When, UTC.")
    ended: Stopped | None = Field(description="When it ended, and why.")
    split: SplitOut = Field(description="The split.")
    intervals: str = Field(description="What kind of intervals these are.")
    warnings: list[str] = Field(description="What to know before the figures mean anything.")
    variants: dict[str, VariantReportOut] = Field(description="Variant by name, the control first.")


class ExperimentsOut(BaseModel):
    """The experiments of the home."""

    version: int = Field(description="Counts the changes; 0 before the first.", examples=[1])
    experiments: list[Experiment] = Field(description="All of them, in the order in which they were started.")
    troubles: list[VariantTroubleOut] = Field(description="What does not answer in this replica as it should.")
    conflicts: list[VariantConflictOut] = Field(description="What rules of running variants are probably not meant to do.")
