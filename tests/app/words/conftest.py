"""A catalogue of words: garments of the synthetic wardrobe as they are titled there, and items in the style of a real shop."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from app.release.traits import Traits
from app.words.vocabulary import Vocabulary
from index.snapshot import Snapshot
from models.wardrobe.catalogue import dress_up, title_of

_TYPES = {
    "tops": ("T-Shirts", "Casual Shirts", "Formal Shirts", "Jumpers", "Blouses", "Hoodies", "Polo Shirts"),
    "bottoms": ("Jeans", "Trousers", "Shorts", "Skirts", "Leggings"),
    "all-body": ("Dresses", "Jumpsuits"),
    "shoes": ("Casual Shoes", "Formal Shoes", "Sports Shoes", "Heels", "Flats", "Sandals", "Boots"),
    "bags": ("Handbags", "Backpacks", "Clutches"),
    "outerwear": ("Jackets", "Coats", "Rain Jackets"),
    "accessories": ("Belts", "Sunglasses", "Ties"),
    "watches": ("Watches",),
}
_COLOURS = ("Black", "White", "Blue", "Navy Blue", "Red", "Off White", "Brown", "Grey", "Olive Green", "Pink", "Multi")
_MATERIALS = ("Leather", "Cotton", "Linen", "Wool", "Denim", "Suede")
_BRANDS = ("Harrow & Pike", "Solvei", "Quill Street", "Tarn", "Ostara", "Beck Only", "Mira Lune", "Foxglove")
_SEASONS, _USES = ("Summer", "Winter", "Fall"), ("Casual", "Formal", "Party", "Sports")
_PATTERNS = ("Solid", "Striped", "Floral", "Checked")


def shop_items() -> list[dict[str, Any]]:
    """Items of a shop that says in columns what they are."""
    rng = np.random.default_rng(7)
    items = []
    for category, types in _TYPES.items():
        for number in range(30 * len(types)):
            kind, colour, brand = types[number % len(types)], str(rng.choice(_COLOURS)), str(rng.choice(_BRANDS))
            gender = str(rng.choice(("Men", "Women", "Unisex")))
            said = {"gender": gender, "baseColour": colour, "season": str(rng.choice(_SEASONS)), "usage": str(rng.choice(_USES))}
            said |= {"material": str(rng.choice(_MATERIALS)), "pattern": str(rng.choice(_PATTERNS))}
            items.append({
                "id": f"{category}-{number}", "category": category, "subcategory": kind, "attributes": json.dumps(said), "brand": brand,
                "title": f"{brand} {gender} {colour} {kind.removesuffix('s')}", "price": float(round(rng.uniform(10, 250), 2)),
                "sizes": json.dumps([{"size": size} for size in rng.choice(("S", "M", "L", "42"), 2, replace=False)]),
            })  # fmt: skip
    return items


def wardrobe_items(count: int = 800) -> list[dict[str, Any]]:
    """Garments of the wardrobe: what they are is said in titles only."""
    rng = np.random.default_rng(5)
    garments, _ = dress_up(count, rng)
    return [
        {
            "id": f"w{row:06d}", "category": garment.category.name, "title": title_of(garment, rng), "brand": garment.brand,
            "price": garment.price, "attributes": json.dumps({"department": "women" if rng.random() < 0.7 else "unisex"}),
        }
        for row, garment in enumerate(garments)
    ]  # fmt: skip


_OUTFITTER = {
    "Suits": ("Navy Two-Piece Suit;Charcoal Three-Piece Suit", "40R;42R"),
    "Jackets": ("Double-Breasted Navy Blazer;Hopsack Blazer Grey;Packable Rain Jacket;Down Jacket", "40R;42R"),
    "Shirts": ("Button-Down Shirt White;Non-Iron Dress Shirt Double Cuff Blue;Oxford Shirt White", "15/33;15.5/34;16/34"),
    "Ties": ("Knitted Tie Navy;Grenadine Tie Burgundy", ""),
    "Bow Ties": ("Self-Tie Bow Tie Black;Pre-Tied Bow Tie Navy", ""),
    "Pocket Squares": ("Linen Pocket Square White", ""),
    "Cufflinks": ("Silver Cufflinks", ""),
    "Belts": ("Leather Belt Black", ""),
    "Shoes": ("Cap-Toe Oxford Black;Suede Derby", "9;10;10½"),
    "Trainers": ("Cross-Training Trainers", "42;43;43 1/3"),
    "Hats": ("Flat Cap Tweed", ""),
    "Tops": ("Half-Zip Running Top;Gym T-Shirt", "M;L"),
    "Shorts": ("Trail Shorts 2-in-1;Gym Shorts", "M;L"),
    "Tights": ("7/8 Running Tights;Winter Tights", "M;L"),
    "Gloves": ("Ski Gloves Black;Fleece Gloves Grey", "M;L"),
    "Helmets": ("Ski Helmet Black;Road Helmet White", "M;L"),
    "Swimwear": ("Bikini Top Teal;Bikini Bottoms Teal;Swimsuit Navy", "M;L"),
}


def outfitter_items() -> list[dict[str, Any]]:
    """Tailoring and sportswear, whose titles join words by hyphens, and shirts that come by collar and sleeve."""
    titled = [(category, title, sizes) for category, (titles, sizes) in _OUTFITTER.items() for title in titles.split(";")]
    return [
        {
            "id": f"o{number:02d}", "category": category, "title": title, "price": 20.0 + number,
            "sizes": json.dumps([{"size": size} for size in sizes.split(";")]) if sizes else None,
        }
        for number, (category, title, sizes) in enumerate(titled)
    ]  # fmt: skip


_FESTIVE = {
    "Wedding Dresses": ("Lace Wedding Gown;Plus Size Wedding Dress", "Ivory;White"),
    "Bridesmaid Dresses": ("Chiffon Bridesmaid Dress", "Sage;Navy"),
    "Junior Bridesmaids": ("Junior Bridesmaid Dress", "Sage"),
    "Guest Dresses": ("Floral Wedding Guest Dress", "Blue;Green"),
    "Mother of the Bride": ("Mother of the Bride Lace Dress;Mother of the Groom Trouser Suit", "Navy"),
    "Suits": ("Groom Tuxedo", "Black"),
    "Headpieces": ("Crystal Tiara;Birdcage Veil", "Silver"),
    "Heels": ("Court Heels;Bridal Heels", "Ivory;Navy"),
    "Sarees": ("Silk Saree;Printed Saree", "Red;Yellow"),
    "Salwar Suits": ("Patiala Salwar Suit", "Red"),
    "Kurtas": ("Cotton Kurta;Short Kurti", "White;Yellow"),
    "Bottoms": ("Palazzo Pants;Churidar Leggings", "White"),
    "Cholis": ("Mirror Work Blouse", "Red"),
    "Hijabs": ("Jersey Hijab", "Beige;Black"),
    "Earrings": ("Oxidised Jhumkas;Pearl Studs", "Gold"),
}


def festive_items() -> list[dict[str, Any]]:
    """Of a shop for weddings and festivals: each piece in each of its colours."""
    pieces = [(category, title, colours) for category, (titles, colours) in _FESTIVE.items() for title in titles.split(";")]
    return [
        {"id": f"f{number:02d}-{colour}", "category": category, "title": title, "attributes": json.dumps({"color": colour}), "price": 30.0}
        for number, (category, title, colours) in enumerate(pieces)
        for colour in colours.split(";")
    ]


_FAMILY = {
    "Bras": ("Balconette Bra Lace;Non Wired Bra Cotton;Underwired Bra;Full Cup Bra", "34DD;36C;36 DD;34B", "women"),
    "Briefs": ("High Leg Briefs;Brazilian Briefs", "UK 8;UK 12", "women"),
    "Hosiery": ("Sheer Tights 15 Denier 3 Pack;Opaque Tights 60 Denier", "UK 8", "women"),
    "Maternity": ("Maternity Leggings;Maternity Top Wrap", "UK 8", "women"),
    "Nursing": ("Nursing Sleep Bra", "34B", "women"),
    "Pyjamas": ("Satin Pyjama Set", "UK 8", "women"),
    "Bikini Tops": ("Triangle Bikini Top;Bandeau Bikini Top;Halter Bikini Top", "34DD", "women"),
    "Beachwear": ("Printed Kaftan;Sarong;Tie Waist Sarong", "UK 8", "women"),
    "Knitwear": ("School Jumper;Bobble Knit", "3-4 Years;13-14 Years", "boys"),
    "Trousers": ("Black School Trousers", "3-4 Years;13-14 Years", "boys"),
    "Sleepsuits": ("Organic Sleepsuit", "0-3 months", "baby"),
}


def family_items() -> list[dict[str, Any]]:
    """Of a shop of lingerie and of children's clothes, each in all of its sizes."""
    pieces = [(category, title, sizes, whom) for category, (titles, sizes, whom) in _FAMILY.items() for title in titles.split(";")]
    return [
        {
            "id": f"y{number:02d}", "category": category, "title": title, "price": 10.0 + number,
            "attributes": json.dumps({"color": "Black", "gender": whom}),
            "sizes": json.dumps([{"size": size} for size in sizes.split(";")]),
        }
        for number, (category, title, sizes, whom) in enumerate(pieces)
    ]  # fmt: skip


