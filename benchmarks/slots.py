"""What belongs to an outfit, and when nothing is missing: the slot model against three tables, and repeated completing.

    python benchmarks/slots.py [DATA…] [--products DIR] [--tests 1000] [--seeds 3] [--choose] [--proposing] [--bound]

DATA are dataset directories with outfits. ``--choose`` compares settings on validation outfits only, and opens no test outfit. Otherwise:
1, 2 and half of the items of each test outfit are hidden, and the proposed multiset of slots is compared with the hidden one; whole outfits
should be called complete, and outfits that lack a core role (top, bottom, full-body or footwear) should not. Then 1,000 items are completed
until nothing is missing, and the final sizes and sets are compared with those of the training outfits that hold such items; ``--proposing``
leaves that out. ``--bound`` adds what could be proposed at best (``slots_bound``). ``--products`` draws outfits over a catalogue that has
none. Everything missing is skipped. It prints Markdown.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from slots_bound import bounds
from slots_completing import completing
from slots_outfits import Outfits, drawn_over, read_outfits

from models.compatibility.slots import IntArray, SlotModel
from models.datasets.garments import role_of
from models.training.prepare import slot_wording
from models.training.slots import SlotTraining, fit_slots

HIDE: Final = {"hide 1": lambda _: 1, "hide 2": lambda _: 2, "hide half": lambda size: size // 2}
RESAMPLES: Final = 600
VARIED, LIKELY = "slot model", "likely slots"
Proposal = Callable[[Sequence[int]], IntArray]


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="*")
    parser.add_argument("--products", type=Path)
    parser.add_argument("--tests", type=int, default=1_000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--choose", action="store_true")
    parser.add_argument("--proposing", action="store_true")
    parser.add_argument("--bound", action="store_true")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    found = [read_outfits(data) for data in asked.data if (data / "items.parquet").is_file()]
    if asked.choose:
        for data in found:
            choose(data)
        return
    for data in found:
        print(f"\n## {data.name}: {len(data.train):,} training outfits\n", flush=True)
        models = [fit(data, SlotTraining(seed=seed)) for seed in range(asked.seeds)]
        proposing(data, models, asked.tests, bounds(data, models[0]) if asked.bound else {})
        if not asked.proposing:
            print(completing(data, models[0]), flush=True)
    if asked.products and (asked.products / "items.parquet").is_file():
        data = drawn_over(asked.products)
        print(f"\n## {data.name}: {len(data.train):,} drawn outfits\n\n" + completing(data, fit(data, SlotTraining())), flush=True)


def fit(data: Outfits, config: SlotTraining, *, words: bool = True) -> SlotModel:
    """The model of the training outfits."""
    wording = slot_wording(data.texts, data.train, data.valid) if words else None
    return fit_slots(data.categories_of(data.train), config, validation=data.categories_of(data.valid), wording=wording)


def choose(data: Outfits) -> None:
    """Log-loss of what comes next on prefixes of validation outfits, two seeds."""
    rng = np.random.default_rng(0)
    prefixes = [(outfit, int(rng.integers(1, len(outfit) + 1)), rng.permutation(len(outfit))) for outfit in data.categories_of(data.valid)]
    print(f"\n{data.name}, log-loss of the next step on {len(prefixes):,} validation outfits, mean of two seeds\n")
    for change in ({"epochs": 6}, {"epochs": 12}, {}, {"epochs": 48}, {"hidden": 48}, {"hidden": 192}):
        losses = []
        for seed in range(2):
            model = fit(data, replace(SlotTraining(seed=seed), **change), words=False)  # type: ignore[arg-type]
            known = [(outfit, length, order) for outfit, length, order in prefixes if set(outfit) <= set(model.categories)]
            counts_BC = np.stack([model.counts(outfit[place] for place in order[:length]) for outfit, length, order in known])
            log_BK = model.log_next(counts_BC)
            ends = len(model.categories)
            after = [[model.categories.index(outfit[place]) for place in order[length:]] or [ends] for outfit, length, order in known]
            losses.append(float(np.mean([-log_BK[row, rest].mean() for row, rest in enumerate(after)])))
        print(f"- {change or 'as it is'}: {np.mean(losses):.4f}", flush=True)


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions over test outfits: ``(worn, hidden counts)`` by task, whole outfits, and outfits that lack a core role."""

    hidden: dict[str, list[tuple[list[int], IntArray]]]
    whole: list[list[int]]
    lacking: list[list[int]]


