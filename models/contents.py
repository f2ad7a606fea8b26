"""What a bundle's directory holds, written and read.

``manifest.json`` describes it and holds the sha256 of each file; ``weights.safetensors`` holds the weights, ``vocabulary.json`` the words,
``residuals.json`` the items with a learned residual, ``products.json`` what those items are the colours and sizes of, ``sizes.json`` the
items that a size alone tells apart from one of them, ``slots.json`` and ``slots.safetensors`` the slots of outfits, ``shoppers.json`` the
shoppers of a personal model, and ``encoder/`` an encoder in the form of ``local-dir:``, if the training made one.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TypeVar

from pydantic import TypeAdapter
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from models.compatibility.base import CompatibilityModel
from models.compatibility.build import build_model
from models.compatibility.personal import Shoppers
from models.compatibility.slot_files import Slots, read_slots, write_slots
from models.compatibility.slot_templates import SlotTemplates
from models.encoders.features import CARRIED
from models.errors import BundleError
from models.manifest import BUNDLE, Manifest, refuse_taken
from sealed.directories import staged
from sealed.errors import SealedError
from sealed.files import as_any
from sealed.manifest import read_as

_ENCODER: Final = "encoder"
_WEIGHTS: Final = "weights.safetensors"
_LIST_FILES: Final = ("vocabulary.json", "residuals.json")
_PRODUCTS: Final = "products.json"
_SIZES: Final = "sizes.json"
_SHOPPERS: Final = "shoppers.json"
_SHOPPERS_JSON: Final = TypeAdapter(Shoppers)


@dataclass(eq=False, repr=False)
class Contents:
    """The parts of a bundle.

    Attributes:
        encoder: the directory of the encoder that it carries, where the manifest says ``CARRIED``.
        shoppers: whom the model knows, where it is personal.
        sizes: item -> the one of ``residuals`` that a size alone tells apart from it.
    """

    manifest: Manifest
    model: CompatibilityModel
    vocabulary: tuple[str, ...] = ()
    residuals: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    slots: Slots = field(default_factory=SlotTemplates)
    encoder: Path | None = None
    shoppers: Shoppers = field(default_factory=Shoppers)
    sizes: Mapping[str, str] = field(default_factory=dict)


ContentsT = TypeVar("ContentsT", bound=Contents)


def write_contents(directory: Path, contents: ContentsT) -> ContentsT:
    """Write a bundle; see ``Bundle.save``."""
    refuse_taken(directory)
    with staged(directory) as staging:
        weights = {name: value.detach().cpu().contiguous() for name, value in contents.model.state_dict().items()}
        with as_any(staging / _WEIGHTS) as file:
            save_file(weights, file)
        for name, content in zip(_LIST_FILES, (contents.vocabulary, contents.residuals), strict=True):
            (staging / name).write_text(json.dumps(content, ensure_ascii=False))
        for name, some in ((_PRODUCTS, contents.products), (_SIZES, contents.sizes)):
            if some:
                (staging / name).write_text(json.dumps(some, ensure_ascii=False))
        write_slots(contents.slots, staging)
        if contents.shoppers.ids:
            shoppers = _SHOPPERS_JSON.dump_python(contents.shoppers, mode="json", by_alias=True)
            (staging / _SHOPPERS).write_text(json.dumps(shoppers, ensure_ascii=False))
        if contents.encoder:
            shutil.copytree(contents.encoder, staging / _ENCODER)
        manifest = BUNDLE.put(staging, contents.manifest.with_minutes_apart())
    return replace(contents, manifest=manifest, encoder=directory / _ENCODER if contents.encoder else None)


def read_contents(directory: Path) -> Contents:
    """Read a bundle; see ``Bundle.load``."""
    try:
        manifest = BUNDLE.read(directory)
        BUNDLE.check(directory, manifest)
        shoppers = read_as(Shoppers, directory / _SHOPPERS, "a list of shoppers") if _SHOPPERS in manifest.files else Shoppers()
    except SealedError as error:
        raise BundleError(error.mended_by("copy the bundle again, or train it again")) from error
    try:
        vocabulary, residuals = (tuple(json.loads((directory / name).read_text())) for name in _LIST_FILES)
        products = tuple(json.loads((directory / _PRODUCTS).read_text())) if _PRODUCTS in manifest.files else ()
        sizes = dict(json.loads((directory / _SIZES).read_text())) if _SIZES in manifest.files else {}
        model = build_model(manifest.model, manifest.model_config)
        model.load_state_dict(load_file(directory / _WEIGHTS))
        slots = read_slots(directory)
    except (OSError, ValueError, TypeError, LookupError, RuntimeError, SafetensorError) as error:
        msg = f"{directory}: bundle {manifest.id} cannot be loaded ({str(error).splitlines()[0]})"
        raise BundleError(msg) from error
    encoder = directory / _ENCODER if manifest.encoder.spec == CARRIED else None
    return Contents(manifest, model, vocabulary, residuals, products, slots, encoder, shoppers, sizes)
