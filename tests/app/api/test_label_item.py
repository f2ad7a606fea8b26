"""Words for pictures, and pictures for words, over HTTP."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.catalogue.importing import import_catalogue
from app.catalogue.publishing import publish
from app.ground.parts import Limits
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.main import create_app
from models.recipes.train import train

pytestmark = pytest.mark.training

TINY = {
    "side": "32", "width": "8", "embedding_size": "16", "batch_size": "8", "least_word": "2", "epochs": "40",
    "learning_rate": "0.01", "augment": "false", "fields": "title",
}  # fmt: skip


@pytest.fixture(scope="module")
def labelling_home(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose release is a ``weak-labels`` bundle with its own encoder, trained on the pictures by their titles. Read only."""
    root = tmp_path_factory.mktemp("labelling")
    bundle = train(pictures, "weak-labels", root / "bundle", settings=TINY)
    import_catalogue(pictures, ReleaseStore(root / "home"), encoder=bundle.encoder_spec, default_encoder="shipped")
    publish(root / "bundle", ReleaseStore(root / "home"))
    return root / "home"


@pytest.fixture(scope="module")
def labelling(labelling_home: Path) -> Iterator[TestClient]:
    """The service over it."""
    with TestClient(create_app(Settings(home=labelling_home))) as opened:
        yield opened


def sent(data: bytes) -> dict[str, str]:
    """A picture of a request."""
    return {"base64": base64.b64encode(data).decode()}


def test_a_picture_is_labelled(labelling: TestClient, pictures: Path) -> None:
    """With the words it was trained to say, likeliest first, as many as asked for."""
    answer = labelling.post("/label-item", json={"image": sent((pictures / "tops-2.jpg").read_bytes()), "k": 3}).json()
    chances = [word["probability"] for word in answer["words"]]
    assert len(chances) == 3
    assert chances == sorted(chances, reverse=True)
    assert 0 < sum(chances) <= 1
    assert "blue" in {word["word"] for word in answer["words"]}
    assert answer["release"].startswith("r2-")


def test_the_bundle_in_the_home_carries_its_encoder(labelling_home: Path) -> None:
    """What serves is found in the home, not where it was trained."""
    store = ReleaseStore(labelling_home)
    current = store.current()
    assert current is not None
    body = json.loads((store.bundle_path(current.bundle) / "manifest.json").read_text())
    assert body["encoder"]["spec"] == "bundle:encoder"
    assert (store.bundle_path(current.bundle) / "encoder" / "words.json").is_file()


def test_words_find_pictures(labelling: TestClient) -> None:
    """Of all categories, or of one."""
    answer = labelling.post("/similar-items", json={"text": "Blue", "k": 2}).json()
    assert {item["id"] for item in answer["items"]} == {"shoes-2", "tops-2"}
    one = labelling.post("/similar-items", json={"text": "blue", "category": "tops", "k": 12}).json()["items"]
    assert {item["category"] for item in one} == {"tops"}
    assert one[0]["id"] == "tops-2"
    assert "cut" not in {item["id"] for item in one}


def test_words_that_are_unknown_find_nothing(labelling: TestClient) -> None:
    """And the answer says so."""
    answer = labelling.post("/similar-items", json={"text": "zzz"}).json()
    assert answer["items"] == []
    assert "none of these words" in answer["fallback"]


def test_an_encoder_that_reads_says_when_it_guesses(pictures: Path, tmp_path: Path) -> None:
    """It finds something for any text; one without a word that it was taught is told as such."""
    import_catalogue(pictures, ReleaseStore(tmp_path), encoder="shipped", default_encoder="shipped")
    with TestClient(create_app(Settings(home=tmp_path))) as client:
        known, unknown = (client.post("/similar-items", json={"text": text}).json() for text in ("blue shirt", "xyzzy"))
    assert known["items"]
    assert "fallback" not in known
    assert unknown["items"]
    assert "a guess" in unknown["fallback"]


