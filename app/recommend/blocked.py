"""What must not be suggested, whatever else is asked: brands, values of attributes, and what the shopper has met."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from app.ground.shortened import shortened
from app.recommend.products import with_variants
from app.release.release import Release
from index.columns import Columns, Filter
from index.selection import Condition, but
from models.errors import did_you_mean

_MOST_COMPARED: Final = 5_000
"""Names with which one is compared: about a tenth of a second."""


def blocked(
    release: Release, brands: Sequence[str], attributes: Mapping[str, Sequence[str]], ids: Collection[str]
) -> tuple[Condition, ...]:
    """That a row is of none of these brands, has none of these values, and is no variant of these items."""
    columns, known = release.snapshot.columns, release.snapshot.columns.attribute_names
    named = [Filter(brand=brands)] if brands else []
    named += [Filter(attributes={name: values}) for name, values in attributes.items() if values and name in known]
    lists = [columns.selection(one).rows().tolist() for one in named] + ([with_variants(release, ids)] if ids else [])
    return tuple(but(release.snapshot.items.num_rows, rows) for rows in lists)


def blocks_nothing(release: Release, brands: Sequence[str], attributes: Mapping[str, Sequence[str]]) -> str | None:
    """What of a block no item has, and so rules nothing out: the first brand, name or value of each part; None where all is had."""
    columns = release.snapshot.columns
    said = [_unknown("brand", brands, columns.brands)] if brands else []
    said += [_unknown_value(columns, name, values) for name, values in attributes.items() if values]
    return "; ".join(filter(None, said)) or None


def nobodys(columns: Columns, wanted: Filter) -> list[str]:
    """What a filter asks for that no item has, with the nearest that there is: of its brands, its sizes and each attribute the first."""
    asked: list[tuple[str, Collection[str], Collection[str]]] = [
        ("is of the brand", wanted.brand, columns.brands),
        ("has the size", wanted.size, columns.sizes),
    ]
    for name, values in wanted.attributes.items():
        if name in columns.attribute_names:
            asked.append((f"has as {shortened(name)}", values, columns.attribute_values(name)))
        else:
            asked.append(("has the attribute", [name], columns.attribute_names))
    firsts = [(said, next((value for value in values if value not in known), None), known) for said, values, known in asked]
    return [f"none {said} {shortened(unknown)!r}: {_meant(unknown, known)}" for said, unknown, known in firsts if unknown is not None]


def _unknown_value(columns: Columns, name: str, values: Sequence[str]) -> str | None:
    if name in columns.attribute_names:
        return _unknown(name, values, columns.attribute_values(name))
    return f"`block` rules nothing out by the attribute {shortened(name)!r}, which no item has; {_meant(name, columns.attribute_names)}"


def _unknown(name: str, values: Sequence[str], known: Collection[str]) -> str | None:
    unknown = next((value for value in values if value not in known), None)
    if unknown is None:
        return None
    return f"`block` rules nothing out by the {name} {shortened(unknown)!r}, which no item has; {_meant(unknown, known)}"


def _meant(name: str, known: Collection[str]) -> str:
    """The name that differs in upper and lower case only, else the nearest; of very many none is looked for."""
    alike = next((one for one in known if one.casefold() == name.strip().casefold()), None)
    compared = known if len(known) <= _MOST_COMPARED else ()
    return f"did you mean {alike!r}?" if alike else did_you_mean(name, compared, "names and values match exactly; GET /facets lists them")
