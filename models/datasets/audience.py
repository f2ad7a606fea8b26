"""For whom and when a piece is worn, read from its attributes, else from the words of its categories, else of its title, else its sizes.

A *label* is what such a reading comes to, as a text that outfits are counted by: ``women adult``, ``men+women child``, ``winter``; a value
whose words are not listed here is its own label (``=miehet``), which only outfits can say something of. None conflicts with nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from models.datasets import inflected, japanese, scripts, turkish
from models.datasets.aged import age_called
from models.datasets.ages import AGES, SIZE_NAMES, ages_named, ages_of
from models.datasets.garments import JOINS, is_womens, role_of
from models.datasets.kin import DOUBTFUL
from models.datasets.wearers import gender_in, people_in

GENDERS: Final = frozenset({"women", "men"})
SEASONS: Final = frozenset({"spring", "summer", "autumn", "winter"})

_AUDIENCE_NAMES: Final = "gender sex department target audience target_gender for person demographic age age_group agegroup ages target_age"
AUDIENCE_NAMES: Final = frozenset(_AUDIENCE_NAMES.split())
"""Attribute names (lower case, spaces and hyphens as underscores) that say for whom."""


def genders_said(label: str | None) -> frozenset[str] | None:
    """The genders that a label names; None where it names none, or both.

    >>> genders_said("women adult"), genders_said("men+women adult"), genders_said(None)
    (frozenset({'women'}), None, None)
    """
    whom = Audience.of_label(label or "")
    return None if whom is None or whom.genders == GENDERS else whom.genders


RATHER: Final = {"winter": "rather winter", "summer": "rather summer"}
"""Labels of what is worn rather in a season, as its name says: before any outfits it comes after what is not of the other."""
SEASON_NAMES: Final = frozenset({"season", "seasons"})
"""Attribute names that say when."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a piece is for: any of these genders, any of these ages."""

    genders: frozenset[str] = GENDERS
    ages: frozenset[str] = AGES

    def __and__(self, other: Audience) -> Audience:
        return Audience(self.genders & other.genders, self.ages & other.ages)

    def __or__(self, other: Audience) -> Audience:
        return Audience(self.genders | other.genders, self.ages | other.ages)

    def __le__(self, other: Audience) -> bool:
        """Whether it is for nobody that the other is not for."""
        return self.genders <= other.genders and self.ages <= other.ages

    @property
    def possible(self) -> bool:
        """Whether there is anybody left to wear it."""
        return bool(self.genders and self.ages)

    @property
    def name(self) -> str:
        """The key of ``roles.TEMPLATES``: ``women``, ``men``, ``child``, or empty for several."""
        if "adult" not in self.ages:
            return "child"
        return next(iter(self.genders)) if len(self.genders) == 1 else ""

    @property
    def people(self) -> str:
        """Whom it names, in words.

        >>> WORDS["herren"].people, WORDS["girls"].people, WORDS["kids"].people, WORDS["male"].people, Audience().people
        ('men', 'girls', 'children', 'men and boys', 'everyone')
        """
        if self == Audience():
            return "everyone"
        gender = next(iter(self.genders)) if len(self.genders) == 1 else ""
        young = ("girls", "boys", "children")[["women", "men", ""].index(gender)]
        if self.ages == {"baby"}:
            young = "babies"
        return " and ".join(([gender or "grown-ups"] if "adult" in self.ages else []) + ([young] if self.ages != {"adult"} else []))

    @property
    def label(self) -> str:
        """As a text; ``of_label`` reads it."""
        return f"{'+'.join(sorted(self.genders))} {'+'.join(sorted(self.ages))}"

    @classmethod
    def of_label(cls, label: str) -> Audience | None:
        """What ``label`` made; None for another text."""
        genders, _, ages = label.partition(" ")
        read = cls(frozenset(genders.split("+")), frozenset(ages.split("+")))
        return read if read.genders <= GENDERS and read.ages <= AGES else None


