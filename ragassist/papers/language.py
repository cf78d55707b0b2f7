"""Which language a text is in, told only where it is plain.

Scripts other than Latin are told by their letters, languages in Latin letters by the share of
their most common short words. English and whatever cannot be told are None: a wrong warning on
an English text would cost more than a missing one.
"""

import re

_EXAMINED = 600
_LETTERS = re.compile(r"[^\W\d_]")
_OTHER_LETTERS = re.compile(r"[^\W\d_a-zA-Z\u00c0-\u024f]")
_SCRIPTS = (
    ("Japanese", re.compile(r"[\u3041-\u30ff]")),
    ("Korean", re.compile(r"[\u1100-\u11ff\uac00-\ud7af]")),
    ("Chinese", re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")),
    ("Cyrillic script", re.compile(r"[\u0400-\u052f]")),
    ("Greek", re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]")),
    ("Arabic script", re.compile(r"[\u0600-\u06ff\u0750-\u077f]")),
    ("Hebrew", re.compile(r"[\u0590-\u05ff]")),
    ("Devanagari script", re.compile(r"[\u0900-\u097f]")),
    ("Thai", re.compile(r"[\u0e00-\u0e7f]")),
)
# Of all letters. Greek letters of formulas and a Chinese word in an English sentence are fewer.
_SCRIPT_SHARE = 0.3
# Kana stand between Chinese characters: a tenth is enough to know Japanese by.
_KANA_SHARE = 0.1

_FEWEST_WORDS = 4
_LONG_ENOUGH = 12
_SHARE = 0.12
_SHARE_OF_FEW = 0.3
_ENGLISH = frozenset(
    "the of and to in is that for with as are on by this be from an at it was we which or were "
    "can our using based has have not these its their between".split()
)
_COMMON = {
    "German": "der die das und ist von mit für auf den des eine ein im werden wird zu nicht "
    "durch bei oder einer einem sich auch zur zum wir sind als über",
    "French": "le la les des et est une un du dans pour par sur avec que qui au aux ce cette ces "
    "sont nous plus être ou pas entre leur",
    "Spanish": "el la los las y es una un en del para por con que se como al más su sus entre "
    "sobre este esta son fue lo o",
    "Portuguese": "o os as e é uma um em do da dos das para por com que se como ao à mais na no "
    "nas nos entre sobre este esta são foi não",
    "Italian": "il lo gli le e è una un di del della dei delle nel nella per con che si come al "
    "alla più tra sono questo questa dal ed i",
    "Dutch": "het een en van voor met op is zijn dat die te wordt worden niet aan door bij ook "
    "deze naar uit als of er",
    "Polish": "i w z na do się jest nie że oraz dla przez są od jak po lub które który przy",
    "Turkish": "ve bir bu ile için olarak olan da de daha en gibi ise sonra kadar veya çok",
    "Swedish": "och i att det som en på är av för med den till inte ett om har kan eller vid",
    "Indonesian": "yang dan di dari untuk pada dengan ini dalam adalah tidak oleh sebagai atau "
    "ke dapat secara",
}
_COMMON_WORDS = {name: frozenset(words.split()) for name, words in _COMMON.items()}


def language_of(title: str, abstract: str) -> str | None:
    """`German`, `Chinese`, `Cyrillic script` …; None for English, and where it cannot be told.

    The abstract decides where there is one, for it is what is searched and quoted. Costs some
    ten microseconds for English.
    """
    text = (abstract or title)[:_EXAMINED]
    return _by_script(text) or _by_words(text)


def _by_script(text: str) -> str | None:
    others = len(_OTHER_LETTERS.findall(text)) if not text.isascii() else 0
    if not others:
        return None
    letters = len(_LETTERS.findall(text))
    if others < _KANA_SHARE * letters:
        return None
    for name, script in _SCRIPTS:
        share = len(script.findall(text)) / letters
        if share >= (_KANA_SHARE if name == "Japanese" else _SCRIPT_SHARE):
            return name
    return None


def _by_words(text: str) -> str | None:
    words = text.lower().split()
    if len(words) < _FEWEST_WORDS:
        return None
    english = sum(word in _ENGLISH for word in words)
    needed = max(2, len(words) * (_SHARE if len(words) >= _LONG_ENOUGH else _SHARE_OF_FEW))
    if english >= needed:
        return None
    found = {name: sum(w in common for w in words) for name, common in _COMMON_WORDS.items()}
    best = max(found, key=lambda name: found[name])
    return best if found[best] >= needed and found[best] > 2 * english else None
