"""Settings and their table."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from app.cli import run
from app.ground.settings import Settings, misspelt, table
from models.encoders.pictures import DEFAULT_MAX_PIXELS
from models.errors import InputError

DOCUMENT = Path(__file__).parents[3] / "docs" / "settings.md"


def test_the_documented_table_is_the_code() -> None:
    """Every variable with its default and meaning, in order; none more."""
    documented = re.findall(r"^\| `(ATTIRE_\w+)` \| (?:`(.*?)`)? \| (.*?) \|$", DOCUMENT.read_text(), re.MULTILINE)
    assert documented == list(table())


def test_a_misspelt_variable_is_told_with_its_neighbour(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside whatever the command says; those there are, whole groups and others' are passed over."""
    given = ["ATTIRE_LIMITS__MAXK", "ATTIRE_HOME", "attire_home", "ATTIRE_KEYS", "ATTIRE_XYZZY", "HOME"]
    expected = [
        "ATTIRE_LIMITS__MAXK is not a setting; did you mean ATTIRE_LIMITS__MAX_K?",
        "ATTIRE_XYZZY is not a setting; see docs/settings.md",
    ]
    assert list(misspelt(given)) == expected
    monkeypatch.setenv("ATTIRE_LIMITS__MAXK", "7")
    assert run([]) == 0
    assert expected[0] in capsys.readouterr().err


def test_the_environment_is_read_nested(monkeypatch: pytest.MonkeyPatch) -> None:
    """``__`` goes one level down."""
    monkeypatch.setenv("ATTIRE_LIMITS__MAX_K", "7")
    assert Settings.read().limits.max_k == 7


def test_what_is_given_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command's option wins; one left out does not."""
    monkeypatch.setenv("ATTIRE_PORT", "9000")
    assert (Settings.read(port=9001).port, Settings.read(port=None).port) == (9001, 9000)


def test_pictures_can_be_no_larger_than_an_encoder_decodes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A higher limit would let pass what is refused later."""
    assert Settings.read().limits.max_pixels == DEFAULT_MAX_PIXELS
    monkeypatch.setenv("ATTIRE_LIMITS__MAX_PIXELS", str(DEFAULT_MAX_PIXELS + 1))
    with pytest.raises(InputError, match="ATTIRE_LIMITS__MAX_PIXELS"):
        Settings.read()


@pytest.mark.parametrize(("name", "of"), [("SHOPS", "a"), ("FEEDS", "a"), ("WORKER", "training"), ("WORKER__TRAINING", "a")])
def test_json_that_names_a_thing_twice_is_refused(name: str, of: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the first would be lost without a word."""
    monkeypatch.setenv(f"ATTIRE_{name}", f'{{"{of}": {{}}, "b": {{}}, "{of}": {{}}}}')
    with pytest.raises(InputError, match=rf"ATTIRE_{name}': names '{of}' twice"):
        Settings.read()


def test_a_shops_home_is_read_by_what_is_said_of_the_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a home that is none's by the installation's settings; either is alone."""
    monkeypatch.setenv("ATTIRE_SHOPS", f'{{"a": {{"home": "{tmp_path}/a/", "deadline_s": 7}}, "b": {{"home": "b"}}}}')
    found = [Settings.read(home=tmp_path / name) for name in "ac"]
    assert [(one.deadline_s, one.shops) for one in found] == [(7.0, {}), (30.0, {})]
    assert len(Settings.read().shops) == 2


def test_a_bad_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name, its value and what is wrong, in one line."""
    monkeypatch.setenv("ATTIRE_LIMITS__MAX_K", "many")
    with pytest.raises(InputError, match=r"ATTIRE_LIMITS__MAX_K.*'many'"):
        Settings.read()


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("FEEDS", "{x.csv: 3}", "field 'ATTIRE_FEEDS': is not JSON; write it as {\"https://shop.example/feed.csv\": 900}"),
        ("WORKER__TRAINING", "secret", "field 'ATTIRE_WORKER__TRAINING': is not JSON; write it as {\"epochs\": 12}"),
        ("WORKER__TRAINING", '{"nope": "2"}', "field \"ATTIRE_WORKER__TRAINING['nope']\": no recipe has such a setting; there are: "),
        ("WORKER__TRAINING", '{"epochs": "many"}', "field \"ATTIRE_WORKER__TRAINING['epochs']\": 'many': input should be a valid integer"),
        ("WORKER__TRAINING", '{"epochs": -1}', "field \"ATTIRE_WORKER__TRAINING['epochs']\": '-1': "),
        ("WORKER__TRAINING", '["epochs"]', "field 'ATTIRE_WORKER__TRAINING': ['epochs']: "),
        ("WORKER__RECIPE", "atire", "field 'ATTIRE_WORKER__RECIPE': no recipe 'atire'; did you mean 'attire'?"),
        ("HOST", "", "field 'ATTIRE_HOST': '': "),
        ("HOST", " ", "field 'ATTIRE_HOST': ' ': "),
        ("HOME", "", "field 'ATTIRE_HOME': names no directory"),
        ("CACHE", "", "field 'ATTIRE_CACHE': '': names no place; leave it out for the default"),
        ("WORKER__REFERENCE", " ", "field 'ATTIRE_WORKER__REFERENCE': ' ': names no place"),
        ("HOSTS", "-1", "'-1' is no name of a host"),
        ("FEEDS", '{"x.csv": "often"}', "field \"ATTIRE_FEEDS['x.csv']\": 'often': write seconds, as 900, or {"),
        ("LIMITS__MAXK", "3", "field 'ATTIRE_LIMITS__MAXK': is not a setting; did you mean ATTIRE_LIMITS__MAX_K?"),
    ],
)
def test_a_variable_is_told_by_the_name_that_was_written(monkeypatch: pytest.MonkeyPatch, name: str, given: str, told: str) -> None:
    """In words of this page, with how it is written."""
    monkeypatch.setenv(f"ATTIRE_{name}", given)
    with pytest.raises(InputError, match=re.escape(told)):
        Settings.read()


