"""Categories by the words of titles."""

from __future__ import annotations

import pytest

from models.datasets.category_names import category_named, language_of
from models.datasets.garments import NOT_WORN, ROLE_WORDS, category_worn_as, is_womens, role_of
from models.datasets.garments_abroad import WORDS
from models.datasets.labels import piece_labels
from models.datasets.nameless import says_nothing, says_small_things


@pytest.mark.parametrize(
    ("title", "category"),
    [
        ("Yellow Wool Jumper", "Tops"),
        ("Striped Skirt and Top", "Tops"),
        ("Vintage Levi's 550 Tapered Leg Jeans Dark Wash", "Bottoms"),
        ("Blue shirt dress", "Dresses & Suits"),
        ("Leather belt bag", "Bags"),
        ("LED High Tops", "Shoes"),
        ("Blue Silk Tuxedo", "Dresses & Suits"),
        ("Lipstick", None),
        ("", None),
    ],
)
def test_a_title_names_a_category(title: str, category: str | None) -> None:
    """By the garment that it names."""
    assert category_worn_as(role_of(title) or "") == category


def test_such_a_category_says_what_it_is_worn_as() -> None:
    """So that slots are proposed for it as for a shop's own."""
    words = {role: phrases.split()[0].replace("-", " ") for role, phrases in ROLE_WORDS.items() if role != "not worn"}
    assert {role: role_of(category_worn_as(role_of(word) or "")) for role, word in words.items()} == {role: role for role in words}


@pytest.mark.parametrize(
    ("texts", "role"),
    [
        (("Kleider",), "full-body"),
        (("Damenkleid mit Gürtel",), "full-body"),
        (("Herrenschuhe",), "footwear"),
        (("Hosen",), "bottom"),
        (("Röcke",), "bottom"),
        (("Mäntel",), "outer"),
        (("Lederhandschuhe",), "gloves"),
        (("Badeanzüge",), "swimwear"),
        (("Damen", "Taschen"), "bag"),
        (("Home > Kleider",), "full-body"),
        (("Pantalon avec ceinture",), "bottom"),
        (("Sac à main",), "bag"),
        (("Robes", "Robe longue fleurie"), "full-body"),
        (("Chemises", "Chemise en coton"), "top"),
        (("Robe de chambre en laine",), "sleepwear"),
        (("Pulls", "Pull col roulé"), "top"),
        (("Baskets", "Baskets blanches"), "footwear"),
        (("Zapatillas",), "footwear"),
        (("Camisas",), "top"),
        (("Gonne",), "bottom"),
        (("Giacche",), "outer"),
        (("Jurken",), "full-body"),
        (("Schoenen",), "footwear"),
    ],
)
def test_other_languages_name_garments(texts: tuple[str, ...], role: str) -> None:
    """Compounds by what they end in, phrases before words, what comes first before what it comes with."""
    assert role_of(*texts) == role


@pytest.mark.parametrize(
    ("role", "titles"),
    [
        ("top", "Wickelbody|Bodys|Body langarm|Stillshirt|Trachtenhemd|Dirndlbluse|Laufshirt|Zomertrui"),
        ("bottom", "Matschhose|Umstandshose|Damenjeans|Tüllrock|Kinder-Lederhose"),
        ("full-body", "Kinderdirndl|Taufkleid|Schneeanzug|Regenoverall|Zomerjurk"),
        ("gloves", "Handschuh|Lederhandschuh"),
        ("sleepwear", "Bademantel|Damennachthemd|Nightshirt"),
        ("innerwear", "Unterhemd|Damenunterhemd|Unterrock|Undershirt"),
        ("hosiery", "Strumpfhose|Kinderstrumpfhose|Söckchen"),
        ("belt", "Hosenträger"),
        ("outer", "Gehrock|Winterjacke"),
        ("swimwear", "Badeshorts|Badekleid"),
        ("bag", "Kindergartenrucksack|Schulranzen"),
        ("not worn", "Schuhcreme|Kleiderbügel"),
    ],
)
def test_a_compound_is_what_it_ends_in(role: str, titles: str) -> None:
    """The longest word that it ends in: a *Nachthemd* is no shirt."""
    assert {title: role_of(title) for title in titles.split("|")} == dict.fromkeys(titles.split("|"), role)


