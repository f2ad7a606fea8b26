"""What becomes wishes while a text is read: garments with what is said of them, and those that "and" joins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.words.lexicon import worn_as
from app.words.terms import Atom

_ONE_AT_ONCE: Final = frozenset({"bottom", "full-body", "footwear"})
"""Of what is worn so nobody wears two."""


@dataclass(slots=True)
class Group:
    """Terms of one kind, or with "or" between them ("linen or Okra"), any of which will do."""

    kind: str
    atoms: list[Atom]

    @property
    def end(self) -> int:
        """Where the last of them ends."""
        return max(atom.end for atom in self.atoms)


@dataclass(slots=True)
class Clause:
    """What becomes a wish.

    Attributes:
        beside: the clause of the noun before, that "and" joins: what is said behind both, and what either costs, is of both.
        shared: what was said before that one, and is of this one, too: the *black* of "black shoes and bag".
    """

    groups: list[Group]
    turned: bool
    start: int
    end: int
    categories: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    beside: Clause | None = None
    shared: str = ""


def instead(clause: Clause, atom: Atom) -> bool:
    """Whether a garment is worn in the place of what a clause asks, and not with it: "sneakers and boots"."""
    role = worn_as(atom.key)
    return role in _ONE_AT_ONCE and all(worn_as(one.key) == role for one in clause.groups[-1].atoms)


def together(clause: Clause) -> list[Clause]:
    """A clause and those that "and" joins to it, the last first."""
    return [clause, *(together(clause.beside) if clause.beside else [])]


def categories_of(noun: Clause) -> tuple[str, ...]:
    """The categories of a garment, and of those beside it."""
    return tuple(dict.fromkeys(name for one in reversed(together(noun)) for name in one.categories))
