"""A bundle: a trained compatibility model as an immutable, content-addressed directory (see ``models.contents``), and the model at work.

Callers speak in arrays and strings; torch stays inside.

Shape legend: see ``models.compatibility.base``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from models.compatibility.base import ItemInputs, OutfitBatch
from models.compatibility.calibration import Calibration
from models.compatibility.personal import PersonalModel, Shoppers
from models.contents import Contents, read_contents, write_contents
from models.datasets.schema import ENOUGH_OUTFITS
from models.encoders.features import CARRIED, FloatArray
from models.encoders.load import spec_now
from models.errors import BundleError
from models.manifest import Manifest

__all__ = ["Bundle", "Manifest", "Shoppers"]

_REMEMBERED: Final = 8192  # combinations of categories; a few hundred bytes each


@dataclass(eq=False, repr=False)
class Bundle(Contents):
    """A trained model at work. Build one from parts, or ``Bundle.load`` a directory; ``save`` writes it."""

    def __post_init__(self) -> None:
        self.model.eval()
        self._category = {name: index for index, name in enumerate(self.manifest.categories)}
        titles = not {"text", "title"} & {*self.manifest.left_out}
        self._word = {word: index + 1 for index, word in enumerate(self.vocabulary) if titles or "=" in word}
        self._residual = {item: index + 1 for index, item in enumerate(self.residuals)}
        self._residual |= {item: self._residual[first] for item, first in self.sizes.items()}
        self._product = {token: index + 1 for index, token in enumerate(self.products)}
        self._shopper = {shopper: row for row, shopper in enumerate(self.shoppers.ids)}
        self._whole, self._strange = (lru_cache(_REMEMBERED)(told) for told in (self.slots.whole_of, self.slots.strange))
        self._common: Bundle | None = None
        self._device = self.model.device

    @property
    def id(self) -> str:
        """The content's digest; empty until saved."""
        return self.manifest.id

    @property
    def personal(self) -> bool:
        """Whether it knows shoppers."""
        return isinstance(self.model, PersonalModel)

    @property
    def common(self) -> Bundle:
        """The same without the taste of a shopper."""
        return self._common or self

    def rows(self) -> dict[str, tuple[str, ...]]:
        """Kind of table of the model -> the name of each row; padding and catch-all rows have an empty name."""
        first = {"words": ("", *self.vocabulary), "residuals": ("", *self.residuals), "products": ("", *self.products)}
        return {"categories": (*self.manifest.categories, ""), **first, "shoppers": self.shoppers.trained}

    @property
    def encoder_spec(self) -> str:
        """What ``load_encoder`` reads its encoder from, here and now; the manifest's spec unless the bundle carries it."""
        made = self.manifest.encoder
        return f"local-dir:{self.encoder}" if made.spec == CARRIED else spec_now(made)

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self._device

    def to(self, device: torch.device) -> Bundle:
        """Compute there from now on; returns itself. What it is given and what it answers are arrays all the same."""
        self.model.to(device)
        self._device = self.model.device
        return self

    def for_shopper(self, shopper: str) -> Bundle | None:
        """The same bundle with a shopper's taste in every query, score and probability; None for one that it does not know."""
        row = self._shopper.get(shopper)
        return None if row is None or not isinstance(self.model, PersonalModel) else self._personal(self.model, self.model.own[row])

    def fold_in(self, worn: OutfitBatch) -> Bundle | None:
        """The same for a new shopper, fitted from the outfits they wore in some 20 ms; None where the model is not personal.

        Args:
            worn: one outfit or more, as ``outfits`` makes them.
        """
        if not isinstance(self.model, PersonalModel):
            return None
        return self._personal(self.model, self.model.fold_in(worn))

    def inputs(
        self, features_NF: FloatArray, categories: Sequence[str], texts: Sequence[str], ids: Sequence[str | None] | None = None
    ) -> ItemInputs:
        """What the item tower reads, from what the catalogue and the encoder say, on this bundle's device.

        Args:
            features_NF: features of this bundle's encoder.
            categories: N names; one the model never saw counts as the extra category C.
            texts: N lines of words, as ``schema.item_text`` makes them; words outside the vocabulary are dropped.
            ids: N item ids, for those with a learned residual; None for items that are not of the catalogue.

        Raises:
            BundleError: the features have another size than this bundle's encoder gives.
        """
        return self._inputs(features_NF, categories, texts, ids).to(self.device)

    def _inputs(
        self, features_NF: FloatArray, categories: Sequence[str], texts: Sequence[str], ids: Sequence[str | None] | None
    ) -> ItemInputs:
        reads = self.manifest.encoder
        if features_NF.ndim != 2 or features_NF.shape[1] != reads.size:  # noqa: PLR2004 - a matrix
            msg = f"features of shape {features_NF.shape}: this bundle's encoder ({reads.spec}) gives (N, {reads.size})"
            raise BundleError(msg)
        for name in {block.name for block in reads.blocks} & {*self.manifest.left_out}:
            features_NF = features_NF.copy()
            features_NF[:, reads.part(name)] = 0
        known = [[self._word[word] for word in text.split() if word in self._word] for text in texts]
        words_NL = np.zeros((len(known), max(map(len, known), default=0) or 1), dtype=np.int64)
        for row, word_indices in enumerate(known):
            words_NL[row, : len(word_indices)] = word_indices
        return ItemInputs(
            _tensor(features_NF),
            self.category_indices(categories),
            torch.from_numpy(words_NL),
            torch.tensor([self._residual.get(item or "", 0) for item in (ids or [None] * len(known))], dtype=torch.long),
            torch.tensor([self._product_of(text) for text in texts], dtype=torch.long),
        )

    def _product_of(self, text: str) -> int:
        return next((self._product[token] for token in text.split() if token in self._product), 0) if self._product else 0

    def embed(
        self,
        features_NF: FloatArray,
        categories: Sequence[str],
        texts: Sequence[str],
        ids: Sequence[str | None] | None = None,
        batch_size: int = 8192,
    ) -> FloatArray:
        """Item tower over many items, ``(N, D)``; see ``inputs`` for the arguments.

        It computes in float32 on a GPU, too: embeddings are kept, and compared with those of another machine.
        """
        if not len(categories):
            return np.zeros((0, self.manifest.embedding_size), dtype=np.float32)
        inputs = self._inputs(features_NF, categories, texts, ids)
        with torch.inference_mode():
            return self.model.embed_in_parts(inputs, batch_size).float().cpu().numpy()

    def outfits(self, embeddings: Sequence[FloatArray], categories: Sequence[Sequence[str]]) -> OutfitBatch:
        """Pad B sets, each ``(I_b, D)`` embeddings with I_b category names, to one batch on this bundle's device."""
        sizes_B = np.array([len(outfit) for outfit in embeddings], dtype=np.int64)
        other, mask = len(self._category), np.arange(sizes_B.max(initial=0) or 1) < sizes_B[:, None]
        items = np.zeros((*mask.shape, self.manifest.embedding_size), dtype=np.float32)
        category = np.zeros(mask.shape, dtype=np.int64)
        if mask.any():
            items[mask] = np.concatenate(embeddings)
            category[mask] = [self._category.get(name, other) for names in categories for name in names]
        return OutfitBatch(torch.from_numpy(items), torch.from_numpy(category), torch.from_numpy(mask)).to(self.device)

    def joined(self, parts: Sequence[tuple[Bundle, Sequence[FloatArray], Sequence[Sequence[str]]]]) -> OutfitBatch:
        """``outfits`` of several questions as one batch, each of whose rows is asked by the taste of its bundle.

        Args:
            parts: of each question the bundle that it is asked of, which has this one in ``common``, and what ``outfits`` takes.
        """
        bundles, embeddings, categories = zip(*parts, strict=True)
        batch = self.outfits([*chain(*embeddings)], [*chain(*categories)])
        models = [bundle.model for bundle in bundles if isinstance(bundle.model, PersonalModel)]
        if not models:
            return batch
        tastes = [model.taste.expand(len(some), -1) for model, some in zip(models, embeddings, strict=True)]
        return replace(batch, taste_BD=torch.cat(tastes))

    def queries(self, context: OutfitBatch, targets: Sequence[str]) -> FloatArray:
        """One query vector per context and target category, ``(B, D)``."""
        with torch.inference_mode():
            return self.model.query(context, self.category_indices(targets).to(self.device)).float().cpu().numpy()

    def met_with(self, embeddings_ID: FloatArray) -> dict[int, NDArray[np.int64]]:
        """Codes of items that were worn with some items, most often first, by the coordinate of an embedding that holds them.

        Empty where the model remembers nobody.
        """
        return self.model.met_with(embeddings_ID)

    def rank(
        self,
        context: OutfitBatch,
        candidates_BMD: FloatArray,
        categories: Sequence[Sequence[str]],
        *,
        queries_BD: FloatArray | None = None,
        among_all: bool = False,
        mixed: bool | None = None,
    ) -> FloatArray:
        """Final score of M candidates for each context, ``(B, M)``, from their embeddings and category names (B lists of M).

        Args:
            queries_BD: what ``queries`` said of each context and the one category that all its candidates are of; None: not asked.
            among_all: the candidates are what a category offers, so what they have going for them whatever the context counts, too.
            mixed: whether candidates of several categories compete, of which these may be a part; None looks at these.
        """
        mixed = any(len(set(names)) > 1 for names in categories) if mixed is None else mixed
        category_BM = torch.stack([self.category_indices(names) for names in categories]).to(self.device)
        vectors_BMD = _tensor(candidates_BMD).to(self.device)
        with torch.inference_mode():
            asked_BD = None if queries_BD is None else _tensor(queries_BD).to(self.device)
            scores_BM = self.model.rank(context, vectors_BMD, category_BM, asked_BD)
            scores_BM = scores_BM + self.model.between(context, vectors_BMD, category_BM) if mixed else scores_BM
            return (scores_BM + self.model.prior(vectors_BMD) if among_all else scores_BM).float().cpu().numpy()

    def prior(self, embeddings_ND: FloatArray) -> FloatArray:
        """What ``among_all`` adds to the score of items of these embeddings, ``(N,)``."""
        with torch.inference_mode():
            return self.model.prior(_tensor(embeddings_ND)[None].to(self.device))[0].float().cpu().numpy()

    def looks(self, embeddings_ND: FloatArray) -> FloatArray:
        """The part of embeddings that tells what items are like, ``(N, D')``: what likeness is measured by."""
        return embeddings_ND[:, : self.model.looks]

    def score(self, outfits: OutfitBatch) -> FloatArray:
        """Raw score of whole outfits, ``(B,)``."""
        with torch.inference_mode():
            return self.model.score(outfits).float().cpu().numpy()

    def probability(self, scores: FloatArray, categories: Sequence[Sequence[str]]) -> NDArray[np.float64]:
        """Calibrated probability that outfits of these scores were worn, rather than their items' likes together, ``(B,)``.

        Of what no outfit holds together, less: as much as it is seldom. Means nothing unless ``calibrated``.

        Args:
            categories: B lists of names, one of each item.
        """
        strange_B = _of_each(self._strange, categories)
        return self.manifest.calibration.probability(scores, [len(names) for names in categories], self.whole(categories), strange_B)

    def whole(self, categories: Sequence[Sequence[str]]) -> NDArray[np.float64]:
        """How likely it is that outfits of these categories lack nothing, ``(B,)``; the order of an outfit's items does not matter."""
        return _of_each(self._whole, categories)

    @property
    def calibrated(self) -> bool:
        """Whether enough outfits were learned from to say how likely anything is."""
        outfits = self.manifest.outfits
        return self.manifest.calibration != Calibration() and (outfits is None or outfits >= ENOUGH_OUTFITS)

    def shares(self, scores_M: FloatArray, items: int) -> NDArray[np.float64]:
        """How likely each of M candidates is the missing one if one of them is, from their ``rank`` scores, ``(M,)``; they sum to 1.

        Args:
            items: of the outfit that each completes, itself among them.
        """
        log_odds_M = self.manifest.completion.log_odds(scores_M, items)
        odds_M = np.exp(log_odds_M - log_odds_M.max(initial=-np.inf))
        return np.asarray(odds_M / odds_M.sum())

    def category_indices(self, names: Sequence[str]) -> torch.Tensor:
        """Indices of category names; C for one the model never saw."""
        other = len(self._category)
        return torch.tensor([self._category.get(name, other) for name in names], dtype=torch.long)

    def save(self, directory: Path) -> Bundle:
        """Write the bundle; it appears under its name only when complete. Returns it with its id and digests.

        Raises:
            BundleError: the directory exists and is not an older bundle.
        """
        return write_contents(directory, self)

    @classmethod
    def load(cls, directory: Path) -> Bundle:
        """Read a bundle and check every file against the manifest.

        Raises:
            BundleError: something is missing, altered, or of another format; the message names the file.
        """
        return cls(**vars(read_contents(directory)))

    def _personal(self, model: PersonalModel, anchors_KD: torch.Tensor) -> Bundle:
        """A shallow copy, since one is made for every request of a shopper."""
        personal = copy.copy(self)
        personal._common = self.common  # noqa: SLF001 - of the same class
        known = self.shoppers
        personal.model = model.for_anchors(anchors_KD)
        personal.manifest = replace(self.manifest, calibration=known.calibration, completion=known.completion)
        return personal


def _of_each(told: Callable[[tuple[str, ...]], float], categories: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    """What is told of each outfit's categories, whose order does not matter, ``(B,)``."""
    return np.array([told(tuple(sorted(names))) for names in categories], dtype=np.float64)


def _tensor(values: FloatArray) -> torch.Tensor:
    """The same numbers for torch, which refuses arrays that must not be written to."""
    return torch.from_numpy(np.require(values, np.float32, ["C", "W"]))
