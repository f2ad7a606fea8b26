"""What a person may set, from the environment: prefix ``ATTIRE_``, nested with ``__`` (``ATTIRE_LIMITS__MAX_K=50``).

The table in ``docs/settings.md`` lists every one of these; a test compares the two.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from app.ground.doors import Network, Origin, Public, Words
from app.ground.fetching import Fetching
from models.errors import InputError, nearest

PREFIX: Final = "ATTIRE_"


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


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Limits(_Part):
    """What one request may ask for. Beyond it the answer is 413 (bytes) or 422 (everything else), never a slow machine."""

    max_body_bytes: int = Field(default=16_000_000, ge=1, description="Bytes of a request's body.")
    max_bodies_bytes: int = Field(
        default=96_000_000,
        ge=65_536,
        description="Bytes of all large bodies that are received or worked on at the same time; beyond it a large one gets 503.",
    )
    max_values: int = Field(default=100_000, ge=1, description="Values of one JSON body.")
    max_upsert_values: int = Field(
        default=1_100_000, ge=1, description="Values of the body of one `PUT /items`: 500 items of 2,048 features each, and more."
    )
    max_items: int = Field(default=50, ge=1, le=10_000, description="Items of one outfit.")
    max_outfits: int = Field(default=100, ge=1, le=10_000, description="Outfits of one /score-outfit request.")
    max_slots: int = Field(default=20, ge=1, le=10_000, description="Slots of one /complete-outfit request.")
    max_candidates: int = Field(default=1_000, ge=1, le=10_000, description="Candidates of one /complete-outfit request.")
    max_k: int = Field(default=100, ge=1, description="Items per slot, looks, or items of one page.")
    max_exclude: int = Field(default=1_000, ge=1, le=10_000, description="Excluded items of one request.")
    max_events: int = Field(default=1_000, ge=1, le=10_000, description="Events of one /events request.")
    max_upserts: int = Field(default=500, ge=1, le=10_000, description="Items of one `PUT /items`.")
    max_photos: int = Field(default=16, ge=0, description="Pictures or titles to encode in one request.")
    max_work: int = Field(default=250_000, ge=1, description="Outfits scored in one request, each times the square of its items.")
    max_pixels: int = Field(
        default=40_000_000, ge=1, le=40_000_000, description="Width times height of a picture, read from its header; this is the most."
    )


class Connections(_Part):
    """What a connection may take, so that slow, idle and giant ones cost little. Beyond it the answer is 408 or 431, or it is closed."""

    most: int = Field(
        default=500, ge=1, description="Connections at the same time; beyond it the one that has sent no request for longest is closed."
    )
    head_bytes: int = Field(default=32_768, ge=1_024, description="Bytes of a request's line and headers.")
    headers: int = Field(default=100, ge=8, description="Headers of a request.")
    head_s: float = Field(default=10.0, gt=0, description="Seconds in which they have to arrive.")
    body_s: float = Field(default=60.0, gt=0, description="Seconds in which a body has to arrive.")
    stalled_s: float = Field(
        default=10.0, gt=0, description="Seconds for which nothing of a body may arrive, or nothing of an answer be taken."
    )
    idle_s: float = Field(default=5.0, gt=0, description="Seconds for which a connection is kept open between two requests.")


class Threads(_Part):
    """How many threads compute, and how many requests are computed at once or wait for that."""

    compute: int = Field(
        default=0,
        ge=0,
        description="Threads that encode a picture; 0 is one per core. Whatever else a request computes, it computes on one.",
    )
    requests: int = Field(default=0, ge=0, description="Requests computed at the same time; 0 is one per core.")
    waiting: int = Field(
        default=0,
        ge=0,
        description="Requests that wait for a thread at most, any more get 503; 0 is 20 for each computed at the same time.",
    )
    together: int = Field(
        default=8,
        ge=1,
        le=256,
        description="Small requests for outfits that a thread computes together where so many wait, so that the model answers them in one "
        "batch; 1: each by itself.",
    )


class Answers(_Part):
    """What is kept of answers to requests that name no shopper; see ``app.live.kept``."""

    kept_bytes: int = Field(
        default=16_000_000,
        ge=0,
        description="Bytes of the answers to `/complete-outfit` without `user` or pictures that are kept for whoever asks the same, until "
        "the catalogue or the release changes; 0 keeps none.",
    )


class IndexSettings(_Part):
    """What searches the embeddings. Its files, where it keeps any, are built from the snapshot's when they are missing."""

    backend: str = Field(
        default="auto",
        description="What searches: `flat`, `coded` and `torch` exactly, `pq`, `ivf` and `hnsw` approximately; `auto` by a category's size "
        "and the device, see [operations](operations.md#the-index).",
    )
    categories: dict[str, str] = Field(default={}, description="Category -> its backend, where it is another; as JSON.")


