"""A memory of pairs: who was worn with whom, backed off from the item to its product, its type, and type crossed with each attribute.

A *level* gives every item a code; code 0 is an item of which the training outfits say nothing at that level. For the level ``u`` of a
worn item and ``v`` of a candidate, a *term* is ``log (o + k) / (e + k)``: ``o`` outfits in which the two codes met, ``e`` expected, given
how often their categories met. It is positive for what was worn together oftener than by chance, near 0 for what is rare, 0 for what is
unknown.

A *shared* term speaks of two that never met, by whom both were worn with: with ``c`` for outfits in which two codes of a level met and
``d`` for their sums, ``o`` is the sum over partners ``p`` of ``c(u, p) c(p, v) / d(p)`` (the resource allocation index of Zhou, Lü and
Zhang, 2009, with weights), and ``e`` is ``d(u) d(v)`` over the sum of all ``d``.

Shape legend: N items · B outfits · I items worn, padded · P pairs of a question and an item worn · M candidates · L levels · T terms ·
C categories · A attributes · S codes of a level · U of them that are worn · E entries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import combinations
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.compatibility.base import ItemInputs, OutfitBatch
from models.compatibility.pair_tables import PackedTables, packed

ITEM, PRODUCT, TYPE = "item", "product", "type"
_SHARED_DOUBT: Final = 0.1
"""k of a shared term, in units of what two codes share on average."""
_AT_ONCE: Final = 2**22
"""Numbers in memory while shared partners are summed."""


class PairMemory(nn.Module):
    """See the module's docstring. An empty one has the shapes of its arguments; ``remember`` fills it.

    Args:
        levels: ``item``, ``product``, ``type`` (category and subcategory), and the names of the attributes that cross with the type.
        level_sizes: codes of each level, 0 included.
        terms: level of the worn item, level of the candidate, k.
        table_sizes: of each pair of levels, as ``tables`` orders them.
        categories: C. words: rows of the vocabulary, without row 0.
        shared: levels that have a shared term, each with itself.
    """

    def __init__(
        self,
        *,
        levels: Sequence[str],
        level_sizes: Sequence[int],
        terms: Sequence[tuple[str, str, float]],
        table_sizes: Sequence[int],
        categories: int,
        words: int,
        shared: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self.levels, self.terms, self.shared = list(levels), [(u, v, float(k)) for u, v, k in terms], list(shared)
        self.tables = list(dict.fromkeys((u, v) for u, v, _ in self.terms))
        for name, size in zip(self.levels, level_sizes, strict=True):
            self.register_buffer(f"crossed_{name}", torch.zeros(size, dtype=torch.long))
            self.register_buffer(f"share_{name}", torch.zeros(size))
            if name in self.shared:
                self.register_buffer(f"partners_{name}", torch.zeros(size))
        for number, size in enumerate(table_sizes):
            self.register_buffer(f"pairs_{number}", torch.zeros(size, dtype=torch.long))
            self.register_buffer(f"count_{number}", torch.zeros(size))
        self.met: Tensor
        self.attribute: Tensor
        self.register_buffer("met", torch.zeros(categories + 1, categories + 1))
        self.register_buffer("attribute", torch.full((words + 1,), -1, dtype=torch.long))  # of each word: its level, -1 for none
        self._packed: PackedTables | None = None
        self.register_load_state_dict_post_hook(_repack)  # type: ignore[no-untyped-call]

    @property
    def size(self) -> int:
        """L."""
        return len(self.levels)

    @property
    def told(self) -> int:
        """T: the terms of pairs, then the shared ones."""
        return len(self.terms) + len(self.shared)

    @property
    def config(self) -> dict[str, Any]:
        """The arguments that build an empty one of this shape."""
        sizes = {name: len(buffer) for name, buffer in self.named_buffers()}
        return {
            "levels": self.levels,
            "level_sizes": [sizes[f"crossed_{level}"] for level in self.levels],
            "terms": [list(term) for term in self.terms],
            "table_sizes": [sizes[f"pairs_{number}"] for number in range(len(self.tables))],
            "categories": len(self.met) - 1,
            "words": len(self.attribute) - 1,
            "shared": self.shared,
        }

    def codes(self, items: ItemInputs) -> Tensor:
        """The code of each item at each level, ``(N, L)``."""
        columns = [self._crossings(items, level) for level in self.levels]
        return torch.stack(
            [_place(getattr(self, f"crossed_{level}"), column_N) for level, column_N in zip(self.levels, columns, strict=True)], dim=1
        )

    def forward(self, worn_BIL: Tensor, context: OutfitBatch, candidate_BML: Tensor, category_BM: Tensor) -> Tensor:
        """Every term of each candidate, summed over the worn items, ``(B, M, T)``."""
        b, i = context.mask_BI.nonzero(as_tuple=True)
        held, worn_LP, candidate_LBM = self._tables(), worn_BIL[b, i].T, candidate_BML.permute(2, 0, 1)
        worn_XP1, candidate_XBM = worn_LP[held.worn_X][..., None], candidate_LBM[held.candidate_X]
        share_XBM = held.share_K[held.candidate_first_X11 + candidate_XBM]
        candidate_XPM, share_XPM = candidate_XBM[:, b], share_XBM[:, b]
        met_PM = self.met[context.category_BI[b, i][:, None], category_BM[b]]
        o_XPM = held.count_E[_place(held.pair_E, held.first_X11 + worn_XP1 * held.size_X11 + candidate_XPM)]
        e_XPM = met_PM * held.share_K[held.worn_first_X11 + worn_XP1] * share_XPM
        terms_TPM = ((o_XPM[held.table_T] + held.doubt_T11) / (e_XPM[held.table_T] + held.doubt_T11)).log()
        shared = [self._shared_partners(level, worn_LP[at], candidate_LBM[at][b]) for level, at in self._shared_levels()]
        terms_TPM = torch.cat([terms_TPM, *(shared_PM[None] for shared_PM in shared)])
        return terms_TPM.new_zeros(self.told, *category_BM.shape).index_add(1, b, terms_TPM).permute(1, 2, 0)

    def met_with(self, level: str, worn_K: NDArray[np.int64]) -> NDArray[np.int64]:
        """The codes of a level that met some codes of it, the most often met first; never 0."""
        number, bound_S = self.tables.index((level, level)), self._tables().bound_S[level]
        entries = [slice(bound_S[code], bound_S[code + 1]) for code in set(worn_K.tolist())]
        met_E, count_E = (
            torch.cat([table[:0], *(table[some] for some in entries)]).cpu().numpy()
            for table in (getattr(self, f"pairs_{number}"), getattr(self, f"count_{number}"))
        )
        codes, of_E = np.unique(met_E % len(getattr(self, f"share_{level}")), return_inverse=True)
        times = np.bincount(of_E, count_E, minlength=len(codes))
        return np.asarray(codes[np.argsort(-times, kind="stable")])

    def _tables(self) -> PackedTables:
        """All tables as one; made when first asked for, and again on another device."""
        if self._packed is None or self._packed.count_E.device != self.met.device:
            with torch.inference_mode(mode=False):
                shares = [getattr(self, f"share_{level}") for level in self.levels]
                found = [(getattr(self, f"pairs_{number}"), getattr(self, f"count_{number}")) for number in range(len(self.tables))]
                self._packed = packed(self.levels, self.terms, self.tables, shares, found)
        return self._packed

    def _shared_levels(self) -> list[tuple[str, int]]:
        """Each level that has a shared term, and its place."""
        return [(level, self.levels.index(level)) for level in self.shared]

    def _shared_partners(self, level: str, worn_P: Tensor, candidate_PM: Tensor) -> Tensor:
        """The shared term of a level, ``(P, M)``; 0 where either is unknown."""
        degree_S: Tensor = getattr(self, f"partners_{level}")
        size, total, shared = len(degree_S), degree_S.sum().clamp(min=1.0), []
        for worn_R, candidate_RM in self._few_rows(size, worn_P, candidate_PM):
            worn_U, of_R = worn_R.unique(return_inverse=True)
            place_E, partner_E, count_E = self._partners(level, worn_U)
            walked_US = degree_S.new_zeros(len(worn_U), size)
            walked_US[place_E, partner_E] = count_E / degree_S[partner_E]
            place_E, partner_E, count_E = self._partners(level, candidate_RM.flatten())
            walked_E = walked_US[of_R[place_E // candidate_RM.shape[1]], partner_E] * count_E
            shared.append(degree_S.new_zeros(candidate_RM.numel()).index_add(0, place_E, walked_E).view_as(candidate_RM))
        expected_PM = degree_S[worn_P][:, None] * degree_S[candidate_PM] / total
        doubt = _SHARED_DOUBT * total / size**2
        known_PM = (worn_P[:, None] > 0) & (candidate_PM > 0)
        return ((torch.cat(shared) + doubt) / (expected_PM + doubt)).log() * known_PM

    @staticmethod
    def _few_rows(size: int, worn_P: Tensor, candidate_PM: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        rows = max(1, _AT_ONCE // max(size, 64 * candidate_PM.shape[1]))
        return zip(worn_P.split(rows), candidate_PM.split(rows), strict=True)

    def _partners(self, level: str, codes_K: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Whom each code of a level was worn with: its place among the codes, the partner's code, in how many outfits; ``(E,)`` each."""
        number, size = self.tables.index((level, level)), len(getattr(self, f"share_{level}"))
        pairs, counts = getattr(self, f"pairs_{number}"), getattr(self, f"count_{number}")
        first_S = self._tables().entry_S[level]
        first_K, end_K = first_S[codes_K], first_S[codes_K + 1]  # no entry is of code 0
        many_K = end_K - first_K
        place_E = torch.arange(len(codes_K), device=codes_K.device).repeat_interleave(many_K)
        before_K = many_K.cumsum(0) - many_K
        entry_E = torch.arange(len(place_E), device=codes_K.device) + (first_K - before_K)[place_E]
        return place_E, pairs[entry_E] % size, counts[entry_E]

    def _crossings(self, items: ItemInputs, level: str) -> Tensor:
        """One number per item that tells what it is at a level, ``(N,)``; 0 for nothing known."""
        if level == ITEM:
            return items.residual_N
        if level == PRODUCT:
            return items.product_N
        width = len(self.attribute)
        type_N = 1 + items.category_N * width + self._word_of(items, TYPE)
        if level == TYPE:
            return type_N
        value_N = self._word_of(items, level)
        return (type_N * width + value_N) * (value_N > 0)

    def _word_of(self, items: ItemInputs, level: str) -> Tensor:
        """The item's word of the attribute that a level is of, ``(N,)``; 0 where it has none."""
        return (items.words_NL * (self.attribute[items.words_NL] == self.levels.index(level))).amax(1)


