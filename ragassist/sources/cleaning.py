r"""Markup leftovers in titles and abstracts, removed without touching ordinary text.

What the web and TeX leave behind: `\textbf{x}`, `\cite{..}`, `\%`, the tie in `than~30`, quotes
written with backticks, `$...$`, HTML tags and entities. What only looks like it stays: `~50`
models, `$5`, `5~10`, `C_4`, `a < b`, `VILA^2`, file paths, macros nobody can expand here.

Every rule is linear in the text, and no input raises.
"""

import html
import re

_MAX_NESTING = 6

_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff]")

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8}\d{0,2});")
_PAIRED_TAGS = (
    "i b u em strong sub sup span tt code p div a h1 h2 h3 h4 small italic bold "
    "jats:p jats:title jats:italic jats:bold jats:sub jats:sup jats:sec scp mml:math"
)
_ATTRIBUTES = r"""(?:\s+[\w:-]{1,40}=(?:"[^"<>]{0,500}"|'[^'<>]{0,500}'|[^\s<>"']{1,200}))*"""
_BREAK = re.compile(r"<\s?/?\s?(?:br|p|jats:p)\s?/?>", re.IGNORECASE)

_LEADING_LABEL = re.compile(
    r"^\s*(?:(?:sub)?sec(?:tion)?:abs(?:tract)?\b:?|abs(?:tract)?:abs(?:tract)?\b|"
    r"sec:abstract(?=[A-Z])|\\begin\{abstract\}|\\section\*?\{abstract\}|\\noindent\b)\s*",
    re.IGNORECASE,
)
_REMOVED = re.compile(
    r"[\s~]{0,3}\\(?:label|(?:no)?cite[a-zA-Z]{0,12}|auto(?:ref|cite)|[cC]?ref|eqref)\*?"
    r"(?:\[[^\[\]{}]{0,200}\]){0,2}\{[^{}]{0,500}\}"
    r"|\\(?:xspace|noindent|centering|smallskip|medskip|end\{abstract\})(?![a-zA-Z])"
)
_FOOTNOTE = re.compile(r"\s?\\(?:footnote|thanks)\{([^{}]*)\}")
_LINK = re.compile(r"\\href\{[^{}]*\}\{([^{}]*)\}")
_WRAPPED = re.compile(
    r"\\(?:text(?:bf|it|tt|sc|sf|rm|sl|up|md|normal)?|emph|underline|url|"
    r"path|mbox|texorpdfstring|uline|enquote|nolinkurl|textcolor\{[a-z]{1,20}\})\s?\{([^{}]*)\}"
)
_SUPERSCRIPT = re.compile(r"\\textsuperscript\{([^{}]*)\}")
_OLD_STYLE = re.compile(r"\{\s?\\(?:bf|it|em|tt|sc|rm|sl|bfseries|itshape|scshape)\s+([^{}]*)\}")
_ESCAPED = re.compile(r"\\([%&$#_{}])(?![\\/])")
_TEXT_MACRO = re.compile(
    r"\\(ldots|dots|textasciitilde|textendash|textemdash)(?:\{\}|(?![a-zA-Z]))"
)
_TEXT_MACROS = {"ldots": "...", "dots": "...", "textasciitilde": "~", "textendash": "\u2013",
                "textemdash": "\u2014"}  # fmt: skip
_LINE_BREAK = re.compile(r"\\\\(?=\s|$)|(?<=[\w.,;:%$])\\[,;:!](?=[\w$\\])")

_TIE = re.compile(r"(?<=[\w.,;:)\]}%$])~(?=[\w(\[\"'`$\\])")
_RANGE = re.compile(r"\d~\d")

_MATH = re.compile(r"(?<![\\$\w])\$([^\s$](?:[^$]{0,300}[^\s$\\])?)\$(?![\d$])")
_MATH_SIGN = re.compile(r"[\\^_=<>+{}]|^[A-Za-z](?:'|\([A-Za-z]\))?$|^[\d.,/%-]+$|^[A-Za-z]-?\d*$")
_MATH_WRAPPED = re.compile(
    r"\\(?:math(?:cal|bf|bb|rm|it|sf|tt|frak)|text(?:bf|it|rm)?|boldsymbol|operatorname|bm|mbox)"
    r"\s?\{([^{}]*)\}"
)
_SYMBOL = re.compile(r"\\([a-zA-Z]{2,12})\s?")
_SYMBOLS = {
    "alpha": "\u03b1", "beta": "\u03b2", "gamma": "\u03b3", "delta": "\u03b4", "epsilon": "\u03b5",
    "varepsilon": "\u03b5", "theta": "\u03b8", "lambda": "\u03bb", "mu": "\u03bc", "pi": "\u03c0",
    "rho": "\u03c1", "sigma": "\u03c3", "tau": "\u03c4", "phi": "\u03c6", "omega": "\u03c9",
    "eta": "\u03b7", "Delta": "\u0394", "Omega": "\u03a9", "Theta": "\u0398", "Phi": "\u03a6",
    "ell": "\u2113", "times": "\u00d7", "cdot": "\u00b7", "pm": "\u00b1", "leq": "\u2264",
    "le": "\u2264", "geq": "\u2265", "ge": "\u2265", "neq": "\u2260", "approx": "\u2248",
    "sim": "~", "ll": "\u226a", "gg": "\u226b", "infty": "\u221e", "to": "\u2192",
    "rightarrow": "\u2192", "leftarrow": "\u2190", "uparrow": "\u2191", "downarrow": "\u2193",
    "in": "\u2208", "log": "log ", "ldots": "...", "dots": "...", "cdots": "...",
}  # fmt: skip
_MATH_SPACE = re.compile(r"\\[,;:! ]|~")

