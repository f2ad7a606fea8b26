"""Pictures for training, in memory or not."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from models.datasets.schema import ITEM_SCHEMA, Catalogue
from models.errors import InputError
from models.recipes.weak_labels.labelled import read_labelled
from models.recipes.weak_labels.vocabulary import frequent_words
from models.training.pictures import Pictures


def png(colour: str) -> bytes:
    """A picture of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB", (20, 40), colour).save(buffer, "PNG")
    return buffer.getvalue()


def shop() -> Catalogue:
    """Five items: usable, broken, without a title, of the test split, without a picture."""
    pictures = [png("red"), b"broken", png("green"), png("blue"), None, png("gold")]
    titles = ["Red shirt", "Broken shirt", None, "Blue shirt", "Unseen shirt", "shirt red"]
    splits = [None, None, "train", "test", None, "train"]
    rows = [
        {"id": str(n), "category": "tops", "title": title, "image": picture and {"bytes": picture, "path": None}, "split": split}
        for n, (picture, title, split) in enumerate(zip(pictures, titles, splits, strict=True))
    ]
    return Catalogue(pa.Table.from_pylist(rows, ITEM_SCHEMA))


def test_kept_or_read_again_they_are_the_same() -> None:
    """A catalogue that does not fit into memory is decoded batch by batch."""
    rows = list(range(6))
    kept, read = (Pictures(shop(), rows, 16, memory_bytes=memory) for memory in (1 << 20, 0))
    assert kept.rows.tolist() == read.rows.tolist() == [0, 2, 3, 5]
    some = np.array([3, 0, 0])
    assert kept.take(some).tolist() == read.take(some).tolist()
    assert kept.take(some).shape == (3, 3, 16, 16)


def test_training_reads_what_has_a_picture_and_words() -> None:
    """Of the split or of none; a title is a word's place, so is a category where it is asked for."""
    assert list(read_labelled(shop(), 16, "train").titles) == ["Red shirt", "shirt red"]
    assert list(read_labelled(shop(), 16, "test").titles) == ["Blue shirt"]
    assert list(read_labelled(shop(), 16, "train", fields=("title", "category")).titles) == ["Red shirt", " tops", "shirt red"]


def test_titles_of_the_same_words_are_one_group() -> None:
    """In any order and case."""
    groups = read_labelled(shop(), 16, "train", fields=("title", "category")).groups.tolist()
    assert groups[0] == groups[2] != groups[1]


def test_a_vocabulary_may_leave_out_words_of_ones_own() -> None:
    """Such as brands."""
    items = read_labelled(shop(), 16, "train", dropped=("red",))
    assert frequent_words(items.tokens, most=9, least=1) == ("shirt",)
    assert items.with_vocabulary(("shirt",)).said.counts.tolist() == [2]


@pytest.mark.parametrize(("keep", "count"), [([1, 4], "no item has"), ([0, 1], "1 item has")])
def test_too_little_to_learn_from_is_refused(keep: list[int], count: str) -> None:
    """One picture has no others to be told from."""
    few = Catalogue(shop().table.take(keep))
    with pytest.raises(InputError, match=f"{count} both a usable picture and words"):
        read_labelled(few, 16, "train")
