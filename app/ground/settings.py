"""What a person may set, from the environment: prefix ``ATTIRE_``, nested with ``__`` (``ATTIRE_LIMITS__MAX_K=50``).

The table in ``docs/settings.md`` lists every one of these; a test compares the two.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from pathlib import Path
from typing import Annotated, Any, Final, TypeGuard

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, EnvSettingsSource, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from app.ground.bare_urls import without_secrets
from app.ground.bounds import HOUR_S, MANY, Place, Word
from app.ground.doors import Host, Network, Origin, Public, Words
from app.ground.exploration import Exploration
from app.ground.fetching import Fetching
from app.ground.once import TwiceError, once
from app.ground.parts import (
    Answers,
    Connections,
    IndexSettings,
    KeptFresh,
    Keys,
    Limits,
    LogSettings,
    Rates,
    SwapSettings,
    Threads,
    WorkerSettings,
)
from app.ground.places import as_home, in_bucket, working_copy
from app.ground.shops_file import EXAMPLE, Told, shops_in
from app.ground.windows import Windows
from models.errors import InputError

PREFIX: Final = "ATTIRE_"
_NEAR: Final = 0.6
_BEGUN: Final = 0.95
"""What the beginning of a name counts, beside all of one."""
_OF_THE_EXAMPLE: Final = "change-this-"
_SHORT_KEY: Final = 16
_MAKE: Final = "make one of your own (openssl rand -hex 24)"


def _downwards(edges: tuple[int, int]) -> tuple[int, int]:
    if edges[0] >= edges[1]:
        msg = f"the first edge, {edges[0]}, is not above the last one, {edges[1]}"
        raise ValueError(msg)
    return edges


def _a_device(name: str) -> str:
    if not re.fullmatch(r"auto|cpu|cuda(:\d+)?", name):
        msg = "use auto, cpu, cuda or cuda:N"
        raise ValueError(msg)
    return name


_Edge = Annotated[int, Field(ge=0, le=20)]
Strips = Annotated[tuple[_Edge, _Edge], AfterValidator(_downwards)]
"""First and last edge of a part of a picture, in twentieths of its height from the top."""


class Settings(BaseSettings):
    """Everything a person may set."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", frozen=True, extra="ignore")

    home: Annotated[Path, BeforeValidator(as_home)] = Field(
        default=Path("attire-home"),
        description="Directory of bundles, snapshots, releases and pictures; or `s3://BUCKET/PREFIX`, with `attire[s3]`, see "
        "[operations](operations.md#a-home-in-object-storage).",
    )
    shops: Told = Field(
        default={},
        examples=[EXAMPLE],
        description="Shops that are served together: name -> what is its own of these settings, as JSON; `home` at least, and the `hosts` "
        "that it is asked under. See [operations](operations.md#several-shops).",
    )
    shops_file: Place | None = Field(
        default=None,
        description="File of the same JSON, in the place of `ATTIRE_SHOPS`. Service and worker look at it every `ATTIRE_SWAP__POLL_S`, and "
        "start, stop or restart the shops that it says something else of, and no others. See "
        "[operations](operations.md#a-shop-comes-goes-is-put-back).",
    )
    shops_held: int = Field(
        default=4,
        ge=1,
        le=MANY,
        description="Shops that a replica of `attire serve --on` has loaded at a time; the one that was asked longest ago makes room. "
        "See [Ray](ray.md#several-shops).",
    )
    host: Word = Field(default="127.0.0.1", description="Address that `attire serve` listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port that `attire serve` listens on.")
    answers_at_start: bool = Field(
        default=True,
        description="Whether `attire serve` answers 503, and `/healthz`, while it loads a release; `false`: connections are refused until "
        "it can answer, so that a proxy tries another replica.",
    )
    device: Annotated[str, AfterValidator(_a_device)] = Field(
        default="auto",
        description="Where encoders, models and trainings compute: `cpu`, `cuda`, `cuda:N`, or `auto`, the first GPU if there is one.",
    )
    encoder: Word = Field(default="shipped", description="Encoder of a fresh home's pictures and titles.")
    encoders: int = Field(
        default=0,
        ge=0,
        le=64,
        description="Processes of a cluster that encode photos and words for all replicas of `attire serve --on`; 0: each replica itself. "
        "See [Ray](ray.md#encoders).",
    )
    cache: Place = Field(default=Path("~/.cache/attire"), description="Where features are kept between runs of import, train and evaluate.")
    photo_cut: dict[str, Strips] = Field(
        default={"tops": (4, 12), "bottoms": (8, 17), "shoes": (14, 18)},
        description="Category -> first and last edge, in twentieths of the height, of what a photo of a whole person shows; as JSON.",
    )
    consistent: bool = Field(
        default=True,
        description="Whether suggestions must be for the people, season, occasion and, of one-offs, size that worn items are for; "
        "a request may say otherwise.",
    )
    text_strength: float = Field(
        default=1.0,
        ge=0,
        le=10,
        description="What words of a wish that give a direction count, beside how well items go with the outfit: 0 nothing, 1 as much.",
    )
    taste_strength: float = Field(
        default=0.0,
        ge=0,
        le=10,
        description="What a shopper's taste counts that the last events of their session, else their own, tell: 0 nothing, 1 as much as "
        "they tell; see benchmarks/session_taste.md.",
    )
    public: Annotated[tuple[Public, ...], NoDecode, Words] = Field(
        default=(),
        description="What anyone on any machine may do without a key: some of `read` (asking, and pictures), `pictures`, `events` and "
        "`metrics`, with commas.",
    )
    open_extras: Annotated[tuple[str, ...], NoDecode, Words] = Field(
        default=(),
        description="Names of what a feed passes through (`extras`) that a page's key may read, too, with commas, as `material`; of the "
        "others it is told neither values nor names.",
    )
    origins: Annotated[tuple[Origin, ...], NoDecode, Words] = Field(
        default=(), description="Web pages that may use the service from a browser, as `https://shop.example`, with commas; `*` is all."
    )
    hosts: Annotated[tuple[Host, ...], NoDecode, Words] = Field(
        default=(),
        description="Names that requests may give as `Host`, with commas; `*.shop.example` is all below it, `*` is all. Addresses, "
        "`localhost` and names without a dot always may.",
    )
    proxies: Annotated[tuple[Network, ...], NoDecode, Words] = Field(
        default=(),
        description="Addresses or networks, with commas, of the proxies whose `X-Forwarded-For` is believed when rates are "
        "counted. What comes from them never counts as this machine itself: name `127.0.0.1` where a proxy runs beside the service.",
    )
    feeds: dict[str, KeptFresh] = Field(
        default={},
        examples=[{"https://shop.example/feed.csv": 900}],
        description="Feeds that the worker keeps the catalogue fresh from, as `attire sync` does: URL or path -> seconds between two "
        'looks, or, of a feed with a mapping file, `{"every_s": 900, "mapping": "mapping.yaml"}`; as JSON.',
    )
    traces: str | None = Field(
        default=None,
        pattern=r"^https?://",
        description="Where traces of requests go, by OTLP over HTTP, as `http://collector:4318/v1/traces`, with `attire[otel]`.",
    )
    limits: Limits = Limits()
    fetch: Fetching = Fetching()
    rates: Rates = Rates()
    deadline_s: float = Field(
        default=30.0,
        gt=0,
        le=HOUR_S,
        description="Seconds after which a request that waits or is computed is answered with 503 and `Retry-After`.",
    )
    grace_s: float = Field(
        default=10.0, ge=0, le=HOUR_S, description="Seconds that a shutdown gives the requests under way; new ones get 503 meanwhile."
    )
    workers: int = Field(default=1, ge=1, le=64, description="Processes of `attire serve` that share its port; one that dies is replaced.")
    connections: Connections = Connections()
    threads: Threads = Threads()
    answers: Answers = Answers()
    index: IndexSettings = IndexSettings()
    log: LogSettings = LogSettings()
    exploration: Exploration = Exploration()
    keys: Keys = Keys()
    swap: SwapSettings = SwapSettings()
    attribution: Windows = Windows()
    worker: WorkerSettings = WorkerSettings()

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: object, **__: object
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given, then the environment."""
        return init_settings, _Environment(settings_cls)

    @classmethod
    def read(cls, **given: object) -> Settings:
        """Settings from the environment; what is ``given`` (and not None) goes before it.

        Of a ``home`` that is given they are those of the shop that it is, if it is one's, and of no other shop. Of one in object storage,
        ``home`` is its working copy on this machine.

        Raises:
            InputError: a variable holds what it cannot; the message names it.
        """
        said = {name: value for name, value in given.items() if value is not None}
        found = cls._found(said)
        if found.shops and found.shops_file is not None:
            msg = f"shops are told by {PREFIX}SHOPS as well; leave one of the two out"
            raise InputError(msg, field=f"{PREFIX}SHOPS_FILE")
        if found.shops_file is not None:
            found = found.model_copy(update={"shops": shops_in(found.shops_file)})
        return cls.of_shop({**_of_shop(found), **said}) if "home" in said and found.of_shops else found.on_this_machine()

    @classmethod
    def of_shop(cls, said: Mapping[str, Any]) -> Settings:
        """Those of one shop: what is ``said`` of it, before the environment.

        Raises:
            InputError: as ``read``.
        """
        return cls._found(said).model_copy(update={"shops": {}, "shops_file": None}).on_this_machine()

    @property
    def of_shops(self) -> bool:
        """Whether they are of an installation of shops, of which there may be none now."""
        return bool(self.shops) or self.shops_file is not None

    @classmethod
    def _found(cls, said: Mapping[str, Any]) -> Settings:
        try:
            return cls(**said)
        except ValidationError as error:
            raise _refused(error.errors()[0]) from error
        except SettingsError as error:
            raise _not_json(error) from error

    def on_this_machine(self) -> Settings:
        """Where the home is in object storage, with its working copy."""
        _not_everybodys(self)
        url = in_bucket(self.home)
        if url is not None and self.log.url.get_secret_value().startswith("sqlite:"):
            msg = f"the log of {url} is shared by all machines, so it is no file of one; name a Redis, redis://:PASSWORD@HOST:PORT/DB"
            raise InputError(msg, field=f"{PREFIX}LOG__URL")
        return self if url is None else self.model_copy(update={"home": working_copy(url, self.cache)})


class _Environment(EnvSettingsSource):
    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:  # noqa: ANN401 - as pydantic-settings has it
        """As JSON, whose objects name everything once."""
        found = super().decode_complex_value(field_name, field, value)
        if found is not value:
            try:
                json.loads(value, object_pairs_hook=once)
            except TwiceError as error:
                error.doc = value
                raise
        return found


def _of_shop(found: Settings) -> dict[str, Any]:
    """What is said of the shop whose home it is; nothing where it is none's."""
    home = found.home.resolve()
    return next((said for said in found.shops.values() if "home" in said and as_home(said["home"]).resolve() == home), {})