def _spoken(words: str, genders: Iterable[str] = GENDERS, ages: Iterable[str] = AGES) -> dict[str, Audience]:
    return dict.fromkeys(map(scripts.bare, words.split()), Audience(frozenset(genders), frozenset(ages)))


def _of_labels(words_of: Mapping[str, str]) -> dict[str, Audience]:
    named = ((Audience.of_label(label), words) for label, words in words_of.items())
    return {word: whom for whom, words in named if whom for word in map(scripts.bare, words.split())}


WORDS: Final[Mapping[str, Audience]] = {
    **_spoken("women woman womens ladies lady missy", ["women"], ["adult"]),
    **_spoken("damen frauen femme femmes dames vrouwen mujer mujeres señora donna donne", ["women"], ["adult"]),
    **_spoken("men man mens gents gentlemen", ["men"], ["adult"]),
    **_spoken("herren männer homme hommes heren mannen hombre hombres caballero uomo uomini", ["men"], ["adult"]),
    **_spoken("female weiblich féminin feminin femenino femenina femminile vrouwelijk", ["women"]),
    **_spoken("male männlich masculin masculino masculina maschile mannelijk", ["men"]),
    **_spoken("girl girls", ["women"], ["child", "baby"]),
    **_spoken("mädels mädel meisje", ["women"], ["child", "baby"]),
    **_spoken("mädchen fille filles meisjes niña niñas bambina bambine", ["women"], ["child", "baby"]),
    **_spoken("boy boys", ["men"], ["child", "baby"]),
    **_spoken("jungs bub buben", ["men"], ["child", "baby"]),
    **_spoken("jungen garçon garçons jongens", ["men"], ["child", "baby"]),
    **_spoken("niño bambino", ["men"], ["child", "baby"]),
    **_spoken("kinder enfant enfants kinderen niños bambini", ages=["child"]),
    **_spoken("kid kids child children childrens junior juniors teen teens", ages=["child"]),
    **_spoken("baby babies infant infants toddler toddlers newborn newborns", ages=["baby"]),
    **_spoken("adult adults", ages=["adult"]),
    **_spoken("نسائي نسائية نساء نسوي حريمي حريم سيدات سيدة امرأة", ["women"], ["adult"]),
    **_spoken("رجالي رجالية رجال رجل", ["men"], ["adult"]),
    **_spoken("بنات بناتي بناتية بنت فتيات", ["women"], ["child", "baby"]),
    **_spoken("أولاد ولادي ولادية صبيان ولد", ["men"], ["child", "baby"]),
    **_spoken("أطفال طفل أطفالي", ages=["child"]),
    **_spoken("رضع مواليد بيبي", ages=["baby"]),
    **_spoken("unisex everyone all للجنسين"),
    **_of_labels(japanese.PEOPLE),
    **_of_labels(inflected.PEOPLE),
    **_of_labels(turkish.PEOPLE),
    **_of_labels({label: turkish.fold(words) for label, words in turkish.PEOPLE.items()}),
}
"""A word, and whom it names."""

_LETTERS: Final[Mapping[str, str]] = {"w": "female", "f": "female", "m": "male"}
"""All that a shop may say of a gender; of two languages that contradict each other, M is the men's."""

_GENDER_NAMES: Final = frozenset({"gender", "sex", "target_gender"})
_AGE_NAMES: Final = frozenset(["age", "age_group", "agegroup", "ages", "target_age"])
"""Attributes that tell a baby from a child, as departments do not."""

_AMBIGUOUS: Final = "all baby lady man girl boy child male female adult teen teens junior everyone missy homme femme dames donna kinder"
_NOT_IN_TITLES: Final = frozenset(_AMBIGUOUS.split())
"""Words that titles use for other things ("baby doll", "Ben 10 boy")."""
IN_TITLES: Final[Mapping[str, Audience]] = {word: whom for word, whom in WORDS.items() if word not in _NOT_IN_TITLES}
"""Words of titles, and whom they name."""

