"""How the service is, as JSON."""

from __future__ import annotations

from pydantic import BaseModel, Field


class LogHealth(BaseModel):
    """Whether what shoppers do can be kept. Completing and scoring go on without."""

    status: str = Field(description='"ok" or "degraded".', examples=["ok"])
    problem: str | None = Field(default=None, description="Why it is degraded.")
    impressions_waiting: int = Field(description="Impressions that are not in the log yet.", examples=[0])
    impressions_dropped: int = Field(description="Impressions lost since the start, for want of room.", examples=[0])


class CatalogueHealth(BaseModel):
    """Whether what was changed in the catalogue is shown."""

    status: str = Field(description='"ok" or "degraded".', examples=["ok"])
    problem: str | None = Field(default=None, description="Why it is degraded: new pictures and titles cannot be encoded, say.")
    encoding: int = Field(description="Changed items whose picture or title is still to be encoded.", examples=[0])


class ExperimentsHealth(BaseModel):
    """Whether every variant answers from its own release. What does not is answered from the one that serves."""

    status: str = Field(description='"ok" or "degraded".', examples=["ok"])
    problem: str | None = Field(default=None, description="Why it is degraded.")
    releases: list[str] = Field(description="Releases that answer beside the one that serves.", examples=[["r2-1f0c9a2b"]])


class RulesHealth(BaseModel):
    """Whether the rules that were written hold."""

    status: str = Field(description='"ok" or "degraded".', examples=["ok"])
    problem: str | None = Field(default=None, description="Why it is degraded: the rules cannot be read, say, and older ones hold on.")


class KeysHealth(BaseModel):
    """Whether the keys that were made and revoked are those that open."""

    status: str = Field(description='"ok" or "degraded".', examples=["ok"])
    problem: str | None = Field(default=None, description="Why it is degraded: the keys cannot be read, and those read before hold on.")


class Health(BaseModel):
    """Whether the process lives, or answers."""

    status: str = Field(description='"ok" or "ready".', examples=["ok"])
    release: str | None = Field(default=None, description="The release that answers.")
    rules: RulesHealth | None = Field(default=None, description="The merchandiser's rules.")
    experiments: ExperimentsHealth | None = Field(default=None, description="The variants of running experiments.")
    keys: KeysHealth | None = Field(default=None, description="The keys of the home.")
    log: LogHealth | None = Field(default=None, description="The log of events.")
    catalogue: CatalogueHealth | None = Field(default=None, description="The changes of the catalogue.")

    @property
    def degraded(self) -> bool:
        """Whether some part of it is."""
        parts = (self.rules, self.experiments, self.keys, self.log, self.catalogue)
        return any(part is not None and part.status == "degraded" for part in parts)
