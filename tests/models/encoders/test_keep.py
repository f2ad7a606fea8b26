"""Features are computed once, and kept."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from models.datasets.read import read_catalogue
from models.datasets.schema import ITEM_SCHEMA, Catalogue
from models.encoders import keep
from models.encoders.base import Encoder
from models.encoders.batches import Batch, Encoded, encode_batch
from models.encoders.features import Block, FeatureSpec, FloatArray
from models.encoders.keep import catalogue_features, stored_features
from models.encoders.pictures import decode
from models.errors import EncoderError

Picture = Callable[..., bytes]


class Counting:
    """An encoder that sees a picture's mean colour, reads a title's length, and counts what it is asked for."""

    def __init__(self, fingerprint: str = "one") -> None:
        self.features = FeatureSpec("counting", fingerprint, (Block("image", 3), Block("text", 1)))
        self.seen: list[str | None] = []

    def encode(self, images: Sequence[bytes | None], titles: Sequence[str | None]) -> FloatArray:
        means = [np.zeros(3) if image is None else np.asarray(decode(image)).mean((0, 1)) / 255 for image in images]
        self.seen += titles
        return np.array([[*mean, len(title or "") / 10] for mean, title in zip(means, titles, strict=True)], dtype=np.float32)


@pytest.fixture
def root(tmp_path: Path, picture: Picture) -> Path:
    """Four items: two pictures, a broken one, and none."""
    root = tmp_path / "shop"
    root.mkdir()
    (root / "red.png").write_bytes(picture("crimson"))
    (root / "blue.png").write_bytes(picture("navy"))
    (root / "broken.png").write_bytes(b"not a picture")
    images = {"a": "red.png", "b": "broken.png", "c": "blue.png", "d": None}
    rows = [{"id": item, "category": "tops", "title": item * 3, "image": image} for item, image in images.items()]
    (root / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return root


@pytest.fixture
def shop(root: Path) -> Catalogue:
    """As it is read."""
    return read_catalogue(root)


def test_a_broken_picture_is_refused_by_name(shop: Catalogue) -> None:
    """Its item and all others are encoded all the same."""
    result = catalogue_features(shop, Counting())
    assert list(result.refused) == ["b"]
    assert "not a picture" in result.refused["b"]
    assert result.features[:, :3].any(axis=1).tolist() == [True, False, True, False]
    np.testing.assert_allclose(result.features[:, 3], 0.3, atol=1e-3)


def test_a_picture_that_has_gone_is_refused_by_name(root: Path, shop: Catalogue) -> None:
    """A picture may vanish after its catalogue was read."""
    (root / "red.png").unlink()
    assert "cannot be read" in catalogue_features(shop, Counting()).refused["a"]


def test_an_encoder_that_makes_nan_is_refused_with_the_item(shop: Catalogue) -> None:
    """And not the row of some matrix."""
    encoder = Counting()
    plain = encoder.encode
    encoder.encode = lambda images, titles: np.where([[title == "ccc"] for title in titles], np.float32(np.nan), plain(images, titles))  # type: ignore[method-assign]
    with pytest.raises(EncoderError, match="encoder 'counting' makes NaN or an infinity of item 'c'"):
        catalogue_features(shop, encoder)


def test_an_empty_picture_is_refused_by_name(root: Path, tmp_path: Path) -> None:
    """It is not taken for no picture; the second time, too."""
    (root / "blue.png").write_bytes(b"")
    for _ in range(2):
        result = catalogue_features(read_catalogue(root), Counting(), tmp_path / "cache")
        assert sorted(result.refused) == ["b", "c"]
        assert "empty file" in result.refused["c"]


def test_a_second_run_encodes_nothing(shop: Catalogue, tmp_path: Path) -> None:
    """It refuses the same pictures for the same reasons."""
    first = catalogue_features(shop, Counting(), tmp_path / "cache")
    again = Counting()
    second = catalogue_features(shop, again, tmp_path / "cache")
    assert first.encoded == 4
    assert (again.seen, second.encoded) == ([], 0)
    assert second.refused == first.refused
    np.testing.assert_array_equal(first.features, second.features)


def test_a_picture_that_is_mended_is_encoded(root: Path, shop: Catalogue, tmp_path: Path, picture: Picture) -> None:
    """The mended picture is another picture than the refused one."""
    catalogue_features(shop, Counting(), tmp_path / "cache")
    (root / "broken.png").write_bytes(picture("gold"))
    mended = catalogue_features(shop, Counting(), tmp_path / "cache")
    assert (mended.encoded, mended.refused) == (1, {})


def test_a_picture_that_comes_back_is_encoded(root: Path, shop: Catalogue, tmp_path: Path) -> None:
    """What was kept while it could not be read is for the title alone."""
    gone = (root / "red.png").rename(root / "gone.png")
    assert catalogue_features(shop, Counting(), tmp_path / "cache").refused.keys() == {"a", "b"}
    assert catalogue_features(shop, Counting(), tmp_path / "cache").encoded == 0
    gone.rename(root / "red.png")
    back = catalogue_features(shop, Counting(), tmp_path / "cache")
    assert (back.encoded, back.refused.keys()) == (1, {"b"})
    assert back.features[0, :3].any()


def test_what_changed_is_encoded_again(root: Path, shop: Catalogue, tmp_path: Path, picture: Picture) -> None:
    """A new picture under the same name is a new picture."""
    before = catalogue_features(shop, Counting(), tmp_path / "cache").features
    (root / "red.png").write_bytes(picture("lime"))
    again = Counting()
    after = catalogue_features(shop, again, tmp_path / "cache").features
    assert "aaa" in again.seen
    assert "ccc" not in again.seen
    assert (before[0] != after[0]).any()


def test_another_encoder_keeps_its_own(shop: Catalogue, tmp_path: Path) -> None:
    """Features belong to a fingerprint."""
    catalogue_features(shop, Counting(), tmp_path / "cache")
    assert catalogue_features(shop, Counting("two"), tmp_path / "cache").encoded == 4


@pytest.mark.parametrize("damage", [b"", b"broken", None])
def test_a_damaged_segment_is_encoded_again(shop: Catalogue, tmp_path: Path, damage: bytes | None) -> None:
    """A segment that is empty, nonsense or cut short counts as absent."""
    whole = catalogue_features(shop, Counting(), tmp_path / "cache")
    [segment] = (tmp_path / "cache" / "one").iterdir()
    segment.write_bytes(segment.read_bytes()[:-3] if damage is None else damage)
    repaired = catalogue_features(shop, Counting(), tmp_path / "cache")
    assert repaired.encoded == 4
    np.testing.assert_array_equal(repaired.features, whole.features)
    assert catalogue_features(shop, Counting(), tmp_path / "cache").encoded == 0


def test_kept_or_not_features_are_the_same(shop: Catalogue, tmp_path: Path) -> None:
    """Features have float16 precision, kept or not."""
    np.testing.assert_array_equal(
        catalogue_features(shop, Counting()).features, catalogue_features(shop, Counting(), tmp_path / "cache").features
    )


def test_what_is_made_of_a_catalogue_is_made_once(root: Path, shop: Catalogue, tmp_path: Path, picture: Picture) -> None:
    """It is made again for another way, for other pictures, or for a damaged file."""
    made: list[str] = []

    def asked(how: str, of: Catalogue = shop, cache: Path | None = tmp_path) -> FloatArray:
        def make() -> Catalogue:
            made.append(how)
            return of

        return catalogue_features(of, Counting(), cache, made=(how, make)).features

    plain = catalogue_features(shop, Counting()).features
    assert [np.array_equal(asked(how), plain) for how in ("red", "red", "blue", "red")] == [True] * 4
    assert made == ["red", "blue"]
    asked("red", cache=None)
    for path in tmp_path.glob("*/made/*"):
        path.write_bytes(b"no features")
    asked("red")
    (root / "red.png").write_bytes(picture("lime"))
    asked("red", read_catalogue(root))
    assert made == ["red", "blue", "red", "red", "red"]


def test_the_shops_own_features_pass_through(tmp_path: Path) -> None:
    """They stay bit for bit, and no encoder runs."""
    rows = [{"id": str(row), "category": "tops", "features": [0.1 * row, 1 / 3, -7.25]} for row in range(3)]
    (tmp_path / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    encoder = Counting()
    result = catalogue_features(read_catalogue(tmp_path), encoder)
    assert result.spec == FeatureSpec.own(3)
    assert catalogue_features(read_catalogue(tmp_path), None).spec == result.spec
    np.testing.assert_array_equal(result.features, np.array([row["features"] for row in rows], dtype=np.float32))
    assert encoder.seen == []
    assert result.features.flags.writeable


def test_without_features_or_encoder_nothing_is_had(shop: Catalogue) -> None:
    """A catalogue of pictures without an encoder is refused."""
    with pytest.raises(EncoderError, match="no features of its own, and no encoder is named"):
        catalogue_features(shop, None)


def test_features_that_lie_in_a_file_meanwhile_are_the_same(tmp_path: Path) -> None:
    """Encoded now, kept from before, and of items with one title; nothing is left in the directory."""
    table = pa.table({"id": ["a", "b", "c"], "category": ["tops"] * 3, "title": ["Linen tee", "Linen tee", "Jeans"]})
    columns = [table.column(one.name) if one.name in table.column_names else pa.nulls(3, one.type) for one in ITEM_SCHEMA]
    catalogue, encoder = Catalogue(pa.table(columns, schema=ITEM_SCHEMA)), Counting()
    expected = catalogue_features(catalogue, encoder).features
    scratch, cache = tmp_path / "scratch", tmp_path / "cache"
    scratch.mkdir()
    for encoded in (2, 0):
        found = stored_features(catalogue, encoder, scratch, cache)
        assert (found.features.dtype, found.encoded) == (np.float16, encoded)
        np.testing.assert_array_equal(found.features.astype(np.float32), expected)
    assert not list(scratch.iterdir())


def test_a_file_of_features_has_its_room_before_they_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mapped file for which a disk has no more ends the process where it is written to, with nothing said."""
    monkeypatch.setattr(keep, "TemporaryFile", lambda dir: (dir / "room").open("w+b"))  # noqa: A006 - which it is called with
    keep._room((1_000, 583), tmp_path)
    assert (tmp_path / "room").stat().st_blocks * 512 >= 2 * 1_000 * 583


