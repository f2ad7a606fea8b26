"""The parts of the settings: what belongs together, set as ``ATTIRE_PART__NAME``; see ``app.ground.settings``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from app.ground.bounds import HOUR_S, LONG_S, MANY, MINUTE_S, MOST_BYTES, MOST_THREADS, Place, Word
from app.ground.log_urls import checked
from app.ground.recipes import RecipeName, Training
from models.offpolicy.reward import Reward


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Limits(_Part):
    """What one request may ask for. Beyond it the answer is 413 (bytes) or 422 (everything else), never a slow machine."""

    max_body_bytes: int = Field(default=16_000_000, ge=1, le=MOST_BYTES, description="Bytes of a request's body.")
    max_bodies_bytes: int = Field(
        default=96_000_000,
        ge=65_536,
        le=MOST_BYTES,
        description="Bytes of all large bodies that are received or worked on at the same time; beyond it a large one gets 503.",
    )
    max_values: int = Field(default=100_000, ge=1, le=MANY, description="Values of one JSON body.")
    max_upsert_values: int = Field(
        default=1_100_000, ge=1, le=MANY, description="Values of the body of one `PUT /items`: 500 items of 2,048 features each, and more."
    )
    max_items: int = Field(default=50, ge=1, le=10_000, description="Items of one outfit.")
    max_outfits: int = Field(default=100, ge=1, le=10_000, description="Outfits of one /score-outfit or /complete-outfits request.")
    max_slots: int = Field(default=20, ge=1, le=10_000, description="Slots of one /complete-outfit request.")
    max_candidates: int = Field(default=1_000, ge=1, le=10_000, description="Candidates of one /complete-outfit request.")
    max_k: int = Field(default=100, ge=1, le=MANY, description="Items per slot, looks, or items of one page.")
    max_exclude: int = Field(default=1_000, ge=1, le=10_000, description="Excluded items of one request.")
    max_events: int = Field(default=1_000, ge=1, le=10_000, description="Events of one /events request.")
    max_upserts: int = Field(default=500, ge=1, le=10_000, description="Items of one `PUT /items`.")
    max_photos: int = Field(default=16, ge=0, le=MANY, description="Pictures or titles to encode in one request.")
    max_work: int = Field(default=250_000, ge=1, le=MANY, description="Outfits scored in one request, each times the square of its items.")
    max_pixels: int = Field(
        default=40_000_000, ge=1, le=40_000_000, description="Width times height of a picture, read from its header; this is the most."
    )


class Connections(_Part):
    """What a connection may take, so that slow, idle and giant ones cost little. Beyond it the answer is 408 or 431, or it is closed."""

    most: int = Field(
        default=500,
        ge=1,
        le=MANY,
        description="Connections at the same time; beyond it the one that has sent no request for longest is closed.",
    )
    head_bytes: int = Field(default=32_768, ge=1_024, le=MOST_BYTES, description="Bytes of a request's line and headers.")
    headers: int = Field(default=100, ge=8, le=MANY, description="Headers of a request.")
    head_s: float = Field(default=10.0, gt=0, le=HOUR_S, description="Seconds in which they have to arrive.")
    body_s: float = Field(default=60.0, gt=0, le=HOUR_S, description="Seconds in which a body has to arrive.")
    stalled_s: float = Field(
        default=10.0, gt=0, le=HOUR_S, description="Seconds for which nothing of a body may arrive, or nothing of an answer be taken."
    )
    idle_s: float = Field(default=5.0, gt=0, le=HOUR_S, description="Seconds for which a connection is kept open between two requests.")


class Threads(_Part):
    """How many threads compute, and how many requests are computed at once or wait for that."""

    compute: int = Field(
        default=0,
        ge=0,
        le=MOST_THREADS,
        description="Threads that encode a picture; 0 is one per core. Whatever else a request computes, it computes on one.",
    )
    requests: int = Field(
        default=0,
        ge=0,
        le=MOST_THREADS,
        description="Threads that compute requests, of which one at a time takes small ones; 0 is one per core, which several processes "
        "share out among them.",
    )
    waiting: int = Field(
        default=0,
        ge=0,
        le=MANY,
        description="Requests that wait for a thread at most, any more get 503; 0 is 20 for each core.",
    )
    apart: bool = Field(
        default=True,
        description="Whether `attire serve` has a process of its own answer heavy requests, which stands back behind others: started "
        "when several of them, or a very heavy one, come, and ended when none has come for a minute or two.",
    )
    together: int = Field(
        default=16,
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
        le=MOST_BYTES,
        description="Bytes of the answers to `/complete-outfit` and `/score-outfit` without `user` or pictures that are kept for whoever "
        "asks the same, until the catalogue or the release changes; 0 keeps none.",
    )


class IndexSettings(_Part):
    """What searches the embeddings. Its files, where it keeps any, are built from the snapshot's when they are missing."""

    backend: Word = Field(
        default="auto",
        description="What searches: `flat`, `coded` and `torch` exactly, `pq`, `ivf` and `hnsw` approximately; `auto` by a category's size "
        "and the device, see [operations](operations.md#the-index).",
    )
    categories: dict[str, str] = Field(default={}, description="Category -> its backend, where it is another; as JSON.")
    shards: int = Field(
        default=0,
        ge=0,
        le=1_024,
        description="Processes of a cluster over which each replica of `attire serve --on` cuts its categories, in place of `backend`; "
        "0: none. See [Ray](ray.md#shards).",
    )


