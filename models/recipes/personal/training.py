"""A step of ``personal``, its teacher, and the bundle after the training.

Shape legend: R training outfits · B outfits of a step · I items per outfit, padded · J others asked against each · D embedding size ·
N items · S shoppers of a step · K anchors.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from models.bundle import Bundle
from models.compatibility.base import OutfitBatch
from models.compatibility.build import build_model
from models.compatibility.personal import PersonalModel
from models.datasets.schema import Dataset
from models.errors import refuse
from models.evaluation import personal as asking
from models.evaluation.evaluate import features_for
from models.objectives.contrastive import nt_xent
from models.objectives.personal import ranking_loss, spread, student_loss
from models.objectives.softmax import worn_among
from models.recipes.personal.config import PersonalConfig
from models.training.calibrate import calibrate, calibrated, random_outfits
from models.training.reading import Items
from models.training.replaced import erase_one, from_others, near_alike, replace_one
from models.training.run import Run
from models.training.worn import WornOutfits


@dataclass(frozen=True)
class Taught:
    """A trained teacher and its embeddings of all items, ``(N, D)``. Its shoppers have the same rows as the student's."""

    model: PersonalModel
    embedded_ND: Tensor

    @classmethod
    def by(cls, bundle: Bundle, items: Items) -> Taught:
        """From a bundle that has just been trained."""
        model = personal_model(bundle)
        with torch.no_grad():
            return cls(model, model.embed(items.every()))

    @classmethod
    def named(cls, path: str, run: Run[PersonalConfig]) -> Taught:
        """From a bundle that was trained before.

        Raises:
            BundleError: it cannot be loaded. EncoderError: what it reads cannot be had. InputError: it knows other shoppers than the run.
        """
        bundle, catalogue, shoppers = Bundle.load(Path(path)).to(run.device), run.dataset.catalogue, shoppers_of(run.dataset)
        if bundle.shoppers.trained != shoppers:
            theirs, ours = len(bundle.shoppers.trained), len(shoppers)
            msg = f"{path} was trained on {theirs} shoppers, and these outfits have {ours}, not the same; train it on them, or leave it out"
            refuse(msg, field="teacher")
        features_NF = features_for(bundle, catalogue, run.cache, run.progress)
        embedded_ND = bundle.embed(features_NF, catalogue.categories, catalogue.texts(), catalogue.ids)
        return cls(personal_model(bundle), torch.from_numpy(embedded_ND).to(run.device))

    @torch.no_grad()
    def scores(self, shopper_B: Tensor, rows_PI: Tensor, category_PI: Tensor, mask_PI: Tensor) -> Tensor:
        """The score of each of P outfits for each shopper, ``(B, P)``."""
        shopper_B, rows_PI, category_PI, mask_PI = (part.to(self.model.device) for part in (shopper_B, rows_PI, category_PI, mask_PI))
        vectors_PD = self.model.outfits(OutfitBatch(self.embedded_ND[rows_PI], category_PI, mask_PI))
        return self.model.taste_of(self.model.own[shopper_B]) @ vectors_PD.T


