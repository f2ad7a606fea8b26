"""The training data of ``weak-labels``: pictures with the shop's texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.datasets.schema import Catalogue, Split
from models.errors import refuse
from models.progress import Progress, silent
from models.recipes.weak_labels.vocabulary import NON_VISUAL, Said, item_texts, visual_words
from models.training.pictures import Pictures


@dataclass(frozen=True, eq=False)
class Labelled:
    """N items with a usable picture and words.

    Attributes:
        titles: the input of a text tower.
        tokens: the words that may label each picture.
        said: the tokens that are in the vocabulary; empty before there is one.
        groups: a number per item, equal for titles of the same words.
        kinds: a number per item, equal where all fields of a kind are; -1 where one is not given.
    """

    pictures: Pictures
    titles: Sequence[str]
    tokens: Sequence[Sequence[str]]
    said: Said
    groups: NDArray[np.int64]
    kinds: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.pictures)

    def with_vocabulary(self, vocabulary: Sequence[str]) -> Labelled:
        """The same items, labelled with the words of a vocabulary."""
        return replace(self, said=Said.of(self.tokens, vocabulary))


def read_labelled(
    catalogue: Catalogue,
    side: int,
    split: Split,
    *,
    fields: Sequence[str] = ("title",),
    dropped: Sequence[str] = (),
    kind: Sequence[str] = (),
    progress: Progress = silent,
) -> Labelled:
    """The items of a split with a usable picture and words in ``fields``; training includes items without a split.

    Raises:
        InputError: a training has fewer than two.
    """
    splits, titles, texts = catalogue.table.column("split").to_pylist(), catalogue.titles, item_texts(catalogue, fields)
    mine = {split, None} if split == "train" else {split}
    pictures = Pictures(catalogue, [row for row, text in enumerate(texts) if text.strip() and splits[row] in mine], side, progress)
    if split == "train" and len(pictures) < 2:  # noqa: PLR2004 - one picture has no negatives
        count = "1 item has" if len(pictures) else "no item has"
        msg = f"{count} both a usable picture and words ({', '.join(fields)}); the encoder learns from such items, two at least"
        refuse(msg, path=catalogue.root)
    rows = pictures.rows.tolist()
    shown = [titles[row] or texts[row] for row in rows]
    groups = np.unique(np.array([" ".join(sorted(title.lower().split())) for title in shown]), return_inverse=True)[1]
    unseen = NON_VISUAL.union(dropped)
    tokens = [visual_words(texts[row], unseen) for row in rows]
    told = list(zip(*(item_texts(catalogue, (name,)) for name in kind), strict=True)) or [("",)] * len(texts)
    kinds = np.unique(["\n".join(told[row]) for row in rows], return_inverse=True)[1]
    kinds = np.where([all(told[row]) for row in rows], kinds, -1)
    return Labelled(pictures, shown, tokens, Said.of(tokens, ()), groups.astype(np.int64), kinds.astype(np.int64))
