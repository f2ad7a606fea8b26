"""Different models and a memory of pairs, weighed against each other on validation questions.

Embeddings stand side by side. Behind those of the members come one coordinate for what an item has going for it whatever the context (how
often it was worn, or that it is new), and one per level of the memory, which holds the item's code there. A query is the members' queries
by their weights, the weight of popularity, and zeros: one inner product retrieves, and codes count nothing in it. Ranking adds the memory.
With a memory comes what tells which type an outfit lacks (``models.compatibility.missing_types``), which reads the memory's codes.

How well an item completes an outfit is told against the items of its category that were kept as *probes*: the log of the mean of
``exp`` over them is taken off, so that 0 means "as well as any", in every category; what members say of which category is missing is added.
The score of a whole outfit weighs the same evidence
anew, as a mean over its items, and where it bends (``models.compatibility.bends``): what is asked of it is another question.

Shape legend: see ``models.compatibility.base``; P probes of a category · L levels and T terms of the memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.compatibility.base import CompatibilityModel, ItemInputs, MadeOfMembers, OutfitBatch
from models.compatibility.bends import Bends
from models.compatibility.completion import leave_one_out, same_contexts
from models.compatibility.groups import by_group
from models.compatibility.missing_types import MissingTypes
from models.compatibility.pair_memory import TYPE, PairMemory


class Ensemble(MadeOfMembers):
    """See the module's docstring.

    Args:
        members: of any kinds.
        memory: None remembers nothing. types: None where there is no memory, and in bundles from before it was built.
        categories: C. residuals: items with a popularity of their own; row 0 is any other's. probes: P.
        bends: whether the judge hears where evidence bends, with types; not in bundles from before.
    """

    def __init__(
        self,
        members: Sequence[CompatibilityModel],
        memory: PairMemory | None,
        types: MissingTypes | None = None,
        *,
        categories: int,
        residuals: int,
        probes: int = 128,
        bends: bool = False,
    ) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        self.sizes = [member.embedding_size for member in members]
        self.memory, self.levels, self.types = memory, memory.size if memory else 0, types
        self.embedding_size = sum(self.sizes) + 1 + self.levels
        self.member_weight: Tensor
        self.term_weight: Tensor
        self.popularity: Tensor
        self.probes: Tensor
        self.probed: Tensor
        self.register_buffer("member_weight", torch.full((len(members),), 1.0 / len(members)))
        told = (memory.told if memory else 0) + bool(types)
        self.register_buffer("term_weight", torch.zeros(told))
        self.judge_weight: Tensor
        self.slot_weight: Tensor
        self.register_buffer("slot_weight", torch.zeros(2 if types else ()))
        evidence = 2 + told + bool(types)
        self.bends = Bends(evidence) if bends and types else None
        self.register_buffer("judge_weight", torch.zeros(self.bends.heard if self.bends else evidence))
        self.judge_weight[:2] = torch.tensor([1.0, -1.0])
        self.register_buffer("popularity", torch.zeros(residuals + 1))
        self.register_buffer("probes", torch.zeros(categories + 1, probes, sum(self.sizes)))
        self.register_buffer("probed", torch.zeros(categories + 1, probes, dtype=torch.bool))

    def embed(self, items: ItemInputs) -> Tensor:
        parts = [member.embed(items) for member in self.each()]
        parts.append(self.popularity[items.residual_N][:, None])
        if self.memory:
            parts.append(self.memory.codes(items).to(parts[0].dtype))  # whole numbers below 2^24 are exact
        return torch.cat(parts, dim=1)

    def query(self, context: OutfitBatch, target_B: Tensor) -> Tensor:
        query_BD = torch.cat([*self.member_queries(context, target_B)], dim=1)
        popularity_B1, codes_BL = query_BD.new_ones(len(query_BD), 1), query_BD.new_zeros(len(query_BD), self.levels)
        return torch.cat([query_BD, popularity_B1, codes_BL], dim=1)

    def score(self, outfits: OutfitBatch) -> Tensor:
        evidence = self.evidence(outfits)
        return (self.bends(evidence) if self.bends else evidence) @ self.judge_weight

    def rank(self, context: OutfitBatch, candidates_BMD: Tensor, category_BM: Tensor, query_BD: Tensor | None = None) -> Tensor:
        fits_BM, as_any_BM, _ = self._fits(context, candidates_BMD, category_BM, query_BD)
        scores_BM = fits_BM - as_any_BM
        if self.memory:
            scores_BM = scores_BM + self.terms(context, candidates_BMD, category_BM) @ self.term_weight
        return scores_BM

    def between(self, context: OutfitBatch, candidates_BMD: Tensor, category_BM: Tensor) -> Tensor:
        told_BMK = self.between_told(context, candidates_BMD, category_BM)
        return told_BMK @ self.slot_weight.reshape(-1)[: told_BMK.shape[-1]]

    def between_told(self, context: OutfitBatch, candidates_BMD: Tensor, category_BM: Tensor) -> Tensor:
        """What each candidate's category, and then its type within that, has going for it, ``(B, M, K)``; K is 0 where nothing tells."""
        if self.types:
            log_p_BS = self._missing_types(self.types, context)
            within_BM = self.types.within_categories(log_p_BS, self._types_of(candidates_BMD))
            return torch.stack([self.types.of_categories(log_p_BS).gather(1, category_BM), within_BM], dim=-1)
        odds_BC = self.slot_odds(context)
        return candidates_BMD[..., :0] if odds_BC is None else odds_BC.gather(1, category_BM)[..., None]

    def slot_odds(self, context: OutfitBatch) -> Tensor | None:
        found = [odds_BC for member, part in self._parts(context) if (odds_BC := member.slot_odds(part)) is not None]
        return torch.stack(found).mean(0) if found else None

    def evidence(self, outfits: OutfitBatch) -> Tensor:
        """What tells whether whole outfits go together, ``(B, E)``, each the mean over their items given the others.

        The first is what the members say of the item, the second what they would say of any, then the terms, then, with types, what the
        item's category has going for it. A judge that hears bends is told what ``Bends.beside`` tells, too.
        """
        present_BI, category_Q1 = outfits.mask_BI, outfits.category_BI[outfits.mask_BI][:, None]
        context, own_Q1D = leave_one_out(outfits), outfits.items_BID[present_BI][:, None]
        same_B = same_contexts(outfits, outfits.items_BID, outfits.category_BI)
        fits_Q1, as_any_Q1, best_Q1 = self._fits(context, own_Q1D, category_Q1, row_B=same_B)
        parts = [fits_Q1.minimum(best_Q1), as_any_Q1]
        log_p_QS = None
        if self.types:
            row_A, place_Q = same_contexts(outfits, self._types_of(outfits.items_BID)).unique(return_inverse=True)
            log_p_QS = self._missing_types(self.types, context.take(row_A))[place_Q]
        if self.memory:
            parts.append(self.terms(context, own_Q1D, category_Q1, log_p_QS).squeeze(1))
        if self.types and log_p_QS is not None:
            parts.append(self.types.of_categories(log_p_QS).gather(1, category_Q1))
        told_QE = torch.cat(parts, dim=1)
        total_BE = told_QE.new_zeros(len(present_BI), told_QE.shape[1]).index_add(0, present_BI.nonzero()[:, 0], told_QE)
        mean_BE = total_BE / present_BI.sum(1, keepdim=True).clamp(min=1)
        if not self.bends:
            return mean_BE
        fit_BI = mean_BE.new_zeros(present_BI.shape).masked_scatter(present_BI, told_QE[:, 0] - told_QE[:, 1])
        return self.bends.beside(mean_BE, fit_BI, present_BI)

    def _fits(
        self, context: OutfitBatch, candidates_BMD: Tensor, category_BM: Tensor, query_BD: Tensor | None = None, row_B: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """What the members say of each candidate, of any item of its category, and the most they say of a worn one, ``(B, M)`` each.

        Args:
            row_B: of each context one that holds the same, which is asked in its place; None: each is asked.
        """
        if not category_BM.numel():
            none_BM = candidates_BMD.new_zeros(category_BM.shape)
            return none_BM, none_BM, none_BM
        if query_BD is not None:
            query_BD = query_BD[:, : self.looks]
            fits_BM = torch.einsum("bd,bmd->bm", query_BD, candidates_BMD[..., : self.looks])
            as_any_B, best_B = self._of_any(query_BD, category_BM[:, 0])
            return fits_BM, as_any_B[:, None].expand_as(fits_BM), best_B[:, None].expand_as(fits_BM)
        row_B = torch.arange(len(category_BM), device=category_BM.device) if row_B is None else row_B
        asked_A, place_BM = (row_B[:, None] * len(self.probes) + category_BM).unique(return_inverse=True)
        row_A, category_A = asked_A // len(self.probes), asked_A % len(self.probes)
        query_AD = torch.cat([*self.member_queries(context.take(row_A), category_A)], dim=1)
        as_any_A, best_A = self._of_any(query_AD, category_A)
        if category_BM.shape[1] == 1 or len(query_AD) == len(category_BM):  # each row asks for one category
            fits_BM = torch.einsum("bd,bmd->bm", query_AD[place_BM[:, 0]], candidates_BMD[..., : self.looks])
        else:
            fits_BM = (query_AD[place_BM] * candidates_BMD[..., : self.looks]).sum(-1)
        return fits_BM, as_any_A[place_BM], best_A[place_BM]

    def met_with(self, embeddings_ID: NDArray[np.float32]) -> dict[int, NDArray[np.int64]]:
        if not self.memory:
            return {}
        first = self.embedding_size - self.levels
        places = {level: first + self.memory.levels.index(level) for level in self.memory.shared}
        return {place: self.memory.met_with(level, embeddings_ID[:, place].astype(np.int64)) for level, place in places.items()}

    def prior(self, candidates_BMD: Tensor) -> Tensor:
        return candidates_BMD[..., sum(self.sizes)]

    @property
    def looks(self) -> int:
        return sum(self.sizes)

    def terms(self, context: OutfitBatch, candidates_BMD: Tensor, category_BM: Tensor, log_p_BS: Tensor | None = None) -> Tensor:
        """What each term of the memory, and then the type, says of each candidate, ``(B, M, T)``.

        Args:
            log_p_BS: of each type, where it is known already.
        """
        assert self.memory  # noqa: S101 - asked only where there is one
        worn_BIL, candidate_BML = self._codes(context.items_BID), self._codes(candidates_BMD)
        terms_BMT: Tensor = self.memory(worn_BIL, context, candidate_BML, category_BM)
        if self.types:
            log_p_BS = self._missing_types(self.types, context) if log_p_BS is None else log_p_BS
            type_BM1 = self.types.within_categories(log_p_BS, self._types_of(candidates_BMD))[..., None]
            terms_BMT = torch.cat([terms_BMT, type_BM1], dim=-1)
        return terms_BMT

    def _codes(self, vectors: Tensor) -> Tensor:
        return vectors[..., -self.levels :].long()

    def _types_of(self, vectors: Tensor) -> Tensor:
        assert self.memory  # noqa: S101 - it codes the types
        return self._codes(vectors)[..., self.memory.levels.index(TYPE)]

    def _missing_types(self, types: MissingTypes, context: OutfitBatch) -> Tensor:
        """Log-probability of each type, ``(B, S)``."""
        log_p_BS: Tensor = types(self._types_of(context.items_BID), context.mask_BI)
        return log_p_BS

    def member_queries(self, context: OutfitBatch, target_B: Tensor, *, weighed: bool = True) -> Iterator[Tensor]:
        """The query of each member, by its weight or as it is, ``(B, D)`` of its own size."""
        weights = self.member_weight if weighed else torch.ones_like(self.member_weight)
        for weight, (member, part) in zip(weights, self._parts(context), strict=True):
            yield weight * member.query(part, target_B)

    def _parts(self, context: OutfitBatch) -> Iterator[tuple[CompatibilityModel, OutfitBatch]]:
        """Each member with the context as it sees it."""
        parts = context.items_BID[..., : self.looks].split(self.sizes, dim=-1)
        for member, items_BID in zip(self.each(), parts, strict=True):
            yield member, OutfitBatch(items_BID, context.category_BI, context.mask_BI)

    def _of_any(self, query_BD: Tensor, category_B: Tensor) -> tuple[Tensor, Tensor]:
        """Log of the mean of ``exp`` of what each query says of the probes of its category, and the most of it, ``(B,)`` each.

        Where there are none, 0; and without end, as where there may be more worn items than probes.
        """
        said_BP = by_group(query_BD, category_B, lambda category, some_ND: some_ND @ self.probes[category].T)
        probed_BP = self.probed[category_B]
        count_B, said_BP = probed_BP.sum(1), said_BP.masked_fill(~probed_BP, -torch.inf)
        as_any_B = said_BP.logsumexp(1) - count_B.log()
        some_B = (count_B == 0) | (count_B == probed_BP.shape[1])
        return as_any_B.masked_fill(count_B == 0, 0.0), said_BP.amax(1).masked_fill(some_B, torch.inf)