class PersonalTraining:
    """The loss of a step and the validation figure; ``worn`` are the R training outfits, ``valid`` the validation questions."""

    def __init__(self, bundle: Bundle, items: Items, run: Run[PersonalConfig], taught: Taught | None) -> None:
        self.bundle, self.model, self.items, self.config, self.taught = bundle, personal_model(bundle), items, run.config, taught
        dataset, catalogue = run.dataset, run.dataset.catalogue
        self.generator = torch.Generator().manual_seed(run.seed)
        self.categories = catalogue.categories
        row_of = {shopper: row for row, shopper in enumerate(bundle.shoppers.ids)}
        several = [outfit for outfit in dataset.outfits_of("train") if len(set(outfit.items)) > 1]
        self.worn = WornOutfits.of(several, catalogue)
        self.shopper_R = torch.tensor([row_of[outfit.user or ""] for outfit in several])
        self.valid = asking.ask(dataset.outfits_of("valid"), catalogue, hard=0.5, seed=run.seed)
        self.near_NK = torch.zeros(0)
        if run.config.contrast:
            self.near_NK = near_alike(torch.from_numpy(run.features), items.category_N, run.config.near)

    def step(self, positions: Tensor, done: float) -> Tensor:  # noqa: ARG002 - the loss is the same all the way
        """The loss of some outfits; see ``loop.Step``."""
        config, generator = self.config, self.generator
        rows_BI, mask_BI, shopper_B = self.worn.rows_RI[positions], self.worn.mask_RI[positions], self.shopper_R[positions]
        category_BI = self.items.category_N[rows_BI]
        mixed_BI = from_others(rows_BI, mask_BI, category_BI, mask_BI, generator)
        sets = [(rows_BI, mask_BI), (mixed_BI, mask_BI)]
        if config.contrast:
            sets += [(rows_BI, erase_one(mask_BI, generator)), (replace_one(rows_BI, mask_BI, self.near_NK, generator), mask_BI)]
        worn_BD, mixed_BD, *views = self._vectors(sets)
        others_BJ = self._others(shopper_B, 1 if config.way == "anchors" else config.others)
        known_S, shopper_of_B, times_S = shopper_B.unique(return_inverse=True, return_counts=True)
        others_BJ, known_S, shopper_of_B, times_S = (tensor.to(self.model.device) for tensor in (others_BJ, known_S, shopper_of_B, times_S))
        anchors_SKD = self.model.own[known_S]
        scores_BP = self.model.taste_of(anchors_SKD)[shopper_of_B] @ torch.cat([worn_BD, mixed_BD]).T
        own_B, asked_BJ = scores_BP.diagonal(), scores_BP.gather(1, others_BJ)
        if config.way == "anchors":
            loss = ranking_loss(own_B, asked_BJ[:, 0])
        elif self.taught is None:
            loss = worn_among(own_B, asked_BJ)
        else:
            pool = (torch.cat([part, part]) for part in (category_BI, mask_BI))
            taught_BP = self.taught.scores(shopper_B, torch.cat([rows_BI, mixed_BI]), *pool)
            taught = (taught_BP.diagonal(), taught_BP.gather(1, others_BJ))
            loss = student_loss(own_B, asked_BJ, *taught, alpha=config.alpha, only_suspected=config.only_suspected)
        if config.own and config.spread:
            loss = loss + config.spread * (spread(anchors_SKD) * times_S).sum() / len(shopper_B)
        return loss + config.contrast * nt_xent(views[0], views[1], config.contrast_temperature) if views else loss

    @torch.no_grad()
    def judge(self) -> float:
        """NDCG of validation outfits among others, half of them another shopper's."""
        self.model.common.copy_(self.model.mean_taste())
        embedded_ND = self.model.embed(self.items.every()).cpu().numpy()
        scores_QM = asking.answer(self.valid, self.bundle, embedded_ND, self.categories)
        return asking.metrics(scores_QM, self.valid.hard_M)["ndcg"].value

    def _vectors(self, sets: list[tuple[Tensor, Tensor]]) -> list[Tensor]:
        """The vectors z of several batches of outfits, each item embedded once."""
        rows_SBI, mask_SBI = torch.stack([rows for rows, _ in sets]), torch.stack([mask for _, mask in sets])
        unique_M, place_SBI = rows_SBI.unique(return_inverse=True)
        items = self.items.take(unique_M)
        place_SBI, mask_SBI = place_SBI.to(self.model.device), mask_SBI.to(self.model.device)
        embedded_SBID, category_SBI = self.model.embed(items)[place_SBI], items.category_N[place_SBI]
        whole = OutfitBatch(embedded_SBID.flatten(0, 1), category_SBI.flatten(0, 1), mask_SBI.flatten(0, 1))
        return list(self.model.outfits(whole).split(rows_SBI.shape[1]))

    def _others(self, shopper_B: Tensor, count: int) -> Tensor:
        """The negatives of each outfit, ``(B, count)``: positions among B worn outfits and B mixes. Other shoppers' outfits are hard."""
        batch = len(shopper_B)
        drawn = torch.randint(max(1, batch - 1), (batch, count), generator=self.generator)
        drawn = (drawn + 1 + torch.arange(batch)[:, None]) % batch
        hard = (torch.rand(batch, count, generator=self.generator) < self.config.hard) & (shopper_B[drawn] != shopper_B[:, None])
        return torch.where(hard, drawn, drawn + batch)