class LogSettings(_Part):
    """The durable log of the catalogue's changes and of what shoppers do, and the lines that the service writes to standard error."""

    url: SecretStr = Field(
        default=SecretStr("sqlite:log.sqlite"),
        description="The durable log: `sqlite:FILE`, relative to `ATTIRE_HOME`, or `redis://:PASSWORD@HOST:PORT/DB`.",
    )
    timeout_s: float = Field(default=2.0, gt=0, description="Seconds after which a log that does not answer counts as gone.")
    max_deliveries: int = Field(default=10, ge=1, description="How often an entry is given to a group before it is a dead letter.")
    remember_s: float = Field(
        default=172_800.0, ge=0, description="Seconds for which an event's id is remembered at least; a retry counts once."
    )
    check_s: float = Field(
        default=10.0,
        gt=0,
        description="Seconds between looks whether the log still has what it acknowledged; all of it is read now and then.",
    )
    max_bytes: int = Field(default=0, ge=0, description="Bytes that the SQLite file may grow to; 0 is no limit but the disk's.")
    impressions: int = Field(
        default=10_000, ge=1, description="Impressions that wait in memory while the log is gone; more are dropped and counted."
    )
    level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="Least severe line that is written.")
    json_lines: bool = Field(default=False, description="JSON lines in place of lines for a person.")


class Keys(_Part):
    """Keys from the environment, beside those of `attire keys`. Where neither is set, a first start makes one."""

    catalogue: SecretStr | None = Field(
        default=None, min_length=8, description="Key of the scope `write`: `PUT /items`, `DELETE /items/{id}`."
    )
    admin: SecretStr | None = Field(default=None, min_length=8, description="Key that opens everything, the release endpoints too.")
    open_on_loopback: bool = Field(
        default=False,
        description="Whether this machine itself may write and administer without a key, as in `attire demo`. Never where a proxy on this "
        "machine passes others' requests on: one that adds no header looks like the machine itself.",
    )

    @property
    def none_set(self) -> bool:
        """Whether the environment names no key at all."""
        return self.catalogue is None and self.admin is None


class Rates(_Part):
    """How many requests a minute are taken; what is beyond gets 429. Counted in Redis where the log is there, else by each replica."""

    per_key: int = Field(default=120_000, ge=0, description="Requests a minute with one key, but for publishable ones; 0 is no limit.")
    per_address: int = Field(
        default=30_000,
        ge=0,
        description="Requests a minute without a key, or with a publishable one, from one address other than this machine; 0 is no limit.",
    )


class SwapSettings(_Part):
    """How a running service follows ``CURRENT``, and tries a candidate on live requests before it goes live."""

    poll_s: float = Field(default=1.0, gt=0, description="Seconds between two looks at which release is current.")
    memory_headroom: float = Field(
        default=1.5, ge=0, description="Times a release's own size that must be free before it is loaded; 0 does not look."
    )
    shadow_share: float = Field(default=0.1, ge=0, le=1, description="Share of live requests that a candidate in shadow mode answers too.")


