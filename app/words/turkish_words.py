"""What Turkish calls the commonest garments, colours and cloths, beside their English words, as ``abroad`` has other languages.

A slash stands before another form of the same word, a hyphen joins the words of a phrase; a question mark follows what is another word
elsewhere. The forms of nouns are those of ``turkish.forms``.
"""

from __future__ import annotations

from typing import Final

GARMENTS: Final = """
dress | elbise
shoe | ayakkabı
heel high-heel | topuk/topuklu topuklu-ayakkabı stiletto
sneaker | spor-ayakkabı
boot | çizme bot?
sandal | sandalet
slipper | terlik
flat | babet
loafer | makosen
coat | kaban palto mont?
jacket | ceket mont?
vest | yelek
jumper | kazak süveter
cardigan | hırka
shirt | gömlek
blouse | bluz
t-shirt | tişört
skirt | etek
trouser | pantolon
jean | kot? kot-pantolon jean-pantolon
short | şort?
legging | tayt
suit | takım-elbise
jumpsuit | tulum
bag | çanta
handbag | el-çantası
backpack | sırt-çantası
belt | kemer
scarf | atkı eşarp fular şal?
hat | şapka
glove | eldiven
earring | küpe
necklace | kolye
bracelet | bileklik bilezik
ring | yüzük
jewellery | takı mücevher
watch | saat? kol-saati
sunglass | gözlük güneş-gözlüğü
sock | çorap
tie | kravat
swimsuit | mayo?
pyjama | pijama
wallet | cüzdan
"""
COLOURS: Final = """
black | siyah
white | beyaz
grey | gri
blue | mavi
navy navy-blue | lacivert
red | kırmızı
green | yeşil
yellow | sarı
orange | turuncu
pink | pembe
purple | mor?
brown | kahverengi
beige | bej
cream ecru | ekru krem?
gold | altın
silver | gümüş
burgundy | bordo
khaki | haki
"""
CLOTHS: Final = """
leather | deri
suede | süet
linen | keten
cotton | pamuk/pamuklu
wool | yün/yünlü
silk | ipek/ipekli
denim | denim
velvet | kadife
lace | dantel/dantelli
satin | saten
knit | triko örgü
cashmere | kaşmir
"""
PATTERNS: Final = """
striped | çizgili
checked | kareli ekose
floral | çiçekli
polka-dot | puantiyeli puanlı
plain | düz desensiz
"""
