"""Dress of a tradition, which is worn with its own: a kurta with a churidar, a dirndl with its blouse.

What several wear today in any outfit is left out: shops call cover-ups kimonos and kaftans, a lungi is worn at home, and a hijab goes with
everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "Indian dress": (
        "sari saris saree sarees kurta kurtas kurti kurtis dupatta dupattas salwar salwars shalwar kameez churidar churidars patiala "
        "patialas lehenga lehengas choli cholis ghagra sharara gharara anarkali anarkalis sherwani sherwanis achkan bandhgala dhoti "
        "dhotis pathani aligarhi peshawari jodhpuri jutti juttis mojari mojaris kolhapuri kolhapuris ethnic ethnicwear"
    ),
    "Japanese dress": "yukata yukatas furisode hakama haori jinbei zori geta",
    "Chinese dress": "qipao qipaos cheongsam cheongsams hanfu tangzhuang",
    "Korean dress": "hanbok hanboks jeogori",
    "Vietnamese dress": "áodài",
    "Arab dress": "abaya abayas jilbab jilbabs thobe thobes thawb kandura dishdasha bisht",
    "Alpine dress": (
        "dirndl dirndls dirndlbluse dirndlblusen dirndlschürze lederhosen tracht trachten trachtenhemd trachtenhemden trachtenhose "
        "trachtenjacke trachtenjanker trachtenweste trachtenschuh trachtenschuhe haferlschuh haferlschuhe"
    ),
}
"""Each tradition and the words of what belongs to it."""

PHRASES: Final[Mapping[str, str]] = {
    "Indian dress": "nehru-jacket modi-jacket salwar-suit salwar-kameez kurta-suit",
    "Vietnamese dress": "ao-dai áo-dài",
    "Chinese dress": "tang-suit",
}
"""Its phrases whose words say something else, or nothing; a hyphen joins their words."""

TRADITIONS: Final = frozenset(WORDS)
