"""Writes ``benchmarks/serving.md`` from what was measured."""

from __future__ import annotations

import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Final

from app.ground.compute import cores
from benchmarks.serving.measure import Figure, Measured

_SUM: Final = "scan + forward + empty endpoint"
_BARS: Final = {
    "one slot": 1.5,
    "with in_stock and a price range": 1.7,
    "with a brand that 0.1 % have": 1.2,
    "in the largest category": 1.5,
}


def page(found: Measured, items: int, rounds: int, notes: str) -> str:
    """The page."""
    parts, answers = found.parts, found.answers
    rest = parts["forward"].median + parts["empty endpoint"].median
    small, large = parts["scan"].median + rest, parts["scan of the largest category"].median + rest
    likely = parts["probabilities"].median
    lines = [
        "# Serving: what a request costs beside its parts",
        "",
        f"{datetime.now(UTC):%Y-%m-%d} · {cores()} shared cores ({platform.machine()}), no GPU, other work beside it · "
        + " · ".join(f"{name} {version(name)}" for name in ("torch", "faiss-cpu", "fastapi", "uvicorn", "numpy"))
        + f" · Python {sys.version.split()[0]}",
        "",
        "```sh",
        f"python -m benchmarks.serving --items {items} --rounds {rounds}",
        "```",
        "",
        f"{items:,} items with random features in 20 categories of very unequal size (28 % to 0.05 %), 95 % in stock, 60 % for women; the "
        "flagship with one set transformer and the memory of pairs, trained for one epoch on 750 random outfits. Three worn items, k = 10, 64 "
        "ranked. The service runs as `attire serve` does, in one process; it and the bare parts are measured in turn, question after question. "
        "Median milliseconds, in brackets the quarter points; what counts are the ratios.",
        "",
        "| bare part | ms |",
        "|---|---|",
        *(f"| {name} | {_ms(figure)} |" for name, figure in parts.items()),
        "",
        "The forward is the model's query and its rank of 64 candidates. An answer also tells how likely the outfit goes together with each of "
        "the ten that it shows: eleven scores of whole outfits (`probabilities`), which the sum of the issue does not count.",
        "",
        f"| `/complete-outfit`, one at a time | ms | of {_SUM} | bar | with the probabilities in the sum |",
        "|---|---|---|---|---|",
    ]
    for name, figure in answers.items():
        if name == "score 100 outfits":
            continue
        ceiling = large if name == "in the largest category" else small
        bar = f"{_BARS[name]:g} ×" if name in _BARS else "–"
        ratios = (
            ("–", "–")
            if name == "slots left out" or name == "four slots"
            else (figure.median / ceiling, figure.median / (ceiling + likely))
        )
        told = [one if isinstance(one, str) else f"**{one:.2f} ×**" for one in ratios]
        lines.append(f"| {name} | {_ms(figure)} | {told[0]} | {bar} | {told[1]} |")
    scoring = parts["scores of 100 outfits"].median / answers["score 100 outfits"].median
    loop = 1000 * cores() / small
    lines += [
        "",
        "| what | beside | figure | bar |",
        "|---|---|---|---|",
        f"| `/score-outfit`, 100 outfits of four, {_ms(answers['score 100 outfits'])} ms | the bare forward of the same batch | "
        f"**{scoring:.0%}** of its rate | 70 % |",
        f"| one slot, 32 at once: {found.full_rate:,.0f} a second | {_SUM} in a tight loop on every core: {loop:,.0f} a second | "
        f"**{found.full_rate / loop:.0%}** ({found.full_rate * (small + likely) / 1000 / cores():.0%} with the probabilities) | 60 % |",
        f"| its 99th percentile, {found.full_p99:,.0f} ms | the median of one at a time | "
        f"**{found.full_p99 / answers['one slot'].median:.1f} ×** | 6 × |",
        f"| a start until `/readyz`: {found.ready_s:.1f} s, of which `Release.open` alone {found.opened_s:.1f} s | reading the files once, "
        f"{found.read_bytes / 1e6:,.0f} MB from the page cache: {found.read_s:.2f} s | **{found.ready_s / found.read_s:.0f} ×** | 3 ×, 10 s |",
        "",
    ]
    return "\n".join([*lines, *([notes, ""] if notes else [])])


def _ms(figure: Figure) -> str:
    return f"{figure.median:.2f} ({figure.low:.2f}–{figure.high:.2f})"
