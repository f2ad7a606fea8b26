"""Portuguese, Spanish and Polish nouns in the forms of titles and categories; and whom words of these and Nordic languages name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PEOPLE: Final[Mapping[str, str]] = {
    "women adult": (
        "mulher mulheres senhora senhoras damski damska damskie damskich kobieta kobiety kobiet kobiecy kobieca kobiece "
        "dam damer kvinna kvinnor dame kvinde kvinder kvinne kvinner"
    ),
    "men adult": ("homem homens męski męska męskie męskich mężczyzna mężczyźni mężczyzn herr herrar män herre herrer mand mænd mann menn"),
    "women adult+baby+child": "feminina femininas feminino femininos",
    "men adult+baby+child": "masculinos masculinas",
    "women baby+child": (
        "menina meninas dziewczynka dziewczynki dziewczynek dziewczęcy dziewczęca dziewczęce dziewczęcych "
        "flick flicka flickor tjej tjejer pige piger jente jenter"
    ),
    "men baby+child": (
        "menino meninos chłopiec chłopcy chłopców chłopięcy chłopięca chłopięce chłopięcych pojk pojke pojkar kille killar dreng drenge "
        "gutt gutter"
    ),
    "men+women child": (
        "infantil infantis juvenil juvenis criança crianças dziecko dzieci dziecięcy dziecięca dziecięce dziecięcych młodzieżowy "
        "młodzieżowa młodzieżowe barn børn ungdom"
    ),
    "men+women baby": (
        "bebê bebês bebé bebés niemowlę niemowlęta niemowląt niemowlęcy niemowlęca niemowlęce niemowlęcych bebis bebisar spädbarn "
        "nyfödd nyfödda spædbørn spedbarn"
    ),
    "men+women adult": "adulto adultos adulta adultas dorosły dorośli dorosłych vuxen vuxna voksen voksne",
    "men+women adult+baby+child": "unissex",
}
"""A label of ``audience``, and the words of it."""
CHILDRENS: Final = " ".join(PEOPLE[label] for label in ("women baby+child", "men baby+child", "men+women child", "men+women baby"))

_UNSTRESSED: Final = dict(zip("áéíóú", "aeiou", strict=True))
"""What the last vowel of a Spanish noun is written as where more follows."""
_PLURALS: Final = (
    ("ão", "ões"),
    ("el", "éis"),
    ("ol", "óis"),
    ("al", "ais"),
    ("m", "ns"),
    ("r", "res"),
    ("z", "zes"),
    ("s", "s"),
    ("", "s"),
)
_LEAST_STEM: Final = 5
"""Letters of a stem that is a Polish genitive by itself: shorter ones are other words."""
_OF_POLISH: Final = (
    ("ka", ("ka", "ki", "kę", "ką", "ek")),
    ("ek", ("ek", "ki", "ka", "kiem", "ków")),
    ("ki", ("ki", "ek", "ków")),
    ("a", ("a", "y", "e", "i", "ę", "ą")),
    ("y", ("y", "ów")),
    ("e", ("e", "i")),
    ("i", ("i", "ów")),
    ("", ("", "y", "e", "i", "a", "em", "ów")),
)
"""What a noun ends in, and what stands there in other cases, of one and of several."""


def portuguese(phrase: str) -> list[str]:
    """A noun and its plural; a hyphen joins the words of a phrase, of which the first is the noun.

    >>> portuguese("macacão"), portuguese("saída-de-praia"), portuguese("cachecol"), portuguese("tênis")
    (['macacão', 'macacões'], ['saída-de-praia', 'saídas-de-praia'], ['cachecol', 'cachecóis'], ['tênis', 'tênis'])
    """
    noun, joined, rest = phrase.partition("-")
    plural = next(noun.removesuffix(one) + several for one, several in _PLURALS if noun.endswith(one))
    return [phrase, plural + joined + rest]


def spanish(phrase: str) -> list[str]:
    """A noun and its plural; a hyphen joins the words of a phrase, of which the first is the noun.

    >>> spanish("calzón"), spanish("salida-de-playa"), spanish("mallas"), spanish("sostén")
    (['calzón', 'calzones'], ['salida-de-playa', 'salidas-de-playa'], ['mallas'], ['sostén', 'sostenes'])
    """
    noun, joined, rest = phrase.partition("-")
    if noun.endswith("s"):
        return [phrase]
    stem = noun[:-2] + _UNSTRESSED.get(noun[-2], noun[-2]) + noun[-1]
    plural = f"{noun}s" if noun[-1] in "aeoiuéí" else f"{stem.removesuffix('z')}{'c' if noun.endswith('z') else ''}es"
    return [phrase, plural + joined + rest]


def polish(phrase: str) -> list[str]:
    """A noun in its usual cases; a phrase as it is.

    >>> polish("sukienka"), polish("kurtka-puchowa")
    (['sukienka', 'sukienki', 'sukienkę', 'sukienką', 'sukienek'], ['kurtka-puchowa'])
    """
    if "-" in phrase:
        return [phrase]
    end, ends = next((one, others) for one, others in _OF_POLISH if phrase.endswith(one))
    stem = phrase.removesuffix(end)
    return [stem + other for other in ends if other or not end or len(stem) >= _LEAST_STEM]
