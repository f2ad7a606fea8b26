"""What is wrong with a command's arguments is told at once: before torch, scikit-learn, matplotlib and FAISS, which take seconds to import.

How it is ensured: commands import what they run inside their functions, after every check that needs none of it; the options they share are
checked by callbacks (``app.cli.options``); recipes are registered with their configurations, and what trains is imported when it trains.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from app.cli import COMMANDS, cli, said_of

HEAVY = ("torch", "sklearn", "matplotlib", "faiss", "fastapi", "ray")
ASK = f"""
import contextlib, io, json, sys
from app.cli import run
for arguments in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as err:
        code = run(arguments)
    print(json.dumps([code, err.getvalue(), [name for name in {HEAVY} if name in sys.modules]]))
"""

WRONG = {
    "demo": ["--port", "99999"],
    "generate": ["{there}", "--items", "1"],
    "convert": ["polyvor", "{nowhere}", "{nowhere}"],
    "check": ["{nowhere}"],
    "questions": ["{data}"],
    "map": ["{nowhere}"],
    "import": ["{nowhere}", "--home", "{home}"],
    "sync": ["{nowhere}", "--home", "{home}"],
    "import-orders": ["{nowhere}", "--home", "{home}"],
    "train": ["{nowhere}", "--out", "{out}"],
    "evaluate": ["{data}", "--bundle", "{nowhere}"],
    "label": ["{nowhere}"],
    "embed": ["{data}", "--bundle", "{nowhere}", "--out", "{out}"],
    "publish": ["{bundle}", "--home", "{home}"],
    "releases list": ["--home", "{file}"],
    "releases show": ["r1", "--home", "{home}"],
    "releases activate": ["r1", "--home", "{home}"],
    "releases rollback": ["--home", "{home}"],
    "keys create": ["--scope", "wrte", "--home", "{home}"],
    "keys list": ["--home", "{file}"],
    "rules history": ["--home", "{file}"],
    "rules list": ["--home", "{file}"],
    "rules put": ["{file}", "--home", "{home}"],
    "rules remove": ["r1", "--home", "{home}"],
    "rules restore": ["1", "--home", "{file}"],
    "keys revoke": ["k1", "--home", "{home}"],
    "experiments show": ["--home", "{file}"],
    "experiments put": ["{file}", "--home", "{home}"],
    "experiments end": ["x", "--home", "{home}"],
    "experiments report": ["x", "--home", "{home}"],
    "gc": ["--home", "{file}"],
    "events list": ["--home", "{file}"],
    "events export": ["{there}", "--home", "{home}"],
    "events forget": ["--home", "{home}"],
    "log check": ["--home", "{file}"],
    "log repair": ["--home", "{file}"],
    "log adopt": ["--home", "{file}"],
    "backup": ["{out}.zip", "--home", "{home}"],
    "restore": ["{nowhere}.tar", "--home", "{out}"],
    "serve": ["--home", "{home}", "--port", "0"],
    "worker": ["--home", "{home}", "--candidate", "{nowhere}"],
    "simulate": ["--home", "{home}"],
    "doctor": ["--nonsense"],
}
MORE = (
    ["train", "{data}", "--out", "{out}", "--recipe", "atire"],
    ["train", "{data}", "--out", "{out}", "--set", "epoch=3"],
    ["train", "{data}", "--out", "{out}", "--recipe", "personal", "--set", "epochs=many"],
    ["train", "{data}", "--out", "{there}"],
    ["train", "{data}", "--out", "{out}", "--workers", "2"],
    ["train", "{data}", "--out", "{out}", "--on", "local", "--recipe", "personal"],
    ["train", "{data}", "--out", "{out}", "--init", "{nowhere}"],
    ["train", "{data}", "--out", "{out}", "--recipe", "weak-labels", "--encoder", "shipped"],
    ["evaluate", "{data}", "--bundle", "{bundle}", "--split", "tset"],
    ["evaluate", "--bundle", "{bundle}"],
    ["evaluate", "{data}"],
    ["evaluate", "{data}", "--scores", "{nowhere}"],
    ["evaluate", "{data}", "--bundle", "{bundle}", "--against", "{file}"],
    ["evaluate", "{data}", "--from-log", "--bundle", "{bundle}"],
    ["evaluate", "--from-log", "--bundle", "{bundle}", "--home", "{home}"],
    ["evaluate", "--from-log", "--bundle", "{bundle}", "--home", "{home}", "--reward", "money"],
    ["questions", "{data}", "--split", "tset"],
    ["questions", "{data}", "--out", "{file}"],
    ["evaluate", "{data}", "--bundle", "{bundle}", "--json", "{there}"],
    ["publish", "{nowhere}", "--home", "{home}"],
    ["label", "{file}"],
    ["import", "{data}", "--home", "{home}", "--json", "{there}"],
    ["import", "{data}", "--home", "{home}", "--on", "ray://head:10001"],
    ["publish", "{bundle}", "--home", "{home}", "--on", "the moon"],
    ["import-orders", "{file}", "--home", "{home}"],
    ["import-orders", "{file}", "--out", "{file}"],
    ["import-orders", "{file}", "--out", "{data}/looks.jsonl"],
    ["sync", "{data}", "--home", "{home}", "--json", "{there}"],
    ["sync", "{data}", "--home", "{file}"],
    ["worker", "--home", "{home}", "--once"],
    ["map", "{data}", "--out", "{there}"],
    ["import", "{data}", "--home", "{home}", "--map", "{nowhere}"],
    ["simulate", "--wardrobe", "{there}"],
    ["serve", "--home", "S3://attire-a/p"],
    ["serve", "--home", "{home}", "--on", "ray://head:10001"],
    ["serve", "--home", "{home}", "--port", "0", "--on", "local"],
    ["doctor", "--home", "s3//attire-a/p"],
)


@pytest.fixture
def places(tmp_path: Path) -> dict[str, str]:
    """A data set of one item, a directory that looks like a bundle, one that holds something else, a file, an empty home."""
    for name in ("data", "bundle", "there", "home"):
        (tmp_path / name).mkdir()
    (tmp_path / "data" / "items.jsonl").write_text(json.dumps({"id": "a", "category": "tops"}) + "\n")
    (tmp_path / "bundle" / "manifest.json").write_text("{}")
    for name in ("there/mine", "file"):
        (tmp_path / name).write_text("mine")
    return {name: str(tmp_path / name) for name in ("data", "bundle", "there", "home", "file", "nowhere", "out")}


def names() -> set[str]:
    """Every command as one types it."""
    inside = {name: getattr(command, "commands", {"": None}) for name, command in typer.main.get_command(cli).commands.items()}  # type: ignore[attr-defined]
    return {f"{name} {below}".strip() for name, commands in inside.items() for below in commands}


def test_every_command_is_asked() -> None:
    """Also one that comes to be."""
    assert names() == set(WRONG)


def test_a_wrong_argument_is_told_before_anything_heavy_is_imported(places: dict[str, str]) -> None:
    """One line, exit code 2; all in one process, so that whoever imports something heavy is found at once."""
    commands = [[*name.split(), *arguments] for name, arguments in WRONG.items()] + [list(one) for one in MORE]
    filled = [[part.format(**places) for part in command] for command in commands]
    said = subprocess.run([sys.executable, "-c", ASK, json.dumps(filled)], capture_output=True, text=True, check=True).stdout
    for command, line in zip(commands, said.splitlines(), strict=True):
        code, err, imported = json.loads(line)
        assert (code, len(err.splitlines()), imported) == (2, 1, []), f"{' '.join(command)}: {err}"


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_what_is_said_of_all_commands_waits_for_none(option: str) -> None:
    """Nor for the settings, where the environment has none: a third of a second each."""
    asked = "import sys\nfrom app.cli import run\nrun(sys.argv[1:])\nsys.exit(bool({'numpy', 'pydantic', 'structlog'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", asked, option], env={"PATH": ""}, check=False).returncode == 0


def test_help_says_of_each_command_what_it_says_itself() -> None:
    """It is read from the source, as importing all of them takes a second."""
    group = typer.main.get_command(cli)
    themselves = {name: (group.commands[name].help or "").partition("\n")[0] for name in COMMANDS}  # type: ignore[attr-defined]
    assert {name: said_of(where) for name, where in COMMANDS.items()} == themselves