_BEFORE: Final = re.compile(
    r"(damen|herren|kinder|mädchen|jungen|baby|braut|bruids|dame|dam|herre|herr|barn|flick|pojk|pige|drenge|jente|gutte|brude?(?!g)).{4,}"
)
"""What German and Nordic names of garments begin with: "Herrenschuhe", "Babyhose", "barnjacka"."""

_OF_ALL: Final = re.compile(r"(.+?)(?:wear|mode|kleidung|bekleidung|oberbekleidung)")
"""What names of whole departments end with: "Womenswear", "Kinderbekleidung". Titles say it of a style: "menswear blazer"."""

_NOBODY: Final = re.compile(r"['\u2019]s\b|\bbaby[ -]?(?:dolls?|looks?)\b|\bbarn (?:jackets?|coats?)\b")
"""What is no name of people: the end of "Women's", nightdresses, women's tees in Brazil, jackets for work."""

_ONES: Final = re.compile(r"\b(girl|boy|kid|toddler|infant)['\u2019]s\b")
"""Of one, and of all: "Girl's"."""
_COLOURS_OF_BABY: Final = "blue blues pink yellow lilac green"
_NO_BABY: Final = frozenset(
    f"{_COLOURS_OF_BABY} doll dolls look tee tees alpaca cashmere merino mohair yak cord corduroy rib ribbed cable boucle phat milo".split()
)
"""What follows *baby* at the beginning of a title that is said of a style."""

_CHILD: Final = re.compile(r"\b(erkek|k[ıi]z)\s+([çc]ocuk|bebek)(?:lar|ler)?\b")
"""A boy or a girl in two Turkish words."""

_OF_CHILDREN: Final = "kid kids kidswear boys girls toddler infant kızçocuk erkekçocuk 女の子 男の子"
_CHILDRENS: Final = frozenset(map(scripts.bare, f"{_OF_CHILDREN} {inflected.CHILDRENS}".split()))
"""Words of a title that say more of the age than an attribute does: shops file children's wear under men and women."""


_STYLES: Final = frozenset(("baby", "missy", "junior", "juniors", "kinder"))
"""Words of people that are said of clothes: baby blue, kinder."""


def asked_for(word: str) -> Audience | None:
    """Whom a word of a shopper's names; None where it names nobody, everyone, or may be said of clothes."""
    named = WORDS.get(scripts.bare(re.sub(r"['\u2019]s?$", "", word)))
    return named if named is not None and named != Audience() and word not in _STYLES else None


@lru_cache(maxsize=4_096)
def is_for(label: str | None, name: str) -> bool:
    """Whether what has a label is for those whom a name means: a label itself, or a word for people (*boys*, *kids*, *Herren*).

    >>> is_for("men child", "boys"), is_for("men+women child", "kids"), is_for("men+women child", "boys"), is_for("women adult", "women")
    (True, True, False, True)
    """
    whom, named = Audience.of_label(label or ""), WORDS.get(name.casefold())
    return label == name or (whom is not None and named is not None and named != Audience() and whom <= named)


@lru_cache(maxsize=4_096)
def ages_said(label: str | None) -> frozenset[str] | None:
    """The ages that a label names; None where it names none, or all.

    >>> ages_said("women adult"), ages_said("men+women adult+baby+child"), ages_said(None)
    (frozenset({'adult'}), None, None)
    """
    whom = Audience.of_label(label or "")
    return None if whom is None or whom.ages == AGES else whom.ages


def _of_season(name: str, words: str) -> dict[str, frozenset[str]]:
    return dict.fromkeys(words.split(), frozenset({name}))