@pytest.mark.parametrize(
    ("role", "titles"),
    [
        ("top", "قميص رجالي|قَميص|القمصان|تيشيرتات|بلوزة|بلوزه"),
        ("bottom", "بنطلون جينز|تنانير|سراويل"),
        ("full-body", "فُستان سهرة مع حزام|فساتين|عبايات"),
        ("footwear", "أحذية|احذيه|حذاء بكعب|صنادل"),
        ("outer", "معطف|جاكيتات"),
        ("bag", "حقيبة ظهر|شنطة|حـقائب"),
        ("belt", "أحزمة|احزمة"),
        ("eyewear", "نظارات شمسية"),
        ("sleepwear", "قميص نوم"),
        ("innerwear", "ملابس داخلية"),
    ],
)
def test_arabic_names_garments(role: str, titles: str) -> None:
    """In the singular and the plural, with the article, with and without short vowels and hamzas."""
    assert {title: role_of(title) for title in titles.split("|")} == dict.fromkeys(titles.split("|"), role)
    assert (is_womens("فُستان سهرة"), is_womens("قميص")) == (True, False)


@pytest.mark.parametrize(
    ("role", "titles"),
    [
        ("top", "花柄ブラウス|白のＴシャツ|ﾆｯﾄ|Keten Gömlek|GÖMLEKLER|Kadın Tişört"),
        ("bottom", "スキニーデニムパンツ|ミニスカート|Kot Pantolon|Erkek Pantolonu|Pileli Etek"),
        ("full-body", "シャツワンピース|ベルト付きワンピース|Kot Elbise|ELBİSE|Gömlek Elbise"),
        ("footwear", "革靴|キッズシューズ|ｽﾆｰｶｰ|Spor Ayakkabı|AYAKKABI|Kadın Ayakkabısı|Bot"),
        ("outer", "デニムジャケット|トレンチコート|Şişme Mont|Jean Ceket|Kabanlar"),
        ("bag", "レザートートバッグ|かばん|Omuz Çantası|canta"),
        ("headwear", "麦わら帽子|ニット帽|Şapka"),
        ("hosiery", "靴下|Çoraplar"),
        ("not worn", "ラップトップ|スマホケース|Telefon Kılıfı"),
    ],
)
def test_japanese_and_turkish_say_last_what_a_thing_is(role: str, titles: str) -> None:
    """Without spaces, in half and full width, in capitals, in the plural and as the end of a compound."""
    assert {title: role_of(title) for title in titles.split("|")} == dict.fromkeys(titles.split("|"), role)
    womens = ("シャツワンピース", "Gömlek Elbise", "Takım Elbise", "ワイシャツ", "Mont Blanc watch")
    assert [is_womens(title) for title in womens] == [True, True, False, False, False]


@pytest.mark.parametrize(
    ("role", "titles"),
    [
        ("top", "Camisa social oxford|Regatas|Koszula slim fit oxford|Swetry|Huvtröja herr|Linne i bomull|Skjorter"),
        ("bottom", "Calça jogger de moletom|Spódnica jeansowa|Spodnie chino|Linnebyxor|Plisserad kjol|Bukser|Träningstights"),
        ("full-body", "Macacões|Vestido jeans|Sukienka midi w kwiaty|Garnitur|Röd långklänning|Sommerkjole"),
        ("footwear", "Tênis de corrida|Sapatênis|Buty do biegania|Czółenka na słupku|Löparskor|Gummistövlar|Løbesko"),
        ("outer", "Jaqueta jeans|Kurtka puchowa|Płaszcze|Vinterrock herr|Täckjacka|Jakker|Kåpe"),
        ("swimwear", "Sunga boxer|Saídas de praia|Stroje kąpielowe|Baddräkt|Bikinitrosa"),
        ("sleepwear", "Roupões|Szlafroki|Koszula nocna|Nattlinne"),
        ("innerwear", "Sutiãs|Bielizna|Trosor|T-shirt-BH"),
        ("hosiery", "Meia-calça fio 20|Rajstopy|Strumpbyxor"),
        ("headwear", "Chapéus|Czapka z daszkiem|Mössor"),
        (None, "Sydväst|Adidas|Novidades"),
    ],
)
def test_portuguese_polish_and_nordic_name_garments(role: str | None, titles: str) -> None:
    """Inflected, as the end of a compound, and before what English calls another garment."""
    assert {title: role_of(title) for title in titles.split("|")} == dict.fromkeys(titles.split("|"), role)


