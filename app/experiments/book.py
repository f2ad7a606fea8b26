"""The experiments of a home, ``experiments.json``, and every version of them that there was; see ``app.home.versions``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from app.experiments.experiment import EXPERIMENTS, Experiment, ExperimentIn, Stopped
from app.experiments.ruled import missing_rules
from app.ground.errors import Detail, RequestError, UnknownExperimentError, UnknownRuleError
from app.home.runs import now
from app.home.versions import Versions
from app.rules.book import RuleFile
from app.rules.rule import KEPT

MOST: Final = 1_000
MOST_RUNNING: Final = 10
_ENDED_BY_HAND: Final = "ended by hand"


@dataclass(frozen=True, slots=True)
class ExperimentBook:
    """The experiments as they are at one version, in the order in which they were started; 0 is that there never was any."""

    version: int = 0
    experiments: tuple[Experiment, ...] = ()
    running: tuple[Experiment, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "running", tuple(one for one in self.experiments if one.running))

    def named(self, name: str) -> Experiment:
        """The experiment of a name.

        Raises:
            UnknownExperimentError: there is none.
        """
        for one in self.experiments:
            if one.name == name:
                return one
        problem = "no such experiment; `attire experiments show` lists those that there are"
        msg = f"experiment {name!r}: {problem}"
        raise UnknownExperimentError(msg, [Detail("name", name, problem)])

    @property
    def releases(self) -> frozenset[str]:
        """Releases that variants of running experiments answer from."""
        return frozenset(variant.release for one in self.running for variant in one.live if variant.release is not None)


class ExperimentFile(Versions[ExperimentBook]):
    """The experiments of one home."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, "experiments", _parsed, ExperimentBook())

    def put(self, asked: Sequence[ExperimentIn]) -> ExperimentBook:
        """Start experiments; of one that runs, change guardrails, metric, units and note.

        Raises:
            UnknownRuleError: a variant is to be without a rule that the home does not have.
            RequestError: one that runs would put units into other variants, one has ended, or there would be too many.
            HomeError: the file, or that of the rules, cannot be read.
        """
        with self.changing():
            book = self.book()
            known = {one.name: one for one in book.experiments}
            for place, one in enumerate(asked):
                if one.name not in known:
                    _check_rules(one, self.home, f"experiments[{place}]")
                known[one.name] = _changed(one, known.get(one.name), f"experiments[{place}]")
            running = sum(one.running for one in known.values())
            if running > MOST_RUNNING or len(known) > MOST:
                problem = f"{running} experiments would run, of {len(known)}: at most {MOST_RUNNING} may, of {MOST:,}; end some first"
                raise RequestError(problem, [Detail("experiments", str(len(asked)), problem)])
            return self._write(book, list(known.values()))

    def end(self, name: str, why: str = _ENDED_BY_HAND) -> ExperimentBook:
        """End an experiment: from the next answer on nobody takes part.

        Raises:
            UnknownExperimentError: there is none of that name. HomeError: the file cannot be read.
        """
        with self.changing():
            book = self.book()
            one = book.named(name)
            ended = one.model_copy(update={"ended": one.ended or Stopped(at=now(), why=why)})
            return self._write(book, [ended if other is one else other for other in book.experiments])

    def stop(self, name: str, variant: str, why: str) -> ExperimentBook:
        """Stop a variant: its units are answered as ever from the next answer on, and the others stay where they are.

        An experiment that has no variant left but its control ends.
        """
        with self.changing():
            book = self.book()
            one = book.named(name)
            stopped = {variant: Stopped(at=now(), why=why), **one.stopped}
            after = one.model_copy(update={"stopped": stopped})
            if after.running and len(after.live) < 2:  # noqa: PLR2004 - the control, and something to compare with it
                after = after.model_copy(update={"ended": Stopped(at=now(), why=f"{variant} stopped: {why}")})
            return self._write(book, [after if other is one else other for other in book.experiments])

    def _write(self, book: ExperimentBook, experiments: Sequence[Experiment]) -> ExperimentBook:
        after = ExperimentBook(self.next(book.version), tuple(experiments))
        said = [one.model_dump(mode="json", by_alias=True, exclude_defaults=True) for one in after.experiments]
        self.write(after.version, {"experiments": said})
        return after


def _check_rules(asked: ExperimentIn, home: Path, field_name: str) -> None:
    for number, variant in enumerate(asked.variants):
        for rule in missing_rules(variant, RuleFile(home).book()) if variant.without_rules else ():
            where = f"{field_name}.variants[{number}].without_rules[{variant.without_rules.index(rule)}]"
            problem = "no such rule; see GET /rules, or `attire rules list`"
            msg = f"{where} {rule!r}: {problem}"
            raise UnknownRuleError(msg, [Detail(where, rule, problem)])


def _changed(asked: ExperimentIn, known: Experiment | None, field_name: str) -> Experiment:
    if known is None:
        return Experiment(**asked.model_dump(by_alias=True, exclude_defaults=True), started=now())
    after = known.model_copy(update={name: getattr(asked, name) for name in ("guardrails", "metric", "units", "note")})
    problem = None
    if not known.running:
        problem = "it has ended, and its name is for what was logged under it; give another name"
    elif (asked.variants, asked.share) != (known.variants, known.share):
        problem = "it runs, and other variants, weights or another share would move shoppers; end it, and start one of another name"
    if problem is not None:
        msg = f"experiment {asked.name!r}: {problem}"
        raise RequestError(msg, [Detail(f"{field_name}.name", asked.name, problem)])
    return after


def _parsed(said: Mapping[str, Any]) -> ExperimentBook:
    return ExperimentBook(int(said["version"]), tuple(EXPERIMENTS.validate_json(json.dumps(said["experiments"]), context=KEPT)))
