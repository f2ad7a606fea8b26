"""Words of other languages that join and turn what a shopper names, as the English ones of ``grammar`` do.

Each is written with its accents; without them it is read, too. What is another word in English, or in another of these languages, counts
where the catalogue speaks its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from app.words.forms import fold
from models.datasets.arabic import without_article
from models.datasets.japanese import OF_NO_MEANING
from models.datasets.japanese import SIZES as JAPANESE_SIZES
from models.datasets.japanese import TURNING as JAPANESE_TURNING
from models.datasets.scripts import bare


def _bare(word: str) -> str:
    return without_article(fold(word))


def _all(text: str) -> frozenset[str]:
    return frozenset(text.split()) | frozenset(map(_bare, text.split())) | frozenset(map(bare, text.split()))


_TURNING: Final = (
    "pas sans aucun aucune aucuns jamais ni sauf hors hormis excepté exceptée éviter évite évitez évitant exclure exclus excluez rien "
    "déteste détester "
    "kein keine keinen keinem keiner keines keinerlei ohne nicht nie niemals nichts außer weder vermeide vermeiden vermeidet hasse "
    "sin ningún ninguno ninguna nunca jamás tampoco salvo excepto menos evitar evita evite evitad nada odio "
    "senza nessun nessuno nessuna tranne eccetto salvo evitare evita evitate niente nulla meno "
    "geen zonder niet nooit niets niks behalve vermijd vermijden uitgezonderd haat "
    "não sem nem nenhum nenhuma nenhuns nenhumas nunca exceto odeio detesto "
    "bez ani żaden żadna żadne żadnych żadnego żadnej nigdy oprócz poza nienawidzę unikaj unikać nic "
    "inte utan ingen inget inga ingenting ej icke aldrig varken förutom utom undvik undvika hatar ikke uden uten intet hverken verken "
    "undtagen unntatt "
    "بدون ليس ليست لا غير بلا دون عدا ماعدا إلا باستثناء "
    "不要 不想要 不是 不带 不含 不喜欢 没有 避免 除了"
)
TURNING: Final = _all(_TURNING) | {"né", "nè"}
"""What turns what follows; *ne* without its accent is Italian for "of it"."""

TURNING_BEHIND: Final = _all(
    "olmayan olmayanlar olmasın olmaz olmadan değil hariç haricinde haricindeki dışında dışındaki istemiyorum istemem sevmiyorum "
    "sevmem almam asla içermeyen yok ng 제외 제외한 제외하고 말고 빼고 빼 없이 없는 아닌 아니고 아니라 싫어요 싫어 以外 " + JAPANESE_TURNING
)
"""What turns what stands before it, in Turkish, Korean and Japanese."""

CHINESE: Final = _all("不要 不想要 不是 不带 不含 不喜欢 没有 避免 除了 以外 的 和 或 或者")
"""Words of the grammar that are written in one with others."""

OF_CHINESE: Final = "的"
"""Ends what was turned: behind it stands what is to be without that."""

SAYING_NO: Final = re.compile("[不没無无非别別除免勿]|제외|말고|빼|없|아닌|아니|않|싫|못|안$")
"""In what a word of Chinese or Korean says no, if it does."""
UNSPACED: Final = re.compile("[\u3400-\u9fff\uac00-\ud7a3]+")
"""Such a word."""

REFUSING: Final = re.compile(r".+(?:ない|ません)|.{2,}m(?:[ae][mz]|[ae]s[iı]n|[ae]y[ae]n|[iıuü]yor(?:um|uz)?)")
"""A verb of Turkish or Japanese that says no to something of what stands before it."""

WITHOUT: Final = re.compile(r"(.{3,}?)s[ıiuü]z(?:lar|ler)?")
"""A Turkish word that says what something is without."""

TURNING_TWO: Final = frozenset(
    {
        ("à", "part"),
        ("a", "part"),
        ("a", "parte"),
        ("aparte", "de"),
        ("en", "dehors"),
        ("al", "infuori"),
        ("ما", "عدا"),
        ("من", "دون"),
        ("من", "غير"),
    }
)
"""Two words that do so together."""

NOT_IN: Final[Mapping[str, str]] = {"it": "non"}
"""Likewise, by the language of the catalogue: elsewhere only before what joins (*non di pelle*), as in English it is of its next word."""

ENDS_IN: Final[Mapping[str, str]] = {"it": "ma", "nl": "maar", "de": "sondern"}
"""What begins another phrase, by the language of the catalogue: in another one the word is another."""

NOR: Final = "noch"
"""Turns after another word that does, or where it stands twice; else it is German for "still"."""

NOR_IN: Final[Mapping[str, str]] = {"tr": "ne"}
"""Likewise where it stands twice, by the language of the catalogue: in another one the word is another."""

NOTHING: Final = frozenset(["rien", "nichts", "nada", "niente", "nulla", "niets", "niks", "nic", "inget", "ingenting"])
BUT: Final = _all("sauf hormis außer menos salvo excepto tranne behalve exceto oprócz poza utom förutom")
"""What follows one of ``NOTHING`` where nothing else is wanted, beside ``OTHER`` and ``THAN``."""
THAN: Final = frozenset(["que", "als", "dan", "che", "niż", "än"])
OTHER: Final = _all(
    "autre autres plutôt ander andere anderes anderen anderer anders lieber otro otra otros otras distinto distinta altro altra altri "
    "altre diverso diversa piuttosto liever outro outra outros outras inny inna inne innego innej annan annat andra hellre"
)
"""Before one of ``THAN``: other than black, rather than black."""

ARTICLES: Final = _all(
    "le la les un une der die das den dem ein eine einen einem einer el los las una unos unas lo gli uno de het een mon ma mes notre nos "
    "mein meine meinen mi mis il i mio mia miei mie mijn ons onze o os um uma uns umas meu minha meus minhas nosso nossa "
    "mój moja moje moją mojej mojego mojemu moim moich nasz nasza nasze ett det min mitt mina vår vårt våra"
) - {"de", "i"}
PRONOUNS: Final = _all(
    "moi toi lui leur leurs ta tes sa ses vos votre nos je tu il elle nous vous ich du wir ihr mir dir meiner meines dein deine deinen "
    "deiner unser unsere unseren seine seinen ihre ihren yo tú su sus tu tus nuestro nuestra io suo sua suoi tuo tua nostro nostra jouw "
    "zijn haar mim comigo mnie mi mną jag mig oss "
    "ik jij meu minha meus minhas seu sua nosso nossa 私の 私 僕の"
)
"""What stands for people, besides ``ARTICLES``."""
OF: Final = _all(
    "de des du en avec à au aux von vom aus im mit zu con del de di dei delle degli della dello in van uit met qui est sont soit ist sind "
    "que es son sea sean che è sia siano soient seien zijn من في مع com em dum duma seja sejam são ze we jest są av på med som är"
) - {"a", "son", "we"}
"""What joins a term to its noun, besides *à*: its bare letter is the English article."""
OF_IN: Final[Mapping[str, frozenset[str]]] = {
    "pt": frozenset(["no", "na", "nos", "nas", "do", "da", "dos", "das", "é"]),
    "pl": frozenset({"z", "w"}),
    "sv": frozenset({"i"}),
    "da": frozenset({"i", "af"}),
}
"""By the language of the catalogue: in another one the word is another."""

WORN_WITH: Final[Mapping[str, frozenset[str]]] = {"it": frozenset({"a", "da"}), "fr": frozenset({"à", "a"})}
"""Joins two nouns to one name, by the language of the catalogue: *borsa a tracolla*, *scarpe da ginnastica*."""

WITH: Final = frozenset(["en", "avec", "à", "mit", "con", "met", "aus", "in", "com", "z", "ze", "med"])
"""Ends what an occasion is called."""
FOR: Final = frozenset(["pour", "für", "fürs", "fuer", "para", "per", "voor", "zum", "zur", "pra", "dla", "för"])
FOR_IN: Final[Mapping[str, frozenset[str]]] = {
    "pl": frozenset({"na", "do"}),
    "sv": frozenset({"till", "på", "inför"}),
    "da": frozenset({"til"}),
}
"""By the language of the catalogue: in another one the word is another."""
_OR: Final = "ou oder et und ed lub albo oraz eller och og او و veya yahut ve か または や と 和 或 或者 그리고 또는"
OR: Final = frozenset(_OR.split())
OR_IN: Final[Mapping[str, frozenset[str]]] = {
    "es": frozenset("yo"),
    "it": frozenset("eo"),
    "nl": frozenset({"en", "of"}),
    "tr": frozenset({"ya"}),
    "pt": frozenset("e"),
    "pl": frozenset("i"),
}
"""Likewise."""
AND: Final = frozenset({"et", "und", "ed", "y", "e", "en", "و", "ve", "と", "i", "oraz", "och", "og", "和", "그리고"})

SIZES: Final = _all(
    "taille pointure größe grösse groesse gr gr. schuhgröße talla taglia misura maat schoenmaat مقاس قياس beden numara "
    "tamanho tam número rozmiar rozmiarze rozmiaru storlek storleken stl strl størrelse " + JAPANESE_SIZES
)
IS_NOT: Final = frozenset({"pas", "nicht", "niet", "non", "não", "nao", "nie", "inte", "ej", "ikke"})
TOO: Final = _all("trop très zu sehr so te demasiado muy tan troppo molto così muito demais tão zbyt bardzo för alltför så særlig")

IDLE: Final = _all(
    "je j ne tu il elle nous vous on me te se ce cet cette ces veux voudrais voudrait aimerais cherche cherchons chercher souhaite "
    "montrez quelque quelques chose choses tout toute tous toutes se si plaît svp bonjour merci trop très assez ma mon taille couleur "
    "vêtement vêtements habits tenue article articles porter voir besoin préfère acheter "
    "ich noch du er sie es wir ihr mir mich dir will möchte mag suche suchen brauche hätte gerne gern bitte hallo danke etwas was "
    "alles alle "
    "zeige zeig auch nur sehr zu kleidung kleidungsstück bekleidung outfit farbe größe sein soll sollte tragen lieber "
    "yo tú quiero quisiera busco necesito quiera por favor hola gracias algo todo toda todos todas cualquier ropa prenda prendas muy "
    "color talla enséñame prefiero sea ver gusta gustan gustaría gustarían encanta encantan busca buscamos "
    "io voglio vorrei cerco per favore ciao grazie qualcosa qualcuno tutto tutta tutti tutte abbigliamento capo capi colore taglia "
    "preferisco molto deve devono essere abbia abbiano fosse fossero ha hanno piace piacciono piacerebbe "
    "أريد ابحث أبحث عن على هذا هذه شيء أي كل لون ملابس قطعة عندكم هل لي "
    "bir bana lütfen istiyorum arıyorum olsun olan için ile gibi renk renkli ürün da de çok şey arası arasında "
    "ik jij wil zou graag zoek nodig alsjeblieft hallo bedankt iets alles kleding kleren kledingstuk kleur maat erg liever "
    "mag mogen moet moeten hebben heeft hebt houd hou staat "
    "eu quero queria gostaria procuro preciso algum alguma alguns algumas coisa tudo obrigado obrigada oi olá ver mostre mais muito "
    "demais também só apenas cor cores estilo roupa roupas peça peças "
    "szukam wszystko chcę chciałbym chciałabym poproszę proszę potrzebuję coś jakiś jakaś jakieś jakąś jakichś kolor kolorze koloru "
    "ubranie "
    "ubrania ubrań odzież się który która które jest są może tylko bardzo styl stylu cenie ładny ładna ładne ładną "
    "的 我 我想要 想要 要 请 一件 一条 一双 推荐 주세요 추천 찾아요 원해요 은 는 이 가 을 를 의 로 으로 에 도 만 색 색상 "
    "jag söker letar efter vill behöver skulle gärna något någon några snygg snyggt snygga fin fint fina färg färgen kläder plagg tack "
    "allt par hej bara helst mycket noget nogen søger ønsker gerne tøj klær farve farge"
) | ARTICLES | PRONOUNS | OF | FOR | OTHER | SIZES | frozenset(OF_NO_MEANING.split())  # fmt: skip
"""Words without a meaning of their own."""