def test_categories_of_nothing_and_names_of_new_ones() -> None:
    """*Novidades*, *Nowości* and *Rea* are opened; what is put elsewhere has a name of the shop's language that is read."""
    assert all(map(says_nothing, ("Novidades", "Nowości", "Wyprzedaż", "Rea", "Nyheter", "Salg")))
    assert all(map(says_small_things, ("Acessórios", "Akcesoria", "Accessoarer")))
    for language in ("Portuguese", "Polish", "Swedish"):
        names = {role: category_named(role, language) for role in ROLE_WORDS if role != "not worn"}
        assert {role: role_of(name) for role, name in names.items()} == {role: role for role in names}
        assert language_of(filter(None, names.values())) == language


def test_tights_that_one_runs_in_are_no_hosiery() -> None:
    """Where the title says so; others of such a category are."""
    assert [role_of("Tights", title) for title in ("Running tights", "Löpartights", "Opaque tights")] == ["bottom", "bottom", "hosiery"]


def test_a_kurta_with_its_trousers_is_an_outfit() -> None:
    """Whatever it is filed under."""
    sets = (("Boys", "Kurta pyjama set"), ("Sleepwear", "Boys' kurta pajama"), ("Kurtas", "Kurta Pyjama"))
    assert [role_of(*texts) for texts in sets] == ["full-body"] * 3
    assert (role_of("Boys' pyjama set"), role_of("Kurtas", "Cotton kurta")) == ("sleepwear", "top")


@pytest.mark.parametrize("title", ["those", "Somebody", "Shamrock", "Barock", "Puppenkleid", "Rettungsweste", "Body lotion"])
def test_not_all_that_ends_so_is_a_compound(title: str) -> None:
    """Nor of those all that are no garments."""
    assert role_of(title) is None


@pytest.mark.parametrize(
    ("texts", "role"),
    [
        (("Kleider & Röcke", "Tüllrock Ida"), "bottom"),
        (("Kleider & Röcke", "Ida"), "full-body"),
        (("Anzüge & Sakkos", "Sakko Ben"), "outer"),
        (("Home > Dresses & Skirts", "Denim skirt"), "bottom"),
        (("Shirts & Tops", "Summer dress"), "top"),
        (("Kleider", "Rock Ida"), "full-body"),
        (("Kleider & Röcke", "Rock Ida"), "bottom"),
        (("Skirts & Dresses", "Rock Ida"), "full-body"),
    ],
)
def test_of_a_category_of_two_kinds_the_title_says_which_one_a_piece_is(texts: tuple[str, ...], role: str) -> None:
    """Where it names none of them, it is what the category alone is."""
    assert role_of(*texts) == role


def test_a_skirt_of_a_category_of_two_kinds_is_womens() -> None:
    """As one of another is; shorts beside skirts are anybody's."""
    assert is_womens("Kleider & Röcke", "Rock Ida")
    assert is_womens("Kleider & Röcke", "Tüllrock Ida")
    assert not is_womens("Kleider & Jacken", "Jacke Ida")


@pytest.mark.parametrize("title", ["Robe trapèze", "Robe chemise", "Robe Oxford", None])
def test_the_robes_of_a_french_shop_are_dresses(title: str | None) -> None:
    """Whatever their titles say; so are shirts shirts."""
    assert role_of("Robes", title, french=True) == "full-body"
    assert is_womens("Robes", title, french=True)
    assert role_of("Chemises homme", "Chemise Oxford", french=True) == "top"
    assert not is_womens("Chemises homme", "Chemise Oxford", french=True)


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Robes", "sleepwear"),
        ("Satin Robe", "sleepwear"),
        ("Chemise", "sleepwear"),
        ("Rock band", None),
        ("Mantel", None),
        ("Gift baskets", None),
        ("Slip", None),
        ("Hut", None),
        ("Moustache wax", "not worn"),
        ("Sac dress", "full-body"),
        ("Phone case", "not worn"),
    ],
)
def test_english_reads_as_before(text: str, role: str | None) -> None:
    """Whatever the same word means elsewhere."""
    assert role_of(text) == role


