"""The hidden rule of the synthetic wardrobe: the probability that items are worn together.

Every item has latents that can be seen in its picture. An outfit ``o`` of n items, one per slot of a template, is worn with

    p(o | template)  ∝  exp(score(o)) · Π popularity_i
    score(o) = 3/(n-1) · Σ_{i<j} pair(i, j)  +  3/C(n-1, 2) · triad · Σ_{i<j<k} l_i l_j l_k

    pair(i, j) =   analogous · c_i c_j cos(h_i - h_j)  +  opposite · c_i c_j cos 2(h_i - h_j)     colour harmony
                 + formality · (f_i f_j - half · (f_i² + f_j²) / 2)                               formality agrees
                 + season    · (s_i s_j - half · (s_i² + s_j²) / 2)                               season agrees
                 - loud      · p_i p_j                                                            one loud pattern at most

with hue h, chroma c, lightness l, formality f, season s, loudness p. The last term of ``score`` is the *effect of three*: three light
items, or one light and two dark ones, raise the score; two light and one dark, or three dark, lower it. Lightness is centred, so no sum
over pairs can express this term. Given the other items, the score is linear in one item's ``pair_vectors``, so the exact conditional of
a slot is one matrix product. Gibbs sampling and the oracle both use that.

Shape legend: N items · B outfits · I slots of a template · P = 7 pair factors.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]

_LEVEL_ROUNDS, _LEVEL_OUTFITS, _LEVEL_SWEEPS, _LEVEL_STEP = 5, 300, 6, 0.8


@dataclass(frozen=True, kw_only=True)
class Rule:
    """The weights of the hidden rule, in units of log-odds."""

    analogous: float = -1.2
    opposite: float = 2.2
    formality: float = 1.3
    season: float = 1.2
    loud: float = 1.3
    half: float = 0.65
    triad: float = 2.4
    taste: float = 0.6

    @property
    def pair_weights(self) -> Array:
        """Weight of each pair factor, ``(P,)``."""
        return np.array([self.analogous] * 2 + [self.opposite] * 2 + [self.formality, self.season, -self.loud])


@dataclass(frozen=True)
class Latents:
    """The latents of all items, each ``(N,)``.

    Attributes:
        hue: radians. chroma: 0 (neutral) to 1. lightness, formality, season: -1 (dark, casual, winter) to 1 (light, formal, summer).
        loud: 0 (plain) to 1. popularity: log weight.
    """

    hue: Array
    chroma: Array
    lightness: Array
    formality: Array
    season: Array
    loud: Array
    popularity: Array

    def pair_vectors(self) -> Array:
        """Vectors ``v``, ``(N, P)``; the bilinear part of ``pair(i, j)`` is ``Σ_p w_p v_ip v_jp``."""
        h, c = self.hue, self.chroma
        return np.stack(
            [c * np.cos(h), c * np.sin(h), c * np.cos(2 * h), c * np.sin(2 * h), self.formality, self.season, self.loud], axis=1
        )

    def taste_vectors(self) -> Array:
        """The properties that shoppers' tastes weigh, ``(N, 6)``."""
        h, c = self.hue, self.chroma
        return np.stack([c * np.cos(h), c * np.sin(h), self.formality, self.season, self.loud, self.lightness], axis=1)