def test_a_row_without_a_picture_takes_no_object(tmp_path: Path) -> None:
    """Features lie in a file, and what is held meanwhile is some numbers for each row and the keys of different titles."""
    rows, titles = 20_000, [f"Linen tee {number}" for number in range(40)]
    table = pa.table({"id": [f"i{row}" for row in range(rows)], "category": ["tops"] * rows, "title": titles * (rows // len(titles))})
    columns = [table.column(one.name) if one.name in table.column_names else pa.nulls(rows, one.type) for one in ITEM_SCHEMA]
    catalogue, cache = Catalogue(pa.table(columns, schema=ITEM_SCHEMA)), tmp_path / "cache"
    stored_features(catalogue, Counting(), tmp_path, cache)
    tracemalloc.start()
    found = stored_features(catalogue, Counting(), tmp_path, cache)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50 * rows
    np.testing.assert_array_equal(found.features[:, 3], np.tile(np.array([len(title) / 10 for title in titles], np.float16), 500))


def test_batches_may_come_back_in_any_order_and_what_is_whole_is_kept(
    shop: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Features and refusals are those of one after the other; what breaks off goes on behind the segments that it had all of."""
    monkeypatch.setattr(keep, "BATCH", 1)
    monkeypatch.setattr(keep, "_SEGMENT", 2)
    expected = catalogue_features(shop, Counting())

    def backwards(encoder: Encoder, batches: Iterable[Batch]) -> Iterator[Encoded]:
        return (encode_batch(encoder, batch) for batch in reversed(list(batches)))

    def broken_off(encoder: Encoder, batches: Iterable[Batch]) -> Iterator[Encoded]:
        yield from list(backwards(encoder, batches))[:3]
        raise ConnectionError

    found = catalogue_features(shop, Counting(), encode=backwards)
    np.testing.assert_array_equal(found.features, expected.features)
    assert found.refused == expected.refused
    with pytest.raises(ConnectionError):
        catalogue_features(shop, Counting(), tmp_path / "cache", encode=broken_off)
    rest = catalogue_features(shop, Counting(), tmp_path / "cache")
    assert rest.encoded == 2
    np.testing.assert_array_equal(rest.features, expected.features)
