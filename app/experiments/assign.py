"""Which variant answers whom: a hash of the experiment's name and the unit, so that nothing is kept and every replica says the same."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from app.experiments.experiment import Experiment, Variant

Unit = Literal["user", "session", "request"]


@dataclass(frozen=True, slots=True)
class Assigned:
    """A unit's variant of an experiment; ``by`` is what the unit is."""

    experiment: Experiment
    variant: Variant
    by: Unit


def assigned(running: Sequence[Experiment], user: str | None, session: str | None, request: str) -> Assigned | None:
    """The variant that answers: by the user, else the session, else this request alone.

    A unit takes part in the first experiment, in the order of their start, whose share it falls into. So an experiment that starts later
    takes nobody from another, and one that ends moves nobody within another. Who falls to a variant that has stopped takes part in none.
    """
    by, name = unit(user, session, request)
    for one in running:
        if one.share < 1 and fraction("share", one.name, by, name) >= one.share:
            continue
        variant = drawn(one, by, name)
        return None if variant.name in one.stopped else Assigned(one, variant, by)
    return None


def unit(user: str | None, session: str | None, request: str) -> tuple[Unit, str]:
    """What is assigned, and its name."""
    if user is not None:
        return "user", user
    return ("session", session) if session is not None else ("request", request)


def drawn(one: Experiment, by: Unit, name: str) -> Variant:
    """The variant of a unit, those that stopped included, as the weights say."""
    at = fraction("variant", one.name, by, name) * sum(variant.weight for variant in one.variants)
    bounds = accumulate(variant.weight for variant in one.variants)
    return next((variant for variant, bound in zip(one.variants, bounds, strict=True) if at < bound), one.variants[-1])


def fraction(*parts: str) -> float:
    """A number of [0, 1) that is drawn by these words.

    >>> fraction("variant", "new-model", "user", "u1") == fraction("variant", "new-model", "user", "u1")
    True
    """
    digest = hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=7).digest()
    return int.from_bytes(digest, "big") / 2**56
