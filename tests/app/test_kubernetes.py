"""The manifests of ``deploy/kubernetes`` agree with each other, with the composition, and with what the service is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from app.ground.settings import Settings, table
from app.main import create_app

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "deploy" / "kubernetes"
KUSTOMIZATION: Final = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
MANIFESTS: Final = [one for name in KUSTOMIZATION["resources"] for one in yaml.safe_load_all((FOLDER / name).read_text())]
COMPOSITION: Final = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
WORKLOADS: Final = {one["metadata"]["name"]: one for one in MANIFESTS if one["kind"] in {"Deployment", "StatefulSet"}}


def of(kind: str, name: str | None = None) -> dict[str, Any]:
    """The one manifest of that kind, and name."""
    (found,) = [one for one in MANIFESTS if one["kind"] == kind and name in {None, one["metadata"]["name"]}]
    return found  # type: ignore[no-any-return]


def pod(name: str) -> dict[str, Any]:
    """The pod that a workload makes."""
    return WORKLOADS[name]["spec"]["template"]["spec"]  # type: ignore[no-any-return]


def container(name: str) -> dict[str, Any]:
    """Its only container."""
    (found,) = pod(name)["containers"]
    return found  # type: ignore[no-any-return]


def selected(labels: dict[str, str]) -> list[str]:
    """The workloads whose pods have these labels."""
    return [name for name, one in WORKLOADS.items() if labels.items() <= one["spec"]["template"]["metadata"]["labels"].items()]


def below(value: Any, name: str) -> Iterator[Any]:
    """What is said under a name, wherever."""
    if isinstance(value, dict):
        yield from ([value[name]] if name in value else [])
        for inner in value.values():
            yield from below(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from below(inner, name)


def test_every_file_is_a_resource() -> None:
    """And the workloads are those of the composition that keep state or answer."""
    assert {path.name for path in FOLDER.glob("*.yaml")} == {"kustomization.yaml", *KUSTOMIZATION["resources"]}
    assert set(WORKLOADS) == {"api", "worker", "redis"}
    assert {one["name"] for one in KUSTOMIZATION["images"]} == {container("api")["image"], container("worker")["image"]}


@pytest.mark.parametrize("one", MANIFESTS, ids=lambda one: f"{one['kind']}-{one['metadata']['name']}")
def test_whatever_selects_pods_selects_those_of_its_name(one: dict[str, Any]) -> None:
    """By labels that they have."""
    selectors = [*below(one, "matchLabels"), *([one["spec"]["selector"]] if one["kind"] == "Service" else [])]
    for labels in selectors:
        if "kubernetes.io/metadata.name" not in labels:
            assert len(selected(labels)) == 1
    if one["kind"] in {"Deployment", "StatefulSet", "PodDisruptionBudget"}:
        assert selected(one["spec"]["selector"]["matchLabels"]) == [one["metadata"]["name"]]
    if one["kind"] == "Service":
        assert selected(one["spec"]["selector"]) == [one["metadata"]["name"]]
    if one["kind"] == "NetworkPolicy":
        assert selected(one["spec"]["podSelector"]["matchLabels"]) == [one["metadata"]["name"]]


def test_every_setting_is_one_and_can_be_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Those of the ConfigMap, and those that a container has of its own; the keys are the replicas' alone."""
    known = {name for name, _, _ in table()}
    own = {name: {entry["name"] for entry in container(name).get("env", [])} for name in WORKLOADS}
    said = {**of("ConfigMap")["data"], "ATTIRE_LOG__URL": "redis://:secret@redis:6379/0", "ATTIRE_HOME": str(tmp_path)}
    for name in (*said, *own["api"], *own["worker"]):
        assert not name.startswith("ATTIRE_") or name in known, name
    for name, value in said.items():
        assert isinstance(value, str)
        monkeypatch.setenv(name, value)
    settings = Settings.read()
    assert settings.hosts == tuple(rule["host"] for rule in of("Ingress")["spec"]["rules"])
    assert {name for name in own["api"] if "KEYS" in name} == {"ATTIRE_KEYS__ADMIN", "ATTIRE_KEYS__CATALOGUE"}
    assert not any("KEYS" in name for name in own["worker"])
    said_by_composition = {name for name in COMPOSITION["x-environment"] if name.startswith("ATTIRE_")}
    assert said_by_composition - {"ATTIRE_LOG__URL", "ATTIRE_WORKER__TRAINING", "ATTIRE_WORKER__SHADOW_REQUESTS"} <= said.keys()


