"""For whom and when a piece is, by its words."""

from __future__ import annotations

import pytest

from models.datasets.audience import audience_label, departments, says_only_whom, season_label


@pytest.mark.parametrize(
    ("attributes", "categories", "title", "label"),
    [
        ({"gender": "Unisex"}, (), "Men's cap", "men+women adult+baby+child"),
        ({"Gender": "men", "age group": "adult"}, (), None, "men adult"),
        ({"gender": "Boys"}, (), "Disney Kids Boy's Yellow Royal Sailing Kidswear", "men child"),
        ({"gender": "Men"}, (), "Ben 10 boys T-shirt", "men baby+child"),
        ({}, ("Women's shoes",), "Men of war boots", "women adult"),
        ({}, ("toys",), "Baby doll in red", None),
        ({}, ("bodysuits",), "Baby bodysuit", "men+women baby"),
        ({}, ("tops",), "Baby blue jumper", None),
        ({}, ("school uniform",), "Girl's school blouse", "women baby+child"),
        ({}, ("hoodies",), "Age 5-6 hoodie", "men+women child"),
        ({}, ("tops",), "Boys' Tee 3-4 yrs", "men child"),
        ({}, ("ties",), "School Tie", "men child"),
        ({}, ("bras",), "My First Bra", "women child"),
        ({"gender": "Men"}, (), "Timberland Men Toddler Brown Casual Shoes", "men baby"),
        ({}, (), "Mr. Men Little Miss Girls Red Printed Top", "women baby+child"),
        ({}, ("All-body",), "Blue Dress for Women", "women adult"),
        ({}, ("Baby Dolls", "sleepwear"), "Women's Babydoll", "women adult"),
        ({"colour": "men"}, ("shoes",), None, None),
        ({}, ("Damen",), None, "women adult"),
        ({}, ("Schuhe",), "Herrenschuhe aus Leder", "men adult"),
        ({}, ("Kinderschuhe",), None, "men+women child"),
        ({}, ("Hosen",), "Babyhose Paul", "men+women baby"),
        ({}, ("Hosen",), "Jungs Hose", "men baby+child"),
        ({}, ("قمصان",), "قميص رجالي", "men adult"),
        ({}, ("أحذية",), "حذاء للنساء", "women adult"),
        ({}, ("أحذية",), "حذاء أطفال", "men+women child"),
        ({}, ("ملابس بنات",), "قميص", "women baby+child"),
        ({"gender": "レディース"}, ("ワンピース",), None, "women adult"),
        ({"gender": "キッズ"}, ("シャツ",), None, "men+women child"),
        ({}, ("シューズ",), "メンズスニーカー", "men adult"),
        ({}, ("トップス",), "女の子Tシャツ", "women baby+child"),
        ({}, ("ﾍﾞﾋﾞｰ",), None, "men+women baby"),
        ({"gender": "KADIN"}, ("Gömlek",), None, "women adult"),
        ({"gender": "Erkek"}, ("Gömlek",), None, "men adult"),
        ({"gender": "Erkek Çocuk"}, ("Gömlek",), None, "men baby+child"),
        ({}, ("Ayakkabı",), "Kız Çocuk Ayakkabısı", "women baby+child"),
        ({}, ("Çocuk", "Ayakkabı"), None, "men+women child"),
        ({}, ("Çocuk Bluz",), "Keten Kız Çocuk Bluz", "women baby+child"),
        ({}, ("キッズシューズ",), "男の子スニーカー", "men baby+child"),
        ({}, ("Niños",), None, "men+women child"),
        ({}, ("tops",), "Donna top with Kindergarten print", None),
        ({}, ("Dresses",), None, "women adult+baby+child"),
        ({"age_group": "kids"}, ("shoes",), "Glitter heels", "women child"),
        ({}, ("Clothing", "Kids"), "Summer dress", "women child"),
        ({"gender": "unisex"}, ("dresses",), None, "men+women adult+baby+child"),
        ({}, ("Herren",), "Sommerkleid", "men adult"),
        ({}, ("shirts",), "Dress shirt", None),
        ({"gender": "Miehet"}, ("shoes",), "Women", "=miehet"),
        ({"gender": "W"}, ("shoes",), None, "women adult+baby+child"),
        ({"Sex": "m", "age_group": "kids"}, ("shoes",), None, "men child"),
        ({"material": "W"}, ("shoes",), None, None),
        ({"gender": "Womenswear"}, ("shoes",), None, "women adult"),
        ({"gender": "weiblich"}, ("shoes",), None, "women adult+baby+child"),
        ({}, ("Ladieswear",), None, "women adult"),
        ({}, ("shoes",), "Tênis infantil menino", "men child"),
        ({"gender": "Feminino"}, ("shoes",), None, "women adult+baby+child"),
        ({}, ("shoes",), "Sneakersy damskie", "women adult"),
        ({"gender": "Dziewczynka"}, ("shoes",), None, "women baby+child"),
        ({}, ("outer",), "Barnjacka", "men+women child"),
        ({}, ("tops",), "Herrskjorta", "men adult"),
        ({}, ("outer",), "Vinterrock herr", "men adult"),
        ({}, ("outer",), "Waxed barn jacket", None),
        ({}, ("tops",), "Baby look lisa", "women adult+baby+child"),
        ({}, ("Kinderbekleidung",), None, "men+women child"),
        ({}, ("Underwear",), None, None),
        ({}, ("blazers",), "Menswear blazer", None),
    ],
)  # fmt: skip
def test_attributes_say_it_then_categories_then_the_title(
    attributes: dict[str, str], categories: tuple[str, ...], title: str | None, label: str | None
) -> None:
    """A title that names children overrules the age that an attribute says; doubtful words of titles say nothing."""
    assert audience_label(attributes, categories, title) == label