class LogSettings(_Part):
    """The durable log of the catalogue's changes and of what shoppers do, and the lines that the service writes to standard error."""

    url: Annotated[SecretStr, AfterValidator(checked)] = Field(
        default=SecretStr("sqlite:log.sqlite"),
        description="The durable log: `sqlite:FILE`, relative to `ATTIRE_HOME`, or `redis://:PASSWORD@HOST:PORT/DB`.",
    )
    timeout_s: float = Field(default=2.0, gt=0, le=HOUR_S, description="Seconds after which a log that does not answer counts as gone.")
    max_deliveries: int = Field(default=10, ge=1, le=MANY, description="How often an entry is given to a group before it is a dead letter.")
    remember_s: float = Field(
        default=172_800.0, ge=0, le=LONG_S, description="Seconds for which an event's id is remembered at least; a retry counts once."
    )
    check_s: float = Field(
        default=10.0,
        gt=0,
        le=HOUR_S,
        description="Seconds between looks whether the log still has what it acknowledged; all of it is read now and then.",
    )
    max_bytes: int = Field(
        default=0, ge=0, le=MOST_BYTES, description="Bytes that the SQLite file may grow to; 0 is no limit but the disk's."
    )
    open_bytes: int = Field(
        default=4_000_000_000,
        ge=0,
        le=MOST_BYTES,
        description="Bytes of the log (of Redis: its memory) from which on it takes nothing more of what anybody may send, which is events "
        "with a page's key or without one, and impressions; what the shop's own keys tell is taken on. 0: until the last 3 % of its room, "
        "which are the shop's in any case.",
    )
    impressions: int = Field(
        default=10_000, ge=1, le=MANY, description="Impressions that wait in memory while the log is gone; more are dropped and counted."
    )
    candidates: int = Field(
        default=30,
        ge=0,
        le=1_000,
        description="Candidates of a slot that an impression tells of, with scores; what was shown is among them.",
    )
    impression_bytes: int = Field(
        default=32_768,
        ge=1_024,
        le=MOST_BYTES,
        description="Bytes of an impression beyond which it tells of no candidates and scores; what was shown is always told.",
    )
    level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="Least severe line that is written.")
    json_lines: bool = Field(default=False, description="JSON lines in place of lines for a person.")


class Keys(_Part):
    """Keys from the environment, beside those of `attire keys`. Where neither is set, a first start makes one."""

    catalogue: SecretStr | None = Field(
        default=None,
        min_length=8,
        description="Key of the scope `write`: `PUT /items`, `DELETE /items/{id}`; 16 characters or more, or it is soon guessed.",
    )
    admin: SecretStr | None = Field(
        default=None,
        min_length=8,
        description="Key that opens everything, the release endpoints too; 16 characters or more, or it is soon guessed.",
    )
    shoppers: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Secret by which the shop's server signs the `user` of its pages, as `openssl rand -hex 32` makes one; see "
        "[who is shopping](connect.md#who-is-shopping). Where it is set, who asks without a key from elsewhere has to sign, too.",
    )
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
    """How many requests a minute are taken, each event as one where anybody may send it; what is beyond gets 429.

    Counted in Redis where the log is there, else by each replica.
    """

    per_key: int = Field(
        default=120_000, ge=0, le=MANY, description="Requests a minute with one key, but for publishable ones; 0 is no limit."
    )
    per_address: int = Field(
        default=30_000,
        ge=0,
        le=MANY,
        description="Requests a minute without a key, or with a publishable one, from one address other than this machine, each event of "
        "a batch as one; 0 is no limit.",
    )


class SwapSettings(_Part):
    """How a running service follows ``CURRENT``, and tries a candidate on live requests before it goes live."""

    poll_s: float = Field(default=1.0, gt=0, le=MINUTE_S, description="Seconds between two looks at which release is current.")
    memory_headroom: float = Field(
        default=1.5, ge=0, le=MANY, description="Times a release's own size that must be free before it is loaded; 0 does not look."
    )
    shadow_share: float = Field(default=0.1, ge=0, le=1, description="Share of live requests that a candidate in shadow mode answers too.")


