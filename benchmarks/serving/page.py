"""Writes ``benchmarks/serving.md`` from what was measured."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Final

from app.ground.compute import cores
from benchmarks.serving.measure import SCORING, Figure, Measured
from benchmarks.serving.overload import Overload

TIMES: Final = " \N{MULTIPLICATION SIGN}"
_BARS: Final = {
    "one slot": f"1.5{TIMES}",
    "with in_stock and a price range": f"1.7{TIMES}",
    "with a brand that 0.1 % have": f"1.2{TIMES}",
    "in the largest category": f"1.5{TIMES}",
}
_ABOUT: Final = """\
{items:,} items with random features in 20 categories of very unequal size (28 % to 0.05 %), 95 % in stock, 60 % for women; the flagship
with one set transformer and the memory of pairs, trained for one epoch on 750 random outfits. Three worn items, k = 10, 64 ranked. The
service runs as `attire serve` does, in one process; it and the bare parts are measured in turn, question after question. Median
milliseconds, in brackets the quarter points; what counts are the ratios: of medians, in brackets of the lower quarter points, which other
work on the machine disturbs least."""
_FORWARD: Final = """\
The forward is the model's query and its rank of 64 candidates by that query. An answer also tells how likely it is that the outfit goes
together with each of the ten items that it shows: eleven scores of outfits (*probabilities*), which the sum of the bars leaves out."""


def page(found: Measured, items: int, rounds: int, notes: str) -> str:
    """The page."""
    parts = found.parts
    rest = parts["forward"].median + parts["empty endpoint"].median
    small, likely = parts["scan"].median + rest, parts["probabilities"].median
    versions = " · ".join(f"{name} {version(name)}" for name in ("torch", "faiss-cpu", "fastapi", "uvicorn", "numpy"))
    machine = f"{cores()} shared cores ({platform.machine()}), no GPU, other work beside it"
    lines = [
        "# Serving: what a request costs beside its parts",
        "",
        f"{datetime.now(UTC):%Y-%m-%d} · {machine} · {versions} · Python {sys.version.split()[0]}",
        "",
        "```sh",
        f"python -m benchmarks.serving --items {items} --rounds {rounds}" + (" --beside CHECKOUT_OF_BEFORE" if found.before else ""),
        "```",
        "",
        _ABOUT.format(items=items),
        "",
        "| bare part | ms |",
        "|---|---|",
        *(f"| {name} | {_ms(figure)} |" for name, figure in parts.items()),
        "",
        _FORWARD,
        "",
        *_completing(found),
        "",
        "| what | beside | figure | bar |",
        "|---|---|---|---|",
        *_others(found, small, likely),
        "",
        *_twice(found.overload),
        "",
    ]
    return "\n".join([*lines, *([notes, ""] if notes else [])])


def _completing(found: Measured) -> Iterator[str]:
    before = " before, ms |" if found.before else ""
    yield f"| `/complete-outfit`, one at a time | ms |{before} of scan + forward + empty endpoint | bar | with the probabilities, too |"
    yield "|---|---|---|---|---|" + ("---|" if before else "")
    for name, figure in found.answers.items():
        if name != SCORING:
            scan = "scan of the largest category" if "largest" in name else "scan"
            parts = [found.parts[part] for part in (scan, "forward", "empty endpoint")]
            told = [_ratio(figure, some) if name in _BARS else "-" for some in (parts, [*parts, found.parts["probabilities"]])]
            old = f" {_ms(found.before[name])} |" if found.before else ""
            yield f"| {name} | {_ms(figure)} |{old} **{told[0]}** | {_BARS.get(name, '-')} | {told[1]} |"


def _ratio(figure: Figure, parts: Sequence[Figure]) -> str:
    """Of the medians, and of the quarters that other work on the machine disturbed least."""
    median, low = figure.median / sum(part.median for part in parts), figure.low / sum(part.low for part in parts)
    return f"{median:.2f}{TIMES} ({low:.2f})"


def _others(found: Measured, small: float, likely: float) -> Iterator[str]:
    scoring, bare = found.answers[SCORING], found.parts["scores of 100 outfits"]
    loop, fuller = 1000 * cores() / small, 1000 * cores() / (small + likely)
    old = f" (before: {_ms(found.before[SCORING])})" if found.before else ""
    old_rate = f" (before: {found.full_rate_before:,.0f})" if found.before else ""
    share = f"**{bare.median / scoring.median:.0%}** of its rate"
    yield f"| `/score-outfit`, 100 outfits of four, {_ms(scoring)} ms{old} | the bare forward | {share} | 70 % |"
    ceiling = f"the three in a tight loop on each core: {loop:,.0f} a second"
    for what, rate, p99, was in (
        ("one process, each request by itself (`ATTIRE_THREADS__TOGETHER=1`)", found.alone_rate, found.alone_p99, ""),
        ("one process", found.full_rate, found.full_p99, old_rate),
        ("a process per core (`--workers`)", found.shared_rate, found.shared_p99, ""),
    ):
        told = f"**{rate / loop:.0%}**; with the probabilities {rate / fuller:.0%}"
        yield f"| one slot, 32 at once, {what}: {rate:,.0f} a second{was} | {ceiling} | {told} | 60 % |"
        worst = f"**{p99 / found.answers['one slot'].median:.1f}{TIMES}**"
        yield f"| its 99th percentile: {p99:,.0f} ms | the median of one at a time | {worst} | 6{TIMES} |"
    kept = f"**{found.kept.median / found.answers['one slot'].median:.2f}{TIMES}**"
    yield f"| one slot, whose answer was kept: {_ms(found.kept)} ms | the median of one at a time | {kept} | - |"
    read = f"reading the files once, {found.read_bytes / 1e6:,.0f} MB in the page cache: {found.read_s:.2f} s"
    yield (
        f"| a start until `/readyz`: {found.ready_s:.1f} s (`Release.open` alone: {found.opened_s:.1f} s) | {read} | "
        f"**{found.ready_s / found.read_s:.0f}{TIMES}** | 3{TIMES}, 10 s |"
    )


def _twice(seen: Overload) -> Iterator[str]:
    """Twice the load that it can take."""
    first, third, last = (f"{size / 1e6:,.0f}" for size in seen.resident)
    yield f"| requests at twice the rate of 32 at once, {seen.seconds:,.0f} s: {seen.sent_rate:,.0f} a second | beside | figure | bar |"
    yield "|---|---|---|---|"
    yield f"| answered: {seen.rate:,.0f} a second | 32 at once: {seen.full_rate:,.0f} a second | {seen.rate / seen.full_rate:.0%} | - |"
    worst, bar = f"**{seen.p99 / seen.full_p99:.2f}{TIMES}**", f"2{TIMES}"
    yield f"| their 99th percentile: {seen.p99:,.0f} ms | that of 32 at once: {seen.full_p99:,.0f} ms | {worst} | {bar} |"
    soon = f"median {seen.refused_p50:,.0f} ms, 99th percentile {seen.refused_p99:,.0f} ms"
    yield f"| refused with 503: {seen.refused:.0%} | {soon} | neither answered nor refused: **{seen.failed}** | early, 0 |"
    yield f"| resident: {first} MB before, {third} MB after a third, {last} MB at the end | - | - | flat |"
    after = f"**{seen.recovered_p50 / seen.alone_p50:.2f}{TIMES}**"
    yield f"| one at a time, from 2 s after the end: {seen.recovered_p50:.1f} ms | before: {seen.alone_p50:.1f} ms | {after} | recovered |"


def _ms(figure: Figure) -> str:
    return f"{figure.median:.2f} ({figure.low:.2f} to {figure.high:.2f})"
