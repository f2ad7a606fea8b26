"""What Polish words call a garment, in the nominative, by the roles of ``garments.ROLE_WORDS``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "top": (
        "bluzka bluza koszula koszulka sweter swetry sweterek kardigan tunika topy topik pulower golfy polówka "
        "longsleevy body-niemowlęce body-dziecięce body-damskie kaftanik"
    ),
    "bottom": (
        "spodnie spodenki szorty jeansy dżinsy legginsy leginsy jegginsy spódnica spódniczka bojówki rybaczki chinosy joggery bermudy "
        "kolarki kuloty śpiochy półśpiochy"
    ),
    "full-body": "sukienka sukieneczka suknia kombinezon garnitur ogrodniczki pajacyk rampers dresy dres-męski dres-damski garsonka frak",
    "footwear": (
        "buty buciki obuwie trampki sneakersy czółenka szpilki sandały sandałki klapki japonki baleriny balerinki botki kozaki śniegowce "
        "mokasyny półbuty trapery kapcie kalosze sztyblety espadryle glany koturny pantofle baletki workery oficerki tenisówki"
    ),
    "outer": (
        "kurtka kurteczka płaszcz płaszczyk marynarka żakiet kamizelka ramoneska trencz bezrękawnik narzutka peleryna wiatrówka puchówka "
        "bomberka"
    ),
    "bag": "torebka torba plecak plecaczek kopertówka nerka listonoszka aktówka",
    "headwear": "czapka czapeczka kapelusz bejsbolówka kaszkiet opaska",
    "scarf": "szalik szal apaszka chusta arafatka",
    "eyewear": "okulary",
    "watch": "zegarek",
    "belt": "pasek szelki",
    "jewellery": (
        "kolczyki naszyjnik bransoletka pierścionek obrączka biżuteria wisiorek zawieszka łańcuszek broszka spinki-do-mankietów "
        "spinka-do-mankietów"
    ),
    "gloves": "rękawiczki rękawice",
    "tie": "krawat mucha muszka",
    "hosiery": "skarpetka skarpeta rajstopy pończochy podkolanówki zakolanówki stopki",
    "wallet": "portfel portmonetka etui-na-karty",
    "hair": "spinka-do-włosów spinki-do-włosów gumka-do-włosów gumki-do-włosów opaska-do-włosów opaski-do-włosów",
    "swimwear": (
        "strój-kąpielowy stroje-kąpielowe kostium-kąpielowy kostiumy-kąpielowe kąpielówki szorty-kąpielowe spodenki-kąpielowe pareo"
    ),
    "sleepwear": "piżama piżamka szlafrok koszula-nocna koszule-nocne koszulka-nocna koszulki-nocne",
    "innerwear": "bielizna biustonosz stanik majtki figi stringi bokserki slipy kalesony podkoszulek halka gorset",
    "not worn": "brelok parasol parasolka perfumy ręcznik kubek kosmetyczka etui-na-telefon karta-podarunkowa bon-podarunkowy",
}
"""A role, and the words of it; a hyphen joins the words of a phrase."""

_WOMENS: Final = (
    "sukienka sukieneczka suknia spódnica spódniczka bluzka żakiet garsonka ramoneska czółenka szpilki baleriny balerinki torebka "
    "kopertówka biustonosz stanik figi stringi pończochy halka koszula-nocna koszule-nocne"
)
WOMENS: Final = frozenset(_WOMENS.split())
"""Words of what only women and girls wear."""