class Score:
    """The rule applied to a catalogue: conditionals of one slot, scores of outfits."""

    def __init__(self, rule: Rule, latents: Latents) -> None:
        self.rule, self.latents = rule, latents
        self.vectors_NP = latents.pair_vectors()
        self.own_N = -rule.half / 2 * (rule.formality * latents.formality**2 + rule.season * latents.season**2)

    def pairs(self, context_BI: IntArray, candidates_M: IntArray) -> Array:
        """Log-weight, by pairs alone, of each candidate as the next item of each context, ``(B, M)``."""
        size = context_BI.shape[1]
        wanted_BP = self.vectors_NP[context_BI].sum(1) * self.rule.pair_weights * (3 / size)
        log_weight_BM: Array = wanted_BP @ self.vectors_NP[candidates_M].T + 3 * self.own_N[candidates_M]
        return log_weight_BM

    def triads(self, context_BI: IntArray, candidates_M: IntArray) -> Array:
        """Log-weight, by the effect of three alone, ``(B, M)``; 0 for contexts of one item."""
        size = context_BI.shape[1]
        if size < 2:  # noqa: PLR2004 - three items: the candidate and two others
            return np.zeros((len(context_BI), len(candidates_M)))
        light = self.latents.lightness[context_BI]
        pairs_B = (light.sum(1) ** 2 - (light**2).sum(1)) / 2
        scale = 3 * self.rule.triad / (size * (size - 1) / 2)
        log_weight_BM: Array = scale * pairs_B[:, None] * self.latents.lightness[candidates_M][None]
        return log_weight_BM

    def conditional(self, context_BI: IntArray, candidates_M: IntArray) -> Array:
        """Log-probability, up to a constant per row, of each candidate given the rest of its outfit, ``(B, M)``."""
        return self.pairs(context_BI, candidates_M) + self.triads(context_BI, candidates_M) + self.latents.popularity[candidates_M][None]

    def outfits(self, items_BI: IntArray) -> Array:
        """Log-weight of whole outfits of one size, popularity included, ``(B,)``."""
        size = items_BI.shape[1]
        vectors = self.vectors_NP[items_BI]
        both = (vectors.sum(1) ** 2 - (vectors**2).sum(1)) / 2
        pairs = both @ self.rule.pair_weights + (size - 1) * self.own_N[items_BI].sum(1)
        light = self.latents.lightness[items_BI]
        first, second, third = light.sum(1), (light**2).sum(1), (light**3).sum(1)
        triads = (first**3 - 3 * first * second + 2 * third) / 6
        triad_scale = 3 / max(1, (size - 1) * (size - 2) / 2) * self.rule.triad
        log_weight_B: Array = 3 / (size - 1) * pairs + triad_scale * triads + self.latents.popularity[items_BI].sum(1)
        return log_weight_B


def sample_outfits(score: Score, slots: list[IntArray], count: int, sweeps: int, rng: np.random.Generator) -> IntArray:
    """Draw ``count`` outfits of one template by Gibbs sampling, ``(count, I)`` rows of the catalogue.

    Args:
        slots: for each slot of the template, the rows of its category.
        sweeps: passes over all slots from a random start; the last slot drawn always follows its exact conditional.
    """
    outfits = np.stack([rng.choice(rows, size=count) for rows in slots], axis=1)
    for _ in range(sweeps):
        for slot in rng.permutation(len(slots)):
            context = np.delete(outfits, slot, axis=1)
            outfits[:, slot] = slots[slot][_draw(score.conditional(context, slots[slot]), rng)]
    return outfits


def level_popularity(score: Score, templates: list[list[IntArray]], target_N: Array, rng: np.random.Generator) -> Score:
    """Set popularity so that items are worn in proportion to ``exp(target_N)``, whatever their latents.

    Otherwise items that go with many others would be worn more, and counting sales would predict outfits. Each round draws outfits,
    compares every item's mean conditional probability (over the contexts of its slot) with the wanted share, and corrects.

    Args:
        templates: the rows that may fill each slot, template by template.
        target_N: log popularity, up to a constant per category.
    """
    latents = replace(score.latents, popularity=target_N.copy())
    for _ in range(_LEVEL_ROUNDS):
        score = Score(score.rule, latents)
        share_N, wanted_N = np.zeros(len(target_N)), np.zeros(len(target_N))
        for slots in templates:
            outfits = sample_outfits(score, slots, _LEVEL_OUTFITS, _LEVEL_SWEEPS, rng)
            for slot, rows in enumerate(slots):
                log_p = score.conditional(np.delete(outfits, slot, axis=1), rows)
                p = np.exp(log_p - log_p.max(1, keepdims=True))
                share_N[rows] += (p / p.sum(1, keepdims=True)).sum(0)
                wanted_N[rows] += _LEVEL_OUTFITS * np.exp(target_N[rows]) / np.exp(target_N[rows]).sum()
        correction = np.log(np.maximum(wanted_N, 1e-9) / np.maximum(share_N, 1e-9))
        latents = replace(latents, popularity=latents.popularity + _LEVEL_STEP * correction)
    return Score(score.rule, latents)


def _draw(log_weights_BM: Array, rng: np.random.Generator) -> IntArray:
    """Draw one position per row, ``(B,)``, with probability proportional to exp(log weight)."""
    weights = np.exp(log_weights_BM - log_weights_BM.max(1, keepdims=True))
    cumulative = weights.cumsum(1)
    threshold = rng.random((len(weights), 1)) * cumulative[:, -1:]
    return np.asarray((cumulative < threshold).sum(1).clip(max=weights.shape[1] - 1))
