import pytest

from ragassist.papers.likeness import alike_titles, contradict, printed_elsewhere
from ragassist.types import Record

OWLS = "How owls find mice under snow"


def record(title: str = OWLS, **fields: object) -> Record:
    extra = tuple(sorted(fields.pop("extra", {}).items()))  # type: ignore[attr-defined]
    return Record(title=title, line=1, extra=extra, **fields)  # type: ignore[arg-type]


LEE_2020 = record(authors=("Ann Lee",), year=2020)


@pytest.mark.parametrize(
    "other",
    [
        record("Deep sonar of horseshoe bats", authors=("Bo Yu",), year=2020),
        record("Deep sonar of horseshoe bats", authors=("Ann Lee",), year=2011),
        record("How bats find moths", authors=("Bo Yu",), year=2011),
    ],
)
def test_titles_and_what_is_beside_them_may_contradict_an_identifier(other: Record) -> None:
    assert contradict(LEE_2020, other)
    assert contradict(other, LEE_2020)


@pytest.mark.parametrize(
    "other",
    [
        record("Deep sonar of horseshoe bats", authors=("Ann Lee",), year=2021),
        record("Deep sonar of horseshoe bats"),
        record("Deep sonar of horseshoe bats", authors=("Bo Yu", "Ann Lee"), year=2020),
        record("", authors=("Bo Yu",), year=1999),
        # A translation, and a name in another script.
        record("雪の下のネズミを見つけるフクロウ", authors=("山田",), year=2020),
        record("Owls find mice", authors=("Bo Yu",), year=2011),
    ],
)
def test_what_may_be_another_wording_contradicts_nothing(other: Record) -> None:
    assert not contradict(LEE_2020, other)
    assert not contradict(other, LEE_2020)


def test_two_keys_in_one_source_speak_against_a_shared_identifier_only_with_unlike_titles() -> None:
    bats = record("Deep sonar of horseshoe bats", authors=("Ann Lee",), year=2020)
    assert not contradict(LEE_2020, bats)
    assert contradict(LEE_2020, bats, two_keys=True)
    assert not contradict(LEE_2020, record(f"{OWLS}: a study"), two_keys=True)


def test_titles_are_alike_by_the_words_of_the_shorter() -> None:
    assert alike_titles(OWLS, "Owls and mice")
    assert not alike_titles(OWLS, "Deep sonar of horseshoe bats")
    assert not alike_titles(OWLS, "")


def printed(title: str, venue: str | None = None, **extra: str) -> Record:
    return record(title, venue=venue, extra=extra)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            printed(OWLS, volume="3", pages="1--9"),
            printed(OWLS, volume="4", pages="17-25"),
        ),
        (
            printed(OWLS, volume="3", number="1", pages="1"),
            printed(OWLS, volume="3", number="2", pages="90"),
        ),
        (printed("Editorial", volume="3"), printed("Editorial", volume="4")),
        (printed("Letter to the Editor", pages="e7"), printed("Letter to the Editor", pages="e8")),
        (printed("Editorial", "Journal of Owls"), printed("Editorial", "Annals of Mice")),
    ],
)
def test_two_places_of_print_are_told_apart(one: Record, other: Record) -> None:
    assert printed_elsewhere(one, other)
    assert printed_elsewhere(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (printed(OWLS, volume="3", pages="1--9"), printed(OWLS, volume="Vol. 3", pages="1")),
        (printed(OWLS, volume="3", pages="1--9"), printed(OWLS, volume="2020", pages="1-9")),
        (printed(OWLS, volume="3", pages="1--9"), printed(OWLS, volume="3", pages="e12")),
        (printed(OWLS, volume="3", pages="1--9"), printed(OWLS, pages="17")),
        (printed(OWLS, "Journal of Owls"), printed(OWLS, "Annals of Mice")),
        (printed("Editorial", "J. Neurosci."), printed("Editorial", "Journal of Neuroscience")),
        (
            printed("Editorial", "PNAS"),
            printed("Editorial", "Proceedings of the National Academy of Sciences"),
        ),
        (printed("Editorial", "Journal of Owls"), printed("Editorial")),
    ],
)
def test_one_place_of_print_may_be_written_in_two_ways(one: Record, other: Record) -> None:
    assert not printed_elsewhere(one, other)
