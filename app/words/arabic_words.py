"""What Arabic calls the commonest garments, colours and cloths, beside their English words, as ``abroad`` has other languages.

A slash stands before another form of the same word; a hyphen joins the words of a phrase.
"""

from __future__ import annotations

from typing import Final

GARMENTS: Final = """
dress | فستان/فساتين
shoe | حذاء/أحذية جزمة/جزم
heel | كعب/كعوب
high-heel | كعب-عالي كعب-عال
sneaker | سنيكرز حذاء-رياضي
boot | بوت/أبوات
sandal | صندل/صنادل
coat | معطف/معاطف كوت/كوتات بالطو
jacket | جاكيت/جاكيتات/جاكت سترة/سترات
blazer | بليزر/بليزرات
jumper | بلوفر/بلوفرات سويتر/سويترات كنزة/كنزات
cardigan | كارديجان/كارديغان
hoodie | هودي/هوديات
shirt | قميص/قمصان
blouse | بلوزة/بلوزات/بلايز
t-shirt | تيشيرت/تيشيرتات/تيشرت/تيشرتات
top | توب/توبات
skirt | تنورة/تنانير جيبة/جيبات
trouser | بنطلون/بنطلونات/بناطيل بنطال سروال/سراويل
jean | جينز/جينزات
short | شورت/شورتات
suit | بدلة/بدلات/بدل
jumpsuit | جمبسوت/جمبسوتات أفرول/أفرولات
abaya | عباية/عبايات عباءة/عباءات
bag | حقيبة/حقائب شنطة/شنط
backpack | حقيبة-ظهر
handbag | حقيبة-يد
belt | حزام/أحزمة
scarf | وشاح/أوشحة شال/شالات طرحة/طرح
hat | قبعة/قبعات
glove | قفاز/قفازات
earring | حلق/حلقان قرط/أقراط
necklace | قلادة/قلائد عقد/عقود
bracelet | سوار/أساور إسوارة/إسوارات
ring | خاتم/خواتم
jewellery | مجوهرات
watch | ساعة/ساعات
sunglass | نظارة/نظارات نظارة-شمسية/نظارات-شمسية
sock | جورب/جوارب شراب/شرابات
tie | ربطة-عنق كرافتة/كرافتات
swimsuit | مايوه/مايوهات
pyjama | بيجامة/بيجامات
wallet | محفظة/محافظ
"""
COLOURS: Final = """
black | أسود/سوداء
white | أبيض/بيضاء
grey | رمادي/رمادية
blue | أزرق/زرقاء
navy navy-blue | كحلي/كحلية
red | أحمر/حمراء
green | أخضر/خضراء
yellow | أصفر/صفراء
orange | برتقالي/برتقالية
pink | وردي/وردية زهري/زهرية
purple | بنفسجي/بنفسجية
brown | بني/بنية
beige | بيج
gold | ذهبي/ذهبية
silver | فضي/فضية
burgundy | عنابي/عنابية
"""
CLOTHS: Final = """
leather | جلد/جلدي/جلدية
linen | كتان/كتاني
cotton | قطن/قطني/قطنية
wool | صوف/صوفي/صوفية
silk | حرير/حريري
denim | دنيم
velvet | مخمل
lace | دانتيل
satin | ساتان
"""
PATTERNS: Final = """
striped | مخطط/مخططة
checked | كاروهات مربعات
floral | مزهر/مزهرة مشجر/مشجرة
plain | سادة
"""