@pytest.mark.parametrize(
    ("given", "name"),
    [("https://shop.example", "shop.example"), ("shop.example:8443", "shop.example"), ("*.shop.example/", "*.shop.example")],
)
def test_a_host_is_a_name_alone(monkeypatch: pytest.MonkeyPatch, given: str, name: str) -> None:
    """A URL would fit no request; how it is written is told."""
    monkeypatch.setenv("ATTIRE_HOSTS", f"other.example,{given}")
    with pytest.raises(InputError, match=re.escape(f"{given!r} is more than a name; write it as {name}")):
        Settings.read()
    monkeypatch.setenv("ATTIRE_HOSTS", f"localhost,{name},*,[::1]")
    assert Settings.read().hosts == ("localhost", name, "*", "[::1]")


def test_settings_of_a_recipe_are_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers and words alike."""
    monkeypatch.setenv("ATTIRE_WORKER__TRAINING", '{"epochs": 2, "minutes": "0.5", "learning_rate": 1e-3}')
    assert Settings.read().worker.training == {"epochs": "2", "minutes": "0.5", "learning_rate": "0.001"}


def test_every_number_has_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is beyond them is a slip, and would leave what it bounds without a bound: a poll that never comes, a deadline that never is."""
    for name in [name for name, default, _ in table() if re.fullmatch(r"\d+(\.\d+)?", default)]:
        for given in ("1e308", "inf", "nan", "99999999999999999999"):
            with monkeypatch.context() as patch:
                patch.setenv(name, given)
                with pytest.raises(InputError, match=re.escape(f"{name}'")):
                    Settings.read()


def test_the_longer_name_that_was_begun_is_told() -> None:
    """And not a shorter one that is farther."""
    told = ["ATTIRE_LIMITS__MAX_BDOY is not a setting; did you mean ATTIRE_LIMITS__MAX_BODY_BYTES?"]
    assert list(misspelt(["ATTIRE_LIMITS__MAX_BDOY"])) == told


def test_a_misspelt_variable_is_a_line_of_json_among_such(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """So that whatever reads the log reads it."""
    monkeypatch.setenv("ATTIRE_PROT", "9")
    monkeypatch.setenv("ATTIRE_LOG__JSON_LINES", "true")
    assert run([]) == 0
    told = json.loads(capsys.readouterr().err)
    assert told == {"event": "unknown_setting", "level": "warning", "why": "ATTIRE_PROT is not a setting; did you mean ATTIRE_PORT?"}


@pytest.mark.parametrize("name", ["ADMIN", "CATALOGUE"])
def test_the_keys_of_the_example_open_nothing_to_the_world(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """On this machine's own names they do, for a first look; where a shop's name is set they are refused."""
    example = Path(__file__).parents[3] / ".env.example"
    key = next(line.partition("=")[2] for line in example.read_text().splitlines() if line.startswith(f"{name}_KEY="))
    monkeypatch.setenv(f"ATTIRE_KEYS__{name}", key)
    monkeypatch.setenv("ATTIRE_HOSTS", "localhost")
    Settings.read()
    monkeypatch.setenv("ATTIRE_HOSTS", "looks.shop.example")
    with pytest.raises(InputError, match=rf"ATTIRE_KEYS__{name}.*\.env\.example, and others ask looks\.shop\.example") as told:
        Settings.read()
    assert key not in str(told.value)