def test_what_is_referred_to_is_there() -> None:
    """Keys of the secret, the configuration, claims, mounts, ports, services."""
    secret = of("Secret")
    for reference in below(MANIFESTS, "secretKeyRef"):
        assert (reference["name"], reference["key"] in secret["stringData"]) == (secret["metadata"]["name"], True)
    assert {one["name"] for one in below(MANIFESTS, "configMapRef")} == {of("ConfigMap")["metadata"]["name"]}
    assert {one["claimName"] for one in below(MANIFESTS, "persistentVolumeClaim")} == {of("PersistentVolumeClaim")["metadata"]["name"]}
    for name, workload in WORKLOADS.items():
        claimed = {one["metadata"]["name"] for one in workload["spec"].get("volumeClaimTemplates", [])}
        volumes = {one["name"] for one in pod(name).get("volumes", [])} | claimed
        assert {one["name"] for one in container(name)["volumeMounts"]} == volumes
        order = [entry["name"] for entry in container(name).get("env", [])]
        for entry in container(name).get("env", []):
            for used in re.findall(r"\$\((\w+)\)", entry.get("value", "")):
                assert order.index(used) < order.index(entry["name"])
    ports = {name: {one["name"]: one["containerPort"] for one in container(name).get("ports", [])} for name in WORKLOADS}
    for name in ("api", "redis"):
        (port,) = of("Service", name)["spec"]["ports"]
        assert ports[name][port["targetPort"]] == port["port"]
        (open_to,) = of("NetworkPolicy", name)["spec"]["ingress"]
        assert [one["port"] in ports[name] for one in open_to["ports"]] == [True]
    assert of("HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]["name"] in WORKLOADS
    assert "replicas" not in WORKLOADS["api"]["spec"]
    assert of("PodDisruptionBudget")["spec"]["minAvailable"] < of("HorizontalPodAutoscaler")["spec"]["minReplicas"]
    for backend in below(of("Ingress"), "backend"):
        assert of("Service", backend["service"]["name"])["spec"]["ports"][0]["name"] == backend["service"]["port"]["name"]


def test_probes_ask_what_the_service_answers(tmp_path: Path) -> None:
    """At the port that it listens on in the image; and a pod that goes has time for what is under way."""
    routes = create_app(Settings(home=tmp_path)).openapi()["paths"]
    probes = {kind: container("api")[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
    assert {one["path"].partition("?")[0] for one in probes.values()} <= routes.keys()
    assert (probes["liveness"]["path"], probes["readiness"]["path"]) == ("/healthz", "/readyz?serving=true")
    assert f"http://127.0.0.1:8000{probes['readiness']['path']}'" in (ROOT / "Dockerfile").read_text()
    (port,) = container("api")["ports"]
    assert {one["port"] for one in probes.values()} == {port["name"]}
    assert port["containerPort"] == Settings.model_fields["port"].default
    assert f"EXPOSE {port['containerPort']}" in (ROOT / "Dockerfile").read_text()
    waits = int(container("api")["lifecycle"]["preStop"]["exec"]["command"][-1])
    grace = int(of("ConfigMap")["data"]["ATTIRE_GRACE_S"])
    assert pod("api")["terminationGracePeriodSeconds"] > waits + grace + 5
    assert f"{pod('worker')['terminationGracePeriodSeconds']}s" == COMPOSITION["services"]["worker"]["stop_grace_period"]


@pytest.mark.parametrize("name", WORKLOADS)
def test_no_container_may_more_than_in_the_composition(name: str) -> None:
    """Nobody's root, nothing written but to volumes, no capability, no token of the cluster."""
    own, whole = container(name)["securityContext"], pod(name)["securityContext"]
    assert own == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    assert (whole["runAsNonRoot"], whole["seccompProfile"], pod(name)["automountServiceAccountToken"]) == (
        True,
        {"type": "RuntimeDefault"},
        False,
    )
    if name != "redis":
        assert f"USER {whole['runAsUser']}:{whole['runAsGroup']}" in (ROOT / "Dockerfile").read_text()
        assert {one["mountPath"] for one in container(name)["volumeMounts"]} == {"/var/lib/attire", *COMPOSITION["x-attire"]["tmpfs"]}


def test_limits_and_redis_are_those_of_the_composition() -> None:
    """Its command, and what each may take."""
    sizes = {"768m": "768Mi", "2g": "2Gi", "3g": "3Gi", "6g": "6Gi"}
    for name in WORKLOADS:
        limits = COMPOSITION["services"][name]["deploy"]["resources"]["limits"]
        assert container(name)["resources"]["limits"] == {"cpu": limits["cpus"], "memory": sizes[limits["memory"]]}
    said, here = COMPOSITION["services"]["redis"]["command"], container("redis")["args"]
    password = said.index("--requirepass") + 1
    assert [*here[:password], *here[password + 1 :]] == [*said[:password], *said[password + 1 :]]
    assert container("redis")["image"] == COMPOSITION["services"]["redis"]["image"]


def test_the_world_reaches_what_the_proxy_passes_on() -> None:
    """And nothing else."""
    caddy = (ROOT / "deploy" / "caddy" / "Caddyfile").read_text()
    public = {path for line in re.findall(r"^\t\tpath (.+)$", caddy, re.MULTILINE) for path in line.split()}
    found = {(one["path"], one["pathType"]) for one in of("Ingress")["spec"]["rules"][0]["http"]["paths"]}
    wanted = {(path.removesuffix("/*"), "Prefix" if path.endswith("/*") else "Exact") for path in public}
    assert found == wanted - {("/items", "Exact")}  # which the prefix has, too
