"""What numbers of Google's product taxonomy stand for, of its branch Apparel & Accessories (taxonomy-with-ids.en-US.txt)."""

from __future__ import annotations

from typing import Final

_KNOWN: Final = """
166 Apparel & Accessories|1604 Clothing|5322 Activewear|5697 Bicycle Activewear|3128 Bicycle Bibs|3455 Bicycle Jerseys
3188 Bicycle Shorts & Briefs|6087 Bicycle Skinsuits|3729 Bicycle Tights|5378 Boxing Shorts|499979 Dance Dresses, Skirts & Costumes
5460 Hunting Clothing|5461 Hunting & Fishing Vests|5552 Hunting & Tactical Pants|5379 Martial Arts Shorts
5517 Motorcycle Protective Clothing|6006 Motorcycle Jackets|7003 Motorcycle Pants|5463 Motorcycle Suits
182 Baby & Toddler Clothing|5408 Baby & Toddler Bottoms|5549 Baby & Toddler Diaper Covers|5424 Baby & Toddler Dresses
5425 Baby & Toddler Outerwear|5622 Baby & Toddler Outfits|5412 Baby & Toddler Sleepwear|5423 Baby & Toddler Socks & Tights
5409 Baby & Toddler Swimwear|5410 Baby & Toddler Tops|5411 Baby One-Pieces|5621 Toddler Underwear
2271 Dresses|5182 One-Pieces|5250 Jumpsuits & Rompers|5490 Leotards & Unitards|7132 Overalls
203 Outerwear|5506 Chaps|5598 Coats & Jackets|5514 Rain Pants|3066 Rain Suits|5909 Snow Pants & Suits|1831 Vests
7313 Outfit Sets|204 Pants|212 Shirts & Tops|207 Shorts|1581 Skirts|6229 Knee-Length Skirts|6228 Long Skirts|2331 Mini Skirts|5344 Skorts
208 Sleepwear & Loungewear|5713 Loungewear|5513 Nightgowns|2580 Pajamas|2302 Robes
1594 Suits|5183 Pant Suits|1516 Skirt Suits|1580 Tuxedos|211 Swimwear
5388 Traditional & Ceremonial Clothing|6031 Dirndls|5343 Kimonos|8248 Saris & Lehengas|5676 Yukata
213 Underwear & Socks|214 Bras|215 Hosiery|5327 Jock Straps|1772 Lingerie|1807 Long Johns|2963 Petticoats & Pettipants|1578 Shapewear
209 Socks|2745 Undershirts|2562 Underwear|5834 Underwear Slips
2306 Uniforms|5484 Contractor Pants & Coveralls|206 School Uniforms|3598 Sports Uniforms|2292 White Coats
5441 Wedding & Bridal Party Dresses|5330 Bridal Party Dresses|5329 Wedding Dresses
167 Clothing Accessories|5942 Arm Warmers & Sleeves|5422 Baby & Toddler Clothing Accessories|5623 Baby & Toddler Belts
5624 Baby & Toddler Gloves & Mittens|5625 Baby & Toddler Hats|1786 Balaclavas|168 Bandanas & Headties|3913 Belt Buckles|169 Belts
5443 Bridal Accessories|193 Cufflinks|6238 Earmuffs|170 Gloves & Mittens|171 Hair Accessories|1662 Headbands|5207 Handkerchiefs
173 Hats|2020 Headwear|5941 Leg Warmers|7230 Neck Gaiters|176 Neckties|499972 Sashes|177 Scarves & Shawls|543673 Scarves|543674 Shawls
178 Sunglasses|179 Suspenders|180 Tie Clips|1893 Wristbands
184 Costumes & Accessories|5387 Costume Shoes|5193 Costumes
6551 Handbags, Wallets & Cases|6169 Business Card Cases|3032 Handbags|2668 Wallets & Money Clips
188 Jewelry|189 Anklets|190 Body Jewelry|191 Bracelets|197 Brooches & Lapel Pins|192 Charms & Pendants|194 Earrings|6463 Jewelry Sets
196 Necklaces|200 Rings|5122 Watch Accessories|201 Watches
1933 Shoe Accessories|187 Shoes
"""


def google_category(text: str) -> str:
    """The category that a number stands for; anything else as it is.

    >>> google_category("5598"), google_category("Apparel & Accessories > Shoes")
    ('Coats & Jackets', 'Apparel & Accessories > Shoes')
    """
    return NAMES.get(text, text)


NAMES: Final = dict(entry.split(" ", 1) for line in _KNOWN.split("\n") for entry in line.split("|") if entry)
"""Number -> name."""
