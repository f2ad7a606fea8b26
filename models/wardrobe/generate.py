"""Writes a synthetic wardrobe as a dataset directory; the sizes and the seed determine all of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from models.datasets.outfits import OUTFITS
from models.datasets.schema import Outfit
from models.datasets.splits import split_outfits
from models.datasets.write import write_items, write_lines
from models.errors import refuse
from models.outputs import check_output_directory
from models.progress import Progress, silent
from models.wardrobe.catalogue import Drawing, dress_up, item_ids, items_table, rows_by_category
from models.wardrobe.draw import draw
from models.wardrobe.garments import TEMPLATES
from models.wardrobe.questions import WornOutfit, ask
from models.wardrobe.rule import IntArray, Latents, Rule, Score, level_popularity, sample_outfits
from models.wardrobe.shoppers import sessions, tastes, who_bought

_SWEEPS: Final = 12
_COLD_SHARE: Final = 0.02
_SHARES: Final = (0.08, 0.14)
_SMALLEST: Final = (100, 50)


def generate(
    out: Path,
    *,
    items: int = 5000,
    outfits: int = 10_000,
    shoppers: int = 500,
    seed: int = 0,
    picture: Drawing = draw,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Write the wardrobe to ``out``: catalogue, outfits, sessions, questions, ``oracle.json`` and, for measuring, ``latents.parquet``.

    Args:
        picture: draws an item; nothing else of the wardrobe depends on it.

    Returns:
        The content of ``oracle.json``.

    Raises:
        InputError: too small to ask questions about, or ``out`` holds something else.
    """
    for name, value, least in (("items", items, _SMALLEST[0]), ("outfits", outfits, _SMALLEST[1]), ("shoppers", shoppers, 1)):
        if value < least:
            refuse(f"{value} is too few: a wardrobe needs at least {least}", field=name)
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / "oracle.json").exists())):
        refuse("exists and is not a wardrobe; choose an empty directory", path=out)
    check_output_directory(out)
    out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([seed, 0])
    rule = Rule()
    garments, latents = dress_up(items, rng)
    rows_of = rows_by_category(garments)
    templates = [[rows_of[slot] for slot in slots] for slots, _ in TEMPLATES]
    score = level_popularity(Score(rule, latents), templates, latents.popularity, rng)
    worn_rows = _draw_outfits(score, rows_of, outfits, rng, progress)
    cold = frozenset(int(row) for row in rng.choice(items, max(1, int(_COLD_SHARE * items)), replace=False))
    splits = split_outfits([frozenset(map(int, rows)) for rows, _ in worn_rows], cold, _SHARES, rng)
    users = who_bought(latents, tastes(shoppers, rule.taste, rng), [rows for rows, _ in worn_rows], rng)
    worn = [
        WornOutfit(f"o{number:06d}", rows, slots, split, user)
        for number, ((rows, slots), split, user) in enumerate(zip(worn_rows, splits, users, strict=True))
    ]
    if not (learned := [outfit.rows for outfit in worn if outfit.split == "train"]):
        refuse(
            f"{outfits:,} of {items} items share so many that none is left to learn from; take fewer outfits, or more items",
            field="outfits",
        )
    times_worn = np.bincount(np.concatenate(learned), minlength=items)
    questions, figures = ask(score, worn, rows_of, worn=times_worn, cold=cold, rng=rng)
    oracle = {"seed": seed, "items": items, "outfits": outfits, "shoppers": shoppers, "rule": asdict(rule), "tasks": figures}

    write_items(out, items_table(garments, seed, progress, picture))
    write_lines(out, OUTFITS, (Outfit(outfit.id, item_ids(outfit.rows), outfit.split, outfit.user) for outfit in worn))
    write_lines(out, "sessions.jsonl", sessions(worn, rows_of, rng))
    for name, asked in questions.items():
        write_lines(out, f"{name}.jsonl", asked)
    columns = {latent.name: getattr(score.latents, latent.name) for latent in fields(Latents)}
    pq.write_table(pa.table({"id": item_ids(range(items)), **columns}), out / "latents.parquet")
    (out / "oracle.json").write_text(json.dumps(oracle, indent=1))
    return oracle


def _draw_outfits(
    score: Score, rows_of: Mapping[str, IntArray], count: int, rng: np.random.Generator, progress: Progress
) -> list[tuple[IntArray, tuple[str, ...]]]:
    """``count`` outfits over all templates, shuffled, each with its slots."""
    sizes = np.floor(np.array([share for _, share in TEMPLATES]) * count).astype(int)
    sizes[1] += count - sizes.sum()
    drawn: list[tuple[IntArray, tuple[str, ...]]] = []
    with progress("drawing outfits", count) as advance:
        for (slots, _), size in zip(TEMPLATES, sizes, strict=True):
            rows = sample_outfits(score, [rows_of[slot] for slot in slots], int(size), _SWEEPS, rng)
            drawn += [(outfit, slots) for outfit in rows]
            advance(int(size))
    return [drawn[position] for position in rng.permutation(count)]