def _refused(error: ErrorDetails) -> InputError:
    """What a variable holds that it cannot, by the name that a person wrote."""
    name, part = _name_of([one for one in error["loc"] if isinstance(one, str)]), error["loc"][0]
    if error["type"] == "extra_forbidden":
        problem = next(misspelt([name]), f"{name} is not known").removeprefix(f"{name} ")
        return InputError(problem, field=name)
    shown = "a key" if part == "keys" and not error["type"].startswith("bool") else repr(error["input"])
    return InputError(f"{shown}: {error['msg'].removeprefix('Value error, ')}; see docs/settings.md", field=name)


def _name_of(location: list[str]) -> str:
    """The variable of a value, and where in its JSON that is."""
    kind: object = Settings
    words, keys = list[str](), list[str]()
    for one in location:
        if _is_of_parts(kind):
            words.append(one.upper())
            kind = kind.model_fields[one].annotation if one in kind.model_fields else None
        else:
            keys.append(f".{one}" if keys else f"[{without_secrets(one)!r}]")
    return PREFIX + "__".join(words) + "".join(keys)


def _not_json(error: SettingsError) -> InputError:
    """Which variable is not JSON, and how it is written; not what it holds, which may be a key."""
    text, part = getattr(error.__cause__, "doc", None), re.search(r'field "(\w+)"', str(error))
    begin = f"{PREFIX}{part[1]}".upper() if part else PREFIX
    name = next((name.upper() for name, value in os.environ.items() if name.upper().startswith(begin) and value == text), begin)
    if isinstance(error.__cause__, TwiceError):
        return InputError(str(error.__cause__), field=name)
    model: type[BaseModel] = Settings
    *parts, last = name.removeprefix(PREFIX).lower().split("__")
    for one in parts:
        found = model.model_fields[one].annotation if one in model.model_fields else None
        model = found if _is_of_parts(found) else BaseModel
    field = model.model_fields.get(last)
    example = json.dumps(field.examples[0] if field.examples else field.default) if field and not _is_of_parts(field.annotation) else ""
    return InputError(f"is not JSON; {f'write it as {example}' if example else 'see docs/settings.md'}", field=name)