SEASON_WORDS: Final[Mapping[str, frozenset[str]]] = {
    **_of_season("spring", "spring frühling frühjahr printemps primavera lente voorjaar wiosna wiosenny wiosenna wiosenne vår forår"),
    **_of_season("summer", "summer sommer été verano estate zomer verão lato letni letnia letnie sommar"),
    **_of_season("autumn", "autumn fall herbst automne otoño autunno herfst najaar outono jesień jesienny jesienna jesienne höst"),
    **_of_season("autumn", "efterår høst"),
    **_of_season("winter", "winter hiver invierno inverno zima zimowy zimowa zimowe vinter"),
    **dict.fromkeys(("całoroczny", "całoroczna", "całoroczne", "helårs"), SEASONS),
    **_of_season("summer", "صيف صيفي صيفيه"),
    **_of_season("winter", "شتاء شتوي شتويه"),
    "ss": frozenset({"spring", "summer"}),
    "aw": frozenset({"autumn", "winter"}),
    "fw": frozenset({"autumn", "winter"}),
    "all": SEASONS,
    "year-round": SEASONS,
}

_JOINING: Final = frozenset(["and", "for", "und", "für", "et", "pour", "y", "para", "e", "per", "en", "voor"])
"""What stands between names of people."""

_SEASONAL: Final = frozenset(["top", "bottom", "full-body", "outer", "footwear", "headwear", "scarf", "gloves", "hosiery", "swimwear"])
"""Only of these roles does a season say something; a watch of the winter catalogue is worn in summer."""


def audience_label(
    attributes: Mapping[str, str | Sequence[str]],
    categories: Sequence[str | None] = (),
    title: str | None = None,
    sizes: Sequence[str] = (),
    *,
    french: bool = False,
) -> str | None:
    """Whom a piece is for; None where nothing says. A dress is women's where nothing says that it is for men or for everyone.

    Args:
        categories: the finest first.
        sizes: those that it comes in, beside that of its attributes.
        french: see ``garments.role_of``.

    >>> audience_label({"gender": "Men"}), audience_label({"Age Group": ["kids"]}), audience_label({}, ["shoes"], "Women's pumps")
    ('men adult', 'men+women child', 'women adult')
    >>> audience_label({"gender": "unisex", "size": "L"}, ["tops"]), audience_label({"gender": "girls"}, ["tops"], None, ["L"])
    ('men+women adult', 'women baby+child')
    >>> audience_label({"age_group": "kids"}, [], "Boys' shorts"), audience_label({"gender": "girls"}, [], "Toddler girls' shorts")
    ('men child', 'women baby')
    >>> audience_label({"age_group": "newborn"}, [], "Kids knitted romper"), audience_label({"age_group": "adult"}, [], "Toddler shoes")
    ('men+women baby', 'men+women baby')
    >>> audience_label({"age_group": "kids"}, ["dresses"]), audience_label({"gender": "unisex"}, ["skirts"]), audience_label({}, ["tops"])
    ('women child', 'men+women adult+baby+child', None)
    """
    said = _read_of(attributes, categories, title, sizes, french=french)
    if isinstance(said, str):
        return said
    if (said is None or said.genders == GENDERS) and not says_gender(attributes, categories, title):
        gender = _gender_called(categories, title, french=french)
        said = Audience(frozenset({gender}), said.ages if said else AGES) if gender else said
    return None if said is None else said.label


def _gender_called(categories: Sequence[str | None], title: str | None, *, french: bool) -> str | None:
    """Who alone wears what a piece is called."""
    named = gender_in(" ".join(_words(title))) if title else None
    named = named or next((gender for text in categories if text and (gender := _gender_of_all(text))), None)
    womens = named is None and is_womens(*categories, title, french=french)
    return "women" if womens else named or ("men" if role_of(*categories, title, french=french) == "tie" else None)


@lru_cache(maxsize=4_096)
def _gender_of_all(category: str) -> str | None:
    """Who alone wears all that a category's name joins: a beanie is among hats and fascinators."""
    genders = {gender_in(" ".join(_words(part))) for part in JOINS.split(category)}
    return genders.pop() if len(genders) == 1 else None


