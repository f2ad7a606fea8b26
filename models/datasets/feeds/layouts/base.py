"""What a layout is, and what layouts share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from models.datasets.ages import SIZE_NAMES
from models.datasets.audience import SEASON_NAMES, SEASON_WORDS, says_only_whom
from models.datasets.feeds.active import all_active, is_active_column, read_active
from models.datasets.feeds.bad import BadValueError
from models.datasets.feeds.money import read_money
from models.datasets.feeds.records import Draft, Fault, Record, Records
from models.datasets.feeds.stock import read_stock
from models.datasets.feeds.words import plain_name

LEFT_OUT: Final = ""
"""The target of a column that says nothing of the item."""
NOT_SOLD: Final = "products that are not for sale (drafts, archived, unpublished, hidden)"
NOT_WORN: Final = "products that nobody wears (gift cards; grouped, bundled, virtual and downloadable ones)"
_NO_TAX: Final = "is without tax, as the feed tells no other; name a column with tax, or a mapping"
_SOLD_OUT: Final = "is in stock by its own row, and out of stock by that of its product, which holds"
ATTRIBUTES: Final = ("gender", "age_group", "color", "colour", "size", "material", "pattern")
"""Columns that are attributes wherever they stand."""
_COLOR: Final = "color colour farbe couleur kleur colore цвет cor kolor färg farve farge"
_GENDER: Final = "gender geschlecht zielgruppe sexe genre género sexo geslacht sesso genere пол gênero płeć kön køn kjønn"
_AGE: Final = "age_group altersgruppe tranche_d_âge leeftijdsgroep faixa_etária wiek grupa_wiekowa åldersgrupp ålder aldersgruppe"
_NAMES: Final = {"color": _COLOR, "gender": _GENDER, "age_group": _AGE}
_SAME: Final = {word: name for name, words in _NAMES.items() for word in words.split()} | dict.fromkeys(SIZE_NAMES, "size")


_YEAR: Final = re.compile(r"(?:20)?\d\d")
_SHORT: Final = 2  # letters of "SS", which is a season only with a year


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout.

    Attributes:
        name: as a person is told it.
        fits: whether columns of these names, as ``plain_name`` has them, are of this layout.
        drafts: the items of the records of a feed in this directory, and what is passed over.
        spill: the column to which cells too many of a row belong.
        tells_category: whether what is an item is said by its category alone, so that no title makes it a gift card.
    """

    name: str
    fits: Callable[[frozenset[str]], bool]
    drafts: Callable[[Records, Path], Iterator[Draft]]
    spill: str | None = None
    tells_category: bool = False


def draft_by(targets: Mapping[str, str], record: Record) -> Draft:
    """A draft with each value where ``targets`` says: a field, ``attributes.NAME``, or ``LEFT_OUT``; others are passed through."""
    draft = Draft(record.line, (record.values,))
    for name, value in record.values.items():
        target = targets.get(name)
        if target is None:
            draft.extras[name] = value
        elif target.startswith("attributes."):
            draft.attributes.setdefault(target[11:], value)
        elif target:
            draft.values.setdefault(target, value)
    take_active(draft)
    return draft


def take_active(draft: Draft, rows: Iterable[Mapping[str, Any]] = (), known: re.Pattern[str] | None = None) -> None:
    """Take what columns that pass through say of whether it is for sale, where nothing else says it.

    Args:
        rows: also those of its record and of the record of its product, of which what a layout knows says nothing here.
    """
    names = (name for row in (draft.extras, *rows) for name in row if _is_flag(name) and not (known and known.fullmatch(name)))
    if flags := {*names}:
        said = [row[name] for row in (draft.extras, *rows) for name in row.keys() & flags]
        draft.values.setdefault("active", all_active(said))
        draft.extras = {name: value for name, value in draft.extras.items() if name not in flags or read_active(value) is None}


@lru_cache(maxsize=4_096)
def _is_flag(name: str) -> bool:
    return is_active_column(plain_name(name))


def title_of(own: Any, product: Any, *, options: Any) -> Any:
    """The title of a variant: its product's, as its options say what its own name adds (*Shirt - 39, white*, *Tee-XS-Black*).

    Args:
        options: what tells it from the other variants; where nothing does, its name has to.
    """
    return product if product and (options or not own) else own


