"""What a bundle says of itself: ``manifest.json``."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from models.compatibility.calibration import Calibration
from models.encoders.features import Block
from models.errors import BundleError

FORMAT: Final = 2
_MINUTES: Final = "minutes"  # what training measures by the clock
CARRIED: Final = "bundle:encoder"
"""The spec of an encoder that lies in the bundle itself, in its directory ``encoder``."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a bundle says of itself.

    Attributes:
        recipe: the training procedure; ``config`` is its full configuration.
        model: the compatibility model's name in ``models.compatibility.build``; ``model_config`` its arguments.
        encoder: the spec, fingerprint and blocks that features must come from.
        categories: known to the model, in the order of their index.
        calibration: of an outfit's score. completion: of an item's score given the others.
        metrics: on validation data, at the end of training.
        parent: the bundle that training started from, if any.
        files: name -> sha256.
    """

    recipe: str
    config: Mapping[str, Any]
    model: str
    model_config: Mapping[str, Any]
    encoder_spec: str
    encoder_fingerprint: str
    blocks: tuple[Block, ...]
    categories: tuple[str, ...]
    embedding_size: int
    calibration: Calibration = field(default_factory=Calibration)
    completion: Calibration = field(default_factory=Calibration)
    metrics: Mapping[str, float] = field(default_factory=dict)
    parent: str | None = None
    created: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    id: str = ""


def manifest_body(manifest: Manifest) -> dict[str, Any]:
    """The manifest as JSON, without the files and what depends on them."""
    return {
        "format": FORMAT,
        "recipe": manifest.recipe,
        "config": dict(manifest.config),
        "model": manifest.model,
        "model_config": dict(manifest.model_config),
        "encoder": {
            "spec": manifest.encoder_spec,
            "fingerprint": manifest.encoder_fingerprint,
            "blocks": [[block.name, block.size] for block in manifest.blocks],
        },
        "categories": list(manifest.categories),
        "embedding_size": manifest.embedding_size,
        "calibration": asdict(manifest.calibration),
        "completion": asdict(manifest.completion),
        "metrics": {name: value for name, value in manifest.metrics.items() if math.isfinite(value) and name != _MINUTES},
        "parent": manifest.parent,
        _MINUTES: manifest.metrics.get(_MINUTES),
    }


def read_manifest(body: Mapping[str, Any]) -> Manifest:
    """A manifest from its JSON.

    Raises:
        ValueError, KeyError, TypeError: it is none, or of another format.
    """
    if body["format"] != FORMAT:
        msg = f"format {body['format']}, this version reads {FORMAT}; train it again"
        raise ValueError(msg)
    minutes = body.get(_MINUTES)
    return Manifest(
        recipe=body["recipe"],
        config=body["config"],
        model=body["model"],
        model_config=body["model_config"],
        encoder_spec=body["encoder"]["spec"],
        encoder_fingerprint=body["encoder"]["fingerprint"],
        blocks=tuple(Block(name, size) for name, size in body["encoder"]["blocks"]),
        categories=tuple(body["categories"]),
        embedding_size=body["embedding_size"],
        calibration=Calibration.read(body["calibration"]),
        completion=Calibration.read(body["completion"]),
        metrics=body["metrics"] | ({_MINUTES: minutes} if minutes is not None else {}),
        parent=body["parent"],
        created=body["created"],
        files=body["files"],
        id=body["id"],
    )


def content_id(body: Mapping[str, Any]) -> str:
    """Digest of a manifest's body, the digests of the files among it; when it was made does not count, nor how long that took."""
    content = {name: value for name, value in body.items() if name not in {"id", "created", _MINUTES}}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def refuse_taken(directory: Path) -> None:
    """Refuse to write a bundle over anything but an older bundle.

    Raises:
        BundleError: something else is there.
    """
    taken = directory.exists() and (not directory.is_dir() or any(directory.iterdir()))
    if taken and not (directory / "manifest.json").is_file():
        msg = f"{directory}: exists and is not a bundle; choose another path"
        raise BundleError(msg)
