"""Does what a shopper did lately in a session tell what they want next? See ``session_taste.md``.

    python -m benchmarks.session_taste --home HOME --wardrobe WARDROBE [--sessions 2000] [--seed 0]

HOME serves a wardrobe that ``attire generate`` wrote, whose shoppers have hidden tastes. In each session a shopper looks at some items,
each drawn by what is popular and by their taste, or else (``browsing``) at random; then they wear a part of an outfit and want an item
beside it, drawn by the rule and their taste. What is measured is how often it is among the first ten of its slot, with the taste that the
views tell less without it, over the same sessions.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from app.ground import compute
from app.ground.parts import Limits
from app.home.store import ReleaseStore
from app.recommend.complete import complete
from app.recommend.completion import Question
from app.release.release import Release
from app.simulate.world import World

SHOPPERS, FIRST = 200, 10
USUAL, VIEWS, STRENGTHS, BROWSING = 8, (4, 8, 16), (0.5, 1.0, 2.0), (0.0, 0.5, 1.0)


def session(world: World, dice: np.random.Generator, most: int) -> tuple[list[int], str, int, list[int], list[int]]:
    """What is worn, the slot, the row that is wanted, and rows that are looked at, by taste and at random: others than those."""
    seen = world.seen_by(int(dice.integers(SHOPPERS)))
    outfit, slots = world.outfit(seen, dice)
    order = dice.permutation(len(slots))
    count = int(dice.integers(1, len(slots)))
    worn, category = [int(outfit[place]) for place in order[:count]], slots[order[count]]
    wanted = int(world.rows_of[category][world.longing(seen, worn, category, dice).argmax()])
    others = np.setdiff1d(np.arange(len(world.ids)), [wanted, *worn])
    liked = others[np.argsort(-(seen.latents.popularity[others] + dice.gumbel(size=len(others))))[:most]]
    return worn, category, wanted, liked.tolist(), dice.choice(others, most, replace=False).tolist()


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("home", "wardrobe"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    for name, default in (("sessions", 2_000), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    compute.fix_threads(1)
    store = ReleaseStore(asked.home)
    release, world = Release.open(store, store.served()), World.read(asked.wardrobe, shoppers=SHOPPERS, seed=0)
    dice, ways = np.random.default_rng(asked.seed), [(USUAL, one, 0.0) for one in STRENGTHS]
    ways += [(views, 1.0, 0.0) for views in VIEWS if views != USUAL] + [(USUAL, 1.0, share) for share in BROWSING if share]
    hits = np.zeros((len(ways) + 1, asked.sessions), dtype=bool)
    took = np.zeros((2, asked.sessions))
    for number in range(asked.sessions):
        worn, category, wanted, liked, random = session(world, dice, max(VIEWS))
        mixed = dice.random(max(VIEWS))
        for place, (views, strength, share) in enumerate([(0, 0.0, 0.0), *ways]):
            viewed = [
                (world.ids[row if chance >= share else other], "view") for row, other, chance in zip(liked, random, mixed, strict=True)
            ]
            began = time.perf_counter()
            question = Question(
                items=[world.ids[row] for row in worn],
                slots=[category],
                k=FIRST,
                lately=viewed[:views],
                taste_strength=strength,
                consistent=False,
            )
            shown = [release.item(one.row).id for one in complete(release, question, Limits()).slots[0].items]
            took[min(place, 1), number] = 1000 * (time.perf_counter() - began)
            hits[place, number] = world.ids[wanted] in shown
    print(f"without: {hits[0].mean():.3f}, {np.median(took[0]):.1f} ms; with a taste {np.median(took[1]):.1f} ms")
    print("| views | strength | at random | hit rate@10 | with less without |\n|---|---|---|---|---|")
    for (views, strength, share), hit_S in zip(ways, hits[1:], strict=True):
        more_S = hit_S.astype(float) - hits[0]
        error = 1.96 * more_S.std() / np.sqrt(asked.sessions)
        print(f"| {views} | {strength} | {share:.0%} | {hit_S.mean():.3f} | {100 * more_S.mean():+.1f} ± {100 * error:.1f} |")


if __name__ == "__main__":
    main()
