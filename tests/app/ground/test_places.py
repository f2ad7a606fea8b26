"""How a home is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import cli, run
from app.ground.places import as_home, shown, working_copy
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from models.errors import InputError

LOG = {"url": "redis://127.0.0.1:1/0"}


@pytest.mark.parametrize("told", ["S3://shops/p", "s3//shops/p", "gs://shops/p", "s3:/shops/p", "https://shops/p", "S3:/shops", "file:/x"])
def test_what_looks_like_a_url_is_no_directory(told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """In the environment, and on the command line."""
    with pytest.raises(InputError, match=r"ATTIRE_HOME.*s3://BUCKET/PREFIX"):
        Settings.read(home=told, log=LOG)
    monkeypatch.setenv("ATTIRE_HOME", told)
    with pytest.raises(InputError, match="looks like a URL"):
        Settings.read(log=LOG)
    monkeypatch.delenv("ATTIRE_HOME")
    assert run(["releases", "list", "--home", told]) == 2
    assert f"{told!r} looks like a URL" in capsys.readouterr().err


@pytest.mark.parametrize("told", ["s3://bk/p", "s3://Attire_A/p", "s3://", "s3://-shop/p"])
def test_a_bad_name_of_a_bucket_is_told_with_what_names_are(told: str) -> None:
    """Not of the prefix alone."""
    with pytest.raises(InputError, match="3 to 63 lowercase letters, digits, hyphens and dots"):
        Settings.read(home=told, log=LOG)
    with pytest.raises(InputError, match="the prefix of letters, digits"):
        Settings.read(home="s3://shops/a b", log=LOG)


def test_directories_and_places_in_buckets_are_homes() -> None:
    """However deep; a path may have lost a slash of its URL."""
    for told in ("attire-home", "/srv/a:b", "./s3", "s3/shops", "~/x"):
        assert as_home(told) == Path(told)
    assert as_home("s3://shops/a/b") == as_home(Path("s3://shops/a/b")) == Path("s3:/shops/a/b")


def test_a_working_copy_is_named_by_its_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is told what to type next types that."""
    monkeypatch.setattr("app.ground.places.find_spec", lambda _: True)
    monkeypatch.setattr("app.home.store.origin_of", lambda _: None)
    monkeypatch.setattr("app.home.store.refreshed", lambda _: None)
    home = working_copy("s3://shops/a", tmp_path)
    assert (shown(home), shown(tmp_path)) == ("s3://shops/a", str(tmp_path))
    with pytest.raises(Exception, match="s3://shops/a: no release here yet; run `attire import DATA --home s3://shops/a`"):
        ReleaseStore(home).served()
    environment = {"ATTIRE_CACHE": str(tmp_path), "ATTIRE_LOG__URL": LOG["url"]}
    said = CliRunner().invoke(cli, ["doctor", "--home", "s3://shops/a"], env=environment).output
    assert "run `attire import DATA --home s3://shops/a`" in said
    assert "homes" not in said