def _is_of_parts(kind: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _not_everybodys(found: Settings) -> None:
    """Refuse keys of ``.env.example``, which all know, where others ask the service under its name."""
    named = next((host for host in found.hosts if host != "localhost"), None)
    for name, key in (("ADMIN", found.keys.admin), ("CATALOGUE", found.keys.catalogue)):
        if named is not None and key is not None and key.get_secret_value().startswith(_OF_THE_EXAMPLE):
            msg = f"everybody knows this key of .env.example, and others ask {named}; {_MAKE}"
            raise InputError(msg, field=f"{PREFIX}KEYS__{name}")


def warnings(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Of each variable that is not as it should be, and yet refused by nobody: what is wrong, in a word, and a line that says it."""
    yield from (("unknown_setting", line) for line in misspelt(environment))
    for name in (f"{PREFIX}KEYS__ADMIN", f"{PREFIX}KEYS__CATALOGUE"):
        if 0 < len(key := environment.get(name, "")) < _SHORT_KEY:
            yield "short_key", f"{name} has {len(key)} characters, and one of fewer than {_SHORT_KEY} is soon guessed; {_MAKE}"


def misspelt(environment: Iterable[str]) -> Iterator[str]:
    """A line for each variable that begins like a setting and is none, with the setting that was probably meant."""
    known = [name for name, _, _ in table()]
    whole = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    for name in sorted(environment):
        if name.upper().startswith(PREFIX) and name.upper() not in {*known, *whole}:
            near = _meant(name.upper(), known)
            yield f"{name} is not a setting; " + (f"did you mean {near}?" if near else "see docs/settings.md")


def _meant(name: str, known: Iterable[str]) -> str | None:
    """The name that is nearest, or that begins so; None where none is near."""
    written = name.removeprefix(PREFIX)

    def likeness(other: str) -> float:
        whole = other.removeprefix(PREFIX)
        return max(SequenceMatcher(None, written, whole).ratio(), _BEGUN * SequenceMatcher(None, written, whole[: len(written)]).ratio())

    near = max(known, key=likeness)
    return near if likeness(near) >= _NEAR else None


def table(model: type[BaseModel] = Settings, prefix: str = PREFIX) -> Iterator[tuple[str, str, str]]:
    """Every setting as (environment variable, default, what it is), in order."""
    for name, field in model.model_fields.items():
        if _is_of_parts(field.annotation):
            yield from table(field.annotation, f"{prefix}{name.upper()}__")
        else:
            default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
            default = "" if default is None else json.dumps(default) if isinstance(default, dict) else default
            default = str(default).lower() if isinstance(default, bool) else ",".join(default) if isinstance(default, tuple) else default
            yield f"{prefix}{name.upper()}", str(default), field.description or ""
