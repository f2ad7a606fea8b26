"""The model of ``personal``: an outfit is one vector, a shopper is a set of anchors, and the score is the outfit's nearness to them.

LPAE (Lu, Hu, Chen, Zeng, CVPR 2021) [V]: features → Linear, LayerNorm, ReLU, Dropout → two set-attention blocks → attention pooling → z;
score = Σ_k cos(z, a_k). The sum over anchors is the inner product of z with the shopper's *taste*, the sum of their unit-length anchors;
serving needs no more of a shopper. An unknown shopper gets the mean taste, whose score is the mean of all shoppers' scores.
[V] read in the authors' code · [R] our reconstruction.

Shape legend: see ``models.compatibility.base``; U shoppers · K own anchors · J items that stand for a category · P outfits in the bank.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, field
from typing import Annotated, Final

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional as F

from models.compatibility.base import CompatibilityModel, ItemInputs, OutfitBatch
from models.compatibility.calibration import Calibration
from models.compatibility.set_attention import SetEncoder
from models.objectives.personal import ranking_loss, spread

SPREAD: Final = 1e-2
"""Weight of the anchors' log-determinant divergence [V]."""
_SHARPNESS: Final = 0.5
"""A probe that scores lower by this many standard deviations of the probes' scores weighs e times less in a query."""
_AT_ONCE: Final = 64
_STEPS: Final = 10
_RATE: Final = 0.2


@dataclass(frozen=True)
class Shoppers:
    """The shoppers that a model knows.

    Attributes:
        ids: by row of the anchors.
        calibration, completion: as in the manifest, but for a known shopper's scores, which spread wider than the common ones.
        folded_in: how many of them, the last ones, were folded in after the training.
    """

    ids: tuple[str, ...] = ()
    calibration: Calibration = field(default_factory=Calibration)
    completion: Calibration = field(default_factory=Calibration)
    folded_in: Annotated[int, Field(alias="met")] = 0  # the name that it has in ``shoppers.json``

    @property
    def trained(self) -> tuple[str, ...]:
        """The shoppers of the training."""
        return self.ids[: len(self.ids) - self.folded_in]