_DOUBLE_OPEN = re.compile(r"(?<!`)``(?=[^`\s])")
_DOUBLE_PAIR = re.compile(r"(?<![\w'])''(?=\w)([^'\n]{0,200}[^\s'])''(?![\w'])")
_DOUBLE_CLOSE = re.compile(r"(?<=[^\s'])''(?!')")
_SINGLE_PAIR = re.compile(r"(?<![`\w])`([^`'\s](?:[^`'\n]{0,100}[^`'\s])?)'(?![\w'`])")


def clean_text(text: str) -> str:
    r"""One paragraph or title as plain text on one line.

    Runs of white space become one blank. Math between dollars loses them when all of it can be
    written in plain characters (`$+2\%\uparrow$` is `+2%↑`) and stays as it is otherwise.
    Macros that are not known stay as they are, and so does whatever is not balanced.
    """
    text = " ".join((text if text.isascii() else _INVISIBLE.sub("", text)).split())
    if "<" in text:
        text = _without_tags(text)
    if "&" in text:
        text = _ENTITY.sub(_unescape, text)
    text = _LEADING_LABEL.sub("", text)
    if "$" in text:
        text = _MATH.sub(_readable_math, text)
    if "\\" in text:
        text = _without_tex(text)
    if "~" in text:
        text = _without_ties(text)
    if "`" in text or "''" in text:
        text = _with_plain_quotes(text)
    return " ".join(text.split())


def _without_tags(text: str) -> str:
    text = _BREAK.sub(" ", text)
    lowered = text.lower()
    for name in _PAIRED_TAGS.split():
        # A lone `<i>` may be an index or a comparison; only a pair is certainly markup.
        if f"<{name}" in lowered and f"</{name}>" in lowered:
            opening = "^" if name.endswith("sup") else ""
            text = re.sub(rf"<{name}{_ATTRIBUTES}\s?>", opening, text, flags=re.IGNORECASE)
            text = re.sub(rf"</{name}>", "", text, flags=re.IGNORECASE)
    return text


def _unescape(entity: re.Match[str]) -> str:
    return html.unescape(entity[0])


def _without_tex(text: str) -> str:
    text = _REMOVED.sub("", text)
    for _ in range(_MAX_NESTING):
        before = text
        text = _LINK.sub(r"\1", text)
        text = _WRAPPED.sub(r"\1", text)
        text = _SUPERSCRIPT.sub(r"^\1", text)
        text = _OLD_STYLE.sub(r"\1", text)
        text = _FOOTNOTE.sub(r" \1", text)
        if text == before:
            break
    text = _TEXT_MACRO.sub(lambda macro: _TEXT_MACROS[macro[1]], text)
    text = _LINE_BREAK.sub(" ", text)
    return _ESCAPED.sub(r"\1", text)


def _without_ties(text: str) -> str:
    return " ".join(map(_untied, text.split(" ")))


def _untied(token: str) -> str:
    """The token with its ties as blanks; a path's or an address's tilde is no tie."""
    if "~" not in token or "/" in token or re.search(r"\w\\\w", token) or "@" in token:
        return token
    kept = {found.start() + 1 for found in _RANGE.finditer(token)}
    return _TIE.sub(lambda tie: "~" if tie.start() in kept else " ", token)


def _readable_math(math: re.Match[str]) -> str:
    """The formula without its dollars, or as it was when that would not be plain text."""
    inner = math[1]
    follows = math.string[math.end() : math.end() + 1]
    if not _MATH_SIGN.search(inner) or (follows.isalnum() and len(inner) > 1):
        return math[0]
    for _ in range(_MAX_NESTING):
        before, inner = inner, _MATH_WRAPPED.sub(r"\1", inner)
        if inner == before:
            break
    inner = _MATH_SPACE.sub(" ", inner)
    inner = re.sub(r"\\([%&#_])", r"\1", inner)
    inner = _SYMBOL.sub(lambda name: _SYMBOLS.get(name[1], name[0]), inner)
    return math[0] if "\\" in inner else inner.strip()


def _with_plain_quotes(text: str) -> str:
    opened = len(_DOUBLE_OPEN.findall(text))
    text = _DOUBLE_OPEN.sub('"', text)
    text = _DOUBLE_PAIR.sub(r'"\1"', text)
    # Only as many as were opened with backticks: f'' and 5'' are not quotes.
    if opened:
        text = _DOUBLE_CLOSE.sub('"', text, count=opened)
    return _SINGLE_PAIR.sub(r"'\1'", text)
