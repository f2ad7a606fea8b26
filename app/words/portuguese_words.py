"""What Portuguese calls the commonest garments, colours, cloths and patterns, in Brazil and Portugal, as ``abroad`` has other languages.

A slash stands before another form of the same word (an ``s`` at the end needs none), a hyphen joins the words of a phrase; a question mark
follows what is another word elsewhere.
"""

from __future__ import annotations

from typing import Final

GARMENTS: Final = """
dress | vestido
shoe | sapato calçado
heel | salto escarpim scarpin
high-heel | salto-alto
sneaker | tênis? sapatênis sapatilha-desportiva
boot | bota
bootie ankle-boot | botinha ankle-boot
sandal | sandália rasteirinha
loafer | mocassim
flat | sapatilha
flip-flop | chinelo havaiana
slipper | pantufa
coat | casaco sobretudo
jacket | jaqueta casaco
blazer | blazer
puffer | puffer
vest | colete
jumper | suéter blusão/blusões camisola? tricô
cardigan | cardigã casaquinho
hoodie | moletom/moletons
shirt | camisa camisa-social
blouse | blusa
bodysuit | body?
t-shirt | camiseta t-shirt
polo | camisa-polo
top | top cropped regata
skirt | saia
trouser | calça
jean | jeans calça-jeans
short | short bermuda calção/calções
legging | legging
suit | terno fato?
jumpsuit | macacão/macacões macaquinho
bag | bolsa
handbag | bolsa-de-mão
backpack | mochila
clutch | clutch carteira-de-mão
belt | cinto
scarf | cachecol/cachecóis lenço
hat | chapéu
cap | boné
beanie | gorro touca
glove | luva
earring | brinco
necklace | colar/colares
bracelet | pulseira
ring | anel/anéis
jewellery | joia bijuteria
watch | relógio
sunglass | óculos-de-sol óculos
sock | meia
tight | meia-calça
tie | gravata
swimsuit | maiô? fato-de-banho
bikini | biquíni
pyjama | pijama
wallet | carteira
"""
COLOURS: Final = """
black | preto/preta
white | branco/branca
grey | cinza cinzento/cinzenta
blue | azul/azuis
navy navy-blue | azul-marinho marinho
red | vermelho/vermelha
green | verde
yellow | amarelo/amarela
orange | laranja
pink | rosa?
purple | roxo/roxa
brown | marrom/marrons castanho/castanha
beige | bege
cream | creme cru?
burgundy wine | vinho bordô
khaki | cáqui
gold | dourado/dourada
silver | prateado/prateada prata
turquoise | turquesa
lilac | lilás
mustard | mostarda
coral | coral/corais
olive | oliva?
camel tan | caramelo
"""
CLOTHS: Final = """
leather | couro
suede | camurça
linen | linho
cotton | algodão
wool | de-lã?
silk | seda
velvet | veludo
satin | cetim
lace | renda
cashmere | caxemira
knit | tricô malha?
fur | pele?
straw | palha
viscose | viscose
crochet | crochê
"""
PATTERNS: Final = """
striped | listrado/listrada listra
checked | xadrez
floral | florido florida? floral flor?/flores
polka-dot | poá bolinha
printed | estampado/estampada estampa
plain | liso? lisa?
"""