@pytest.mark.parametrize(
    "texts",
    [
        *[
            (text,)
            for text in ("Shoe Care", "Shoe Accessories", "Handbag & Wallet Accessories", "Shoe trees", "Boot Brushes", "Insoles for boots")
        ],
        *[(text,) for text in ("Watch box", "Jewellery boxes", "Shoe rack", "Coat Hangers", "Garment bag", "Suede Protector", "Gift card")],
        *[(text,) for text in ("Shoes > Shoe Accessories > Shoe Care", "Shoe laces", "Scented candle", "Shoe polish for boots and bags")],
        *[
            (text,)
            for text in ("Schuhpflege", "Schuhspanner", "Lederpflegespray", "Einlegesohlen", "Cirage noir", "Lacets", "Betún", "Lacci")
        ],
        *[(text,) for text in ("Entretien des chaussures", "Cera per scarpe", "Schoenpoets", "Inlegzolen", "Geschenkgutschein")],
        ("Shoes", "Shoe Care Spray 200 ml"),
        ("Schuhe", "Schuhpflege Set"),
        ("Chaussures", "Cirage pour chaussures"),
    ],
)
def test_what_belongs_to_a_garment_is_not_worn(texts: tuple[str, ...]) -> None:
    """Whatever it is filed under."""
    assert role_of(*texts) == "not worn"


@pytest.mark.parametrize(
    ("texts", "role"),
    [
        (("Belt bag",), "bag"),
        (("Shoes & Shoe Care", "Black boots"), "footwear"),
        (("Shoes, Accessories",), "footwear"),
        (("Boots with shoe trees",), "footwear"),
        (("Women shoes lace up",), "footwear"),
        (("Easy care shirt",), "top"),
        (("Pflegeleichte Bluse",), "top"),
        (("Necklace Tree of Life",), "jewellery"),
        (("Polish shirt",), "top"),
        (("Watches", "Black watch"), "watch"),
        (("Zapatos con cordones",), "footwear"),
        (("Chaussures à lacets",), "footwear"),
    ],
)
def test_a_garment_that_has_such_words_beside_it_is_worn(texts: tuple[str, ...], role: str) -> None:
    """It is named in its own right."""
    assert role_of(*texts) == role


@pytest.mark.parametrize(
    ("role", "titles"),
    [
        (
            "top",
            "Sweat à capuche|Débardeur côtelé|Tunique brodée|Marinière|Tunika|Rollkragenpullover|Sudadera|Suéter|Dolcevita|Tuniek",
        ),
        ("bottom", "Legging|Short en jean|Bermuda chino|Jogging|Pantacourt|Radlerhose|Minifalda|Minigonna|Joggingbroek|Plooirok"),
        ("full-body", "Combinaison fluide|Combi-pantalon|Combi-short|Salopette|Smoking|Strampler|Traje|Tutina|Tuinbroek|Zomerjurk"),
        (
            "footwear",
            "Richelieu|Derbies en cuir|Mocassins|Escarpins|Sandales|Bottines|Tongs|Sandaletten|Mokassins|Alpargatas|Ciabatte|Instappers",
        ),
        ("outer", "Doudoune légère|Parka|Caban en laine|Trench|Blazer|Veste en jean|Sakko|Steppweste|Chaleco|Plumífero|Giaccone|Colbert"),
        ("bag", "Cabas|Pochette de soirée|Besace|Turnbeutel|Riñonera|Capazos|Marsupio|Zainetto|Heuptas"),
        ("headwear", "Bonnet|Casquette|Béret|Kappe|Stirnband|Boina|Tocados|Viseras|Cappellino|Haarband"),
        ("scarf", "Foulard en soie|Étole|Châle|Loopschal|Fular|Scialle|Omslagdoek"),
        ("eyewear", "Lunettes de soleil papillon|Brille|Gafas de sol|Occhiali da sole|Bril"),
        ("watch", "Montre bracelet acier|Damenuhr|Reloj|Orologio|Horloge"),
        ("belt", "Ceinture fine|Bretelles|Gürtel|Cinturón|Cintura|Riem"),
        (
            "jewellery",
            "Boucles d'oreilles|Collier|Bague|Sautoir|Pendentif|Kette|Ohrstecker|Colgante|Tobilleras|Aretes|Ciondolo|Ketting|Manchetknopen",
        ),
        ("gloves", "Moufles|Fäustlinge|Manoplas|Muffole|Wanten"),
        ("tie", "Nœud papillon|Fliege|Pajarita|Vlinderstrik"),
        ("hosiery", "Collant|Socquettes|Kniestrümpfe|Calcetín|Gambaletti|Kousen"),
        ("wallet", "Porte-monnaie|Brieftasche|Monedero|Carteras|Portamonete"),
        ("hair", "Barrette|Haarspange"),
        ("swimwear", "Short de bain|Badeshorts|Traje de baño|Zwembroeken"),
        ("sleepwear", "Nuisette|Peignoir|Camisón|Camicia da notte|Accappatoio|Kamerjas"),
        ("innerwear", "Caleçon|Sous-vêtements|Boxershorts|Braguitas|Perizoma|Onderbroeken"),
    ],
)
def test_common_words_of_other_languages(role: str, titles: str) -> None:
    """As French, German, Spanish, Italian and Dutch shops call their pieces; a phrase of several words goes before an English one in it."""
    assert {title: role_of(title) for title in titles.split("|")} == dict.fromkeys(titles.split("|"), role)


