"""``attire label``."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli import run


def test_it_says_words_of_each_picture(pictures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Likeliest first, with probabilities, by the encoder that ships."""
    assert run(["label", str(pictures / "tops-0.jpg"), str(pictures / "shoes-1.jpg"), "--k", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [str(pictures / "tops-0.jpg"), str(pictures / "shoes-1.jpg")]
    chances = [float(line.split("%")[0]) for line in lines[1:4]]
    assert len(lines) == 8
    assert chances == sorted(chances, reverse=True)


def test_the_encoder_of_a_bundle_is_asked(pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The one it carries."""
    settings = ["side=32", "width=8", "embedding_size=16", "least_word=2", "epochs=1", "fields=title"]
    pairs = [argument for one in settings for argument in ("--set", one)]
    assert run(["train", str(pictures), "--recipe", "weak-labels", "--out", str(tmp_path / "b"), *pairs]) == 0
    capsys.readouterr()
    assert run(["label", str(pictures / "tops-0.jpg"), "--bundle", str(tmp_path / "b"), "--k", "99"]) == 0
    words = {line.split()[-1] for line in capsys.readouterr().out.splitlines()[1:]}
    assert words == {"red", "green", "blue", "orange", "black", "purple", "shoes", "tops"}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["note.jpg"], "note.jpg: not a picture"),
        (["tops-0.jpg", "missing.jpg"], "missing.jpg: cannot be read"),
        (["tops-0.jpg", "--encoder", "backbone:shufflenet_v2_x0_5"], "knows no words"),
        (["tops-0.jpg", "--encoder", "shipped", "--bundle", "b"], "not both"),
        (["tops-0.jpg", "--encoder", ""], "field '--encoder': no encoder is named"),
        (["tops-0.jpg", "--bundle", "missing"], "no bundle here (manifest.json is missing); `attire train DATA --out missing` writes one"),
        (["tops-0.jpg", "--k", "0"], "--k"),
    ],
)
def test_what_cannot_be_labelled_is_one_line(
    pictures: Path, arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2, before anything is said."""
    monkeypatch.chdir(pictures)
    assert run(["label", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    assert problem in err


def test_a_bundle_over_the_shops_own_features_has_no_encoder(pictures: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Told as it is."""
    assert run(["label", str(pictures / "tops-0.jpg"), "--bundle", str(home / "trained")]) == 2
    assert "the shop's own" in capsys.readouterr().err
