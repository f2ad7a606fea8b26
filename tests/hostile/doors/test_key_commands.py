"""``attire keys``, and the real server: what is printed, what is logged, and that a header changes nobody's address."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from app.cli import run
from app.home.keys import KeyFile

TOKEN = re.compile(r"attire_[0-9a-f]{8}_[\w-]{43}")
ATTIRE = [sys.executable, "-c", "from app.cli import main; main()"]


@pytest.fixture
def server(home: Path, tmp_path: Path) -> Iterator[tuple[str, str, Path]]:
    """``attire serve`` over the home: its address, the key that it printed, and where its log goes."""
    log, plain = tmp_path / "log", {name: value for name, value in os.environ.items() if not name.startswith("ATTIRE_")}
    with log.open("w") as err:
        process = subprocess.Popen(
            [*ATTIRE, "serve", "--home", str(home), "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=err,
            text=True,
            env={**plain, "PYTHONUNBUFFERED": "1"},
        )
    assert process.stdout is not None
    token = process.stdout.readline().rsplit(maxsplit=1)[-1]
    url = process.stdout.readline().rsplit(maxsplit=1)[-1]
    yield url, token, log
    process.kill()
    process.communicate()


@pytest.mark.integration
def test_the_real_server_prints_a_key_and_lets_nobody_write_without_it(server: tuple[str, str, Path], home: Path) -> None:
    """Known to it at once: a key that is made and revoked beside it. No secret is in the log."""
    url, first, log = server
    assert TOKEN.fullmatch(first)
    tokens = {first}

    def write(token: str | None, **headers: str) -> int:
        sent = headers if token is None else {"X-API-Key": token, **headers}
        return httpx2.delete(f"{url}/items/none-such", headers=sent, timeout=60).status_code

    assert (write(None), write(first)) == (401, 404)
    assert httpx2.get(f"{url}/categories", timeout=60).status_code == 200
    for name in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"):
        assert httpx2.get(f"{url}/categories", headers={name: "127.0.0.1"}, timeout=60).status_code == 401
    made = subprocess.run([*ATTIRE, "keys", "create", "--home", str(home), "--scope", "write"], capture_output=True, text=True, check=True)
    token = made.stdout.strip()
    tokens.add(token)
    assert write(token) == 404
    key_id = token.split("_")[1]
    assert run(["keys", "revoke", key_id, "--home", str(home)]) == 0
    assert write(token) == 403
    httpx2.get(f"{url}/items", params={"q": "x"}, headers={"Authorization": f"Bearer {first}"}, timeout=60)
    lines = log.read_text()
    assert "status=403" in lines
    assert not any(one.split("_", 2)[2] in lines for one in tokens)
    assert not TOKEN.search(lines)


def test_keys_are_made_listed_and_revoked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What opens is alone on standard output, so that a script can take it; the list shows no secret."""
    home = str(tmp_path)
    assert run(["keys", "create", "--home", home, "--scope", "read,events", "--scope", "write", "--name", "feed"]) == 0
    out, err = capsys.readouterr()
    assert TOKEN.fullmatch(out.strip())
    assert f"of {home} opens read, events, write" in err
    assert run(["keys", "create", "--home", home, "--origin", "https://Shop.example/"]) == 0
    capsys.readouterr()
    page = KeyFile(tmp_path).all()[1]
    assert (page.scopes, page.origins, page.is_publishable) == (("events", "read"), ("https://shop.example",), True)
    assert run(["keys", "revoke", page.id, "--home", home]) == 0
    capsys.readouterr()
    assert run(["keys", "list", "--home", home]) == 0
    listed = capsys.readouterr().out
    assert "feed" in listed
    assert "revoked" in listed.splitlines()[1]
    assert out.strip().split("_", 2)[2] not in listed
    assert run(["keys", "list", "--json", "--home", home]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(one["name"], one["scopes"], bool(one["revoked"])) for one in told] == [
        ("feed", ["read", "events", "write"], False),
        ("unnamed", ["events", "read"], True),
    ]
    assert not {"salt", "hash"} & set(told[0])


def test_no_keys_are_not_listed_in_silence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A home that is not there is an error, one without keys says so; each is named, with what to do."""
    nowhere = tmp_path / "nowhere"
    for home, code in ((nowhere, 2), (tmp_path, 0)):
        assert run(["keys", "list", "--home", str(home)]) == code
        out, err = capsys.readouterr()
        assert (out, len(err.splitlines())) == ("", 1)
        assert f"{home}: no " in err
        assert "`attire keys create`" in err
    assert not nowhere.exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["create", "--scope", "wrte"], "did you mean 'write'?"),
        (["create", "--scope", "admin", "--origin", "https://shop.example"], "events and read only"),
        (["create", "--origin", "www.boutique.example"], "write it as https://www.boutique.example"),
        (["create", "--origin", "http://boutique.example/page"], "write it as http://boutique.example"),
        (["create", "--origin", "*"], "name each"),
        (["revoke", "00000000"], "no key '00000000'"),
    ],
)
def test_what_cannot_be_is_one_line_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    """Naming what to do."""
    assert run(["keys", *words, "--home", str(tmp_path)]) == 2
    err = capsys.readouterr().err
    assert told in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "{}",
        '{"keys": 3}',
        '{"keys": [{"id": "a", "name": "b", "scopes": [3]}]}',
        '{"keys": [{"id": "a", "name": "b", "scopes": ["read"], "salt": "zz"}]}',
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    """And left as it is."""
    (tmp_path / "keys.json").write_text(text)
    for words in (["list"], ["create"], ["revoke", "x"]):
        assert run(["keys", *words, "--home", str(tmp_path)]) == 2
        assert "keys.json" in capsys.readouterr().err
    assert (tmp_path / "keys.json").read_text() == text