def says_gender(attributes: Mapping[str, str | Sequence[str]], categories: Sequence[str | None] = (), title: str | None = None) -> bool:
    """Whether words say that a piece is for women, for men, or for everyone.

    >>> says_gender({"gender": "unisex"}), says_gender({"age_group": "kids"}), says_gender({}, ["Girls > Tops"])
    (True, False, True)
    """
    return _tell_gender((*_said_words(attributes), *_of_departments(categories), *_of_title(title)))


def _tell_gender(words: Iterable[str]) -> bool:
    return any(len(whom.genders) == 1 or whom == Audience() for whom in map(WORDS.get, words) if whom)


def _read_of(
    attributes: Mapping[str, str | Sequence[str]],
    categories: Sequence[str | None],
    title: str | None,
    sizes: Sequence[str],
    *,
    french: bool,
) -> Audience | str | None:
    """Whom words say a piece is for, of the ages that its sizes or its name leave; a text where no word of its value is known."""
    said = _named_by(attributes, categories, title, french=french)
    if isinstance(said, str) or (said is not None and len(said.ages) == 1):
        return said
    whom, role = said or Audience(), role_of(*categories, title, french=french)
    sizes = [*sizes, *sizes_said(attributes)]
    ages = ages_of([*sizes, *ages_named(title or "")], role)
    if ages is None and whom.ages == AGES:
        ages = age_called([title, *categories], role, sizes)
    return Audience(whom.genders, both) if ages and (both := whom.ages & ages) else said


def _named_by(
    attributes: Mapping[str, str | Sequence[str]], categories: Sequence[str | None], title: str | None, *, french: bool
) -> Audience | str | None:
    """Whom words name."""
    values, of_categories, in_title = values_named(attributes, AUDIENCE_NAMES), _of_departments(categories), _words(title or "")
    of_attributes = _said_words(attributes) if values else []
    closed = _tell_gender(of_attributes) or any(WORDS.get(word) == Audience() for word in of_categories)
    said = _filled([_of_attributes(attributes) if values else None, _read(of_categories)], closed=closed)
    at_feasts = [_at_feast(text, french=french) for text in (*values, title, *categories) if text]
    if _CHILDRENS.intersection(in_title):
        child, other = _of_child(in_title)
        genders = next(both for named in (said, other, child) if named and (both := named.genders & child.genders))
        of_ages = _read(word for text in values_named(attributes, _AGE_NAMES) for word in _words(text))
        young = of_ages.ages if of_ages and "adult" not in of_ages.ages else child.ages
        ages = young & child.ages or young
        return _filled([Audience(genders, ages), *at_feasts], closed=True)
    if said is None and values and not any(at_feasts[: len(values)]):
        return "=" + "+".join(sorted(value.lower() for value in values))
    return _filled([said, _read(_of_title(title)), *at_feasts], closed=closed)


def _filled(sources: Iterable[Audience | None], *, closed: bool) -> Audience | None:
    """Whom sources name, each filling in what those before it leave open; one that contradicts them says nothing.

    Args:
        closed: whether nothing more is to be said of the gender, as of what is for everyone.
    """
    said: Audience | None = None
    for whom in filter(None, sources):
        both = whom if said is None else said & whom
        if said is None or (both.possible and (both.genders == said.genders or not closed)):
            said = both
    return said


@lru_cache(maxsize=8_192)
def _at_feast(text: str, *, french: bool) -> Audience | None:
    """Whom a text names that have a part in a feast; a French *bride* is a strap."""
    words = (word for word in _words(text) if not (french and "fr" in DOUBTFUL.get(word, ())))
    return _together(whom for label in people_in(" ".join(words)) if (whom := Audience.of_label(label)))


