"""A home that is mistyped is told, and not made."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli import run


@pytest.mark.parametrize(
    "command",
    [
        *["log check", "log repair", "releases list", "keys list", "rules list", "experiments show", "events list", "backup out.tar.zst"],
        *["rules put {said}", "rules remove r", "rules history", "rules restore 1", "experiments put {said}"],
    ],
)
def test_a_home_that_is_not_there_is_told(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By whatever reads one, and by what changes something in it."""
    missing, file = tmp_path / "nowhere", tmp_path / "said.json"
    file.write_text("[]")
    assert run([*command.format(said=file).split(), "--home", str(missing)]) == 2
    said = capsys.readouterr()
    assert (f"{missing}: no home here; name another --home" in said.err, said.out) == (True, "")
    assert not missing.exists()


def test_a_first_import_that_is_refused_leaves_no_home(tmp_path: Path) -> None:
    """Neither of a path that is mistyped, nor of a file that is no feed."""
    (tmp_path / "orders.csv").write_text("a;b\n1;2\n")
    for name in ("nowhere.csv", "nowhere", "orders.csv"):
        assert run(["import", str(tmp_path / name), "--home", str(tmp_path / "shop")]) == 2
    assert not (tmp_path / "shop").exists()


def test_a_key_that_makes_a_home_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Once: the next one is of the same home."""
    for told in (True, False):
        assert run(["keys", "create", "--home", str(tmp_path / "new")]) == 0
        assert (f"{tmp_path / 'new'}: no home was here" in capsys.readouterr().err) is told