class PersonalModel(CompatibilityModel):
    """See the module's docstring.

    Args:
        feature_size: how many features are read, from the first on.
        shoppers: U. own, shared: anchors of each shopper and of all together; 64 and none, or 32 and 32 [V].
        same_start: whether all shoppers' anchors start equal, so that a shopper with few outfits stays near the mean [R]; random in [V].
        probes: items of each category at which the score is made linear for retrieval; see ``query``.
        bank: how many outfits are kept as negatives for a new shopper.
    """

    common: Tensor
    newcomer: Tensor
    probes: Tensor
    bank: Tensor

    def __init__(
        self,
        *,
        feature_size: int,
        categories: int,
        shoppers: int,
        embedding_size: int = 128,
        own: int = 64,
        shared: int = 0,
        blocks: int = 2,
        heads: int = 4,
        dropout: float = 0.2,
        same_start: bool = True,
        probes: int = 32,
        bank: int = 256,
    ) -> None:
        super().__init__()
        self.embedding_size, self.feature_size = embedding_size, feature_size
        self.item = nn.Sequential(nn.Linear(feature_size, embedding_size), nn.LayerNorm(embedding_size), nn.ReLU(), nn.Dropout(dropout))
        self.set = SetEncoder(embedding_size, heads, blocks)
        self.to_taste = nn.Linear(embedding_size, embedding_size)
        reach = math.sqrt(3 / embedding_size)  # anchors start at about unit length [V]
        first = torch.empty(1 if same_start else shoppers, own, embedding_size).uniform_(-reach, reach)
        self.own = nn.Parameter(first.expand(shoppers, -1, -1).clone())
        self.shared = nn.Parameter(torch.empty(shared, embedding_size).uniform_(-reach, reach))
        self.register_buffer("common", torch.zeros(embedding_size))
        self.register_buffer("newcomer", first[0].clone())
        self.register_buffer("probes", torch.zeros(categories + 1, probes, embedding_size))
        self.register_buffer("bank", torch.zeros(bank, embedding_size))

    def embed(self, items: ItemInputs) -> Tensor:
        return self.item(items.features_NF[:, : self.feature_size])  # type: ignore[no-any-return]

    def outfits(self, outfits: OutfitBatch) -> Tensor:
        """The vector z of each outfit, of unit length, ``(B, D)``."""
        return F.normalize(self.to_taste(self.set(outfits.items_BID, outfits.mask_BI)), dim=-1)

    def taste_of(self, anchors_BKD: Tensor) -> Tensor:
        """The taste of own anchors together with the shared ones, ``(B, D)``: its inner product with z is Σ_k cos(z, a_k)."""
        return F.normalize(anchors_BKD, dim=-1).sum(-2) + F.normalize(self.shared, dim=-1).sum(0)

    def mean_taste(self) -> Tensor:
        """The mean of all shoppers' tastes, ``(D,)``."""
        return self.taste_of(self.own).mean(0)

    @property
    def taste(self) -> Tensor:
        """The taste that the model answers by: the common one, or a shopper's."""
        return self.common

    def score(self, outfits: OutfitBatch) -> Tensor:
        return self._liked(outfits)

    def query(self, context: OutfitBatch, target_B: Tensor) -> Tensor:
        """Gradient of the score with respect to the missing item, averaged over the category's probes, ``(B, D)``.

        Its inner product with an item is the score linearised at the probes. Probes that score high weigh most, since retrieval needs the
        best items. ``rank`` is exact.
        """
        if len(target_B) > _AT_ONCE:
            parts = torch.arange(len(target_B), device=target_B.device).split(_AT_ONCE)
            return torch.cat([self.query(context.take(part), target_B[part]) for part in parts])
        with torch.inference_mode(mode=False), torch.enable_grad():
            probes_BJD = self.probes[target_B.clone()].clone().requires_grad_()
            flat, repeated = probes_BJD.flatten(0, 1), context.repeated(probes_BJD.shape[1])
            whole = repeated.with_item(flat, target_B.clone().repeat_interleave(probes_BJD.shape[1]))
            score_BJ = self._liked(whole).unflatten(0, probes_BJD.shape[:2])
            sharp_BJ = score_BJ.detach() / (_SHARPNESS * score_BJ.detach().std(1, keepdim=True)).clamp(min=1e-6)
            return torch.autograd.grad((score_BJ * sharp_BJ.softmax(1)).sum(), probes_BJD)[0].sum(1)

    def rank(
        self,
        context: OutfitBatch,
        candidates_BMD: Tensor,
        category_BM: Tensor,
        query_BD: Tensor | None = None,
    ) -> Tensor:
        """The score of each completed outfit, ``(B, M)``."""
        whole = context.repeated(candidates_BMD.shape[1]).with_item(candidates_BMD.flatten(0, 1), category_BM.reshape(-1))
        return self._liked(whole).reshape(category_BM.shape)

    def _liked(self, outfits: OutfitBatch) -> Tensor:
        """How near outfits are to the taste of whoever wears them, ``(B,)``."""
        vectors_BD, taste_BD = self.outfits(outfits), outfits.taste_BD
        if taste_BD is None:
            return vectors_BD @ self.taste.clone()  # a copy: the gradient of ``query`` is not to be taken of an inference's
        return (vectors_BD * taste_BD.clone()).sum(-1)

    def for_anchors(self, anchors_KD: Tensor) -> PersonalModel:
        """The same weights with the taste of a shopper's own anchors, of ``own`` or from ``fold_in``, in place of the common one."""
        served = copy.copy(self)
        with torch.inference_mode(mode=False), torch.no_grad():
            served._buffers = {**self._buffers, "common": self.taste_of(anchors_KD)}  # noqa: SLF001 - of the same class
        return served

    def fold_in(self, worn: OutfitBatch, *, steps: int = _STEPS) -> Tensor:
        """Fit the anchors of a new shopper, ``(K, D)``, to the outfits they wore, with the bank as negatives; the model stays as it is [V].

        Args:
            steps: of plain gradient descent, which starts at the known shopper nearest to the common taste. A few small steps stay near it;
                Adam's steps would be as large for one outfit as for fifty [R].
        """
        with torch.no_grad():
            outfits_BD = self.outfits(worn)
        with torch.inference_mode(mode=False), torch.enable_grad():
            worn_BD = outfits_BD.clone()
            anchors_KD = self.newcomer.clone().requires_grad_()
            if not len(anchors_KD):
                return anchors_KD.detach()
            optimiser = torch.optim.SGD([anchors_KD], lr=_RATE)
            for _ in range(steps):
                taste_D = self.taste_of(anchors_KD)
                loss = ranking_loss(worn_BD @ taste_D, self.bank @ taste_D) + SPREAD * spread(anchors_KD[None])[0]
                anchors_KD.grad = torch.autograd.grad(loss, anchors_KD)[0]
                optimiser.step()
            return anchors_KD.detach()

    @torch.no_grad()
    def settle(self, embedded_ND: Tensor, category_N: Tensor, bank: OutfitBatch, generator: torch.Generator) -> None:
        """After training: set the common taste, the start of new shoppers, the probes of each category, and the bank.

        Args:
            embedded_ND: of the catalogue.
            bank: negatives for new shoppers, as many as the bank holds.
            generator: of the CPU.
        """
        self.common.copy_(self.mean_taste())
        self.newcomer.copy_(self.own[F.cosine_similarity(self.taste_of(self.own), self.common[None]).argmax()])
        for category in range(len(self.probes)):
            members = (category_N == category).nonzero()[:, 0]
            drawn = torch.randint(len(members) or len(embedded_ND), (self.probes.shape[1],), generator=generator).to(category_N.device)
            self.probes[category] = embedded_ND[members[drawn] if len(members) else drawn]
        self.bank.copy_(self.outfits(bank))