def departments(attributes: Mapping[str, Any], texts: Iterable[str]) -> list[str]:
    """Those of the steps of a path, or of other texts, that say for whom, where one does so more narrowly than the attributes.

    What contradicts the attributes, and what names everybody, is none.

    >>> departments({"gender": "female"}, ["Kids", "Clothing", "All"]), departments({"gender": "male", "age_group": "kids"}, ["Men"])
    (['Kids'], [])
    >>> departments({"gender": "girls"}, ["Kids", "Girls"]), departments({"gender": "girls"}, ["Girls"])
    (['Kids', 'Girls'], [])
    """
    said = _said(attributes) or Audience()
    named = {text: whom for text in texts if (whom := _named(text)) and whom != Audience() and (said & whom).possible}
    return [*named] if any(said & whom != said for whom in named.values()) else []


def sizes_said(attributes: Mapping[str, Any]) -> list[str]:
    """The sizes that attributes say."""
    return values_named(attributes, SIZE_NAMES)


def says_only_whom(text: str) -> bool:
    """Whether a step of a path names nobody's garment, only who wears it: *Women*, *Men & Women*, *For Kids*."""
    words = [word for word in _department_words(text) if word not in _JOINING]
    return bool(words) and all(word in WORDS for word in words)


@lru_cache(maxsize=4_096)
def _named(text: str) -> Audience | None:
    return _read(_department_words(text))


def season_label(attributes: Mapping[str, str | Sequence[str]], role: str | None) -> str | None:
    """When a piece is worn; None where nothing says, and for what has no season.

    >>> season_label({"season": "Fall"}, "top"), season_label({"season": "Fall"}, "watch")
    ('autumn', None)
    """
    return _season(tuple(values_named(attributes, SEASON_NAMES))) if role in _SEASONAL else None


