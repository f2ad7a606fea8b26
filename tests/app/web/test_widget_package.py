"""The widget as an npm package: what is packed, and that its types say what docs/widget.md does."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

import app.web
from app.api.schemas.answers import SuggestionOut
from app.api.schemas.items import SizeOut

WIDGET = Path(app.web.__file__).parent / "widget"
GUIDE = (Path(__file__).parents[3] / "docs" / "widget.md").read_text()
NPM, NODE = shutil.which("npm"), shutil.which("node")
OPTIONS = ["--noEmit", "--strict", "--jsx", "preserve", "--module", "esnext", "--moduleResolution", "bundler", "--target", "esnext"]


def test_the_package_is_the_served_file() -> None:
    """Of the service's version, under the names that are there."""
    package = json.loads((WIDGET / "package.json").read_text())
    assert package["version"] == version("attire")
    assert "scripts" not in package
    assert "dependencies" not in package
    named = {package["main"], package["types"], *package["exports"]["."].values()}
    assert named == {"./attire.js", "./attire.d.ts"}
    assert {path.name for path in WIDGET.iterdir()} == {"package.json", *package["files"]}


def test_every_attribute_and_event_has_a_type() -> None:
    """Those that the guide tells, and those that the script reads."""
    types, script = (WIDGET / "attire.d.ts").read_text(), (WIDGET / "attire.js").read_text()
    body = types.partition("interface CompleteTheLookAttributes {")[2].partition("\n}")[0]
    typed = {quoted or plain for quoted, plain in re.findall(r'^  (?:"([a-z-]+)"|([a-z]+))\?:', body, re.MULTILINE)}
    rows = re.findall(r"^\| (`.*?) \|", GUIDE, re.MULTILINE)
    assert typed == {name for row in rows for name in re.findall(r"`([a-z-]+)`", row)}
    assert set(re.findall(r'[gs]etAttribute\("([a-z]+)"\)', script)) <= typed
    assert set(re.findall(r'"(attire:[a-z]+)"', script)) == set(re.findall(r'"(attire:[a-z]+)":', types))


def test_an_items_type_is_the_answers() -> None:
    """What comes without being asked for, and `sizes`, which the script asks for."""
    types = (WIDGET / "attire.d.ts").read_text()
    body = types.partition("export interface Item {")[2].partition("\n}")[0]
    typed = set(re.findall(r"^  ([a-z_]+)\??:", body, re.MULTILINE))
    asked = {"subcategory", "attributes", "images", "created", "extras", "base", "why"}
    assert typed == SuggestionOut.model_fields.keys() - asked
    [sizes] = re.findall(r"sizes\?: {(.*?)}", body)
    assert set(re.findall(r"([a-z_]+)\??:", sizes)) == SizeOut.model_fields.keys()


@pytest.mark.integration
def test_importing_it_where_there_is_no_page_does_nothing() -> None:
    """As a server does that makes pages."""
    if NODE is None:
        pytest.skip("node is not installed")
    subprocess.run([NODE, "--input-type=module", "-e", f"await import('{(WIDGET / 'attire.js').as_uri()}')"], check=True, timeout=60)


@pytest.mark.integration
def test_npm_packs_it_and_nothing_else() -> None:
    """As a shop's front end gets it."""
    if NPM is None:
        pytest.skip("npm is not installed")
    told = subprocess.run([NPM, "pack", "--dry-run", "--json"], cwd=WIDGET, capture_output=True, check=True, text=True).stdout
    packed = json.loads(told)
    packed = packed[0] if isinstance(packed, list) else next(iter(packed.values()))
    assert {one["path"] for one in packed["files"]} == {"attire.js", "attire-words.js", "attire.d.ts", "package.json"}
    assert packed["filename"] in GUIDE


@pytest.mark.integration
def test_the_guides_code_is_typed(tmp_path: Path) -> None:
    """And what is not meant is refused. Needs TypeScript, from npm or its cache."""
    if NPM is None:
        pytest.skip("npm is not installed")
    words = [NPM, "install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", "typescript", "@types/react", str(WIDGET)]
    if subprocess.run(words, cwd=tmp_path, capture_output=True, check=False, timeout=300).returncode:
        pytest.skip("npm cannot install TypeScript here")
    [module], [component] = (re.findall(rf"```{kind}\n(.*?)```", GUIDE, re.DOTALL) for kind in ("ts", "tsx"))
    basket = "declare const basket: { add(id: string, recommendation: string): void };\n"

    def problems(name: str, text: str) -> str:
        (tmp_path / name).write_text(text)
        compiler = [str(tmp_path / "node_modules" / ".bin" / "tsc"), *OPTIONS, name]
        return subprocess.run(compiler, cwd=tmp_path, capture_output=True, check=False, text=True).stdout

    assert problems("module.ts", basket + module) == ""
    assert problems("look.tsx", component) == ""
    assert "'sku' does not exist" in problems("wrong.ts", basket + module.replace("detail.item.id", "detail.sku"))
    assert "rows" in problems("wrong.tsx", component.replace('layout="row"', 'layout="rows"'))
