"""What Danish and Norwegian call the commonest garments, colours and cloths, as ``abroad`` has other languages.

Where both have a word of their own the Danish one comes first. A slash stands before another form of the same word, a question mark
follows what is another word elsewhere.
"""

from __future__ import annotations

from typing import Final

GARMENTS: Final = """
dress | kjole/kjoler/kjolen
shoe | sko/skoene
heel | hæl/hæle/hæler stilet/stiletter
sneaker | kondisko joggesko
boot | støvle/støvler/støvlerne
sandal | sandal/sandaler
coat | frakke/frakker/frakken kåpe/kåper
jacket | jakke/jakker/jakken
jumper | trøje/trøjer genser/gensere sweater
cardigan | cardigan/cardigans strikkejakke/strikkejakker
hoodie | hættetrøje/hættetrøjer hettegenser/hettegensere
shirt | skjorte/skjorter/skjorten
blouse | bluse/bluser/blusen
skirt | nederdel/nederdele skjørt/skjørter
trouser | bukser bukse/buksene
suit | jakkesæt
bag | taske/tasker veske/vesker håndtaske/håndtasker håndveske/håndvesker
backpack | rygsæk/rygsække ryggsekk/ryggsekker
belt | bælte/bælter belte/belter
scarf | tørklæde/tørklæder skjerf
beanie | hue?/huer lue/luer
glove | handske/handsker hanske/hansker
earring | ørering/øreringe øredobb/øredobber
necklace | halskæde/halskæder halskjede/halskjeder
bracelet | armbånd
jewellery | smykke/smykker
watch | ur? klokke/klokker
sunglass | solbriller
sock | strømpe/strømper
tie | slips?
swimsuit | badedragt/badedragter badedrakt/badedrakter
"""
COLOURS: Final = """
black | sort?/sorte svart/svarte
white | hvid/hvidt/hvide hvit/hvite
grey | grå?/gråt
blue | blå?/blåt
navy navy-blue | marineblå mørkeblå
red | rød?/rødt/røde
green | grøn?/grønt/grønne grønn
yellow | gul/gult/gule
pink | lyserød rosa?
purple | lilla
brown | brun?/brunt/brune
"""
CLOTHS: Final = """
leather | læder lær skind
linen | hør lin?
cotton | bomuld bomull
wool | uld ull?
silk | silke
lace | blonde?
knit | strikket/strikkede
"""
PATTERNS: Final = """
striped | stribet/stribede stripete
checked | ternet/ternede rutete
floral | blomstret/blomstrede blomstrete
plain | ensfarvet/ensfarvede ensfarget
"""