def _repack(memory: PairMemory, _: object) -> None:
    memory._packed = None  # noqa: SLF001 - the state that it was made of was replaced


def _place(sorted_K: Tensor, wanted: Tensor) -> Tensor:
    """Where each wanted number stands among the sorted ones; 0, which stands for none, where it is not among them."""
    place = torch.searchsorted(sorted_K, wanted).clamp(max=len(sorted_K) - 1)
    return place * (sorted_K[place] == wanted)


def remember(
    items: ItemInputs, rows_RI: Tensor, mask_RI: Tensor, weight_RI: Tensor, *, attributes: Tensor, levels: Sequence[str], categories: int
) -> PairMemory:
    """Count the pairs of training outfits.

    Args:
        items: of the whole catalogue. rows_RI, mask_RI: the outfits.
        weight_RI: how often each item of each counts; a pair counts the product.
        attributes: level of each word of the vocabulary, ``(W + 1,)``, -1 for none.
        levels: see ``PairMemory``.
    """
    terms, shared = _terms(levels), _fine(levels)
    tables_of = dict.fromkeys((u, v) for u, v, _ in terms)
    build = partial(PairMemory, levels=levels, terms=terms, categories=categories, words=len(attributes) - 1, shared=shared)
    blank = build(level_sizes=[1] * len(levels), table_sizes=[1] * len(tables_of))
    blank.attribute.copy_(attributes)
    worn_N = torch.bincount(rows_RI[mask_RI], weight_RI[mask_RI], minlength=len(items)).float()
    crossed = {level: blank._crossings(items, level) for level in levels}  # noqa: SLF001 - the memory that is being made
    known = {
        level: torch.cat([column_N.new_zeros(1), column_N[(worn_N > 0) & (column_N > 0)].unique()]) for level, column_N in crossed.items()
    }
    code = {level: _place(known[level], crossed[level]) for level in levels}
    by_category_C = torch.zeros(categories + 1).index_add(0, items.category_N, worn_N).clamp(min=1)
    share = {level: torch.zeros(len(known[level])).index_add(0, code[level], worn_N / by_category_C[items.category_N]) for level in levels}
    pairs_P2, weight_P = _pairs(rows_RI, mask_RI, weight_RI)
    met = torch.zeros(categories + 1, categories + 1)
    met.index_put_(tuple(items.category_N[pairs_P2].T), weight_P, accumulate=True)
    tables = []
    for u, v in blank.tables:
        one_P, other_P = code[u][pairs_P2[:, 0]], code[v][pairs_P2[:, 1]]
        both_P = (one_P > 0) & (other_P > 0)
        keys, place_P = (one_P * len(known[v]) + other_P)[both_P].unique(return_inverse=True)
        counts = torch.bincount(place_P, weight_P[both_P], minlength=len(keys)).float()
        tables.append((torch.cat([keys.new_full((1,), -1), keys]), torch.cat([counts.new_zeros(1), counts])))
    memory = build(level_sizes=[len(known[level]) for level in levels], table_sizes=[len(keys) for keys, _ in tables])
    state = {"met": met, "attribute": attributes}
    state |= {f"crossed_{level}": known[level] for level in levels} | {f"share_{level}": share[level] for level in levels}
    for number, (keys, counts) in enumerate(tables):
        state |= {f"pairs_{number}": keys, f"count_{number}": counts}
    for level in shared:
        keys, counts = tables[blank.tables.index((level, level))]
        state[f"partners_{level}"] = torch.zeros(len(known[level])).index_add(0, keys[1:] // len(known[level]), counts[1:])
    memory.load_state_dict(state)
    return memory


def _terms(levels: Sequence[str]) -> list[tuple[str, str, float]]:
    """Fine levels with small k, coarse ones with a larger one: k is worth as many outfits as must speak before a pair is believed."""
    fine = _fine(levels)
    terms = [(u, v, k) for u in fine for v in fine for k in ((0.1, 0.5) if u == v else (0.2,))]
    for level in levels:
        if level not in fine:
            terms += [*((u, level, 1.0) for u in fine), (level, ITEM, 0.5), (level, level, 2.0)]
    return terms


def _fine(levels: Sequence[str]) -> list[str]:
    return [level for level in levels if level in {ITEM, PRODUCT}]


def _pairs(rows_RI: Tensor, mask_RI: Tensor, weight_RI: Tensor) -> tuple[Tensor, Tensor]:
    """All ordered pairs of different items of an outfit, ``(P, 2)``, and how often each counts, ``(P,)``."""
    found, weights = [torch.zeros(0, 2, dtype=torch.long)], [torch.zeros(0)]
    for i, j in combinations(range(rows_RI.shape[1]), 2):
        both = mask_RI[:, i] & mask_RI[:, j]
        pair = torch.stack([rows_RI[both, i], rows_RI[both, j]], dim=1)
        found += [pair, pair.flip(1)]
        weights += [weight_RI[both, i] * weight_RI[both, j]] * 2
    return torch.cat(found), torch.cat(weights)