class KeptFresh(_Part):
    """How the worker keeps the catalogue fresh from a feed; a number alone is ``every_s``."""

    every_s: float = Field(ge=1, le=LONG_S, description="Seconds between two looks.")
    mapping: Path | None = Field(default=None, description="The mapping file by which the feed is read.")

    @model_validator(mode="before")
    @classmethod
    def _as_seconds(cls, given: Any) -> Any:  # noqa: ANN401 - JSON
        if isinstance(given, dict | cls):
            return given
        try:
            return {"every_s": float(given)}
        except (TypeError, ValueError):
            msg = 'write seconds, as 900, or {"every_s": 900, "mapping": "mapping.yaml"}'
            raise ValueError(msg) from None


class WorkerSettings(_Part):
    """The learning loop, `attire worker`."""

    archive_s: float = Field(default=5.0, gt=0, le=HOUR_S, description="Seconds for which events gather before they are archived together.")
    sessions: int = Field(default=1_000, ge=1, le=MANY, description="New sessions with a purchase that start a training.")
    age_s: float = Field(default=86_400.0, gt=0, le=LONG_S, description="Seconds after which fewer new sessions start one, too.")
    least_outfits: int = Field(
        default=200,
        ge=20,
        le=MANY,
        description="Clean outfits below which nothing is trained; 20 of the latest 12 % have to be new, so that nothing is below 167.",
    )
    window_days: float = Field(default=365.0, gt=0, le=LONG_S, description="Sessions older than this are not learned from.")
    kept_days: float = Field(
        default=0.0,
        ge=0,
        le=LONG_S,
        description="Days after which the worker, and `attire gc`, remove what shoppers did and were shown from the archive; 0: never.",
    )
    gap_s: float = Field(default=1_800.0, gt=0, le=LONG_S, description="Seconds of silence that end a session.")
    longest_s: float = Field(default=14_400.0, gt=0, le=LONG_S, description="Seconds after which a session is cut.")
    hygiene: bool = Field(default=True, description="Whether labels are cleaned; false only to measure what that is worth.")
    bot_events: int = Field(default=200, ge=2, le=MANY, description="Events of a session from which it is taken for a machine's.")
    most_items: int = Field(
        default=8, ge=2, le=MANY, description="Different items of a purchase beyond which it is a stock-up, not an outfit."
    )
    reference: Place = Field(
        default=Path("reference"),
        description="Dataset directory, relative to `ATTIRE_HOME`: its training outfits are learned from too, its test outfits are the "
        "fixed reference set. Where it is missing, the first held-out sessions are.",
    )
    recipe: RecipeName = Field(default="attire", description="Recipe of the first training; after that the current release's.")
    training: Training = Field(
        default={},
        examples=[{"epochs": 12}],
        description="Settings of the recipe, as JSON; the others are the current release's, but for its length.",
    )
    from_log: Literal["no", "page", "gate"] = Field(
        default="gate",
        description="What both releases would have earned, as explored answers tell: not asked, told on the run's page, or there and "
        "in the gate, which then rejects a candidate whose interval lies wholly below that of the release that serves.",
    )
    reward: Reward = Field(default="purchase", description="What counts as earned there.")
    nice: int = Field(default=10, ge=0, le=19, description="By how much training yields to everything else on the machine.")
    threads: int = Field(default=0, ge=0, le=MOST_THREADS, description="Threads of the training; 0 is one per core.")
    timeout_s: float = Field(default=14_400.0, gt=0, le=LONG_S, description="Seconds after which a training is given up.")
    publish_share: float = Field(
        default=0.2,
        ge=0,
        le=MANY,
        description="Share of the catalogue that has changed since its snapshot from which the worker makes a new one; 0 is never.",
    )
    gc_s: float = Field(
        default=86_400.0,
        ge=0,
        le=LONG_S,
        description="Seconds between removals of what nothing needs any more, as `attire gc`; 0 is never.",
    )
    keep_releases: int = Field(
        default=5, ge=1, le=MANY, description="Newest releases that are kept, beside those that serve or are rolled back to."
    )
    keep_runs: int = Field(
        default=100,
        ge=1,
        le=MANY,
        description="Newest runs that are kept, beside those that tell what a bundle of the home learned from; the candidates of as many "
        "as releases are kept.",
    )
    retry_s: float = Field(
        default=600.0,
        ge=0,
        le=LONG_S,
        description="Seconds after which a failed run is tried again, twice as many after the next failure, four times as it fails at "
        "last; then new sessions are waited for. 0 waits for them at once.",
    )
    debias: bool = Field(
        default=False,
        description="Whether what was bought from lower places counts more, as fewer look there; see docs/offpolicy.md.",
    )
    half_life_days: float = Field(
        default=0.0, ge=0, le=LONG_S, description="Days after which an outfit counts half; 0: all count the same."
    )
    guard_s: float = Field(
        default=300.0, ge=0, le=LONG_S, description="Seconds between looks at the guardrails of running experiments; 0 is never."
    )
    shadow_requests: int = Field(
        default=0, ge=0, le=MANY, description="Live requests that a candidate answers in shadow mode first; 0 is none."
    )
    shadow_s: float = Field(default=60.0, gt=0, le=LONG_S, description="Seconds of shadow mode after which it goes live anyway.")
