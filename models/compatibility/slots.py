"""What belongs to an outfit: which categories are worn together, how many of each, and when nothing is missing.

An outfit is read as a multiset of categories whose items come in random order. A small network says what comes next, or STOP, given the
counts so far and the words of what is worn (DeepSets over counts and words, one hidden layer): a winter coat asks for a scarf. The words
are those of ``models.datasets.schema.item_text`` that tell anything on validation outfits, often none; an item of which no text is known
counts by its category alone. It is trained (``models.training.slots``) on every prefix of random orders of each
training outfit, so STOP is trained as often as outfits end, and p(STOP | worn) is the probability that what is worn is a whole outfit.
Pairs and repetitions of categories that no training outfit had have probability zero, and no outfit grows beyond the largest of training,
so drawing always ends.

How the answer is chosen (``missing``):

* For who completes again and again (``varied``), every item has *one outfit in mind*: the one drawn, once and for all, by what the item
  is, with the dice of its id, and an order to fill it in, in which it does not look whole before it is (what is optional comes before the
  core). Where what is worn is on an item's way, in that order, the rest of it is missing, and it is complete when it is reached. So what
  was promised at the first press holds at the second, the order in which the items are named does not matter, and over the catalogue
  completed outfits are distributed as training outfits are.
* What is on no item's way (a shopper's own outfit), and everything where one best guess is wanted, is complete when the probability of
  being whole is at least ``stop_at``; otherwise it lacks what shares most with the drawn completions (expected F1) and is together in one
  of them.

Shape legend: B outfits · I items · C categories · K = C + 1 outcomes, the last is STOP · S draws · L levels of counting · H hidden
units · W words · M additions · P worn categories.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.compatibility.calibration import UNTOLD
from models.compatibility.conflicts import Conflicts
from models.compatibility.dice import dice, digest
from models.compatibility.people import People

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

LEVELS: Final = 3  # one, two, three or more of a category
NEVER: Final = np.float32(-1e9)
DRAWS: Final = 64
_HALF: Final = 0.5
_STRANGEST: Final = -6.0
_CHANCE: Final = 0.05
"""What happens less often is no chance."""


@dataclass(frozen=True, slots=True)
class Missing:
    """The slots that an outfit lacks, in the order to fill them; none when it is complete.

    Attributes:
        whole: probability that what is worn is a whole outfit; None where nothing says.
    """

    slots: tuple[str, ...]
    whole: float | None = None


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class SlotModel:
    """The trained network and what training outfits allow.

    Attributes:
        pairs_CC: whether two categories were worn together; the diagonal, two of one.
        most_C: of one category in one outfit.
        largest: number of items of a training outfit. smallest: likewise.
        weights: ``counts (C L + largest + 1, H)``, ``bias (H,)``, ``out (H, K)``, ``out_bias (K,)``; ``words (W, H)`` where there are any.
        words: of items, that it reads.
        stop_at: what is worn is complete from this probability on; chosen on validation outfits.
        outfits: how many it learned from.
        dressed: whether what completes clothes always has shoes, and a top and bottom or a dress: whole outfits never lack them, or most
            may be parts, so that where one ends is not where nothing is missing.
        apart: what pieces are worn as of which hardly any outfit has both, though words say that one takes the other's place; in the
            order of the alphabet.
        seen_C: in how many a category is; empty where that was not kept.
        wholes: how many are whole. whole_C: in how many of these a category is; empty where that was not kept.
        conflicts: of attributes, learned from the same outfits. people: who wears what, likewise.
        unrestricted: the same where everything can be had; None where it can.
    """

    categories: tuple[str, ...]
    pairs_CC: BoolArray
    most_C: IntArray
    largest: int
    smallest: int
    weights: Mapping[str, FloatArray] = field(repr=False)
    words: tuple[str, ...] = ()
    stop_at: float = 0.5
    outfits: int = 0
    dressed: bool = False
    apart: frozenset[tuple[str, str]] = frozenset()
    seen_C: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    wholes: int = 0
    whole_C: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    conflicts: Conflicts = field(default_factory=Conflicts)
    people: People = field(default_factory=People)
    unrestricted: SlotModel | None = None

    def without(self, categories: Collection[str]) -> SlotModel:
        """The same, where nothing of these categories can be had."""
        had_C = np.array([name not in categories for name in self.categories])
        return self if had_C.all() else replace(self, most_C=np.where(had_C, self.most_C, 0), unrestricted=self.unrestricted or self)

    def counts(self, categories: Iterable[str]) -> IntArray:
        """How many of each, ``(C,)``; categories that training did not have are left out."""
        have = Counter(categories)
        return np.array([have[name] for name in self.categories], dtype=np.int64)

    def knows(self, categories: Iterable[str]) -> bool:
        """Whether training had one of these."""
        return bool(self.counts(categories).any())

    def worn_together(self, categories: Sequence[str]) -> bool | None:
        """Whether training outfits had each two of these, and as many of each; None where one of them is unknown.

        What cannot be had now was worn all the same.
        """
        if self.unrestricted is not None:
            return self.unrestricted.worn_together(categories)
        counts = Counter(categories)
        if not counts.keys() <= set(self.categories):
            return None
        places = {name: self.categories.index(name) for name in counts}
        enough = all(self.most_C[places[name]] >= count for name, count in counts.items())
        return enough and all(self.pairs_CC[places[one], places[other]] for one, other in combinations(counts, 2))

    def counting(self, wholes: Sequence[Collection[str]]) -> SlotModel:
        """The same, with how often categories are in whole outfits."""
        return replace(self, wholes=len(wholes), whole_C=np.array([sum(name in one for one in wholes) for name in self.categories]))

    @property
    def of_orders(self) -> bool:
        """Whether no outfit that was learned from is known to be whole: what is bought together is not all worn together."""
        return bool(len(self.seen_C)) and not self.wholes

    def go_without(self, categories: Collection[str], others: Collection[str]) -> bool:
        """Whether no outfit has one of these categories with any of some others, though by chance whole ones would.

        What is seldom may lack another by chance; ski jackets of a dozen looks without any shoes are worn without.
        """
        beside_C = np.isin(self.categories, list(others))
        if not self.wholes or not beside_C.any():
            return False
        share = min(1.0, self.whole_C[beside_C].sum() / self.wholes)
        never_C = ~self.pairs_CC[:, beside_C].any(axis=1) & (self.counts(categories) > 0)
        return bool((never_C & ((1 - share) ** self.whole_C < _CHANCE)).any())

    def ever_beside(self, category: str, others: Collection[str]) -> bool:
        """Whether an outfit has a category with any of some others; True where no outfit has it at all."""
        of_C, beside_C = (np.isin(self.categories, names) for names in ([category], [*others]))
        return not of_C.any() or bool(self.pairs_CC[np.ix_(of_C, beside_C)].any())

    def strange(self, categories: Collection[str]) -> float:
        """The logarithm of how often outfits hold what none of them holds together, over how often they would by chance; else 0.

        Two of a category of which all outfits have one, or jeans and a dress: each half a time, beside so many of chance and half a time.
        Where most are parts, whole ones alone tell: that nobody bought shoes with a nursing top does not say that they do not go together.
        """
        mostly_parts = len(self.whole_C) > 0 and 2 * self.wholes < self.outfits
        seen_C, outfits = (self.whole_C, self.wholes) if mostly_parts else (self.seen_C, self.outfits)
        if not outfits or not len(seen_C):
            return 0.0
        have_C = self.counts(categories)
        worn_P = np.flatnonzero(have_C)
        chance_PP = np.outer(seen_C[worn_P], seen_C[worn_P]) / outfits * (1 - np.eye(len(worn_P)) / 2)
        never_PP = ~self.pairs_CC[np.ix_(worn_P, worn_P)]
        np.fill_diagonal(never_PP, (have_C > self.most_C)[worn_P])
        return float(max(np.log(_HALF / (chance_PP[np.triu(never_PP)] + _HALF)).sum(), _STRANGEST))

    def said(self, texts: Iterable[str]) -> BoolArray:
        """Which of the words each text has, ``(I, W)``."""
        return np.array([[word in text for word in self.words] for text in (set(text.split()) for text in texts)], dtype=bool)

    def log_next(self, counts_BC: IntArray, said_W: BoolArray | None = None) -> FloatArray:
        """Log-probabilities of the next category or STOP, ``(B, K)``, where the items of all of them have these words, or each its own."""
        weights = self.weights
        bias_H = weights["bias"] + (said_W @ weights["words"] if self.words and said_W is not None else np.float32(0))
        hidden_BH = np.maximum(counted(counts_BC, self.largest) @ weights["counts"] + bias_H, 0)
        logits_BK = hidden_BH @ weights["out"] + weights["out_bias"] + np.where(self.allowed(counts_BC), np.float32(0), NEVER)
        logits_BK = logits_BK - logits_BK.max(axis=1, keepdims=True)
        return np.asarray(logits_BK - np.log(np.exp(logits_BK).sum(axis=1, keepdims=True)))

    def allowed(self, counts_BC: IntArray) -> BoolArray:
        """What may come next, ``(B, K)``: no pair, repetition or size that training never had; STOP where nothing else may."""
        worn_BC = (counts_BC > 0).astype(np.float32)
        strangers_BC = worn_BC @ (~self.pairs_CC & ~np.eye(len(self.categories), dtype=bool)).astype(np.float32) > 0
        fits_BC = ~strangers_BC & (counts_BC < self.most_C)
        fits_BC &= (counts_BC.sum(axis=1) < self.largest)[:, None]
        stops_B = (counts_BC.sum(axis=1) >= self.smallest) | ~fits_BC.any(axis=1)
        return np.concatenate([fits_BC, stops_B[:, None]], axis=1)

    def whole(self, counts_BC: IntArray, said_W: BoolArray | None = None) -> NDArray[np.float64]:
        """The probability of each that nothing is missing, ``(B,)``."""
        return np.exp(self.log_next(counts_BC, said_W)[:, -1], dtype=np.float64)

    def whole_of(self, categories: Collection[str]) -> float:
        """The probability that what is worn lacks nothing, by its categories alone; even odds where training did not have one of them."""
        have_C = self.counts(categories)
        return float(self.whole(have_C[None])[0]) if have_C.sum() == len(categories) else UNTOLD

    def next_of(self, categories: Collection[str]) -> dict[str, float]:
        """How likely each category is to come next beside one of these alone, on average over them."""
        counts_BC = np.array([self.counts([name]) for name in categories])
        return dict(zip(self.categories, np.exp(self.log_next(counts_BC)[:, :-1]).mean(axis=0).tolist(), strict=True))

    def draw(self, have_C: IntArray, draws: int, rng: np.random.Generator, said_W: BoolArray | None = None) -> IntArray:
        """Draw whole outfits that hold what is worn, ``(S, C)``.

        An outfit goes without what cannot be had, where it looks at least half as whole then: with ties sold out its shirt is missing as
        before. Where it does not, as a dress is missing, it is another outfit.
        """
        if self.unrestricted is None:
            return self._drawn(have_C, draws, rng, said_W)
        everything_SC = self.unrestricted.draw(have_C, draws, rng, said_W)
        drawn_SC = np.where(self.most_C, everything_SC, have_C)
        if (drawn_SC == everything_SC).all():
            return drawn_SC
        before_S, after_S = (self.unrestricted.whole(counts_SC, said_W) for counts_SC in (everything_SC, drawn_SC))
        other_S = after_S < before_S / 2
        drawn_SC[other_S] = self._drawn(have_C, int(other_S.sum()), rng, said_W)
        return drawn_SC

    def _drawn(self, have_C: IntArray, draws: int, rng: np.random.Generator, said_W: BoolArray | None) -> IntArray:
        counts_SC = np.repeat(have_C[None], draws, axis=0)
        open_S = np.arange(draws)
        while len(open_S):
            log_SK = self.log_next(counts_SC[open_S], said_W)
            choice_S = (log_SK + rng.gumbel(size=log_SK.shape)).argmax(axis=1)
            goes_on_S = choice_S < len(self.categories)
            open_S, choice_S = open_S[goes_on_S], choice_S[goes_on_S]
            counts_SC[open_S, choice_S] += 1
        return counts_SC

    def missing(self, categories: Sequence[str], ids: Sequence[str] = (), texts: Sequence[str] = (), *, varied: bool = True) -> Missing:
        """The slots that are missing, or none; the top of the file says how they are chosen.

        Args:
            categories: of what is worn.
            ids: of what is worn, for the dice; empty where it is nobody's.
            texts: of what is worn (``item_text``), each empty where nothing is known.
            varied: whether items have outfits in mind; False: the best guess alone.
        """
        have_C, said_IW = self.counts(categories), self.said(texts or [""] * len(categories))
        said_W: BoolArray = np.asarray(said_IW.any(axis=0))
        whole = float(self.whole(have_C[None], said_W)[0])
        ahead = self._ahead(categories, ids, have_C, said_IW) if varied else None
        if ahead is None and whole < self.stop_at:
            drawn_SC = self.draw(have_C, DRAWS, dice("|".join(sorted(ids or categories))), said_W)
            ahead = self._order(have_C, self._likely(drawn_SC, have_C), said_W)
        return Missing(tuple(ahead or ()), whole)

    def _ahead(self, categories: Sequence[str], ids: Sequence[str], have_C: IntArray, said_IW: BoolArray) -> Sequence[str] | None:
        """What is left of the outfit in mind that what is worn is on its way to, of several that of the item with the least digest.

        None where what is worn is on no item's way.
        """
        if have_C.sum() < len(categories):  # a category that training never had
            return None
        done = len(categories) - 1
        for place in sorted(range(len(ids)), key=lambda place: digest(ids[place])):
            alone_C = self.counts([categories[place]])
            way = self._order(alone_C, self.draw(alone_C, 1, dice(ids[place]), said_IW[place])[0], said_IW[place])
            if done <= len(way) and (alone_C + self.counts(way[:done]) == have_C).all():
                return way[done:]
        return None

    def _likely(self, drawn_SC: IntArray, have_C: IntArray) -> IntArray:
        """What is worn with what shares most with the drawn outfits that add something, by expected F1, ``(C,)``.

        It grows by the best item with which all of it is together in some draw, for as long as the expectation rises.
        """
        added_SC = drawn_SC - have_C
        added_SC, lacking_C, reached = added_SC[added_SC.sum(axis=1) > 0], np.zeros_like(have_C), 0.0
        while True:
            more_MC = lacking_C + np.eye(len(have_C), dtype=np.int64)
            more_MC = more_MC[(more_MC[:, None] <= added_SC).all(axis=2).any(axis=1)]
            if not len(more_MC):
                return have_C + lacking_C
            shared_MS = np.minimum(more_MC[:, None], added_SC).sum(axis=2)
            expected_M = (2 * shared_MS / (more_MC.sum(axis=1)[:, None] + added_SC.sum(axis=1))).mean(axis=1)
            if expected_M.max() <= reached:
                return have_C + lacking_C
            lacking_C, reached = more_MC[expected_M.argmax()], float(expected_M.max())

    def _order(self, have_C: IntArray, target_C: IntArray, said_W: BoolArray) -> list[str]:
        """What is lacking, in the order that looks least whole until all of it is there."""
        slots, now_C = [], have_C.copy()
        while (lacking_M := np.flatnonzero(target_C > now_C)).size:
            next_MC = np.repeat(now_C[None], len(lacking_M), axis=0)
            next_MC[np.arange(len(lacking_M)), lacking_M] += 1
            chosen = int(lacking_M[self.whole(next_MC, said_W).argmin()])
            slots.append(self.categories[chosen])
            now_C[chosen] += 1
        return slots

    def body(self) -> dict[str, Any]:
        """What ``slots.json`` holds; the weights go to ``slots.safetensors``."""
        pairs = [[int(left), int(right)] for left, right in np.argwhere(np.triu(self.pairs_CC))]
        kept: dict[str, Any] = {name: getattr(self, name) for name in ("largest", "smallest", "stop_at", "outfits", "dressed")}
        kept |= {
            "apart": sorted(self.apart),
            "most": self.most_C.tolist(),
            "seen": self.seen_C.tolist(),
            "whole": [self.wholes, *self.whole_C.tolist()],
            "words": list(self.words),
            "conflicts": self.conflicts.body(),
            "people": self.people.body(),
        }
        return {"format": 3, "categories": list(self.categories), "pairs": pairs, **kept}

    @classmethod
    def read(cls, body: Mapping[str, Any], weights: Mapping[str, FloatArray]) -> SlotModel:
        """From what ``body`` made; format 2 had no words, and ``dressed`` was ``parts``, or was not there, as others below.

        Raises:
            ValueError, KeyError, TypeError, IndexError: it is none.
        """
        names, words = tuple(body["categories"]), tuple(body.get("words", ()))
        pairs_CC = np.zeros((len(names), len(names)), dtype=bool)
        for left, right in body["pairs"]:
            pairs_CC[left, right] = pairs_CC[right, left] = True
        inputs = len(names) * LEVELS + body["largest"] + 1
        if weights["counts"].shape[0] != inputs or weights["out"].shape[1] != len(names) + 1:
            msg = f"slots: weights of {weights['counts'].shape} and {weights['out'].shape} for {len(names)} categories"
            raise ValueError(msg)
        if words and weights["words"].shape[0] != len(words):
            msg = f"slots: weights of {weights['words'].shape} for {len(words)} words"
            raise ValueError(msg)
        kept: dict[str, Any] = {name: body[name] for name in ("largest", "smallest", "stop_at", "outfits")}
        kept |= {"weights": weights, "words": words, "conflicts": Conflicts.read(body["conflicts"])}
        kept |= {"people": People.read(body.get("people", {}))}
        kept |= {"dressed": body.get("dressed", body.get("parts", False)), "apart": frozenset((a, b) for a, b in body.get("apart", []))}
        wholes, *whole = body.get("whole", [0])
        most_C, seen_C, whole_C = (np.array(counts, dtype=np.int64) for counts in (body["most"], body.get("seen", []), whole))
        if (wholes and len(whole_C) != len(names)) or len(seen_C) not in {0, len(names)}:
            msg = f"slots: {len(seen_C)} counts of outfits, {len(whole_C)} of whole ones, for {len(names)} categories"
            raise ValueError(msg)
        return cls(categories=names, pairs_CC=pairs_CC, most_C=most_C, seen_C=seen_C, wholes=wholes, whole_C=whole_C, **kept)


def counted(counts_BC: IntArray, largest: int) -> FloatArray:
    """Counts as the network reads them, ``(B, C L + largest + 1)``: at least one, two, three of each; the size as one of many."""
    levels = [(counts_BC > level) for level in range(LEVELS)]
    size_B = np.minimum(counts_BC.sum(axis=1), largest)
    return np.concatenate([*levels, size_B[:, None] == np.arange(largest + 1)], axis=1).astype(np.float32)
