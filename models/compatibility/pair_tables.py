"""The tables of a memory of pairs as one, so that all its terms are looked up at once.

Of few candidates, calling costs more than computing.

Shape legend: E entries · K codes of all levels · S codes of one · X tables · T terms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class PackedTables:
    """The tables of a memory as one: a key of a table is ``first_X11`` of it, and then as the table has it; likewise the shares of levels.

    Attributes:
        worn_X, candidate_X: places of each table's levels. worn_first_X11, candidate_first_X11: where their shares begin.
        size_X11: codes of the candidate's level. table_T, doubt_T11: table and k of each term.
        entry_S: of a level's table with itself, where each code's entries begin, and last where all end. bound_S: the same, on the host.
    """

    pair_E: Tensor
    count_E: Tensor
    share_K: Tensor
    first_X11: Tensor
    size_X11: Tensor
    worn_X: Tensor
    candidate_X: Tensor
    worn_first_X11: Tensor
    candidate_first_X11: Tensor
    table_T: Tensor
    doubt_T11: Tensor
    entry_S: Mapping[str, Tensor]
    bound_S: Mapping[str, list[int]]


def packed(
    levels: Sequence[str],
    terms: Sequence[tuple[str, str, float]],
    tables: Sequence[tuple[str, str]],
    shares: Sequence[Tensor],
    found: Sequence[tuple[Tensor, Tensor]],
) -> PackedTables:
    """The tables of a memory as one.

    Args:
        levels, terms, tables: as the memory has them. shares: of each level. found: of each table its keys and counts.
    """
    sizes, device = {level: len(share) for level, share in zip(levels, shares, strict=True)}, shares[0].device
    share_first = dict(zip(levels, accumulate(sizes.values(), initial=0), strict=False))
    first = list(accumulate((sizes[u] * sizes[v] for u, v in tables), initial=0))[:-1]
    keys = [torch.where(own < 0, own, own + start) for start, (own, _) in zip(first, found, strict=True)]  # -1 stands for none
    pair_E, order_E = torch.cat(keys).sort(stable=True)

    def whole(numbers: Sequence[int]) -> Tensor:
        return torch.tensor(numbers, dtype=torch.long, device=device)

    def each(numbers: Sequence[int]) -> Tensor:
        return whole(numbers)[:, None, None]

    entry_S = {
        u: torch.searchsorted(own, torch.arange(sizes[u] + 1, device=device) * sizes[u])
        for (u, v), (own, _) in zip(tables, found, strict=True)
        if u == v
    }
    share_K = torch.cat(list(shares))
    share_K[[*share_first.values()]] = 0.0  # what is unknown is expected nowhere, and no key holds it, so that it says nothing
    return PackedTables(
        pair_E=pair_E,
        count_E=torch.cat([count for _, count in found])[order_E],
        share_K=share_K,
        first_X11=each(first),
        size_X11=each([sizes[v] for _, v in tables]),
        worn_X=whole([levels.index(u) for u, _ in tables]),
        candidate_X=whole([levels.index(v) for _, v in tables]),
        worn_first_X11=each([share_first[u] for u, _ in tables]),
        candidate_first_X11=each([share_first[v] for _, v in tables]),
        table_T=whole([tables.index((u, v)) for u, v, _ in terms]),
        doubt_T11=torch.tensor([k for _, _, k in terms], device=device)[:, None, None],
        entry_S=entry_S,
        bound_S={level: first_S.tolist() for level, first_S in entry_S.items()},
    )