def test_words_of_other_languages_have_one_role_each_that_english_knows() -> None:
    """And none that English ones name already."""
    words = [word for phrases in WORDS.values() for word in phrases.split()]
    assert len(words) == len(set(words))
    assert set(WORDS) <= set(ROLE_WORDS)
    assert not set(words) & {word for phrases in ROLE_WORDS.values() for word in phrases.split()}


@pytest.mark.parametrize(
    ("texts", "role"),
    [
        ("Football Jersey Home 26/27", "top"),
        ("Home jersey", "top"),
        ("Jerseys; Cycling Jersey Short Sleeve", "top"),
        ("Jersey dress", "full-body"),
        ("Shorts in cotton jersey", "bottom"),
        ("Wrap in jersey", None),
        ("Jersey fitted sheet", "not worn"),
        ("Trouser hemming service", "not worn"),
        ("Brass coat hook", "not worn"),
        ("Dog raincoat", "not worn"),
        ("Christmas stocking", "not worn"),
        ("Oven gloves", "not worn"),
        ("Shirt with stand collar", "top"),
        ("Dog print coat", "outer"),
        ("Kleid aus Jersey", "full-body"),
        ("Tee Short Sleeve", "top"),
        ("Tracksuits; Tracksuit Bottoms", "bottom"),
        ("Tracksuits; Tracksuit Jacket", "outer"),
        ("Tracksuits; Hooded tracksuit", "full-body"),
        ("Robes; Hooded Changing Robe", "swimwear"),
        ("Base Layers; Base Layer Bottom", "hosiery"),
        ("Base Layers; Base Layer Top", "top"),
        ("Bib Tights; Bib Tights Thermal", "bottom"),
        ("Helmets; Road Helmet", "headwear"),
        ("Goggles", "eyewear"),
        ("Neck Gaiter", "scarf"),
        ("Gaiters", "hosiery"),
        ("Shin Guards", "hosiery"),
        ("One-Piece Snowsuit", "full-body"),
        ("Fleece Midlayer", "top"),
    ],
)
def test_what_is_worn_for_sports_is_known(texts: str, role: str | None) -> None:
    """A part of a set by its own name, and a jersey where it is no cloth."""
    assert role_of(*texts.split("; ")) == role


def test_what_is_sold_or_reserved_by_its_title_is_suggested_to_nobody() -> None:
    """As private sellers write it; Reserved is a brand, too."""
    taken = ("SOLD - Doc Martens uk 6", "RESERVED FOR ANNA", "*reserved* Jimmy Choo heels", "reserved @jess99 bag", "DO NOT BUY - vans 9")
    assert {piece_labels({"category": "Shoes", "title": title}).role for title in taken} == {NOT_WORN}
    free = ("Reserved leather boots", "Sold out tour T-shirt", "Soldier boots")
    assert NOT_WORN not in {piece_labels({"category": "Shoes", "title": title}).role for title in free}