_WARM: Final = re.compile(
    r"\b(?:winter|beanies?|mittens?|earmuffs?|faux[- ]fur|shearling|sheepskin|puffers?|"
    r"down (?:coat|jacket|parka)s?|thermal|daunen\w*|steppmäntel|winter\w+|doudounes?|hiver|"
    r"plumíferos?|"
    r"invierno|piumin[oi]|inverno|zimow[aey]|vinter\w*)\b",
    re.IGNORECASE,
)
_COOL: Final = re.compile(
    r"\b(?:summer|sandals?|espadrilles?|sundress(?:es)?|flip[- ]flops?|sandalen?|sommer\w+|sandales?|été|"
    r"sandalias?|alpargatas?|chanclas?|verano|"
    r"sandali|estate|sandálias?|rasteirinhas?|verão|sandały|letni[ae]?|sommar\w*)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=8_192)
def season_called(text: str, role: str | None) -> str | None:
    """When a piece of which no attribute says it is rather worn, by what it is called: one of ``RATHER``; None where that is not said.

    >>> season_called("Shearling aviator jacket", "outer"), season_called("Strap sandals", "footwear"), season_called("Jeans", "bottom")
    ('rather winter', 'rather summer', None)
    """
    warm, cool = _WARM.search(text), _COOL.search(text)
    if role not in _SEASONAL or (warm is None) == (cool is None):
        return None
    return RATHER["winter"] if warm else RATHER["summer"]


def seasons_named(attributes: Mapping[str, str | Sequence[str]]) -> frozenset[str]:
    """Each season that attributes name, of whatever they are: in their own words, and as a label.

    >>> sorted(seasons_named({"season": ["Fall", "all year"]}))
    ['Fall', 'all year', 'autumn', 'autumn+spring+summer+winter']
    """
    values = values_named(attributes, SEASON_NAMES)
    return frozenset(name for value in values for name in (value, _season((value,))) if name)


@lru_cache(maxsize=4_096)
def _season(values: tuple[str, ...]) -> str | None:
    known = [SEASON_WORDS[word] for value in values for word in _words(value) if word in SEASON_WORDS]
    seasons = frozenset[str]().union(*known)
    return "+".join(sorted(seasons or {f"={value.lower()}" for value in values})) or None


def says_season(name: str) -> bool:
    """Whether an attribute of this name says when a piece is worn."""
    return _plain(name) in SEASON_NAMES


def values_named(attributes: Mapping[str, str | Sequence[str]], names: frozenset[str]) -> list[str]:
    """The values of attributes of some names, which are in lower case with underscores."""
    named = [value for name, value in attributes.items() if _plain(name) in names and value]
    return [text for value in named for text in ([value] if isinstance(value, str) else value)]


@lru_cache(maxsize=4_096)
def _plain(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().lower())


def _said(attributes: Mapping[str, Any]) -> Audience | None:
    return _read(_said_words(attributes))


def _of_attributes(attributes: Mapping[str, str | Sequence[str]]) -> Audience | None:
    """Whom attributes name; one of children's age says it of what another calls *women*.

    >>> _of_attributes({"gender": "mujer", "age_group": "niños"}), _of_attributes({"gender": "Women", "age_group": "adult"})
    (Audience(genders=frozenset({'women'}), ages=frozenset({'child'})), Audience(genders=frozenset({'women'}), ages=frozenset({'adult'})))
    """
    young = _read(word for text in values_named(attributes, _AGE_NAMES) for word in _department_words(text))
    others = _said({name: value for name, value in attributes.items() if _plain(name) not in _AGE_NAMES})
    if young is None or others is None or "adult" in young.ages or (young & others).possible:
        return _said(attributes)
    return Audience(young.genders & others.genders or others.genders, young.ages)


def _said_words(attributes: Mapping[str, Any]) -> list[str]:
    words = [word for text in values_named(attributes, AUDIENCE_NAMES) for word in _department_words(str(text))]
    letters = [str(text).strip().lower() for text in values_named(attributes, _GENDER_NAMES)]
    return [*words, *(_LETTERS[letter] for letter in letters if letter in _LETTERS)]


def _of_departments(categories: Sequence[str | None]) -> list[str]:
    return [word for text in categories for word in _department_words(text or "") if word != "all"]  # of "All-in-ones"


def _of_title(title: str | None) -> list[str]:
    words = _words(title or "")
    if words[:1] == ["baby"] and not _NO_BABY.issuperset(words[1:2]):
        words = ["babies", *words[1:]]
    return [word for word in words if word not in _NOT_IN_TITLES]


def _department_words(text: str) -> list[str]:
    parts = [(word, _OF_ALL.fullmatch(word)) for word in _words(text)]
    return [part[1] if part and part[1] in WORDS else word for word, part in parts]


@lru_cache(maxsize=8_192)
def _words(text: str) -> list[str]:
    text = _CHILD.sub(r"\1\2", _NOBODY.sub("", _ONES.sub(r"\1s", scripts.plain(text).lower())))
    words = [scripts.bare(word) for word in re.findall(r"[^\W\d_]+(?:-round)?", text)]
    first = {word: found[1] for word in words if (found := _BEFORE.match(word)) and role_of(word)}
    return ["babies" if first.get(word) == "baby" else first.get(word, word) for word in words]  # baby blue is a colour


def _of_child(words: Iterable[str]) -> tuple[Audience, Audience | None]:
    """Whom those of the words name that name no grown-ups, and whom the others: "Men" of "Mr. Men Girls' Top", "Men Toddler Shoes"."""
    named = {word: WORDS[word] for word in words if word in WORDS}
    return _read(word for word, whom in named.items() if "adult" not in whom.ages) or Audience(), _read(
        word for word, whom in named.items() if "adult" in whom.ages
    )


def _read(words: Iterable[str]) -> Audience | None:
    """Whom words name together: boys and girls are either, men and adult are both at once."""
    return _together(WORDS[word] for word in words if word in WORDS)


def _together(people: Iterable[Audience]) -> Audience | None:
    both: Audience | None = None
    for named in people:
        both = named if both is None else both & named if (both & named).possible else both | named
    return both
