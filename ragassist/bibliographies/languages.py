"""Languages as BibLaTeX names them, for formats that want codes."""

_CODES = {
    "en": "english", "en-US": "american usenglish", "en-GB": "british ukenglish",
    "en-CA": "canadian", "en-AU": "australian", "en-NZ": "newzealand",
    "de": "german ngerman", "de-AT": "austrian naustrian", "de-CH": "swissgerman nswissgerman",
    "fr": "french francais", "fr-CA": "acadian canadien", "es": "spanish",
    "pt": "portuguese portuges", "pt-BR": "brazilian brazil",
    "it": "italian", "nl": "dutch", "ca": "catalan", "gl": "galician",
    "eu": "basque", "da": "danish", "sv": "swedish", "nb": "norwegian norsk bokmal",
    "nn": "nynorsk", "fi": "finnish", "is": "icelandic", "et": "estonian", "lv": "latvian",
    "lt": "lithuanian", "pl": "polish", "cs": "czech", "sk": "slovak", "sl": "slovene slovenian",
    "hr": "croatian", "sr": "serbian", "bs": "bosnian", "mk": "macedonian", "bg": "bulgarian",
    "ro": "romanian", "hu": "hungarian magyar", "el": "greek", "ru": "russian", "uk": "ukrainian",
    "be": "belarusian", "tr": "turkish", "ar": "arabic", "he": "hebrew", "fa": "persian farsi",
    "hi": "hindi", "ja": "japanese", "ko": "korean", "zh": "chinese", "vi": "vietnamese",
    "th": "thai", "id": "indonesian", "ms": "malay", "la": "latin", "ga": "irish", "cy": "welsh",
    "af": "afrikaans", "eo": "esperanto",
}  # fmt: skip
_CODE_OF = {name: code for code, names in _CODES.items() for name in names.split()}


def language_code(stated: str) -> str:
    """`de` for `ngerman`, `en-GB` for `British` and `langbritish`; else what is stated."""
    name = stated.strip().lower()
    return _CODE_OF.get(name) or _CODE_OF.get(name.removeprefix("lang"), stated)
