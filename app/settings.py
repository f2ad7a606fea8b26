"""What a person may set, from the environment: prefix ``ATTIRE_``, nested with ``__`` (``ATTIRE_LIMITS__MAX_K=50``).

The table in ``docs/settings.md`` lists every one of these; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.errors import InputError

PREFIX: Final = "ATTIRE_"


class Limits(BaseModel):
    """What one request may ask for. Beyond it the answer is 413 (bytes) or 422 (everything else), never a slow machine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_body_bytes: int = Field(default=16_000_000, ge=1, description="Bytes of a request's body.")
    max_items: int = Field(default=50, ge=1, description="Items of one outfit.")
    max_outfits: int = Field(default=100, ge=1, description="Outfits of one /score-outfit request.")
    max_slots: int = Field(default=20, ge=1, description="Slots of one /complete-outfit request.")
    max_candidates: int = Field(default=1_000, ge=1, description="Candidates of one /complete-outfit request.")
    max_k: int = Field(default=100, ge=1, description="Items per slot, looks, or items of one page.")
    max_exclude: int = Field(default=1_000, ge=1, description="Excluded items of one request.")
    max_photos: int = Field(default=16, ge=0, description="Pictures or titles to encode in one request.")
    max_work: int = Field(default=250_000, ge=1, description="Outfits scored in one request, each times the square of its items.")
    max_pixels: int = Field(default=40_000_000, ge=1, description="Width times height of a picture, read from its header.")


class Threads(BaseModel):
    """How many threads compute and how many requests do so at once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    compute: int = Field(default=0, ge=0, description="Threads of torch and FAISS; 0 is one per core.")
    requests: int = Field(default=0, ge=0, description="Requests computed at the same time; 0 is one per core.")


class Log(BaseModel):
    """What the service tells of itself, on standard error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="Least severe line that is written.")
    json_lines: bool = Field(default=False, description="JSON lines in place of lines for a person.")


class Settings(BaseSettings):
    """Everything a person may set."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", frozen=True, extra="ignore")

    home: Path = Field(default=Path("attire-home"), description="Directory of bundles, snapshots, releases and pictures.")
    host: str = Field(default="127.0.0.1", description="Address that `attire serve` listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port that `attire serve` listens on.")
    encoder: str = Field(default="shipped", description="Encoder of a fresh home's pictures and titles.")
    cache: Path = Field(default=Path("~/.cache/attire"), description="Where features are kept between runs of import, train and evaluate.")
    limits: Limits = Limits()
    threads: Threads = Threads()
    log: Log = Log()

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
            name = PREFIX + "__".join(str(part) for part in first["loc"]).upper()
            msg = f"{first['input']!r}: {first['msg']}; see docs/settings.md"
            raise InputError(msg, field=name) from error


def table() -> Iterator[tuple[str, str, str]]:
    """Every setting as (environment variable, default, what it is), in order."""
    yield from _rows(Settings, PREFIX)


def _rows(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _rows(field.annotation, f"{prefix}{name.upper()}__")
        else:
            default = field.default if not isinstance(field.default, bool) else str(field.default).lower()
            yield f"{prefix}{name.upper()}", str(default), field.description or ""