def proposing(data: Outfits, models: Sequence[SlotModel], tests: int, beside: dict[str, Proposal]) -> None:
    """Precision, recall and F1 of the proposed multisets, and accuracy of "complete", with 95 % bootstrap intervals over outfits."""
    model = models[0]
    questions = ask(data, model, tests)
    tables = rivals(data, model) | beside
    if model.words:
        print(f"{len(model.words)} words read: {', '.join(model.words[:12])} ...\n")
        tables["categories alone, seed 0"] = proposes(data, fit(data, SlotTraining(), words=False), model)
    ours: dict[str, dict[str, Proposal]] = {
        how: {f"{how}, seed {seed}": proposes(data, one, model, varied=how == VARIED) for seed, one in enumerate(models)}
        for how in (VARIED, LIKELY)
    }
    measured = {name: measure(questions, proposal) for name, proposal in {**tables, **ours[VARIED], **ours[LIKELY]}.items()}
    rng = np.random.default_rng(0)
    sizes = {task: len(values) for task, values in measured[f"{VARIED}, seed 0"].items()}
    samples = [{task: rng.integers(0, size, size) for task, size in sizes.items()} for _ in range(RESAMPLES)]
    spread = {name: [figures(values, sample) for sample in samples] for name, values in measured.items()}
    names = list(figures(measured[f"{VARIED}, seed 0"]))
    print(f"{len(questions.whole):,} test outfits, {len(questions.lacking):,} lacking a core role\n")
    print(f"| | {' | '.join(names)} |\n|{'---|' * (len(names) + 1)}")
    for name, values in measured.items():
        cells = [f"{value:.3f} {interval([one[key] for one in spread[name]])}" for key, value in figures(values).items()]
        print(f"| {name} | {' | '.join(cells)} |")
    for how, mine in ours.items():
        print(f"\nDifferences of the {how} (mean of its seeds), paired\n")
        for name in tables if how == VARIED else [*tables, VARIED]:
            other = {VARIED: [*ours[VARIED]]}.get(name, [name])
            cells = []
            for key in names:
                ahead = mean_of(key, [spread[one] for one in mine]) - mean_of(key, [spread[one] for one in other])
                value = mean_of(key, [[figures(measured[one])] for one in mine]) - mean_of(key, [[figures(measured[one])] for one in other])
                cells.append(f"{key} {value[0]:+.3f} {interval(ahead)}")
            print(f"- to {name}: {' · '.join(cells)}")
    print(flush=True)


def mean_of(key: str, found: Sequence[Sequence[dict[str, float]]]) -> Any:  # noqa: ANN401 - an array
    """One figure of each resample, in the mean of the models."""
    return np.mean([[one[key] for one in resamples] for resamples in found], axis=0)


def interval(values: Any) -> str:  # noqa: ANN401 - an array or a list
    """The middle 95 %."""
    low, high = np.percentile(values, [2.5, 97.5])
    return f"[{low:.3f}, {high:.3f}]"


def ask(data: Outfits, model: SlotModel, tests: int) -> Asked:
    """Questions over shuffled test outfits of known categories."""
    rng = np.random.default_rng(11)
    known = [outfit for outfit in data.test if len(outfit) > 1 and {data.categories[row] for row in outfit} <= set(model.categories)]
    outfits = [[known[number][place] for place in rng.permutation(len(known[number]))] for number in rng.permutation(len(known))[:tests]]
    hidden = {
        task: [
            (outfit[count:], model.counts(data.categories[row] for row in outfit[:count]))
            for outfit in outfits
            if len(outfit) > (count := hides(len(outfit)))
        ]
        for task, hides in HIDE.items()
    }
    return Asked(hidden, outfits, [less for outfit in outfits if (less := lacks_core(data, outfit, rng))])


