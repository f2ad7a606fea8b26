"""The files of ``deploy/ray``: Ray's own schemas take them, and they fit each other, the code and ``deploy/kubernetes``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from app.ground.settings import Settings, table
from tests.app.test_kubernetes import ROOT, below, container, of, pod

FOLDER: Final = ROOT / "deploy" / "ray"
SERVED: Final = yaml.safe_load((FOLDER / "serve.yaml").read_text())
SERVICE, BUDGET, *POLICIES = yaml.safe_load_all((FOLDER / "rayservice.yaml").read_text())
CLUSTER: Final = SERVICE["spec"]["rayClusterConfig"]
GROUPS: Final = {"head": CLUSTER["headGroupSpec"], **{one["groupName"]: one for one in CLUSTER["workerGroupSpecs"]}}
CRD: Final = {
    "rayservice": {"deploymentUnhealthySecondThreshold", "excludeHeadPodFromServeSvc", "managedBy", "rayClusterConfig", "serveConfigV2"},
    "cluster": {"authOptions", "autoscalerOptions", "enableInTreeAutoscaling", "headGroupSpec", "rayVersion", "workerGroupSpecs"},
    "head": {"rayStartParams", "template"},
    "replicas": {"groupName", "maxReplicas", "minReplicas", "rayStartParams", "replicas", "template"},
}
"""Of the fields that the resource's definition (``ray.io/v1``) has, those that may be of use here."""


def containers() -> list[dict[str, Any]]:
    """That of each group."""
    found = []
    for group in GROUPS.values():
        (one,) = group["template"]["spec"]["containers"]
        found.append(one)
    return found


def test_serve_takes_its_file() -> None:
    """It names a deployment that there is, and scales it as the command does, but for how many there are at least."""
    pytest.importorskip("ray")
    from ray.serve.schema import ServeDeploySchema  # noqa: PLC0415 - an extra

    from app.ray import serve  # noqa: PLC0415

    [application] = ServeDeploySchema.model_validate(SERVED).applications
    assert application.import_path == "app.ray.serve:app"
    [one] = application.deployments
    assert one.name == serve.NAME
    assert one.autoscaling_config == {**serve.SCALING, "min_replicas": 2}
    assert SERVED["http_options"]["request_timeout_s"] == Settings.model_fields["deadline_s"].default + serve.LAST_S


def test_the_settings_say_what_is_deployed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shops have a router of their own, which is told where each has its keys and nothing secret; encoders are a deployment beside."""
    pytest.importorskip("ray")
    from app.ray import encoder, serve  # noqa: PLC0415 - an extra

    alone = serve.app({})._bound_deployment
    assert (alone.name, alone.init_args) == (serve.NAME, ())

    shops = {"north": {"home": str(tmp_path / "north"), "hosts": ["n.example"]}, "south": {"home": str(tmp_path / "south")}}
    for name, value in {"SHOPS": json.dumps(shops), "ENCODERS": "2", "KEYS__ADMIN": "the-operators-own-key"}.items():
        monkeypatch.setenv(f"ATTIRE_{name}", value)
    replicas = serve.app({})._bound_deployment
    [beside] = replicas.init_args
    assert (beside._bound_deployment.name, beside._bound_deployment.num_replicas) == (encoder.NAME, 2)
    way = replicas._deployment_config.request_router_config
    assert way.request_router_kwargs == {"shops": {name: {"hosts": [], **said} for name, said in shops.items()}}


def test_the_cluster_file_keeps_to_rays_schema() -> None:
    """That of its autoscaler."""
    pytest.importorskip("ray")
    from ray.autoscaler._private.util import prepare_config, validate_config  # noqa: PLC0415 - an extra

    validate_config(prepare_config(yaml.safe_load((FOLDER / "cluster.yaml").read_text())))


def test_kubernetes_serves_the_same() -> None:
    """By a resource that has no field which its kind does not."""
    assert (SERVICE["apiVersion"], SERVICE["kind"]) == ("ray.io/v1", "RayService")
    assert yaml.safe_load(SERVICE["spec"]["serveConfigV2"]) == SERVED
    assert SERVICE["spec"].keys() <= CRD["rayservice"]
    assert CLUSTER.keys() <= CRD["cluster"]
    assert all(group.keys() <= CRD[name] for name, group in GROUPS.items())


def test_there_is_room_for_every_replica() -> None:
    """A core each, and the memory that a replica has elsewhere; none on the head."""
    workers = GROUPS["replicas"]
    (worker,) = workers["template"]["spec"]["containers"]
    cores, scaling = int(worker["resources"]["limits"]["cpu"]), SERVED["applications"][0]["deployments"][0]["autoscaling_config"]
    assert workers["maxReplicas"] * cores == scaling["max_replicas"]
    assert workers["minReplicas"] * cores >= scaling["min_replicas"]
    assert workers["replicas"] == workers["minReplicas"]
    each = int(container("api")["resources"]["limits"]["memory"].removesuffix("Gi"))
    assert worker["resources"]["limits"]["memory"] == f"{cores * each}Gi"
    assert GROUPS["head"]["rayStartParams"] == {"num-cpus": "0"}


def test_replicas_outlive_a_machine() -> None:
    """They are on two at least, and of those that a drain may take, one is left; the head is none of them."""
    head, workers = (GROUPS[name]["template"] for name in ("head", "replicas"))
    chosen = BUDGET["spec"]["selector"]["matchLabels"]
    assert chosen.items() <= workers["metadata"]["labels"].items()
    assert not chosen.items() <= head["metadata"]["labels"].items()
    assert BUDGET["spec"]["minAvailable"] == GROUPS["replicas"]["minReplicas"] - 1 > 0
    [spread] = workers["spec"]["topologySpreadConstraints"]
    assert spread["labelSelector"]["matchLabels"] == chosen
    assert spread | {"labelSelector": None} == pod("api")["topologySpreadConstraints"][0] | {"labelSelector": None}


def test_it_takes_what_the_manifests_of_kubernetes_have() -> None:
    """Settings, secrets, home, and who may reach what."""
    known = {name for name, _, _ in table()}
    for one in containers():
        assert one["envFrom"] == container("api")["envFrom"]
        assert one["env"] == container("api")["env"]
        assert {entry["name"] for entry in one["env"] if entry["name"].startswith("ATTIRE_")} <= known
        assert one["volumeMounts"] == container("api")["volumeMounts"][:1]
        assert not one["securityContext"]["allowPrivilegeEscalation"]
    for group in GROUPS.values():
        [volume] = group["template"]["spec"]["volumes"]
        assert volume["persistentVolumeClaim"]["claimName"] == of("PersistentVolumeClaim")["metadata"]["name"]
        assert group["template"]["spec"]["securityContext"]["runAsNonRoot"]
    labels = GROUPS["replicas"]["template"]["metadata"]["labels"]
    ours, redis = POLICIES
    ray = GROUPS["head"]["template"]["metadata"]["labels"]
    assert ours["spec"]["podSelector"]["matchLabels"] == ray
    assert ray.items() <= labels.items()
    assert redis["spec"]["podSelector"] == of("NetworkPolicy", "redis")["spec"]["podSelector"]
    assert ray in list(below(redis["spec"]["ingress"], "matchLabels"))
    assert {one["metadata"]["namespace"] for one in (SERVICE, BUDGET, ours, redis)} == {of("Namespace")["metadata"]["name"]}
