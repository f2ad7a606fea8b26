"""The overlay of ``deploy/kubernetes-shops`` agrees with its base, with the shops that it names and with how several shops are told."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from app.ground.log_urls import databases
from app.ground.settings import Settings, table
from app.shops.told import shops_of
from tests.app.test_kubernetes import FOLDER as BASE
from tests.app.test_kubernetes import MANIFESTS, container

FOLDER: Final = BASE.with_name("kubernetes-shops")
KUSTOMIZATION: Final = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
SECRET: Final = yaml.safe_load((FOLDER / "shops.yaml").read_text())


def patched() -> list[dict[str, Any]]:
    """The base as the overlay changes it."""
    made = deepcopy(MANIFESTS)
    for patch in KUSTOMIZATION["patches"]:
        target = patch["target"]
        meant = [one for one in made if one["kind"] == target["kind"] and target.get("name") in {None, one["metadata"]["name"]}]
        assert meant, target
        for one in meant:
            for operation in yaml.safe_load(patch["patch"]):
                apply(one, operation)
    return made


def apply(whole: Any, operation: dict[str, Any]) -> None:
    """One operation of RFC 6902: what is replaced or removed is there, and what is added is not."""
    at, last = place(whole, operation["path"])
    what, value = operation["op"], deepcopy(operation.get("value"))
    if what == "copy":
        source, name = place(whole, operation["from"])
        what, value = "add", deepcopy(source[name])
    if last == "-":
        at.append(value)
        return
    assert (what == "add") == (isinstance(at, dict) and last not in at), operation
    if what == "remove":
        del at[last]
    else:
        at[last] = value


def place(whole: Any, path: str) -> tuple[Any, Any]:
    """What a path leads into, and the last step of it."""
    *steps, last = path.removeprefix("/").split("/")
    for step in steps:
        whole = whole[int(step)] if isinstance(whole, list) else whole[step]
    return whole, int(last) if isinstance(whole, list) and last != "-" else last


def of(kind: str, name: str) -> dict[str, Any]:
    """The one manifest of that kind and name."""
    (found,) = [one for one in patched() if (one["kind"], one["metadata"]["name"]) == (kind, name)]
    return found


def test_it_is_the_base_and_the_shops() -> None:
    """In the base's namespace, from a folder that is none of the base's: kustomize refuses to go round in a circle."""
    base = yaml.safe_load((BASE / "kustomization.yaml").read_text())
    assert [(FOLDER / name).resolve() for name in KUSTOMIZATION["resources"]] == [BASE, FOLDER / "shops.yaml"]
    assert KUSTOMIZATION["namespace"] == base["namespace"]
    assert {path.name for path in FOLDER.iterdir()} == {"kustomization.yaml", "shops.yaml"}


@pytest.mark.parametrize("name", ["api", "worker"])
def test_service_and_worker_have_the_file_where_it_is_looked_for(name: str) -> None:
    """As a directory, so that it is followed."""
    spec = of("Deployment", name)["spec"]["template"]["spec"]
    file = Path(of("ConfigMap", "attire")["data"]["ATTIRE_SHOPS_FILE"])
    (mount,) = [one for one in spec["containers"][0]["volumeMounts"] if one["mountPath"] == str(file.parent)]
    assert (mount["readOnly"], "subPath" in mount) == (True, False)
    (volume,) = [one for one in spec["volumes"] if one["name"] == mount["name"]]
    assert volume["secret"] == {"secretName": SECRET["metadata"]["name"]}
    assert set(SECRET["stringData"]) == {file.name}


def test_the_shops_are_told_as_they_have_to_be(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With homes on the volume, databases that Redis has, its password, and the hosts of the ingress."""
    (tmp_path / "shops.json").write_text(SECRET["stringData"]["shops.json"])
    for name, value in (of("ConfigMap", "attire")["data"] | {"ATTIRE_SHOPS_FILE": str(tmp_path / "shops.json")}).items():
        assert name in {known for known, _, _ in table()}
        monkeypatch.setenv(name, value)
    shops = shops_of(Settings.read())
    assert len(shops) == 2
    arguments = container("redis")["args"]
    most = int(arguments[arguments.index("--databases") + 1])
    (secret,) = [one for one in MANIFESTS if one["kind"] == "Secret"]
    for shop, said in zip(shops, json.loads(SECRET["stringData"]["shops.json"]).values(), strict=True):
        assert shop.home.parent == Path("/var/lib/attire")
        assert said["log"]["url"].startswith(f"redis://:{secret['stringData']['redis-password']}@redis:6379/")
        assert all(0 < int(one.rpartition("/")[2]) < most for one in databases(said["log"]["url"]))
    ingress = of("Ingress", "api")["spec"]
    hosts = [host for shop in shops for host in shop.hosts]
    assert [rule["host"] for rule in ingress["rules"]] == ingress["tls"][0]["hosts"] == hosts
    assert ingress["rules"][0]["http"] == ingress["rules"][1]["http"]
