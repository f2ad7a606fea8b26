"""The figures as tables of Markdown, and the two plots of the page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from views import SHIPPED, THUMBNAIL, UNTRAINED

from models.evaluation.plots import Palette, save

_DARK_CELL: Final = 0.5


def shown(figure: Mapping[str, Any]) -> str:
    """A value with its interval."""
    low, high = figure["ci95"] or (float("nan"), float("nan"))
    return f"{figure['value']:.3f} [{low:.3f}, {high:.3f}]"


def table(rows: Mapping[str, Mapping[str, Mapping[str, Any]]], columns: Mapping[str, str]) -> str:
    """One row per way, one column per measure."""
    lines = ["| |" + "".join(f" {title} |" for title in columns.values()), "|---" * (len(columns) + 1) + "|"]
    lines += [f"| {way} |" + "".join(f" {shown(figures[name])} |" for name in columns) for way, figures in rows.items()]
    return "\n".join(lines)


def tables(figures: Mapping[str, Any]) -> str:
    """Every part that was measured."""
    parts: list[str] = []
    if found := figures.get("retrieval"):
        columns = {"hit_at_10": "hit@10", "recall_at_10": "recall@10", "average_precision": "mAP"}
        parts.append(f"## Retrieval ({found['queries']} queries)\n\n" + table(found["ways"], columns))
    if found := figures.get("words"):
        columns = {name: name.replace("_", " ") for name in next(iter(found["ways"].values()))}
        parts.append(f"## Words ({found['words']} words, {found['items']} items)\n\n" + table(found["ways"], columns))
    if found := figures.get("attributes"):
        ways = next(iter(found.values()))["accuracy"]
        rows = {way: {target: one["accuracy"][way] for target, one in found.items()} for way in ways}
        parts.append("## Linear probes\n\n" + table(rows, {target: target for target in found}))
    if found := figures.get("transfer"):
        rows = {way: {"accuracy": figure} for way, figure in found["accuracy"].items()}
        f1 = "\n".join(f"- macro F1 of {way}: {value:.3f}" for way, value in found["macro_f1"].items())
        parts.append(
            "## Transfer\n\n" + table(rows, {"accuracy": "accuracy"}) + "\n\n" + f1 + "\n\n" + _classes(found) + "\n\n" + _confusion(found)
        )
    for name in ("last_layer", "recipe"):
        if found := figures.get(name):
            columns = {measure: measure.replace("_", " ") for measure in next(iter(found["ways"].values()))}
            title = f"## Sampling, {name.replace('_', ' ')} ({found['words']} words, {found['items']} items, {found['seeds']} seeds)"
            parts.append(f"{title}\n\n" + table(found["ways"], columns))
    return "\n\n".join(parts) + "\n"


def _classes(found: Mapping[str, Any]) -> str:
    ways = [SHIPPED, UNTRAINED, THUMBNAIL]
    lines = ["| label | items |" + "".join(f" {way}: precision / recall |" for way in ways), "|---" * (len(ways) + 2) + "|"]
    for name, by_way in found["by_class"].items():
        cells = "".join(f" {by_way[way]['precision']:.2f} / {by_way[way]['recall']:.2f} |" for way in ways)
        lines.append(f"| {name} | {found['classes'][name]} |{cells}")
    return "\n".join(lines)


def _confusion(found: Mapping[str, Any]) -> str:
    names = list(found["classes"])
    lines = ["| is \\ told |" + "".join(f" {name} |" for name in names), "|---" * (len(names) + 1) + "|"]
    lines += [
        f"| **{name}** |" + "".join(f" {count or ''} |" for count in row) for name, row in zip(names, found["confusion"], strict=True)
    ]
    return "\n".join(lines)


def confusion_plot(directory: Path, found: Mapping[str, Any]) -> None:
    """Of each label's pictures, the share told as each label."""
    names, count_CC = list(found["classes"]), np.array(found["confusion"], dtype=float)
    share_CC = count_CC / count_CC.sum(1, keepdims=True)

    def draw(axes: Axes, palette: Palette) -> None:
        axes.imshow(share_CC, cmap="Purples", vmin=0, vmax=1)
        for row, values in enumerate(share_CC):
            for column, value in enumerate(values):
                if value >= 0.05:  # noqa: PLR2004 - what would not be read anyway
                    ink = "white" if value > _DARK_CELL else "#3d4350"
                    axes.text(column, row, f"{100 * value:.0f}", ha="center", va="center", fontsize=6, color=ink)
        axes.set_xticks(range(len(names)), names, rotation=60, ha="right")
        axes.set_yticks(range(len(names)), [f"{name} ({found['classes'][name]})" for name in names])
        axes.set(xlabel="told (% of the row)", ylabel="label")
        axes.tick_params(labelsize=7, labelcolor=palette.ink)

    save(directory, "confusion", draw, (5.6, 5.0))


def blocks_plot(directory: Path, found: Mapping[str, Any]) -> None:
    """Which block knows what: accuracy of the probes of each target by way of looking."""

    def draw(axes: Axes, palette: Palette) -> None:
        colours = (palette.model, palette.worn, palette.replaced)
        ways = [way for way in next(iter(found.values()))["accuracy"] if not way.startswith("above ")]
        for place, (target, one) in enumerate(found.items()):
            for at, way in enumerate(reversed(ways)):
                figure = one["accuracy"][way]
                error = np.abs(np.array(figure["ci95"]) - figure["value"])[:, None]
                height = at + (place - 1) * 0.2
                label = target if at == 0 else None
                axes.errorbar(figure["value"], height, xerr=error, fmt="o", markersize=4, color=colours[place], linewidth=1.2, label=label)
        axes.set_yticks(range(len(ways)), list(reversed(ways)))
        axes.set(xlim=(0, 1), xlabel="accuracy of a linear probe on held-out items")
        axes.grid(axis="x", color=palette.faint, linewidth=0.6)

    save(directory, "blocks", draw, (5.6, 3.6))