_ABROAD = {
    "boutique": {
        "Robes": "Robe longue fleurie;Robe de soirée noire;Robe en lin",
        "Fille": "Robe à volants",
        "Chaussures femme": "Escarpins vernis;Sandales à talons;Baskets blanches;Bottines en cuir;Ballerines",
        "Chaussures homme": "Mocassins;Baskets;Derbies en cuir",
        "Chaussures": "Baskets à scratch",
        "Vestes & Manteaux": "Manteau long;Veste en jean;Doudoune légère",
        "T-shirts": "T-shirt col V",
        "Pulls & Gilets": "Pull en laine;Gilet long",
        "Pantalons & Jeans": "Pantalon large;Jean slim taille haute",
        "Sacs": "Sac à main;Pochette de soirée",
        "Bijoux": "Boucles d\u2019oreilles créoles;Collier fantaisie",
        "Combinaisons": "Combinaison fluide",
    },
    "laden": {
        "Kleider": "Kleid Lena;Abendkleid aus Seide",
        "Damenschuhe": "Pumps Mia;Stiefelette aus Leder;Turnschuhe",
        "Herrenschuhe": "Halbschuhe aus Leder",
        "Hosen & Röcke": "Hose Tim;Rock Ida",
        "Jacken & Mäntel": "Wintermantel aus Wolle;Jacke",
        "Taschen": "Handtasche;Gürteltasche",
    },
    "matjar": {
        "فساتين": "فُستان سهرة نسائي;فستان صيفي نسائي",
        "أحذية": "حذاء رسمي رجالي;حذاء بكعب عالي نسائي;صندل نسائي",
        "قمصان": "قميص رجالي;قميص كتان نسائي",
        "حقائب": "حقيبة يد نسائية;حقيبة ظهر",
    },
    "mise": {
        "ワンピース": "花柄ワンピース レディース;シャツワンピース レディース",
        "シューズ": "レディース スニーカー;メンズ 革靴;レディース ヒールパンプス",
        "シャツ": "メンズ リネンシャツ;レディース コットンシャツ",
        "パンツ": "メンズ スキニーデニムパンツ",
        "バッグ": "レザートートバッグ;リュック",
    },
    "magaza": {
        "Elbise": "Kadın Uzun Elbise;Kadın Keten Elbise",
        "Spor Ayakkabı": "Kadın Spor Ayakkabı",
        "Topuklu Ayakkabı": "Kadın İnce Topuklu Ayakkabı",
        "Klasik Ayakkabı": "Erkek Deri Ayakkabı",
        "Gömlek": "Erkek Keten Gömlek;Kadın Pamuklu Gömlek",
        "Pantolon": "Erkek Kot Pantolon;Kadın Kumaş Pantolon",
        "Çanta": "Kadın Omuz Çantası;Sırt Çantası",
    },
    "loja": {
        "Vestidos": "Vestido longo floral feminino;Vestido de festa feminino;Vestido de linho feminino",
        "Saias": "Saia midi feminina",
        "Calças": "Calça jeans feminina;Calça social masculina",
        "Camisas": "Camisa social masculina;Camisa de algodão feminina",
        "Camisetas": "Camiseta listrada masculina;Camiseta infantil menina",
        "Sapatos": "Sapato social de couro masculino;Scarpin de salto feminino",
        "Tênis": "Tênis de corrida masculino;Tênis feminino",
        "Sandálias": "Sandália rasteirinha feminina",
        "Bolsas": "Bolsa de couro feminina;Mochila de praia",
        "Jaquetas e Casacos": "Jaqueta jeans masculina;Casaco de lã feminino",
    },
    "sklep": {
        "Sukienki": "Sukienka midi w kwiaty damska;Sukienka wieczorowa damska",
        "Spódnice": "Spódnica plisowana damska",
        "Spodnie": "Spodnie materiałowe męskie;Spodnie lniane damskie",
        "Jeansy": "Jeansy slim męskie",
        "Koszule": "Koszula w kratę męska;Koszula bawełniana damska",
        "Koszulki": "Koszulka dla dziewczynki;Koszulka w paski męska",
        "Buty": "Szpilki damskie;Sneakersy damskie;Półbuty skórzane męskie",
        "Kurtki i płaszcze": "Kurtka zimowa męska;Płaszcz wełniany damski",
        "Torebki": "Torebka skórzana damska",
    },
    "butik": {
        "Klänningar": "Långklänning med blommönster dam;Festklänning dam;Klänning i linne dam",
        "Kjolar": "Plisserad kjol dam",
        "Byxor": "Kostymbyxor herr;Chinos dam",
        "Jeans": "Jeans slim herr",
        "Skjortor": "Rutig skjorta herr;Bomullsskjorta dam",
        "T-shirts": "T-shirt flicka;Randig t-shirt herr",
        "Skor": "Klackskor dam;Sneakers dam;Loafers i läder herr",
        "Jackor & kappor": "Vinterjacka herr;Ullkappa dam",
        "Väskor": "Handväska i läder dam",
    },
    "negozio": {
        "Abiti": "Abito lungo a fiori;Abito in lino",
        "Gonne": "Gonna plissettata",
        "Top": "Top senza maniche;Top con maniche lunghe",
        "Giacche": "Giacca in pelle;Giacca blazer",
        "Scarpe": "Scarpine con strappo bambino",
        "Décolleté": "Décolleté in vernice donna",
        "Sneakers": "Sneakers basse donna",
        "Ballerine": "Ballerine con fiocco donna",
        "Borse": "Borsa a tracolla in pelle;Borsa shopper",
        "Intimo": "Reggiseno senza ferretto;Reggiseno con ferretto",
        "Buoni": "Buono regalo",
    },
    "winkel": {
        "Jurken": "Jurk mouwloos;Jurk met lange mouwen;Gestreepte jurk",
        "Rokken": "Rok met print",
        "Jassen": "Leren jas;Wollen jas",
        "Schoenen": "Klittenbandschoenen jongens",
        "Pumps": "Pumps met naaldhak dames",
        "Sneakers": "Sneakers dames",
        "Laarzen & enkellaarsjes": "Chelseaboots dames;Laarzen dames",
        "Tassen": "Leren schoudertas",
        "Beha's": "Beha zonder beugel;Beha met beugel;Beha van kant",
    },
    "sangjeom": {
        "원피스": "여성 플라워 원피스;니트 원피스",
        "스커트": "데님 스커트",
        "구두": "남성 더비 구두",
        "코트": "울 코트",
        "가죽가방": "가죽 토트백",
    },
    "dian": {
        "连衣裙": "女士碎花连衣裙;针织长裙",
        "半身裙": "百褶半身裙",
        "皮鞋": "男士牛津皮鞋",
        "高跟鞋": "粗跟高跟鞋",
        "衬衫": "男士亚麻衬衫",
    },
    "kauppa": {
        "Mekot": "Mekko kukkia;Mekko pitkä",
        "Hameet": "Hame kukkia;Hame lyhyt",
        "Kengät": "Kengät korko;Kengät matala",
    },
}
_COLOURS_ABROAD = {
    "boutique": ("couleur", ("Noir", "Blanc", "Bleu", "Bleu marine", "Rouge", "Écru", "Rose")),
    "laden": ("Farbe", ("Schwarz", "Weiß", "Blau", "Dunkelblau", "Rot", "Grün")),
    "matjar": ("اللون", ("أسود", "أبيض", "أحمر", "كحلي")),
    "mise": ("カラー", ("ブラック", "ホワイト", "レッド", "ネイビー")),
    "magaza": ("Renk", ("Siyah", "Beyaz", "Kırmızı", "Lacivert", "Altın")),
    "loja": ("cor", ("Preto", "Branco", "Azul", "Azul Marinho", "Vermelho", "Rosa")),
    "sklep": ("kolor", ("Czarny", "Biały", "Niebieski", "Granatowy", "Czerwony", "Różowy")),
    "negozio": ("colore", ("Nero", "Bianco", "Rosso", "Grigio", "Blu navy")),
    "winkel": ("kleur", ("Zwart", "Wit", "Rood", "Donkerblauw")),
    "sangjeom": ("색상", ("블랙", "화이트", "레드", "그레이")),
    "dian": ("颜色", ("黑色", "白色", "红色", "棕色")),
    "kauppa": ("väri", ("musta", "valkoinen", "punainen")),
    "butik": ("färg", ("Svart", "Vit", "Blå", "Marinblå", "Röd", "Rosa")),
}


