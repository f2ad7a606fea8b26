"""Whom one shops for by what they are to one: a daughter is a girl, a husband a man. Shoppers say so; titles and brands mean other things.

A hyphen joins the words of one: *kız-kardeşim*.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

GIRLS, BOYS, WOMEN, MEN = "women baby+child", "men baby+child", "women adult", "men adult"
_CHILDREN, _YOUNG, _BABIES = "men+women child", "men+women baby+child", "men+women baby"

WEDDING: Final[Mapping[str, str]] = {
    WOMEN: (
        "bride brides bridesmaid bridesmaids braut brautjungfer mariée sposa bruid noiva panna-młoda druhna druhny "
        "brud brude bruden brudtärna 花嫁 gelin عروس"
    ),
    MEN: "groom grooms groomsman groomsmen bräutigam sposo bruidegom noivo pan-młody brudgum brudgummen 花婿 damat عريس",
}
"""Those at a wedding, whom titles name, too (``wearers``)."""

ENGLISH: Final[Mapping[str, str]] = {
    GIRLS: "daughter granddaughter niece goddaughter stepdaughter",
    BOYS: "son grandson nephew godson stepson",
    WOMEN: (
        "wife wives girlfriend mother mom mum mommy mummy mama sister aunt auntie grandmother grandma granny fiancée "
        "stepmother mother-in-law sister-in-law"
    ),
    MEN: (
        "husband hubby boyfriend father dad daddy papa brother uncle grandfather grandpa grandad granddad fiancé "
        "stepfather father-in-law brother-in-law"
    ),
    _CHILDREN: "grandchild grandchildren grandkid schoolchild schoolboy schoolgirl teenager tweenager",
    _YOUNG: "preschooler nursery",
}
_ABROAD: Final[Mapping[str, str]] = {
    GIRLS: (
        "tochter töchter enkelin enkelinnen nichte nichten petite-fille nièce hija hijas nieta nietas sobrina sobrinas figlia "
        "figlie nipotina dochter dochters kleindochter nichtje filha filhas neta sobrinha dochtertje "
        "dziewczynce dziewczynkę córka córki córkę córce córeczka córeczki wnuczka wnuczki wnuczce siostrzenica siostrzenicy bratanica "
        "bratanicy "
        "dotter dottern dotterdotter sondotter systerdotter brorsdotter datter datteren niese "
        "娘 孫娘 姪 kızım kızıma kızımın "
        "ابنتي بنتي ابنة حفيدتي"
    ),
    BOYS: (
        "sohn söhne enkel neffe neffen fils petit-fils neveu hijo hijos nieto nietos sobrino sobrinos figlio figli nipotino zoon zonen "
        "zoontje kleinzoon neefje filho filhos neto sobrinho "
        "chłopca chłopcu chłopczyka syn syna synowi synek synka wnuk wnuka wnukowi siostrzeniec siostrzeńca bratanek bratanka "
        "sonen dotterson sonson systerson brorson sønn sønnen søn nevø 息子 孫息子 甥 oğlum oğluma oğlumun "
        "ابني ولدي حفيدي"
    ),
    WOMEN: (
        "frau ehefrau freundin mutter mama mutti schwester tante oma großmutter verlobte épouse copine mère maman "
        "sœur soeur "
        "grand-mère mamie fiancée esposa novia madre mamá hermana tía abuela moglie fidanzata mamma sorella zia nonna "
        "vrouw echtgenote vriendin moeder zus zusje grootmoeder mulher esposa namorada mãe irmã tia avó "
        "żona żony żonie żonę dziewczyny narzeczona narzeczonej mamy mamie matka matki matce siostra siostry siostrze babcia babci ciocia "
        "cioci przyjaciółka przyjaciółki przyjaciółce teściowa teściowej "
        "fru frun hustru flickvän mor mamman syster systern mormor farmor moster svärmor väninna "
        "kone kona kæreste søster bedstemor bestemor tante veninde venninne "
        "妻 奥さん 彼女 母 お母さん 姉 妹 おばあちゃん 祖母 "
        "karım karıma annem anneme kız-kardeşim kızkardeşime ablam teyzem halam anneannem babaannem büyükannem kız-arkadaşım "
        "زوجتي مراتي أمي والدتي أختي خالتي عمتي جدتي صديقتي خطيبتي"
    ),
    MEN: (
        "mann ehemann vater papa vati bruder onkel opa großvater verlobter mari époux copain père frère oncle tonton "
        "grand-père papi "
        "papy fiancé marido esposo novio padre papá hermano tío abuelo marito fidanzato papà babbo fratello zio nonno "
        "echtgenoot vader broer oom grootvader namorado pai irmão tio avô "
        "mąż męża mężowi chłopaka narzeczony narzeczonego taty tacie ojciec ojca ojcu brata bratu dziadek dziadka dziadkowi wujek "
        "wujka teść teścia "
        "pojkvän pappa bror brodern morfar farfar farbror morbror svärfar ektemann bedstefar bestefar onkel "
        "旦那 彼氏 父 お父さん 兄 弟 おじいちゃん 祖父 "
        "kocam kocama babam babama erkek-kardeşim abim ağabeyim amcam dayım dedem büyükbabam erkek-arkadaşım "
        "زوجي أبي والدي أخي عمي خالي جدي صديقي خطيبي"
    ),
    _CHILDREN: (
        "dziecka dziecku dzieciom enkelkind enkelkinder petits-enfants nietos kleinkinderen wnuki wnuków wnukom barnbarn barnebarn "
        "børnebørn 孫 çocuğum çocuğuma "
        "طفلي طفلتي"
    ),
    _BABIES: (
        "neugeborenes säugling kleinkind nouveau-né bébé bebé neonato pasgeborene recién-nacido recém-nascido noworodek noworodka "
        "niemowlęcia 新生児 "
        "bebeğim bebeğime مولودي رضيعي"
    ),
}

_TO_ARABIC: Final = "ل"
"""Is written in one with whom something is for."""


def _named() -> Mapping[str, str]:
    english = {word: label for label, words in ENGLISH.items() for one in words.split() for word in (one, f"{one}s")}
    abroad = {word: label for words_of in (_ABROAD, WEDDING) for label, words in words_of.items() for word in words.split()}
    return english | abroad | {_TO_ARABIC + word: label for word, label in abroad.items() if "\u0600" <= word[0] <= "\u06ff"}


KIN: Final[Mapping[str, str]] = _named()
"""A word of it -> the label of ``audience``."""

DOUBTFUL: Final[Mapping[str, frozenset[str]]] = {
    "son": frozenset({"fr", "es"}),
    "bride": frozenset({"fr"}),
    "brides": frozenset({"fr"}),
    "mor": frozenset({"tr"}),
}
"""Words that are others where these languages are spoken: *son mari*, *sandales à bride*, a Turkish purple."""

JAPANESE: Final = " ".join(word for word in KIN if word[0] > "\u3000")
