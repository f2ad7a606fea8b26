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
        ({}, ("sleepwear",), "Baby doll in red", None),
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


def test_a_season_is_said_of_what_has_one() -> None:
    """A watch of the winter catalogue is worn in summer."""
    assert season_label({"season": "Winter"}, "top") == "winter"
    assert season_label({"seasons": ["SS"]}, "footwear") == "spring+summer"
    assert season_label({"season": "Winter"}, "watch") is None


def test_a_step_of_a_path_may_be_a_whole_department() -> None:
    """*Womenswear* says for whom and nothing of what; *Underwear* names what."""
    assert (says_only_whom("Womenswear"), says_only_whom("Damenmode"), says_only_whom("Underwear")) == (True, True, False)
    assert departments({}, ["Menswear", "Shirts"]) == ["Menswear"]
