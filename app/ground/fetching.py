"""What may be fetched from where: settings of ``ATTIRE_FETCH__``."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_settings import NoDecode

from app.ground.bounds import HOUR_S, LONG_S, MOST_BYTES
from app.ground.doors import Network, Words

_HOST: Final = re.compile(r"\*|(\*\.)?[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?(:\d{1,5})?|\[[0-9a-f:]+\](:\d{1,5})?", re.ASCII)


def _a_host(text: str) -> str:
    if not _HOST.fullmatch(text.lower()):
        msg = f"{text!r} is no host; write it as img.shop.example, *.shop.example for all below it, or * for all"
        raise ValueError(msg)
    return text.lower()


HostPattern = Annotated[str, AfterValidator(_a_host)]
"""``img.shop.example``, ``*.shop.example`` for all below it, ``*`` for all; a port other than the scheme's is named, too."""
HostPatterns = Annotated[tuple[HostPattern, ...], NoDecode, Words]


class Fetching(BaseModel):
    """Pictures and feeds by URL: fetched by https from addresses of the public internet, and not again while they are unchanged."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service_hosts: HostPatterns = Field(
        default=(),
        description="Hosts, with commas, from which the service fetches pictures that `PUT /items` names by URL; none is off. "
        "`*.shop.example` is all below it, `*` is all; a port other than the scheme's is named, too.",
    )
    import_hosts: HostPatterns = Field(
        default=("*",),
        description="Likewise, hosts from which `attire import` and `sync` fetch feeds and the pictures that these name; `*` is all.",
    )
    http_hosts: HostPatterns = Field(default=(), description="Those of them that may be asked without TLS, by `http://`, too.")
    networks: Annotated[tuple[Network, ...], NoDecode, Words] = Field(
        default=(),
        description="Networks, with commas, that are not of the public internet and may be asked all the same: a shop's own `10.1.0.0/16`.",
    )
    max_bytes: int = Field(default=20_000_000, ge=1, le=MOST_BYTES, description="Bytes of one picture.")
    feed_max_bytes: int = Field(
        default=1_000_000_000, ge=1, le=MOST_BYTES, description="Bytes of a feed that `attire sync` fetches by URL."
    )
    feed_timeout_s: float = Field(default=600.0, gt=0, le=LONG_S, description="Seconds in which it has to arrive.")
    timeout_s: float = Field(default=30.0, gt=0, le=HOUR_S, description="Seconds in which a picture has to arrive.")
    at_once: int = Field(default=32, ge=1, le=1_000, description="Pictures fetched at the same time.")
    per_host: int = Field(default=4, ge=1, le=1_000, description="Of these, pictures of one host.")
    retries: int = Field(default=3, ge=0, le=10, description="How often a host that is busy or gone is asked again, with growing pauses.")
    longest_pause_s: float = Field(
        default=60.0,
        gt=0,
        le=LONG_S,
        description="Seconds to wait for a host that says when to come back (`Retry-After`); beyond it it is given up.",
    )
