import pytest

from ragassist.papers.language import language_of


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("German", "Wir untersuchen, wie Eulen die Mäuse unter dem Schnee hören und sie finden."),
        ("French", "Nous étudions comment les hiboux entendent les souris sous la neige."),
        ("Spanish", "Estudiamos cómo los búhos oyen a los ratones bajo la nieve del bosque."),
        ("Portuguese", "Estudamos como as corujas ouvem os ratos e não são vistas na neve."),
        ("Italian", "Studiamo come i gufi sentono i topi sotto la neve e nella notte."),
        ("Dutch", "Wij onderzoeken hoe uilen muizen onder de sneeuw horen en het bos van de uil."),
        ("Chinese", "我们研究猫头鹰如何在雪下听到老鼠"),
        ("Japanese", "フクロウが雪の下でネズミを聞く方法を研究する"),
        ("Korean", "우리는 부엉이가 눈 아래에서 쥐를 듣는 방법을 연구한다"),
        ("Cyrillic script", "Мы изучаем, как совы слышат мышей под снегом"),
        ("Arabic script", "ندرس كيف تسمع البوم الفئران تحت الثلج"),
    ],
)
def test_a_language_is_told_by_its_letters_or_its_common_words(language: str, text: str) -> None:
    assert language_of("", text) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "Toolformer",
        "De novo protein design",
        "El Niño and La Niña events",
        "The α-β-γ decay of λ in the ΔΣ model",
        "Les Misérables: a computational study of network structure",
        "We translate 我们 to English and back, and measure what is lost on the way.",
        "Die Zeit der Eulen is a novel of which we study the reception in the press.",
    ],
)
def test_english_and_what_cannot_be_told_is_no_language(text: str) -> None:
    assert language_of("", text) is None


def test_the_abstract_decides_where_there_is_one() -> None:
    title = "Der Einfluss von Schnee auf die Jagd der Eulen"
    assert language_of(title, "") == "German"
    assert language_of(title, "We study how owls hunt in the snow, and what they find.") is None