class WorkerSettings(_Part):
    """The learning loop, `attire worker`."""

    archive_s: float = Field(default=5.0, gt=0, description="Seconds for which events gather before they are archived together.")
    sessions: int = Field(default=1_000, ge=1, description="New sessions with a purchase that start a training.")
    age_s: float = Field(default=86_400.0, gt=0, description="Seconds after which fewer new sessions start one, too.")
    least_outfits: int = Field(default=200, ge=20, description="Clean outfits below which nothing is trained.")
    window_days: float = Field(default=365.0, gt=0, description="Sessions older than this are not learned from.")
    gap_s: float = Field(default=1_800.0, gt=0, description="Seconds of silence that end a session.")
    longest_s: float = Field(default=14_400.0, gt=0, description="Seconds after which a session is cut.")
    hygiene: bool = Field(default=True, description="Whether labels are cleaned; false only to measure what that is worth.")
    bot_events: int = Field(default=200, ge=2, description="Events of a session from which it is taken for a machine's.")
    most_items: int = Field(default=8, ge=2, description="Different items of a purchase beyond which it is a stock-up, not an outfit.")
    reference: Path = Field(
        default=Path("reference"),
        description="Dataset directory, relative to `ATTIRE_HOME`: its training outfits are learned from too, its test outfits are the "
        "fixed reference set. Where it is missing, the first held-out sessions are.",
    )
    recipe: str = Field(default="attire", description="Recipe of the first training; after that the current release's.")
    training: dict[str, str] = Field(
        default={},
        description="Settings of the recipe, as JSON; the others are the current release's, but for its length.",
    )
    nice: int = Field(default=10, ge=0, le=19, description="By how much training yields to everything else on the machine.")
    threads: int = Field(default=0, ge=0, description="Threads of the training; 0 is one per core.")
    timeout_s: float = Field(default=14_400.0, gt=0, description="Seconds after which a training is given up.")
    publish_share: float = Field(
        default=0.2,
        ge=0,
        description="Share of the catalogue that has changed since its snapshot from which the worker makes a new one; 0 is never.",
    )
    gc_s: float = Field(
        default=86_400.0, ge=0, description="Seconds between removals of what nothing needs any more, as `attire gc`; 0 is never."
    )
    keep_releases: int = Field(default=5, ge=1, description="Newest releases that are kept, beside those that serve or are rolled back to.")
    shadow_requests: int = Field(default=0, ge=0, description="Live requests that a candidate answers in shadow mode first; 0 is none.")
    shadow_s: float = Field(default=60.0, gt=0, description="Seconds of shadow mode after which it goes live anyway.")


