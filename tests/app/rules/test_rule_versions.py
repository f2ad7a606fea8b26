"""Versions of the rules: what each changed, what a change is made for, how one comes back, and when it goes."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.cli import run
from app.home import versions
from app.home.versions import LOOKED_S
from app.rules.book import RuleFile
from app.rules.rule import RULES

OFF = {"id": "off", "do": "exclude", "items": {"brand": ["Northwind"]}}


def test_who_changed_what_is_at_another_version_is_told(shop: TestClient) -> None:
    """By the tag of an answer, or the version that it tells; without the header as ever."""
    tag = shop.put("/rules", json={"rules": [OFF]}).headers["ETag"]
    assert shop.get("/rules", headers={"If-None-Match": shop.get("/rules").headers["ETag"]}).status_code == 304
    for if_match, status in ((tag, 200), (tag, 412), ('"2"', 200), ("*", 200), ('"x"', 412), ('W/"4-0"', 200)):
        told = shop.put("/rules", json={"rules": [OFF]}, headers={"If-Match": if_match})
        assert told.status_code == status, if_match
    behind = shop.delete("/rules/off", headers={"If-Match": tag})
    assert (behind.status_code, behind.json()["type"]) == (412, "/problems/other-version")
    assert "at version 5 by now" in behind.json()["detail"]
    assert shop.delete("/rules/off", headers={"If-Match": '"5"'}).json()["version"] == 6


def test_all_rules_are_replaced_at_once(shop: TestClient) -> None:
    """In one version, also by none; without saying so none is refused."""
    shop.put("/rules", json={"rules": [{**OFF, "id": f"off{n}"} for n in range(50)]})
    assert shop.put("/rules?replace=true", json={"rules": [OFF]}).json() == {"version": 2, "rules": [OFF], "conflicts": []}
    none = shop.put("/rules", json={"rules": []})
    assert (none.status_code, none.json()["errors"][0]["field"]) == (422, "rules")
    assert shop.put("/rules?replace=true", json={"rules": []}).json()["rules"] == []
    version = shop.get("/rules").json()["version"]
    assert shop.delete("/rules", headers={"If-Match": f'"{version - 1}"'}).status_code == 412
    assert shop.delete("/rules", headers={"If-Match": f'"{version}"'}).json() == {"version": version + 1, "rules": [], "conflicts": []}


def test_versions_tell_what_they_changed_and_are_restored(
    shop: TestClient, own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Over HTTP and by the command; a file that is garbled is mended so, too."""
    other = {**OFF, "id": "other"}
    for rules in ([OFF], [other, {**OFF, "note": "why"}]):
        shop.put("/rules", json={"rules": rules})
    shop.delete("/rules/off")
    told = shop.get("/rules/versions", params={"limit": 2}).json()["versions"]
    assert [(one["version"], one["rules"], one["added"], one["changed"], one["removed"]) for one in told] == [
        (3, 1, [], [], ["off"]),
        (2, 2, ["other"], ["off"], []),
    ]
    assert shop.get("/rules?version=1").json()["rules"] == [OFF]
    gone = shop.get("/rules?version=9")
    assert (gone.status_code, gone.json()["type"]) == (404, "/problems/unknown-version")
    assert run(["rules", "history", "--home", str(own)]) == 0
    assert [line.split("  ")[2:] for line in capsys.readouterr().out.splitlines()] == [
        ["1 rule", "-off"],
        ["2 rules", "+other", "~off"],
        ["1 rule", "+off"],
    ]
    (own / "rules.json").write_text("{")
    assert run(["rules", "restore", "1", "--home", str(own)]) == 0
    time.sleep(LOOKED_S)
    assert shop.get("/rules").json()["rules"] == [OFF]
    assert shop.get("/rules/versions").json()["versions"][0]["version"] == 4
    assert run(["rules", "restore", "99", "--home", str(own)]) == 2
    (tmp_path / "one.json").write_text(json.dumps({**OFF, "items": {"brand": ["Northwnd"]}}))
    assert run(["rules", "put", str(tmp_path / "one.json"), "--replace", "--home", str(own)]) == 0
    assert "probably not meant: off: the catalogue has no brand 'Northwnd' now" in capsys.readouterr().err
    assert run(["rules", "list", "--home", str(own)]) == 0
    assert capsys.readouterr().out == "off  in force  Never suggests brand Northwnd\n"


def test_old_versions_go_but_the_newest_and_those_of_late(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `attire gc` and the worker remove what nothing needs; what went is unknown, and what it changed is not told."""
    monkeypatch.setattr(versions, "KEPT", 2)
    file = RuleFile(own)
    for _ in range(5):
        file.put(RULES.validate_python([OFF]))
    assert file.leftovers() == []
    for number in (1, 2, 4):
        os.utime(own / "rules" / f"{number:06}.json", (0, 0))
    assert [path.stem for path in file.leftovers()] == ["000002", "000001"]
    assert run(["gc", "--home", str(own)]) == 0
    assert file.numbers() == [5, 4, 3]
    assert [(one.version, one.changed) for one in file.history(5)] == [(5, ()), (4, ()), (3, None)]
