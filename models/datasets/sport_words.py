"""The sports that pieces are for, and the words that name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SKIING, SNOWBOARDING, SWIMMING, HIKING, CLIMBING = "skiing", "snowboarding", "swimming", "hiking", "climbing"

WORDS: Final[Mapping[str, str]] = {
    SKIING: "ski skis skiing skier skiwear esquí esqui sci narty narciarski narciarska narciarskie skidor skidåkning スキー",
    SNOWBOARDING: "snowboard snowboards snowboarding snowboarder",
    "running": (
        "run runs running runner jog jogging marathon marathons laufen laufsport corsa correr corrida hardlopen bieganie biegania "
        "löpning løb løping koşu ランニング"
    ),
    SWIMMING: (
        "swim swims swimming swimmer schwimmen schwimmsport natation natación nuoto natação zwemmen pływanie pływania simning svømning "
        "svømming yüzme 水泳"
    ),
    "cycling": (
        "cycling cyclist bike biking mtb radsport radfahren fahrrad cyclisme vélo ciclismo wielrennen fietsen kolarstwo rowerowy rowerowa "
        "rowerowe cykling sykling bisiklet"
    ),
    "football": (
        "football futsal soccer goalkeeper fußball fussball fútbol calcio voetbal futebol piłkarski piłkarska piłkarskie fotboll fodbold "
        "fotball futbol サッカー"
    ),
    "tennis": "tennis padel squash badminton pickleball テニス",
    "yoga": "yoga pilates joga ヨガ",
    HIKING: (
        "hike hikes hiking hiker trek trekking walking wandern randonnée senderismo escursionismo wandelen trilha turystyka vandring "
        "vandretur"
    ),
    CLIMBING: "climbing climber mountaineering alpinism bouldering klettern bergsteigen escalade alpinisme escalada arrampicata",
    "riding": "riding equestrian jodhpurs reiten reitsport équitation equitación equitazione ridning",
    "golf": "golf golfer ゴルフ",
    "basketball": "basketball baloncesto pallacanestro koszykówka",
    "volleyball": "volleyball",
    "handball": "handball",
    "rugby": "rugby",
    "cricket": "cricket",
    "baseball": "baseball softball",
    "hockey": "hockey",
    "boxing": "boxing kickboxing mma judo karate taekwondo",
    "surfing": "surf surfing surfer kitesurf windsurf",
    "sailing": "sailing segeln",
    "skateboarding": "skateboard skateboarding skate",
    "dance": "dance dancing dancer dancewear ballet tanz danse danza",
    "fishing": "fishing angling angeln",
    "hunting": "hunting jagd",
}
"""Each sport and the words that name it."""
SPORTS: Final = frozenset(WORDS)
NEIGHBOURS: Final = ({SKIING, SNOWBOARDING}, {HIKING, CLIMBING}, {SWIMMING, "surfing"})
"""Sports that share much of what is worn for them."""