def abroad_items(name: str) -> list[dict[str, Any]]:
    """Items of a shop abroad: each garment in each colour."""
    attribute, colours = _COLOURS_ABROAD[name]
    garments = [(category, title) for category, titles in _ABROAD[name].items() for title in titles.split(";")]
    return [
        {
            "id": f"{name}-{number}-{colour}", "category": category, "title": title, "price": 20.0 + number,
            "attributes": json.dumps({attribute: colour}), "sizes": json.dumps([{"size": size} for size in ("38", "M")]),
        }
        for number, (category, title) in enumerate(garments)
        for colour in colours
    ]  # fmt: skip


def snapshot_of(items: list[dict[str, Any]], directory: Path) -> Snapshot:
    """A snapshot of items that have no pictures."""
    vectors = np.ones((len(items), 4), dtype=np.float32)
    table = pa.Table.from_pylist(items)
    Snapshot.write(directory, items=table, features_NF=vectors, embeddings_ND=vectors, bundle_id="words", encoder_fingerprint="own")
    return Snapshot.load(directory)


@pytest.fixture(name="snapshot_of", scope="session")
def snapshot_of_fixture() -> Callable[[list[dict[str, Any]], Path], Snapshot]:
    """Makes a snapshot of items that have no pictures."""
    return snapshot_of


@pytest.fixture(scope="session")
def vocabularies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Vocabulary]:
    """The words of a shop that says in columns what its items are, of the wardrobe, which says it in titles, and of shops abroad."""
    root = tmp_path_factory.mktemp("words")
    catalogues = {
        "shop": shop_items(),
        "wardrobe": wardrobe_items(),
        "outfitter": outfitter_items(),
        "festive": festive_items(),
        "family": family_items(),
        **{name: abroad_items(name) for name in _ABROAD},
    }
    snapshots = {name: snapshot_of(items, root / name) for name, items in catalogues.items()}
    return {name: Vocabulary(snapshot, Traits.of(snapshot)) for name, snapshot in snapshots.items()}