def settled(bundle: Bundle, items: Items, run: Run[PersonalConfig], metrics: Mapping[str, float]) -> Bundle:
    """The trained bundle ready to serve, with its encoder, the common taste, the bank for new shoppers, and the calibrations."""
    bundle, run = items.carried(bundle, run)
    model, catalogue = personal_model(bundle), run.dataset.catalogue
    generator = torch.Generator().manual_seed(run.seed)
    worn = WornOutfits.of(run.dataset.outfits_of("train"), catalogue)
    category_N = items.category_N
    with torch.no_grad():
        embedded_ND = model.embed(items.every())
    drawn = torch.randint(len(worn), (len(model.bank),), generator=generator)
    rows_PI, mask_PI = worn.rows_RI[drawn], worn.mask_RI[drawn]
    pool_M = torch.from_numpy(np.flatnonzero(worn.times_worn(len(catalogue))))
    mixed_PI = random_outfits(rows_PI, mask_PI, category_N, pool_M, generator)
    hard_P1 = torch.rand(len(drawn), 1, generator=generator) < run.config.hard
    rows_PI = torch.where(hard_P1, rows_PI, mixed_PI)
    rows_PI, mask_PI, category_N = (tensor.to(model.device) for tensor in (rows_PI, mask_PI, category_N))
    model.settle(embedded_ND, category_N, OutfitBatch(embedded_ND[rows_PI], category_N[rows_PI], mask_PI), generator)
    judged = run.dataset.outfits_of("valid") or run.dataset.outfits_of("train")
    questions = asking.ask(judged, catalogue, others=1, hard=0.0, seed=run.seed)
    if len(questions):
        vectors_ND = embedded_ND.cpu().numpy()
        scores_Q2 = asking.answer(questions, bundle, vectors_ND, catalogue.categories)
        swapped_Q2 = asking.answer(questions.one_replaced(run.seed), bundle, vectors_ND, catalogue.categories)
        outfits, items_ = (calibrate(scores[:, 0], scores[:, 1]) for scores in (scores_Q2, swapped_Q2))
        bundle = replace(bundle, shoppers=replace(bundle.shoppers, calibration=outfits, completion=items_))
    return calibrated(bundle, run, run.features, metrics)


def fold_in_shoppers(bundle: Bundle, worn: Iterable[tuple[str, OutfitBatch]]) -> Bundle:
    """The bundle with new shoppers in its table, each fitted from the outfits they wore; nothing else of it changes. For the worker.

    Args:
        worn: shoppers whom the training did not meet, and their outfits. A shopper folded in before is fitted anew where ``worn`` names
            them, and stays as they are where it does not.
    """
    model, known = personal_model(bundle), bundle.shoppers
    trained = model.own[: len(known.trained)].detach()
    folded_in = dict(zip(known.ids[len(trained) :], model.own[len(trained) :].detach(), strict=True))
    folded_in |= {shopper: model.fold_in(outfits) for shopper, outfits in worn}
    own = torch.cat([trained, *(anchors_KD[None] for anchors_KD in folded_in.values())])
    config = {**bundle.manifest.model_config, "shoppers": len(own)}
    grown = build_model(bundle.manifest.model, config).to(model.device)
    grown.load_state_dict({**model.state_dict(), "own": own})
    manifest = replace(bundle.manifest, model_config=config, parent=bundle.id or bundle.manifest.parent)
    shoppers = replace(known, ids=(*known.trained, *folded_in), folded_in=len(folded_in))
    return replace(bundle, manifest=manifest, model=grown, shoppers=shoppers)


def is_cold(shopper: str, share: float) -> bool:
    """Whether a shopper is kept out of training; depends on the id alone."""
    return int.from_bytes(hashlib.sha256(shopper.encode()).digest()[:4], "big") < share * 2**32


def shoppers_of(dataset: Dataset) -> tuple[str, ...]:
    """The shoppers of the training outfits, by row of the anchors."""
    return tuple(sorted({outfit.user for outfit in dataset.outfits_of("train") if outfit.user is not None}))


def personal_model(bundle: Bundle) -> PersonalModel:
    """The bundle's model, which is personal."""
    assert isinstance(bundle.model, PersonalModel)  # noqa: S101 - the recipe asked for it
    return bundle.model
