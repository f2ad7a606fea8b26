"""Writes the page of the claims from what has been measured, and nothing else."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.systems import plots
from benchmarks.systems.results import Figure, Results
from benchmarks.systems.runs import (
    BASELINES,
    CLAIMS,
    OUTFIT_VECTOR,
    PERSONAL,
    SELF_ADAPTIVE,
    SYSTEMS,
    WARDROBES,
    Claim,
    Expectation,
    Measure,
    Run,
)

_HEADINGS: Final[Mapping[Measure, str]] = {
    "fitb": "FITB",
    "fitb_popularity": "FITB, popularity-matched",
    "fitb_cold": "FITB, cold",
    "fitb_triad": "FITB, triad",
    "compatibility": "AUC",
    "retrieval": "recall@10",
    "retrieval_cold": "recall@10, cold",
    "auc_0_1": "AUC worn / 1 replaced",
    "auc_1_2": "AUC 1 / 2 replaced",
}
_LATENCY_MS: Final = 8.0
_SHARE: Final = 0.93


def write_page(path: Path, work: Path, *, machine: str, data: Path | None = None) -> None:
    """Write the page and, beside it, its plots."""
    results = Results(work)
    folder = path.with_name(f"{path.stem}-plots")
    pictures = plots.draw(folder, results)
    shown = {title: "\n".join(f"![{stem}]({folder.name}/{stem}.png)" for stem in stems) for title, stems in pictures.items()}
    claims = [_claim(claim, results, shown.get(claim.title, ""), given=data is not None) for claim in CLAIMS]
    path.write_text("\n\n".join(part for part in (_head(results, machine, data), _verdicts(results), *claims) if part) + "\n")


def _head(results: Results, machine: str, data: Path | None) -> str:
    lines = [line for claim in CLAIMS for run in claim.runs for line in results.lines(run)]
    lines = list({line["key"]: line for line in lines}.values())
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("torch", "scikit-learn", "numpy"))
    sizes = "; ".join(
        f"*{size}*: {one['items']:,} items, {one['outfits']:,} outfits, {one['shoppers']} shoppers, seed {one['seed']}"
        for size, one in WARDROBES.items()
    )
    spent = sum(line["cpu_s"] for line in lines) / 60
    clock = " + ".join(f"{one['seconds'] / 60:.0f} (--jobs {one['jobs']}, {one['measured']} of them)" for one in results.clock())
    return f"""# The systems and what they claim

{max((line["at"][:10] for line in lines), default="")} · {machine} · {versions} · {len(lines)} trainings and measurements of one \
thread each, {spent:.0f} minutes of processor time in all{f"; by the clock, data and features included, {clock} minutes" if clock else ""}

```sh
make reproduce{f" DATA={data.name}" if data else ""}
```

{
        "The directory that was given"
        if data
        else f"The synthetic wardrobe; {sizes}. Settings were chosen on another wardrobe (seed 0); "
        "on these only how long a run trains was set anew, where a first training was plainly too short"
    }. Every figure is on test questions that no training saw: the mean over seeds with a 95 % interval \