def lacks_core(data: Outfits, outfit: Sequence[int], rng: np.random.Generator) -> list[int] | None:
    """The outfit without all pieces of one of its core roles; None for one that is not exactly one core."""
    by_role: dict[str | None, list[int]] = {}
    for row in outfit:
        by_role.setdefault(role_of(data.categories[row]), []).append(row)
    two, one = {"top", "bottom"} & set(by_role), "full-body" in by_role
    if "footwear" not in by_role or one == (len(two) == 2) or (one and two):  # noqa: PLR2004 - a top and a bottom
        return None
    core = [role for role in ("full-body", "top", "bottom", "footwear") if role in by_role]
    gone = by_role[core[int(rng.integers(len(core)))]]
    return [row for row in outfit if row not in gone] or None


def proposes(data: Outfits, model: SlotModel, reference: SlotModel, *, varied: bool = True) -> Proposal:
    """The model, as counts over the reference's categories."""
    return lambda rows: reference.counts(model.missing(*data.worn(rows), varied=varied).slots)


def rivals(data: Outfits, model: SlotModel) -> dict[str, Proposal]:
    """(a) the templates of before; (b) the most frequent set that holds what is worn; (c) the frequent ones up to the mean size."""
    worn = data.categories_of(data.train)
    sets = [(frozenset(names), count) for names, count in Counter(tuple(sorted(set(outfit))) for outfit in worn).most_common()]
    frequent = [name for name, _ in Counter(name for outfit in worn for name in set(outfit)).most_common()]
    mean = float(np.mean([len(outfit) for outfit in worn]))

    def names(rows: Sequence[int]) -> frozenset[str]:
        return frozenset(data.categories[row] for row in rows)

    def templates(rows: Sequence[int]) -> IntArray:
        have = names(rows)
        shared = max(len(have & one) for one, _ in sets)
        like = [(one - have, count) for one, count in sets if len(have & one) == shared]
        weight: Counter[str] = Counter()
        for lacking, count in like:
            weight.update(dict.fromkeys(lacking, count))
        ranked = sorted(weight.items(), key=lambda entry: (-entry[1], entry[0]))
        total = sum(count for _, count in like)
        return model.counts([name for name, count in ranked if 2 * count >= total][:6] or [name for name, _ in ranked[:1]])

    def by_set(rows: Sequence[int]) -> IntArray:
        have = names(rows)
        return model.counts(next((one - have for one, _ in sets if have <= one), ()))

    def most_frequent(rows: Sequence[int]) -> IntArray:
        have = names(rows)
        return model.counts([name for name in frequent if name not in have][: max(0, round(mean - len(rows)))])

    return {"(a) templates of before": templates, "(b) counts by set": by_set, "(c) most frequent": most_frequent}


def measure(questions: Asked, proposal: Proposal) -> dict[str, Any]:
    """Of each question: right, proposed and hidden slots; and whether "complete" was said rightly."""
    measured: dict[str, Any] = {}
    for task, asked in questions.hidden.items():
        proposed = [proposal(rows) for rows, _ in asked]
        measured[task] = np.array(
            [[np.minimum(one, hidden).sum(), one.sum(), hidden.sum()] for one, (_, hidden) in zip(proposed, asked, strict=True)], float
        )
    measured["whole"] = np.array([proposal(rows).sum() == 0 for rows in questions.whole], float)
    measured["lacking"] = np.array([proposal(rows).sum() > 0 for rows in questions.lacking], float)
    return measured


def figures(measured: dict[str, Any], sample: dict[str, Any] | None = None) -> dict[str, float]:
    """Micro-averaged figures."""
    found: dict[str, float] = {}
    for task, values in measured.items():
        chosen = values if sample is None else values[sample[task]]
        if task in HIDE:
            right, proposed, hidden = chosen.sum(axis=0)
            found |= {f"{task} P": right / max(proposed, 1), f"{task} R": right / hidden, f"{task} F1": 2 * right / (proposed + hidden)}
        else:
            found[task] = chosen.mean()
    found["mean F1"] = float(np.mean([found[f"{task} F1"] for task in HIDE]))
    found["complete"] = (found["whole"] + found["lacking"]) / 2
    return found


if __name__ == "__main__":
    main()
