"""Which of the encodings of one byte a character a text is in, when it does not say.

Statistics (charset-normalizer, measured) go wrong on the few accents of a bibliography: Czech is
taken for French, Danish for Japanese. Words tell more: those of one encoding read as another mix
letters that no language has together, or have signs in their midst.
"""

import re
from functools import cache
from itertools import pairwise

_ALPHABETS = {
    "cp1252": "àâæçéèêëîïôœùûüÿ äöüß áéíñóúü àáâãçéêíóôõúü àèéìíîòóù åäöæøéàô áðéíóúýþæö "
    "àçèéíïòóúü äëïöüéèêç ãõñ éèêëâîôûŵŷ",
    "cp1250": "áčďéěíňóřšťúůýž áäčďéíĺľňóôŕšťúýž ąćęłńóśźżé áéíóöőúüű čćđšž ăâîşţ äöüß éèê",
}
_ALPHABETS["iso8859-2"] = _ALPHABETS["cp1250"]
# More of a text than this is in none of them.
_MOST_ODD = 0.2
# Apostrophes, dashes and blanks part words; they are alike in all of these encodings.
_PARTED = re.compile(r"[\x00-@\[-`{-\x7f‘’–—…•·\xa0\xad]+")
_BEFORE = "“”„‚«»‹›¿¡´§©®†‡±"
_BEHIND = "“”„«»‹›´®™©†‡°"
_SIGNS = frozenset("¹²³µ°ªº€£¥¢×÷±")
_LONGEST_UNIT = 3
_MOST_WORDS = 2_000
_LONGEST_WORD = 60


def single_byte(head: bytes) -> tuple[str, bool] | None:
    """The encoding of a text of a Western or Central European language, and whether that is sure.

    None where most of its words are of no such language.
    """
    odd = {name: _odd(head, name) for name in _ALPHABETS}
    best = min(odd, key=lambda name: odd[name][0])
    count, words = odd[best]
    if count > _MOST_ODD * max(words, 1):
        return None
    # Western text is by far the commonest; other two that explain as much may read it differently.
    rivals = [name for name in odd if odd[name][0] == count] if best != "cp1252" else [best]
    readings = {head.decode(name, "replace") for name in rivals}
    return best, count == 0 and len(readings) == 1


def _odd(head: bytes, encoding: str) -> tuple[int, int]:
    """How many words no language of an encoding has, and how many have more than ASCII."""
    text = head.decode(encoding, "replace")
    words = {word for word in _PARTED.split(text) if not word.isascii()}
    chosen = sorted(words)[:_MOST_WORDS]
    return sum(not _is_word(word, encoding) for word in chosen), len(chosen)


def _is_word(word: str, encoding: str) -> bool:
    bare = word[:_LONGEST_WORD].lstrip(_BEFORE).rstrip(_BEHIND)
    # `MÜLLER` and `Šíma` are words, `aÉb` hardly is.
    if any(a.islower() and b.isupper() and not b.isascii() for a, b in pairwise(bare)):
        return False
    beyond = frozenset(char for char in bare.lower() if not char.isascii())
    # `µm`, `cm³`, `Nº`.
    if len(bare) <= _LONGEST_UNIT:
        beyond -= _SIGNS
    return any(beyond <= alphabet for alphabet in _alphabets(encoding))


@cache
def _alphabets(encoding: str) -> tuple[frozenset[str], ...]:
    return tuple(map(frozenset, _ALPHABETS[encoding].split()))