class Settings(BaseSettings):
    """Everything a person may set."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", frozen=True, extra="ignore")

    home: Path = Field(default=Path("attire-home"), description="Directory of bundles, snapshots, releases and pictures.")
    host: str = Field(default="127.0.0.1", description="Address that `attire serve` listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port that `attire serve` listens on.")
    device: Annotated[str, AfterValidator(_a_device)] = Field(
        default="auto",
        description="Where encoders, models and trainings compute: `cpu`, `cuda`, `cuda:N`, or `auto`, the first GPU if there is one.",
    )
    encoder: str = Field(default="shipped", description="Encoder of a fresh home's pictures and titles.")
    cache: Path = Field(default=Path("~/.cache/attire"), description="Where features are kept between runs of import, train and evaluate.")
    photo_cut: dict[str, Strips] = Field(
        default={"tops": (4, 12), "bottoms": (8, 17), "shoes": (14, 18)},
        description="Category -> first and last edge, in twentieths of the height, of what a photo of a whole person shows; as JSON.",
    )
    consistent: bool = Field(
        default=True,
        description="Whether suggestions must be for whom, and for the season that, the worn items are; a request may say otherwise.",
    )
    text_strength: float = Field(
        default=1.0,
        ge=0,
        le=10,
        description="What words of a wish that give a direction count, beside how well items go with the outfit: 0 nothing, 1 as much.",
    )
    public: Annotated[tuple[Public, ...], NoDecode, Words] = Field(
        default=(),
        description="What anyone on any machine may do without a key: some of `read` (asking, and pictures), `pictures`, `events` and "
        "`metrics`, with commas.",
    )
    origins: Annotated[tuple[Origin, ...], NoDecode, Words] = Field(
        default=(), description="Web pages that may use the service from a browser, as `https://shop.example`, with commas; `*` is all."
    )
    hosts: Annotated[tuple[str, ...], NoDecode, Words] = Field(
        default=(),
        description="Names that requests may give as `Host`, with commas; `*.shop.example` is all below it, `*` is all. Addresses, "
        "`localhost` and names without a dot always may.",
    )
    proxies: Annotated[tuple[Network, ...], NoDecode, Words] = Field(
        default=(),
        description="Addresses or networks, with commas, of the proxies whose `X-Forwarded-For` is believed when rates are "
        "counted. What comes from them never counts as this machine itself: name `127.0.0.1` where a proxy runs beside the service.",
    )
    feeds: dict[str, Annotated[float, Field(ge=1)]] = Field(
        default={},
        description="Feeds that the worker keeps the catalogue fresh from, as `attire sync` does: URL or path -> seconds between two "
        "looks, as JSON.",
    )
    limits: Limits = Limits()
    fetch: Fetching = Fetching()
    rates: Rates = Rates()
    deadline_s: float = Field(
        default=30.0, gt=0, description="Seconds after which a request that waits or is computed is answered with 503 and `Retry-After`."
    )
    grace_s: float = Field(
        default=10.0, ge=0, description="Seconds that a shutdown gives the requests under way; new ones get 503 meanwhile."
    )
    workers: int = Field(default=1, ge=1, le=64, description="Processes of `attire serve` that share its port; one that dies is replaced.")
    connections: Connections = Connections()
    threads: Threads = Threads()
    answers: Answers = Answers()
    index: IndexSettings = IndexSettings()
    log: LogSettings = LogSettings()
    keys: Keys = Keys()
    swap: SwapSettings = SwapSettings()
    worker: WorkerSettings = WorkerSettings()

    @classmethod
    def read(cls, **given: object) -> Settings:
        """Settings from the environment; what is ``given`` (and not None) goes before it.

        Raises:
            InputError: a variable holds what it cannot; the message names it.
        """
        try:
            return cls(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
        except ValidationError as error:
            first = error.errors()[0]
            name = PREFIX + "__".join(part for part in first["loc"] if isinstance(part, str)).upper()
            shown = "a key" if first["loc"][0] == "keys" else repr(first["input"])
            msg = f"{shown}: {first['msg'].removeprefix('Value error, ')}; see docs/settings.md"
            raise InputError(msg, field=name) from error
        except SettingsError as error:
            msg = f"{error}: not JSON; see docs/settings.md"
            raise InputError(msg) from error


def misspelt(environment: Iterable[str]) -> Iterator[str]:
    """A line for each variable that begins like a setting and is none, with the setting that was probably meant."""
    known = [name for name, _, _ in table()]
    whole = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    for name in sorted(environment):
        if name.upper().startswith(PREFIX) and name.upper() not in {*known, *whole}:
            near = nearest(name.upper().removeprefix(PREFIX), (one.removeprefix(PREFIX) for one in known))
            yield f"{name} is not a setting; " + (f"did you mean {PREFIX}{near}?" if near else "see docs/settings.md")


def table(model: type[BaseModel] = Settings, prefix: str = PREFIX) -> Iterator[tuple[str, str, str]]:
    """Every setting as (environment variable, default, what it is), in order."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from table(field.annotation, f"{prefix}{name.upper()}__")
        else:
            default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
            default = "" if default is None else json.dumps(default) if isinstance(default, dict) else default
            default = str(default).lower() if isinstance(default, bool) else ",".join(default) if isinstance(default, tuple) else default
            yield f"{prefix}{name.upper()}", str(default), field.description or ""
