import pytest

from ragassist.sources.encodings import single_byte

CENTRAL = [
    "Dvořák, Jan; Příliš žluťoučký kůň",
    "Wałęsa, Michał: Zażółć gęślą jaźń",
    "Štúr, Ľubomír: kôň a ďateľ",
]
WESTERN = [
    "Lefèvre, François: l\u2019étude à l\u2019œuvre",
    "Müller \u201eGröße\u201c \u2013 3 cm³, 5 °C, ±2 µm",
    "Muñoz, José: ¿Qué canción?",
    "Sørensen: Ærøskøbing",
    "Þór Guðmundsson",
]


@pytest.mark.parametrize("encoding", ["cp1250", "iso8859-2"])
@pytest.mark.parametrize("text", CENTRAL)
def test_languages_of_central_europe_are_told_by_their_words(text: str, encoding: str) -> None:
    assert single_byte(text.encode(encoding)) == (encoding, True)


@pytest.mark.parametrize("text", WESTERN)
def test_languages_of_the_west_are_told_by_their_words(text: str) -> None:
    assert single_byte(text.encode("cp1252")) == ("cp1252", True)


@pytest.mark.parametrize(
    ("text", "encoding"), [("Привет, мир", "cp1251"), ("日本語の論文", "shift_jis")]
)
def test_text_of_other_scripts_is_left_to_others(text: str, encoding: str) -> None:
    assert single_byte(text.encode(encoding)) is None