@pytest.mark.parametrize(
    ("attributes", "categories", "title", "label"),
    [
        ({"age_group": "adult"}, ("Jeans",), "Men's slim jeans", "men adult"),
        ({"age_group": "adult"}, ("Mens Jeans",), "Tapered jeans", "men adult"),
        ({"gender": "male"}, ("Jeans",), "Men's loose jeans", "men adult"),
        ({"gender": "female"}, ("Kids", "Jeans"), None, "women child"),
        ({}, ("Men & Women", "Shirts"), "Men's Oxford shirt", "men adult"),
        ({}, ("Girls",), "Kids' jacket", "women child"),
        ({"age_group": "kids"}, ("Tops",), "X-Men T-shirt", "men+women child"),
        ({"gender": "unisex"}, ("Men's caps",), None, "men+women adult+baby+child"),
        ({}, ("Unisex", "Caps"), "Women's cap", "men+women adult+baby+child"),
        ({"gender": "male"}, ("Women's shoes",), "Derby shoes", "men adult+baby+child"),
        ({"gender": "male", "department": "Page Boys"}, ("Shoes",), "Formal shoes", "men child"),
        ({}, ("Communion",), "Girls' dress", "women child"),
    ],
)
def test_what_one_source_leaves_open_the_next_fills_in(
    attributes: dict[str, str], categories: tuple[str, ...], title: str | None, label: str
) -> None:
    """Gender and age each by itself; what is said to be for everyone is not open, and what contradicts it says nothing."""
    assert audience_label(attributes, categories, title) == label


@pytest.mark.parametrize(
    ("categories", "title", "label"),
    [
        (("Outerwear",), "Brocade sherwani", "men adult+baby+child"),
        (("Thobes",), "White with tassel", "men adult+baby+child"),
        (("Suits",), "Patiala salwar suit", "women adult+baby+child"),
        (("Accessories",), "Magnetic hijab pins", "women adult+baby+child"),
        (("Bottoms",), "Cotton dhoti", "men adult+baby+child"),
        (("Bottoms",), "Dhoti pants in rayon", "women adult+baby+child"),
        (("Kurtas",), "Kurta churidar with Nehru jacket", "men adult+baby+child"),
        (("Wedding",), "Fascinator with veil", "women adult+baby+child"),
        (("Ties",), "Silk knit", "men adult+baby+child"),
        (("Tops",), "Tie-dye T-shirt", None),
        (("Jackets",), "Women's Nehru jacket", "women adult"),
        (("Bridal shoes",), "Satin courts", "women adult"),
        (("Bridal wear",), "Groom tuxedo", "men adult"),
        (("Suits",), "Mother of the groom trouser suit", "women adult"),
        (("Suits",), "Page boy suit", "men child"),
        (("Flower girls",), "Faux fur bolero", "women child"),
        (("Junior bridesmaids",), "Chiffon gown", "women child"),
        (("Shoes",), "Brautschuhe", "women adult"),
    ],
)
def test_what_only_some_wear_is_theirs(categories: tuple[str, ...], title: str, label: str | None) -> None:
    """Garments of all traditions, and those who have a part in a wedding; words of people go before."""
    assert audience_label({}, categories, title) == label


def test_a_french_bride_is_a_strap() -> None:
    """Sandals have them, and men's, too."""
    assert audience_label({}, ["Sandales"], "Sandales bride cuir", french=True) is None
    assert audience_label({}, ["Shoes"], "Sandals of the bride") == "women adult"


def test_a_season_is_said_of_what_has_one() -> None:
    """A watch of the winter catalogue is worn in summer."""
    assert season_label({"season": "Winter"}, "top") == "winter"
    assert season_label({"seasons": ["SS"]}, "footwear") == "spring+summer"
    assert season_label({"season": "Winter"}, "watch") is None


def test_a_step_of_a_path_may_be_a_whole_department() -> None:
    """*Womenswear* says for whom and nothing of what; *Underwear* names what."""
    assert (says_only_whom("Womenswear"), says_only_whom("Damenmode"), says_only_whom("Underwear")) == (True, True, False)
    assert departments({}, ["Menswear", "Shirts"]) == ["Menswear"]


def test_a_category_of_several_things_says_whose_they_are_where_all_are() -> None:
    """A beanie among hats and fascinators is anybody's; saris and lehengas are women's."""
    assert audience_label({}, ["Hats & Fascinators"], "Wool beanie") is None
    assert audience_label({}, ["Hats & Fascinators"], "Feather fascinator") == "women adult+baby+child"
    assert audience_label({}, ["Saris & Lehengas"], "Silk one") == "women adult+baby+child"