def hold_stock(draft: Draft, product: Any) -> None:
    """Take a variant for sold out where its product is, whatever its own row says, which is told.

    Args:
        product: what the product's row says of its stock.
    """
    if is_sold_out(product) and not is_sold_out(own := draft.values.get("in_stock")):
        draft.values["in_stock"] = False
        draft.notes.append(Fault("in_stock", own, _SOLD_OUT))


def is_sold_out(cell: Any) -> bool:
    """Whether a cell of stock says that there is none."""
    try:
        return read_stock(cell) is False
    except BadValueError:  # which says nothing
        return False


def attribute_name(label: str) -> str:
    """What an attribute or option of a shop is called here: colours, sizes and for whom it is go by one name.

    >>> attribute_name("Farbe"), attribute_name("Geschlecht"), attribute_name("Fit")
    ('color', 'gender', 'fit')
    """
    name = label.strip().casefold()
    return _SAME.get(name, name)


def parted(steps: list[str]) -> tuple[str, list[str]]:
    """The last step of a path that says more than for whom, and the others.

    >>> parted(["Women", "Shoes"]), parted(["Shoes", "Women"])
    (('Shoes', ['Women']), ('Shoes', ['Women']))
    """
    place = next((place for place in reversed(range(len(steps))) if not says_only_whom(steps[place])), len(steps) - 1)
    return steps[place], steps[:place] + steps[place + 1 :]


def category_from(draft: Draft, steps: list[str], place: int | None = None) -> None:
    """Take a path's step for the category; the whole of a longer one is passed through, and its other steps may say for whom.

    Args:
        place: of the step that counts; None for the last that says more than for whom.
    """
    if steps:
        draft.values["category"], others = parted(steps) if place is None else (steps[place], steps[:place] + steps[place + 1 :])
        draft.whom += others
    if len(steps) > 1:
        draft.extras["category_path"] = " > ".join(steps)


def take_tags(draft: Draft, cell: Any) -> None:
    """Take those tags that say nothing but for whom, or when: of ``Women, new, men's night, SS26`` *Women*, and spring and summer.

    When is told by attributes first, so they have to be there already.
    """
    tags = [part.strip() for part in str(cell or "").split(",")]
    draft.whom += filter(says_only_whom, tags)
    seasons = sorted({season for tag in tags for season in _seasons(tag)})
    if seasons and not any(name.casefold() in SEASON_NAMES for name in draft.attributes):
        draft.attributes["season"] = seasons[0] if len(seasons) == 1 else seasons


def _seasons(tag: str) -> frozenset[str]:
    """The seasons of a tag that says nothing else but, perhaps, a year.

    >>> sorted(_seasons("Frühjahr/Sommer 2026")), sorted(_seasons("AW26")), _seasons("winter sale"), _seasons("SS"), _seasons("all")
    (['spring', 'summer'], ['autumn', 'winter'], frozenset(), frozenset(), frozenset())
    """
    words, numbers = re.findall(r"[^\W\d_]+", tag.casefold()), re.findall(r"\d+", tag)
    said = [SEASON_WORDS[word] for word in words if word != "all" and word in SEASON_WORDS and (numbers or len(word) > _SHORT)]
    only = len(said) == len(words) and all(map(_YEAR.fullmatch, numbers))
    return frozenset[str]().union(*said) if only else frozenset()


def pass_through(draft: Draft, values: Mapping[str, Any], known: re.Pattern[str]) -> None:
    """Pass on what else a record says: the columns that ``known``, those that a layout reads or keeps its books in, does not have."""
    draft.extras |= {name: value for name, value in values.items() if not known.fullmatch(name) and value not in (None, "", [])}
    take_active(draft, draft.said, known)


def given(values: Mapping[str, Any], *names: str) -> Any:
    """The first of these that is not empty; None where all are."""
    return next((values[name] for name in names if values.get(name) is not None and values[name] != ""), None)


def amount_of(cell: Any) -> float | None:
    """What a cell says of money; None where that is none."""
    try:
        money = read_money(cell)
    except BadValueError:
        return None
    return money.amount if money else None


def gross_of(draft: Draft, net: Any, tax: Any) -> Any:
    """A price with its tax, which is in percent; where either is not told it stays as it is, and the draft says so."""
    amount, percent = amount_of(net), amount_of(str("" if tax is None else tax).rstrip("% "))
    if amount is None or percent is None:
        draft.notes.append(Fault("price", None, _NO_TAX))
        return net
    return round(amount * (1 + percent / 100), 2)