def test_a_picture_alone_is_compared_with_all(picture_client: TestClient, pictures: Path) -> None:
    """No category is needed; one narrows."""
    image = sent((pictures / "tops-2.jpg").read_bytes())
    items = picture_client.post("/similar-items", json={"image": image, "k": 12}).json()["items"]
    assert items[0]["id"] == "tops-2"
    assert {item["category"] for item in items} == {"shoes", "tops"}
    narrowed = picture_client.post("/similar-items", json={"image": image, "k": 12, "category": "shoes"}).json()["items"]
    assert {item["category"] for item in narrowed} == {"shoes"}


def test_an_id_is_an_item(client: TestClient) -> None:
    """``id`` says what ``item`` says."""
    by_id, by_item = (client.post("/similar-items", json={name: "tops-1", "k": 5}).json() for name in ("id", "item"))
    assert by_id == by_item


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, "give exactly one of item, id, image and text; there is none"),
        ({"item": "tops-1", "text": "red"}, "not item and text"),
        ({"id": "tops-1", "category": "tops"}, "category goes with image or text"),
        ({"text": "  "}, "the text is blank"),
    ],
)
def test_what_to_compare_must_be_clear(client: TestClient, body: dict[str, Any], problem: str) -> None:
    """One thing, told as what it is."""
    answer = client.post("/similar-items", json=body)
    assert answer.status_code == 422
    assert problem in answer.json()["errors"][0]["problem"]


def test_a_text_of_an_unknown_category_is_404(picture_client: TestClient) -> None:
    """With the nearest there is."""
    answer = picture_client.post("/similar-items", json={"text": "red", "category": "shoos"})
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["field"] == "category"


@pytest.mark.parametrize(("data", "field"), [(b"I am a text", "image.base64"), (b"\xff\xd8\xff", "image.base64")])
@pytest.mark.parametrize("path", ["/label-item", "/similar-items"])
def test_a_bad_picture_is_422_naming_its_field(picture_client: TestClient, path: str, data: bytes, field: str) -> None:
    """As everywhere."""
    answer = picture_client.post(path, json={"image": sent(data)})
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/bad-picture"
    assert answer.json()["errors"][0]["field"] == field


def test_what_is_not_base64_is_422(picture_client: TestClient) -> None:
    """Told by its field."""
    answer = picture_client.post("/label-item", json={"image": {"base64": "!!!"}})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "image.base64"


@pytest.mark.parametrize("k", [0, 101, "ten"])
def test_a_k_out_of_range_is_422(labelling: TestClient, jpeg: Callable[..., bytes], k: object) -> None:
    """Named."""
    answer = labelling.post("/label-item", json={"image": sent(jpeg("red")), "k": k})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "k"


def test_an_encoder_without_words_says_so(picture_client: TestClient, client: TestClient, jpeg: Callable[..., bytes]) -> None:
    """An untrained backbone, and the shop's own features."""
    for each in (picture_client, client):
        answer = each.post("/label-item", json={"image": sent(jpeg("red"))})
        assert answer.status_code == 422
        assert answer.json()["type"] == "/problems/no-encoder"
        assert each.post("/similar-items", json={"text": "red"}).status_code == 422


def test_a_request_encodes_once(labelling_home: Path, jpeg: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Encoding is the dearest work there is; a limit on photos holds here, too."""
    app = create_app(Settings(home=labelling_home))
    with TestClient(app) as client:
        calls = []
        encoder = app.state.services.serving.current().encoder
        encode = encoder.encode
        monkeypatch.setattr(encoder, "encode", lambda *given: calls.append(given) or encode(*given))
        assert client.post("/label-item", json={"image": sent(jpeg("red"))}).status_code == 200
        assert len(calls) == 1
    with TestClient(create_app(Settings(home=labelling_home, limits=Limits(max_photos=0)))) as client:
        assert client.post("/label-item", json={"image": sent(jpeg("red"))}).json()["type"] == "/problems/limit-exceeded"


def test_probabilities_are_finite(labelling: TestClient, jpeg: Callable[..., bytes]) -> None:
    """For any picture."""
    answers = [labelling.post("/label-item", json={"image": sent(jpeg(colour)), "k": 100}).json() for colour in ("white", "red")]
    assert all(np.isfinite(word["probability"]) for answer in answers for word in answer["words"])
    assert all(sum(word["probability"] for word in answer["words"]) == pytest.approx(1) for answer in answers)
