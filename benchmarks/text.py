"""Do wishes in words move what is suggested, and at what cost? See ``text.md``.

    python -m benchmarks.text --home HOME --latents WARDROBE/latents.parquet [--questions 60] [--seed 0]

HOME serves the wardrobe whose latents say how formal and how summery each item is, from -1 to 1. Each question is two worn items of the
catalogue and the slots that they lack. What is measured is the mean of the first five of each slot, with the words less without.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from app.ground import compute
from app.ground.parts import Limits
from app.home.store import ReleaseStore
from app.recommend.complete import complete
from app.recommend.completion import Question
from app.recommend.outfit import resolve
from app.recommend.slots import choose_slots
from app.release.release import Release

TEXTS = (
    "for a summer wedding", "formal", "for the office", "something casual", "for a day in the park", "for summer", "for the beach",
    "for a cold winter day", "for a winter wedding", "not formal", "not summery",
)  # fmt: skip
STRENGTHS = (0.5, 1.0, 2.0)
FIRST = 5


def suggested(
    release: Release, worn: list[str], slots: list[str], text: str | None, strength: float
) -> tuple[list[list[int]], list[float], float]:
    """The first rows of each slot, the probabilities of the outfits with the first of each, and the milliseconds."""
    began = time.perf_counter()
    answer = complete(release, Question(items=worn, slots=slots, text=text, text_strength=strength, k=FIRST, consistent=False), Limits())
    took = 1000 * (time.perf_counter() - began)
    first = [slot.items[0].probability or 0.0 for slot in answer.slots if slot.items]
    return [[one.row for one in slot.items] for slot in answer.slots if slot.items], first, took


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--latents", type=Path, required=True)
    for name, default in (("questions", 60), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    compute.fix_threads(1)
    store = ReleaseStore(asked.home)
    release, rng = Release.open(store, store.served()), np.random.default_rng(asked.seed)
    ids = release.snapshot.items.column("id").to_pylist()
    latents = {row["id"]: row for row in pq.read_table(asked.latents).to_pylist()}
    told = {name: np.array([latents[item][name] for item in ids]) for name in ("formality", "season")}
    outfits = [[ids[row] for row in rng.choice(len(ids), 2, replace=False)] for _ in range(asked.questions)]
    slots_of = [choose_slots(release, resolve(release, worn, Limits()), None, Limits()).categories for worn in outfits]
    asked_of = [(worn, list(slots)) for worn, slots in zip(outfits, slots_of, strict=True) if slots]
    plain = [suggested(release, *one, None, 0) for one in asked_of]
    suggested(release, *asked_of[0], "for a summer wedding", 1)  # the words of occasions are read once
    print(f"{'':34} formality (share of slots up) season (share up)  probability of the first  ms")
    for text in TEXTS:
        for strength in STRENGTHS if text == TEXTS[0] else (1.0,):
            steered = [suggested(release, *one, text, strength) for one in asked_of]
            moved = {
                name: np.array([
                    values[now].mean() - values[before].mean()
                    for (slots, _, _), (others, _, _) in zip(steered, plain, strict=True)
                    for now, before in zip(slots, others, strict=True)
                ])
                for name, values in told.items()
            }  # fmt: skip
            likely = np.mean([p for _, all_p, _ in steered for p in all_p]) - np.mean([p for _, all_p, _ in plain for p in all_p])
            took, usual = (np.median([ms for _, _, ms in some]) for some in (steered, plain))
            shown = [f"{values.mean():+.2f} ({(values > 0).mean():.0%})" for values in moved.values()]
            print(f"{f'{text}, {strength}':34} {shown[0]:26} {shown[1]:18} {likely:+.2f}  {took:.0f} (without {usual:.0f})")


if __name__ == "__main__":
    main()