from {1000:,} draws of seeds *and* questions. Differences are on the same draws of questions. Three seeds say little of the spread between \
seeds, so read the intervals as those of the questions, a little widened. *Share* is (model - chance) / (oracle - chance). \
A tie with the right answer counts as wrong, but for random, popularity, category, co purchase and raw cosine, whose ties are \
broken by chance, in their favour. \
*Processor* is the time of one training and its questions on one core. A verdict is **shown** \
where the whole interval of the difference is above 0, *against* where it is below, and *open* between."""


def _verdicts(results: Results) -> str:
    rows = []
    for claim in CLAIMS:
        counts: dict[str, int] = {}
        for one in claim.expected:
            told = _verdict(results, claim, one)
            if told:
                counts[told[0]] = counts.get(told[0], 0) + 1
        if counts:
            rows.append(f"| {claim.title} | " + " | ".join(str(counts.get(name, 0)) for name in ("shown", "open", "against")) + " |")
    extra = [line for line in (_oracle_line(results), _latency_line(results)) if line]
    table = ["| comparisons of | shown | open | against |", "|---|---|---|---|", *rows]
    return "\n".join([*table, "", *extra]) if rows else ""


def _verdict(results: Results, claim: Claim, one: Expectation) -> tuple[str, Figure] | None:
    named = {run.name: run for run in claim.runs}
    found = results.difference(named[one.run], named[one.than], one.measure)
    if found is None:
        return None
    return ("shown" if found.low > 0 else "against" if found.high < 0 else "open"), found


def _claim(claim: Claim, results: Results, pictures: str, *, given: bool) -> str:
    measured = [run for run in claim.runs if results.lines(run)]
    if not measured:
        return ""
    size = claim.runs[0].size
    where = "" if given and size != "tiny" else f" Wardrobe *{size}*."
    parts = [f"## {claim.title}", claim.says + where]
    parts.append("\n".join(_table(claim, measured, results)))
    if claim.shares and any(_ceiling(measured[0], column, results) for column in claim.columns):
        parts.append("\n".join(_shares(claim, measured, results)))
    if claim.reference in {run.name for run in measured} and len(measured) > 1:
        parts.append("\n".join(_differences(claim, measured, results)))
    expected = [(one, told) for one in claim.expected if (told := _verdict(results, claim, one))]
    if expected:
        parts.append("\n".join(_expectations(expected)))
    parts += [note for note in (_notes(claim, results), claim.tried, pictures) if note]
    missing = [run.name for run in claim.runs if len(results.lines(run)) < run.seeds]
    if missing:
        parts.append(f"Not run, or not with every seed: {'; '.join(missing)}.")
    return "\n\n".join(parts)


def _table(claim: Claim, measured: Sequence[Run], results: Results) -> Iterator[str]:
    columns = [column for column in claim.columns if any(results.figure(run, column) for run in measured)]
    yield f"| | seeds | {' | '.join(_heading(column) for column in columns)} | processor, s |"
    yield "|---|---|" + "---|" * len(columns) + "---|"
    for run in measured:
        cells = [_cell(results.figure(run, column)) for column in columns]
        lines = results.lines(run)
        spent = "" if run.recipe in {"average", *BASELINES} else f"{np.mean([line['cpu_s'] for line in lines]):.0f}"
        yield f"| {run.name} | {len(lines)} | {' | '.join(cells)} | {spent} |"
    ceilings = [_ceiling(measured[0], column, results) for column in columns]
    if claim.shares and any(ceilings):
        yield f"| *oracle* | | {' | '.join(f'{one[1]:.3f}' if one else '' for one in ceilings)} | |"


def _shares(claim: Claim, measured: Sequence[Run], results: Results) -> Iterator[str]:
    columns = [column for column in claim.columns if _ceiling(measured[0], column, results)]
    yield f"| share of the way | {' | '.join(_heading(column) for column in columns)} |"
    yield "|---|" + "---|" * len(columns)
    for run in measured:
        shares = [_share(results.figure(run, column), _ceiling(run, column, results)) for column in columns]
        yield f"| {run.name} | {' | '.join(shares)} |"


def _differences(claim: Claim, measured: Sequence[Run], results: Results) -> Iterator[str]:
    reference = next(run for run in measured if run.name == claim.reference)
    columns = [column for column in claim.columns if results.figure(reference, column)]
    yield f"| difference to *{reference.name}* | {' | '.join(_heading(column) for column in columns)} |"
    yield "|---|" + "---|" * len(columns)
    for run in measured:
        if run is not reference:
            cells = [_cell(results.difference(run, reference, column), signed=True) for column in columns]
            yield f"| {run.name} | {' | '.join(cells)} |"


def _expectations(expected: Sequence[tuple[Expectation, tuple[str, Figure]]]) -> Iterator[str]:
    yield "| expected | in | difference | verdict |"
    yield "|---|---|---|---|"
    for one, (verdict, found) in expected:
        told = f"**{verdict}**" if verdict == "shown" else f"*{verdict}*"
        yield f"| {one.run} above {one.than} | {_heading(one.measure)} | {_cell(found, signed=True)} | {told} |"


def _notes(claim: Claim, results: Results) -> str:
    """What a claim has to show beside its table."""
    if claim is SELF_ADAPTIVE:
        told = [(run.name, line["metrics"]) for run in claim.runs for line in results.lines(run) if "theta" in line["metrics"]]
        rows = [
            f"| {name} | {one['theta']:.2f} | {one['weight_p5']:.2f} | {one['weight_p50']:.2f} | {one['weight_p95']:.2f} |"
            for name, one in told
        ]
        head = ["The weight's distribution over the triplets of the last 100 steps, by training:", ""]
        return "\n".join([*head, "| | θ | 5 % | median | 95 % |", "|---|---|---|---|---|", *rows]) if rows else ""
    if claim is OUTFIT_VECTOR:
        return "\n".join(_threshold(claim.runs[-1], results))
    if claim is PERSONAL:
        by_kind = [f"{who}.{what}" for who in ("warm", "cold5") for what in ("auc_hard", "auc_random")]
        runs = [run for run in claim.runs if results.lines(run)]
        rows = [f"| {run.name} | {' | '.join(_cell(results.figure(run, column)) for column in by_kind)} |" for run in runs]
        head = ["AUC against the hard others alone, where only taste decides, and against the random ones:", ""]
        return "\n".join([*head, f"| | {' | '.join(_heading(one) for one in by_kind)} |", "|---|" + "---|" * len(by_kind), *rows])
    return ""


def _threshold(run: Run, results: Results) -> Iterator[str]:
    """Precision and recall of "as worn" at a few thresholds of the similarity."""
    found = plots.separation_of(results.answers(run))
    if found is None:
        return
    threshold_T, precision_T, recall_T = found.over_threshold(9)
    yield 'Precision and recall of "as worn" over the threshold (seed 0; one of three versions is as worn, so that a third is chance):'
    yield ""
    yield "| threshold | " + " | ".join(f"{one:.1f}" for one in threshold_T) + " |"
    yield "|---|" + "---|" * len(threshold_T)
    yield "| precision | " + " | ".join("" if np.isnan(one) else f"{one:.2f}" for one in precision_T) + " |"
    yield "| recall | " + " | ".join(f"{one:.2f}" for one in recall_T) + " |"


def _oracle_line(results: Results) -> str:
    told = []
    for run in SYSTEMS.runs[-2:]:
        both = [
            (one, results.figure(run, one), _ceiling(run, one, results)) for one in ("fitb", "compatibility", "retrieval", "fitb_triad")
        ]
        shares = [f"{_heading(one)} {_share(found, ceiling)}" for one, found, ceiling in both if found and ceiling]
        told += [f"{run.name}: {', '.join(shares)}"] if shares else []
    return f"Share of the way from chance to the oracle ({_SHARE:.0%} wanted in FITB and AUC): {'; '.join(told)}.\n" if told else ""


def _latency_line(results: Results) -> str:
    told = []
    for run in SYSTEMS.runs:
        taken = [line["latency_ms"] for line in results.lines(run) if "latency_ms" in line]
        if taken:
            told.append(f"{run.name} {np.median([one['p50'] for one in taken]):.1f} ({np.median([one['p95'] for one in taken]):.1f})")
    return (
        f"Query + re-ranking of 64 candidates, one thread, median ms (95th percentile; {_LATENCY_MS:.0f} wanted): {'; '.join(told)}."
        if told
        else ""
    )


def _ceiling(run: Run, measure: Measure, results: Results) -> tuple[float, float] | None:
    """Chance and the oracle, where the wardrobe knows it."""
    for line in results.lines(run):
        chance, oracle = line["ceilings"].get(measure, (0.0, None))
        if oracle is not None:
            return chance, oracle
    return None


def _share(found: Figure | None, ceiling: tuple[float, float] | None) -> str:
    if found is None or ceiling is None:
        return ""
    chance, oracle = ceiling
    value, low, high = (f"{100 * (one - chance) / (oracle - chance):.0f}" for one in (found.value, found.low, found.high))
    return f"{value} % [{low}, {high}]"


def _heading(measure: Measure) -> str:
    who, _, what = measure.partition(".")
    asked = {"warm": "warm", "cold1": "cold, 1 outfit", "cold5": "cold, 5 outfits"}
    kinds = {"auc": "AUC", "ndcg": "NDCG", "auc_hard": "AUC, hard", "auc_random": "AUC, random"}
    return f"{kinds[what]}, {asked[who]}" if what else _HEADINGS.get(measure, measure)


def _cell(found: Figure | None, *, signed: bool = False) -> str:
    if found is None:
        return ""
    form = "+.3f" if signed else ".3f"
    return f"{found.value:{form}} [{found.low:{form}}, {found.high:{form}}]"
